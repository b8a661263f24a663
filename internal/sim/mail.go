package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// MailOptions is one mailbox of ours.
type MailOptions struct {
	Address  string // of the mailbox, also its login
	Password string
	Keep     int // mails kept in the mailbox, and of those sent, 0 means 2,000
	Memory   int // bytes of them kept on each side, 0 means 64 MB
	// Stamp is the Authentication-Results field that the server writes into what the mailbox sends to itself,
	// without the field's name; "" for none.
	Stamp string
}

// Mail is a mail server with one mailbox of ours (IMAP, RFC 3501 with IDLE, and SMTP submission with a
// login, RFC 5321 and 4954), and the citizens' side of it: they write into the mailbox and read what it
// sends them. Memory is bounded by MailOptions.Keep and Memory. It serves on loopback after
// Start and is safe for concurrent use.
type Mail struct {
	options MailOptions

	mu     sync.Mutex
	user   *imapmemserver.User
	box    []mailStored
	taken  []MailTaken
	faults []mailFault
	away   bool
	seq    int

	imapServer *imapserver.Server
	smtpServer *smtp.Server
	imapDoor   *mailDoor
	smtpDoor   *mailDoor
}

// mailStored is a mail that lies in the mailbox.
type mailStored struct {
	uid       imap.UID
	messageID string
	raw       []byte
	at        time.Time
}

const (
	mailFolder = "INBOX"
	mailMemory = 64 << 20
)

// NewMail makes a server that does not serve yet.
func NewMail(o MailOptions) *Mail {
	if o.Keep == 0 {
		o.Keep = 2000
	}
	if o.Memory == 0 {
		o.Memory = mailMemory
	}
	m := &Mail{options: o, user: imapmemserver.NewUser(o.Address, o.Password)}
	m.user.Create(mailFolder, nil) // a new user has no folder that it could clash with
	return m
}

// Start serves IMAP and SMTP on free ports of 127.0.0.1 until Close.
func (m *Mail) Start() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.imapDoor != nil {
		return errors.New("starting the mail server: it runs already")
	}
	var err error
	if m.imapDoor, err = mailOpenDoor(func() bool { return m.closed(false) }); err != nil {
		return err
	}
	if m.smtpDoor, err = mailOpenDoor(func() bool { return m.closed(true) }); err != nil {
		m.imapDoor.Close()
		return err
	}
	quiet := log.New(io.Discard, "", 0)
	store := imapmemserver.New()
	store.AddUser(m.user)
	m.imapServer = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &mailSession{Session: store.NewSession(), mail: m}, nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}},
		Logger:       quiet,
		InsecureAuth: true,
	})
	m.smtpServer = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &mailSubmission{mail: m, conn: c}, nil
	}))
	m.smtpServer.Domain = "mail.sim.test"
	m.smtpServer.AllowInsecureAuth = true
	m.smtpServer.MaxMessageBytes = 36 << 20
	m.smtpServer.ErrorLog = quiet
	go m.imapServer.Serve(m.imapDoor)
	go m.smtpServer.Serve(m.smtpDoor)
	return nil
}

// Close ends the server and its connections.
func (m *Mail) Close() error {
	m.mu.Lock()
	imapServer, smtpServer, doors := m.imapServer, m.smtpServer, []*mailDoor{m.imapDoor, m.smtpDoor}
	m.mu.Unlock()
	if imapServer == nil {
		return nil
	}
	err := errors.Join(imapServer.Close(), smtpServer.Close())
	for _, d := range doors {
		d.cut()
	}
	return err
}

// IMAPURL is where the mailbox is read, SMTPURL where it sends; the login of both is the mailbox's.
func (m *Mail) IMAPURL() string { return "imap://" + m.imapDoor.Addr().String() + "/" + mailFolder }

// SMTPURL is where the mailbox sends.
func (m *Mail) SMTPURL() string { return "smtp://" + m.smtpDoor.Addr().String() }

// Outage makes the server refuse connections, and cuts those that are there; off, it serves again.
func (m *Mail) Outage(on bool) {
	m.mu.Lock()
	m.away = on
	m.mu.Unlock()
	if on {
		m.Cut()
	}
}

// Cut breaks the connections that are there.
func (m *Mail) Cut() {
	m.imapDoor.cut()
	m.smtpDoor.cut()
}

