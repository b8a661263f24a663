package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"tanggap/channels"
)

// maxFetch bounds how long one mail may take to come, however steadily it drips.
const maxFetch = 15 * time.Minute

// Mailbox is one login to the IMAP server. The library waits for ever for a silent peer: every call to
// it goes through within, whose timer closes the connection under it.
type Mailbox struct {
	client *imapclient.Client
	conn   net.Conn
	wait   time.Duration
	folder string
	more   chan struct{} // something new was announced
}

// keptOfLong is how much is kept of a mail that is too long.
const keptOfLong = 1 << 20

// Mail is one mail as the mailbox gave it.
type Mail struct {
	Raw       []byte
	Arrived   time.Time // INTERNALDATE
	Truncated bool      // Raw is only its beginning
}

// Box is the state of the folder when it was opened.
type Box struct {
	Validity uint32
	Next     uint32 // the UID that the next mail will have
	Messages uint32
}

// Login dials and logs in to IMAP; the end of ctx ends the connection.
func (s Server) Login(ctx context.Context) (*Mailbox, error) {
	if s.Tokens == nil {
		return s.enter(ctx, "")
	}
	return withToken(ctx, s.Tokens, func(token string) (*Mailbox, error) { return s.enter(ctx, token) })
}

// enter makes one attempt, with the password where there is no token.
func (s Server) enter(ctx context.Context, token string) (*Mailbox, error) {
	m, err := s.greet(ctx, !s.tls && !s.loopback())
	if err != nil {
		return nil, err
	}
	if token != "" {
		err = m.present(s.Username, token)
	} else if err = m.login(s.Username, s.Password); err != nil {
		err = imapError("login", err)
	}
	if err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// greet connects and, where asked to, goes over to TLS. Only Insecure lets it stay in the open.
func (s Server) greet(ctx context.Context, startTLS bool) (*Mailbox, error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	conn.long = true // the library always has a read under way; within watches instead
	m := &Mailbox{conn: conn, wait: s.Wait, folder: s.Folder, more: make(chan struct{}, 1)}
	options := &imapclient.Options{
		TLSConfig:             s.tlsConfig(),
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: m.announced},
	}
	if !startTLS {
		m.client = imapclient.New(conn, options)
		if err := m.within(m.client.WaitGreeting); err != nil {
			m.Close()
			return nil, imapError("greeting", err)
		}
		return m, nil
	}
	err = m.within(func() (err error) {
		m.client, err = imapclient.NewStartTLS(conn, options)
		return err
	})
	if err == nil {
		return m, nil
	}
	conn.Close()
	var refused *imap.Error
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &refused) && s.Insecure:
		return s.greet(ctx, false)
	case errors.As(err, &refused):
		return nil, channels.Errorf(channels.Suspended, "starttls", "the server offers no TLS")
	case errors.As(err, &untrusted):
		return nil, dialError(untrusted.Err)
	default:
		return nil, imapError("starttls", err)
	}
}

// announced hears what the server says unasked. It may not block.
func (m *Mailbox) announced(data *imapclient.UnilateralDataMailbox) {
	if data.NumMessages != nil {
		select {
		case m.more <- struct{}{}:
		default:
		}
	}
}

// within bounds a call into the library.
func (m *Mailbox) within(call func() error) error {
	timer := time.AfterFunc(m.wait, func() { m.conn.Close() })
	defer timer.Stop()
	return call()
}

// Hear forgets what was announced so far: what is announced from now on ends the next Idle at once.
func (m *Mailbox) Hear() {
	select {
	case <-m.more:
	default:
	}
}

// Close ends the connection.
func (m *Mailbox) Close() {
	m.conn.Close()
	if m.client != nil {
		m.client.Close() // waits for the library's reader
	}
}

func (m *Mailbox) login(username, password string) error {
	return m.within(func() error {
		caps := m.client.Caps()
		switch {
		case caps.Has(imap.CapLoginDisabled):
			return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodePrivacyRequired}
		case caps.Has(imap.AuthCap(sasl.Plain)):
			return m.client.Authenticate(sasl.NewPlainClient("", username, password))
		default:
			return m.client.Login(username, password).Wait()
		}
	})
}

// present logs in with an access token.
func (m *Mailbox) present(username, token string) error {
	var b *bearer
	err := m.within(func() error {
		if b = newBearer(m.client.Caps().AuthMechanisms(), username, token); b == nil {
			return nil
		}
		return m.client.Authenticate(b)
	})
	switch {
	case b == nil:
		return noTokens()
	case err != nil:
		return b.refusal(imapError("login", err))
	}
	return nil
}

