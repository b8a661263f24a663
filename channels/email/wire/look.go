package wire

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// Address is host:port.
func (s Server) Address() string { return net.JoinHostPort(s.host, s.port) }

// Implicit reports whether the server speaks TLS from the first byte.
func (s Server) Implicit() bool { return s.tls }

// Folder is one of the mailbox.
type Folder struct {
	Name  string
	Delim rune // between a folder's name and those above it, 0 where there are none
	// The server says that it holds what it took for spam, or what was sent (RFC 6154).
	Junk, Sent bool
}

// mostFolders is how many are looked at.
const mostFolders = 1000

// Folders lists what can be opened.
func (m *Mailbox) Folders() ([]Folder, error) {
	var all []Folder
	err := m.within(func() error {
		cmd := m.client.List("", "*", nil)
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			if len(all) < mostFolders && !slices.Contains(data.Attrs, imap.MailboxAttrNoSelect) && !slices.Contains(data.Attrs, imap.MailboxAttrNonExistent) {
				all = append(all, Folder{Name: data.Mailbox, Delim: data.Delim, Junk: slices.Contains(data.Attrs, imap.MailboxAttrJunk), Sent: slices.Contains(data.Attrs, imap.MailboxAttrSent)})
			}
		}
		return cmd.Close()
	})
	if err != nil {
		return nil, imapError("list", err)
	}
	return all, nil
}

// Count is how many mails lie in a folder, and how many of them nobody has opened.
func (m *Mailbox) Count(folder string) (mails, unseen uint32, err error) {
	err = m.within(func() error {
		data, err := m.client.Status(folder, &imap.StatusOptions{NumMessages: true, NumUnseen: true}).Wait()
		if err != nil {
			return err
		}
		if data.NumMessages != nil {
			mails = *data.NumMessages
		}
		if data.NumUnseen != nil {
			unseen = *data.NumUnseen
		}
		return nil
	})
	if err != nil {
		return 0, 0, imapError("status", err)
	}
	return mails, unseen, nil
}

// Quota is how much of one resource a mailbox may use.
type Quota struct {
	Resource    string // STORAGE, in units of 1024 bytes, MESSAGE … (RFC 9208, 5)
	Used, Limit int64
}

// Quotas of the folder; told is whether the server tells them at all.
func (m *Mailbox) Quotas() (all []Quota, told bool, err error) {
	err = m.within(func() error {
		if told = m.client.Caps().Has(imap.CapQuota); !told {
			return nil
		}
		roots, err := m.client.GetQuotaRoot(m.folder).Wait()
		for _, root := range roots {
			for name, r := range root.Resources {
				if r.Limit > 0 {
					all = append(all, Quota{Resource: strings.ToUpper(string(name)), Used: r.Usage, Limit: r.Limit})
				}
			}
		}
		return err
	})
	if err != nil {
		return nil, told, imapError("quota", err)
	}
	return all, told, nil
}

// Largest is the longest mail that the server says to take (RFC 1870), in bytes; 0 where it names no limit.
func (c *Submission) Largest() int64 {
	_, value := c.Extension("SIZE")
	n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Try asks whether the server would take a mail, and hands none over. Addresses are as those of Transfer.
func (c *Submission) Try(from, to string) error {
	err := c.Mail(from)
	if err != nil {
		err = stepError(stepMail, err)
	} else if err = c.Rcpt(to); err != nil {
		err = stepError(stepRecipient, err)
	}
	if reset := c.Reset(); err == nil && reset != nil {
		err = stepError(stepData, reset)
	}
	if err != nil {
		return err
	}
	return nil
}
