package email

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

// session is one login to the IMAP server. The library waits for ever for a silent peer: every call to
// it goes through within, whose timer closes the connection under it.
type session struct {
	client *imapclient.Client
	conn   net.Conn
	wait   time.Duration
	folder string
	more   chan struct{} // something new was announced
}

// box is the state of the folder when it was opened.
type box struct {
	validity uint32
	next     uint32 // the UID that the next mail will have
	messages uint32
}

// connect dials and logs in. Its errors are *channels.Error.
func (a *Adapter) connect(ctx context.Context) (*session, error) {
	s, err := a.greet(ctx, !a.imap.tls && !a.imap.loopback())
	if err != nil {
		return nil, err
	}
	if err := s.login(a.config.IMAP.Username, a.config.IMAP.Password); err != nil {
		s.close()
		return nil, imapError("login", err)
	}
	return s, nil
}

// greet connects and, where asked to, goes over to TLS. Only Insecure lets it stay in the open.
func (a *Adapter) greet(ctx context.Context, startTLS bool) (*session, error) {
	conn, err := a.dial(ctx, a.imap)
	if err != nil {
		return nil, err
	}
	conn.long = true // the library always has a read under way; within watches instead
	s := &session{conn: conn, wait: a.config.Wait, folder: a.imap.folder, more: make(chan struct{}, 1)}
	options := &imapclient.Options{
		TLSConfig:             a.tlsConfig(a.imap),
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: s.announced},
	}
	if !startTLS {
		s.client = imapclient.New(conn, options)
		if err := s.within(s.client.WaitGreeting); err != nil {
			s.close()
			return nil, imapError("greeting", err)
		}
		return s, nil
	}
	err = s.within(func() (err error) {
		s.client, err = imapclient.NewStartTLS(conn, options)
		return err
	})
	if err == nil {
		return s, nil
	}
	conn.Close()
	var refused *imap.Error
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &refused) && a.config.Insecure:
		return a.greet(ctx, false)
	case errors.As(err, &refused):
		return nil, channels.Errorf(channels.Suspended, "starttls", "the server offers no TLS")
	case errors.As(err, &untrusted):
		return nil, dialError(untrusted.Err)
	default:
		return nil, imapError("starttls", err)
	}
}

// announced hears what the server says unasked. It may not block.
func (s *session) announced(data *imapclient.UnilateralDataMailbox) {
	if data.NumMessages != nil {
		select {
		case s.more <- struct{}{}:
		default:
		}
	}
}

// within bounds a call into the library.
func (s *session) within(call func() error) error {
	timer := time.AfterFunc(s.wait, func() { s.conn.Close() })
	defer timer.Stop()
	return call()
}

func (s *session) close() {
	s.conn.Close()
	if s.client != nil {
		s.client.Close() // waits for the library's reader
	}
}

func (s *session) login(username, password string) error {
	return s.within(func() error {
		caps := s.client.Caps()
		switch {
		case caps.Has(imap.CapLoginDisabled):
			return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodePrivacyRequired}
		case caps.Has(imap.AuthCap(sasl.Plain)):
			return s.client.Authenticate(sasl.NewPlainClient("", username, password))
		default:
			return s.client.Login(username, password).Wait()
		}
	})
}

func (s *session) idles() bool {
	var caps imap.CapSet
	err := s.within(func() error { caps = s.client.Caps(); return nil })
	return err == nil && (caps.Has(imap.CapIdle) || caps.Has(imap.CapIMAP4rev2))
}

// open selects the folder, read-only: nothing we do leaves a trace in it.
func (s *session) open() (box, error) {
	var data *imap.SelectData
	err := s.within(func() (err error) {
		data, err = s.client.Select(s.folder, &imap.SelectOptions{ReadOnly: true}).Wait()
		return err
	})
	if err != nil {
		return box{}, imapError("folder", err)
	}
	b := box{validity: data.UIDValidity, next: uint32(data.UIDNext), messages: data.NumMessages}
	if b.next == 0 { // a server may keep it to itself
		uids, err := s.after(0)
		if err != nil {
			return box{}, err
		}
		if n := len(uids); n > 0 {
			b.next = uint32(uids[n-1])
		}
		b.next++
	}
	return b, nil
}

// after lists the UIDs above uid, ascending.
func (s *session) after(uid uint32) ([]imap.UID, error) {
	var data *imap.SearchData
	err := s.within(func() (err error) {
		above := imap.UIDSet{imap.UIDRange{Start: imap.UID(uid) + 1}}
		data, err = s.client.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{above}}, nil).Wait()
		return err
	})
	if err != nil {
		return nil, imapError("search", err)
	}
	// n:* always holds the last message, also where it is below n (RFC 9051, 6.4.8).
	uids := slices.DeleteFunc(data.AllUIDs(), func(u imap.UID) bool { return uint32(u) <= uid })
	slices.Sort(uids)
	return uids, nil
}

// fetch brings one mail, or of one longer than limit its beginning; found is false where it is gone.
func (s *session) fetch(uid imap.UID, limit int64) (m received, found bool, err error) {
	whole := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: limit + 1}}
	options := &imap.FetchOptions{UID: true, InternalDate: true, BodySection: []*imap.FetchItemBodySection{whole}}
	timer := time.AfterFunc(s.wait, func() { s.conn.Close() })
	defer timer.Stop()
	end := time.AfterFunc(maxFetch, func() { s.conn.Close() })
	defer end.Stop()

	cmd := s.client.Fetch(imap.UIDSetNum(uid), options)
	var broken error
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataInternalDate:
				m.arrived = item.Time.UTC()
			case imapclient.FetchItemDataBodySection:
				if item.Literal == nil {
					continue
				}
				found = true
				m.raw, broken = io.ReadAll(io.LimitReader(&alive{item.Literal, timer, s.wait}, limit+1))
			}
		}
	}
	if err := cmd.Close(); err != nil {
		return received{}, false, imapError("fetch", err)
	}
	if broken != nil {
		return received{}, false, imapError("fetch", broken)
	}
	if int64(len(m.raw)) > limit {
		m.raw, m.truncated = slices.Clone(m.raw[:min(limit, 1<<20)]), true
	}
	return m, found, nil
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

// idle waits until the server announces something, or for as long as told, or until ctx ends.
func (s *session) idle(ctx context.Context, limit time.Duration) error {
	var idle *imapclient.IdleCommand
	err := s.within(func() (err error) { idle, err = s.client.Idle(); return err })
	if err != nil {
		return imapError("idle", err)
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-s.more:
	case <-timer.C:
	case <-s.client.Closed():
	case <-ctx.Done():
	}
	err = s.within(func() error { return errors.Join(idle.Close(), idle.Wait()) })
	if err != nil {
		return imapError("idle", err)
	}
	return nil
}

// imapError gives err a kind. The server's words stay out: they may name people.
func imapError(doing string, err error) *channels.Error {
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