// Idles reports whether the server can announce new mail.
func (m *Mailbox) Idles() bool {
	var caps imap.CapSet
	err := m.within(func() error { caps = m.client.Caps(); return nil })
	return err == nil && (caps.Has(imap.CapIdle) || caps.Has(imap.CapIMAP4rev2))
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
	if b.Next == 0 { // a server may keep it to itself
		uids, err := m.After(0)
		if err != nil {
			return Box{}, err
		}
		if n := len(uids); n > 0 {
			b.Next = uids[n-1]
		}
		b.Next++
	}
	return b, nil
}

// After lists the UIDs above uid, ascending.
func (m *Mailbox) After(uid uint32) ([]uint32, error) {
	var data *imap.SearchData
	err := m.within(func() (err error) {
		above := imap.UIDSet{imap.UIDRange{Start: imap.UID(uid) + 1}}
		data, err = m.client.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{above}}, nil).Wait()
		return err
	})
	if err != nil {
		return nil, imapError("search", err)
	}
	// n:* always holds the last message, also where it is below n (RFC 9051, 6.4.8).
	var uids []uint32
	for _, u := range data.AllUIDs() {
		if uint32(u) > uid {
			uids = append(uids, uint32(u))
		}
	}
	slices.Sort(uids)
	return uids, nil
}

// Since is the least UID of a mail that arrived at t or later, 0 where there is none. Servers search by
// days, in a zone of their own: what they find from the day before on is looked at one by one.
func (m *Mailbox) Since(t time.Time) (uint32, error) {
	var found *imap.SearchData
	err := m.within(func() (err error) {
		found, err = m.client.UIDSearch(&imap.SearchCriteria{Since: t.AddDate(0, 0, -1)}, nil).Wait()
		return err
	})
	if err != nil {
		return 0, imapError("search", err)
	}
	uids := found.AllUIDs()
	slices.Sort(uids)
	least := uint32(0)
	for chunk := range slices.Chunk(uids, 500) {
		var dates []*imapclient.FetchMessageBuffer
		err := m.within(func() (err error) {
			dates, err = m.client.Fetch(imap.UIDSetNum(chunk...), &imap.FetchOptions{UID: true, InternalDate: true}).Collect()
			return err
		})
		if err != nil {
			return 0, imapError("fetch", err)
		}
		for _, d := range dates {
			if !d.InternalDate.Before(t) && (least == 0 || uint32(d.UID) < least) {
				least = uint32(d.UID)
			}
		}
	}
	return least, nil
}

// Fetch brings one mail, or of one longer than limit its beginning; found is false where it is gone.
func (m *Mailbox) Fetch(uid uint32, limit int64) (mail Mail, found bool, err error) {
	whole := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: limit + 1}}
	options := &imap.FetchOptions{UID: true, InternalDate: true, BodySection: []*imap.FetchItemBodySection{whole}}
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
				mail.Raw = make([]byte, min(item.Literal.Size(), limit+1))
				if _, err := io.ReadFull(&alive{item.Literal, timer, m.wait}, mail.Raw); err != nil {
					// The library reads on by itself now: another look at this command would read beside it.
					m.conn.Close()
					return Mail{}, false, imapError("fetch", err)
				}
			}
		}
	}
	if err := cmd.Close(); err != nil {
		return Mail{}, false, imapError("fetch", err)
	}
	if int64(len(mail.Raw)) > limit {
		mail.Raw, mail.Truncated = slices.Clone(mail.Raw[:min(limit, keptOfLong)]), true
	}
	return mail, found, nil
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

// Idle waits until the server announces something, or for as long as told, or until ctx ends.
func (m *Mailbox) Idle(ctx context.Context, limit time.Duration) error {
	var idle *imapclient.IdleCommand
	err := m.within(func() (err error) { idle, err = m.client.Idle(); return err })
	if err != nil {
		return imapError("idle", err)
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-m.more:
	case <-timer.C:
	case <-m.client.Closed():
	case <-ctx.Done():
	}
	err = m.within(func() error { return errors.Join(idle.Close(), idle.Wait()) })
	if err != nil {
		return imapError("idle", err)
	}
	return nil
}

// imapError gives err a kind. The server's words stay out: they may name people.
func imapError(doing string, err error) *channels.Error { return because(imapKind(doing, err), err) }

func imapKind(doing string, err error) *channels.Error {
	var refused *imap.Error
	if !errors.As(err, &refused) {
		return channels.Errorf(channels.Temporary, doing, "the mail server's connection broke")
	}
	kind := channels.Temporary
	switch refused.Code {
	case imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired,
		imap.ResponseCodePrivacyRequired, imap.ResponseCodeContactAdmin, imap.ResponseCodeNonExistent, imap.ResponseCodeNoPerm:
		kind = channels.Suspended
	case "":
		if doing == "login" || doing == "folder" {
			kind = channels.Suspended
		}
	}
	code := doing
	if refused.Code != "" {
		code = fmt.Sprintf("%s %s", doing, refused.Code)
	}
	return channels.Errorf(kind, code, "the mail server refused the %s", doing)
}
