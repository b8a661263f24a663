package wire

import (
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"tanggap/channels"
)

const (
	// maxFetch bounds how long one mail may take to come, however steadily it drips.
	maxFetch = 15 * time.Minute
	// keptOfLong is how much is kept of a mail that is too long.
	keptOfLong = 1 << 20
	// headMost is how much of a header Head brings.
	headMost = 256 << 10
)

// Mail is one mail as the mailbox gave it.
type Mail struct {
	UID       uint32
	Raw       []byte
	Arrived   time.Time // INTERNALDATE
	Truncated bool      // Raw is only its beginning
}

// Box is the state of the folder when it was opened.
type Box struct {
	Validity uint32
	Next     uint32 // the UID that the next mail will have, at least
	Guessed  bool   // the server keeps Next to itself: it is one more than the last mail's
	Messages uint32
}

// Open selects the folder, read-only: nothing we do leaves a trace in it.
func (m *Mailbox) Open() (Box, error) { return m.Visit(m.folder) }

// Visit selects another folder in the same way, until the next Open.
func (m *Mailbox) Visit(folder string) (Box, error) {
	var data *imap.SelectData
	err := m.within(func() (err error) {
		data, err = m.client.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
		return err
	})
	if err != nil {
		return Box{}, imapError("folder", err)
	}
	b := Box{Validity: data.UIDValidity, Next: uint32(data.UIDNext), Messages: data.NumMessages}
	if b.Next == 0 {
		b.Guessed = true
		last, err := m.last(b.Messages)
		if err != nil {
			return Box{}, err
		}
		b.Next = last + 1
	}
	return b, nil
}

// last is the UID of the last of n mails, 0 where there is none.
func (m *Mailbox) last(n uint32) (uint32, error) {
	if n == 0 {
		return 0, nil
	}
	uids, err := m.search(&imap.SearchCriteria{UID: []imap.UIDSet{{imap.UIDRange{}}}}, 1, 1<<32-1) // UID *
	if err != nil {
		return 0, err
	}
	if len(uids) == 0 {
		return 0, channels.Errorf(channels.Temporary, "folder", "the mail server does not say which mail is the last")
	}
	return uids[len(uids)-1], nil
}

// At is the UID of the nth mail of the folder, 0 where there is none.
func (m *Mailbox) At(n uint32) (uint32, error) {
	uids, err := m.search(&imap.SearchCriteria{SeqNum: []imap.SeqSet{imap.SeqSetNum(n)}}, 1, 1<<32-1)
	if err != nil || len(uids) == 0 {
		return 0, err
	}
	return uids[0], nil
}

// Between lists the UIDs from first to last, ascending.
func (m *Mailbox) Between(first, last uint32) ([]uint32, error) {
	within := imap.UIDSet{imap.UIDRange{Start: imap.UID(first), Stop: imap.UID(last)}}
	return m.search(&imap.SearchCriteria{UID: []imap.UIDSet{within}}, first, last)
}

func (m *Mailbox) search(criteria *imap.SearchCriteria, first, last uint32) ([]uint32, error) {
	var data *imap.SearchData
	err := m.within(func() (err error) {
		data, err = m.client.UIDSearch(criteria, nil).Wait()
		return err
	})
	if err != nil {
		return nil, imapError("search", err)
	}
	var uids []uint32
	for _, u := range data.AllUIDs() {
		if uint32(u) >= first && uint32(u) <= last { // servers may say more than they were asked for
			uids = append(uids, uint32(u))
		}
	}
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// Since is the least UID of a mail that arrived at t or later, 0 where there is none. Servers search by
// days, in a zone of their own: what they find from the day before on is looked at one by one.
func (m *Mailbox) Since(t time.Time) (uint32, error) {
	uids, err := m.search(&imap.SearchCriteria{Since: t.AddDate(0, 0, -1)}, 1, 1<<32-1)
	if err != nil {
		return 0, err
	}
	for chunk := range slices.Chunk(uids, 500) {
		var dates []*imapclient.FetchMessageBuffer
		err := m.within(func() (err error) {
			dates, err = m.client.Fetch(imap.UIDSetNum(toUIDs(chunk)...), &imap.FetchOptions{UID: true, InternalDate: true}).Collect()
			return err
		})
		if err != nil {
			return 0, imapError("fetch", err)
		}
		least := uint32(0)
		for _, d := range dates {
			if !d.InternalDate.Before(t) && (least == 0 || uint32(d.UID) < least) {
				least = uint32(d.UID)
			}
		}
		if least > 0 {
			return least, nil
		}
	}
	return 0, nil
}

// Oldest is when the first mail of the folder arrived, zero where the server does not say.
func (m *Mailbox) Oldest() (at time.Time, err error) {
	var found []*imapclient.FetchMessageBuffer
	err = m.within(func() (err error) {
		found, err = m.client.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{InternalDate: true}).Collect()
		return err
	})
	if err != nil {
		return at, imapError("fetch", err)
	}
	if len(found) > 0 {
		at = found[0].InternalDate.UTC()
	}
	return at, nil
}