// closed reports whether a connection that begins now is refused.
func (m *Mail) closed(forSMTP bool) bool {
	if forSMTP {
		if _, refuse := m.fault(mailAtDial); refuse {
			return true
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.away
}

// deposit puts raw into the mailbox, as delivery does.
func (m *Mail) deposit(messageID string, raw []byte) { m.depositAt(messageID, raw, time.Now()) }

func (m *Mail) depositAt(messageID string, raw []byte, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.append(messageID, raw, at)
	size := 0
	for _, s := range m.box {
		size += len(s.raw)
	}
	for len(m.box) > m.options.Keep || size > m.options.Memory && len(m.box) > 1 {
		size -= len(m.box[0].raw)
		m.expunge(m.box[0].uid)
		m.box = slices.Delete(m.box, 0, 1)
	}
}

func (m *Mail) append(messageID string, raw []byte, at time.Time) {
	data, err := m.user.Append(mailFolder, mailLiteral{bytes.NewReader(raw)}, &imap.AppendOptions{Time: at})
	if err != nil {
		panic(fmt.Sprintf("sim: the folder is gone: %v", err)) // Renumber makes it anew under the same lock
	}
	m.box = append(m.box, mailStored{uid: data.UID, messageID: messageID, raw: raw, at: at})
}

// expunge removes one mail for good.
func (m *Mail) expunge(uid imap.UID) {
	s := imapmemserver.NewUserSession(m.user)
	defer s.Close()
	if _, err := s.Select(mailFolder, nil); err != nil {
		return
	}
	one := imap.UIDSetNum(uid)
	deleted := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}
	if s.Store(nil, one, deleted, nil) == nil {
		s.Expunge(nil, &one)
	}
}

// Renumber gives the mailbox a new UIDVALIDITY and every mail in it a new UID, as after a restore.
func (m *Mail) Renumber() {
	m.mu.Lock()
	m.user.Delete(mailFolder)
	m.user.Create(mailFolder, nil)
	old := m.box
	m.box = nil
	for _, s := range old {
		m.append(s.messageID, s.raw, s.at)
	}
	m.mu.Unlock()
	m.imapDoor.cut()
}

// Redeliver delivers a mail of the mailbox once more, with another trace in its header.
func (m *Mail) Redeliver(messageID string) error {
	m.mu.Lock()
	i := slices.IndexFunc(m.box, func(s mailStored) bool { return s.messageID == messageID })
	var raw []byte
	if i >= 0 {
		raw = m.box[i].raw
	}
	m.mu.Unlock()
	if i < 0 {
		return errors.New("delivering once more: no such mail")
	}
	m.deposit(messageID, append([]byte(m.trace("<>")), mailWithoutTrace(raw)...))
	return nil
}

// trace is what our own server writes above a mail that it delivers.
func (m *Mail) trace(returnPath string) string {
	m.mu.Lock()
	m.seq++
	n := m.seq
	m.mu.Unlock()
	if returnPath != "<>" {
		returnPath = "Return-Path: " + returnPath + "\r\n"
	} else {
		returnPath = ""
	}
	return fmt.Sprintf("%sReceived: from citizen.sim.test by mail.sim.test with ESMTP id %d;\r\n\t%s\r\n",
		returnPath, n, time.Now().Format(time.RFC1123Z))
}

// mailWithoutTrace drops a Received field at the top.
func mailWithoutTrace(raw []byte) []byte {
	if !bytes.HasPrefix(raw, []byte("Received: ")) && !bytes.HasPrefix(raw, []byte("Return-Path: ")) {
		return raw
	}
	lines := strings.SplitAfter(string(raw), "\n")
	for i := 1; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], "\t") && !strings.HasPrefix(lines[i], "Received: ") {
			return []byte(strings.Join(lines[i:], ""))
		}
	}
	return raw
}

type mailLiteral struct{ *bytes.Reader }

func (l mailLiteral) Size() int64 { return l.Reader.Size() }

// mailSession mends two things in the library's session: its IDLE does not hear what came just before it
// began, and it parses what it is asked to give as it stands.
type mailSession struct {
	imapserver.Session
	mail *Mail
}

func (s *mailSession) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		if err := s.Poll(w, true); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-stop:
			return nil
		}
	}
}

// Fetch gives whole mails byte for byte; the library does the rest.
func (s *mailSession) Fetch(w *imapserver.FetchWriter, set imap.NumSet, options *imap.FetchOptions) error {
	uids, ok := set.(imap.UIDSet)
	if !ok || len(options.BodySection) != 1 || options.BodySection[0].Specifier != imap.PartSpecifierNone || len(options.BodySection[0].Part) > 0 {
		return s.Session.Fetch(w, set, options)
	}
	section := options.BodySection[0]
	for i, stored := range s.mail.mailbox() {
		if !uids.Contains(stored.uid) {
			continue
		}
		raw := stored.raw
		if part := section.Partial; part != nil {
			from := min(part.Offset, int64(len(raw)))
			raw = raw[from:min(from+part.Size, int64(len(raw)))]
		}
		message := w.CreateMessage(uint32(i) + 1)
		message.WriteUID(stored.uid)
		if options.InternalDate {
			message.WriteInternalDate(stored.at)
		}
		body := message.WriteBodySection(section, int64(len(raw)))
		if _, err := body.Write(raw); err != nil {
			return err
		}
		if err := errors.Join(body.Close(), message.Close()); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mail) mailbox() []mailStored {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.box)
}
