package wire

import (
	"net"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// Address is host:port.
func (s Server) Address() string { return net.JoinHostPort(s.host, s.port) }

// Local reports whether nobody stands between us and the server.
func (s Server) Local() bool { return s.loopback() }

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
func (c *Submission) Largest() int64 { return max(0, int64(c.most())) }

// Try asks whether the server would take a mail with a return path, and hands none over. Some say no to the path only
// when they hear who is to get the mail.
func (c *Submission) Try(path, to string) error {
	defer c.Reset()
	if err := c.Mail("<" + path + ">"); err != nil {
		return stepError(stepMail, err)
	}
	if err := c.Rcpt("<" + to + ">"); err != nil {
		return stepError(stepRecipient, err)
	}
	return nil
}