func toUIDs(numbers []uint32) []imap.UID {
	uids := make([]imap.UID, len(numbers))
	for i, n := range numbers {
		uids[i] = imap.UID(n)
	}
	return uids
}

// Fetch brings one mail, or of one longer than limit its beginning; found is false where it is gone. With an
// error found is whether it had begun to come.
func (m *Mailbox) Fetch(uid uint32, limit int64) (mail Mail, found bool, err error) {
	mail, found, err = m.fetch(uid, &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: limit + 1}}, limit+1)
	if int64(len(mail.Raw)) > limit {
		mail.Raw, mail.Truncated = slices.Clone(mail.Raw[:min(limit, keptOfLong)]), true
	}
	return mail, found, err
}

// Head brings the header of a mail, for one that Fetch cannot bring.
func (m *Mailbox) Head(uid uint32) (mail Mail, found bool, err error) {
	header := &imap.FetchItemBodySection{Peek: true, Specifier: imap.PartSpecifierHeader, Partial: &imap.SectionPartial{Size: headMost}}
	mail, found, err = m.fetch(uid, header, headMost)
	mail.Truncated = true
	return mail, found, err
}

// fetch brings at most limit bytes of a section. A server that sends more than it was asked for is heard to
// the end, or the connection would be lost each time.
func (m *Mailbox) fetch(uid uint32, section *imap.FetchItemBodySection, limit int64) (mail Mail, found bool, err error) {
	options := &imap.FetchOptions{UID: true, InternalDate: true, BodySection: []*imap.FetchItemBodySection{section}}
	timer := time.AfterFunc(m.wait, func() { m.conn.Close() })
	defer timer.Stop()
	end := time.AfterFunc(maxFetch, func() { m.conn.Close() })
	defer end.Stop()

	cmd := m.client.Fetch(imap.UIDSetNum(imap.UID(uid)), options)
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataInternalDate:
				mail.Arrived = item.Time.UTC()
			case imapclient.FetchItemDataBodySection:
				if item.Literal == nil {
					continue
				}
				found = true
				body := &alive{item.Literal, timer, m.wait}
				mail.Raw = make([]byte, min(item.Literal.Size(), limit))
				_, err := io.ReadFull(body, mail.Raw)
				if err == nil {
					_, err = io.Copy(io.Discard, body)
				}
				if err != nil {
					// The library reads on by itself now: another look at this command would read beside it.
					m.conn.Close()
					return Mail{}, true, imapError("fetch", err)
				}
			}
		}
	}
	if err := cmd.Close(); err != nil {
		return Mail{}, false, imapError("fetch", err)
	}
	if !found {
		return Mail{}, false, m.gone(uid)
	}
	mail.UID = uid
	return mail, true, nil
}

// gone is nil where a mail that did not come is no longer there. One that is, and that the server does not
// give, is a failure: it is not to be passed over.
func (m *Mailbox) gone(uid uint32) error {
	still, err := m.Between(uid, uid)
	if err == nil && len(still) > 0 {
		err = channels.Errorf(channels.Temporary, "fetch", "the mail server does not give a mail that it lists")
	}
	return err
}

// alive puts the timer off as long as bytes come.
type alive struct {
	io.Reader
	timer *time.Timer
	wait  time.Duration
}

func (a *alive) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if n > 0 {
		a.timer.Reset(a.wait)
	}
	return n, err
}
