package sim

import (
	"bytes"
	"fmt"
	"io"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/jhillyerd/enmime/v2"
	gomail "github.com/wneessen/go-mail"
)

// MailLetter is what a citizen is about to send to the mailbox.
type MailLetter struct {
	From       string // address
	Name       string
	Subject    string
	Text       string
	HTML       string            // beside Text, or alone
	ReplyTo    string            // MessageID of the mail that this one answers
	References []string          // of the thread, oldest first; nil: ReplyTo alone
	Header     map[string]string // further fields
	Files      []MailFile
}

// MailFile is an attachment.
type MailFile struct {
	Name string
	Type string
	Data []byte
}

// MailTaken is a mail that the server took from us.
type MailTaken struct {
	MessageID  string // without angle brackets, as all of them
	ReplyTo    string
	References []string
	ReturnPath string // "" is the null one
	To         []string
	Subject    string
	Text       string
	Files      []MailFile
	Header     map[string][]string
	Raw        []byte
	At         time.Time
}

// Write delivers a citizen's letter into the mailbox and returns its Message-ID.
func (m *Mail) Write(l MailLetter) (string, error) {
	m.mu.Lock()
	m.seq++
	id := fmt.Sprintf("%d.%x@citizen.sim.test", m.seq, time.Now().UnixNano())
	m.mu.Unlock()
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithCharset(gomail.CharsetUTF8))
	msg.FromMailAddress(&mail.Address{Name: l.Name, Address: l.From})
	msg.ToMailAddress(&mail.Address{Address: m.options.Address})
	msg.Subject(l.Subject)
	msg.SetMessageIDWithValue(id)
	msg.SetDate()
	if l.ReplyTo != "" {
		refs := l.References
		if refs == nil {
			refs = []string{l.ReplyTo}
		}
		msg.SetGenHeader(gomail.HeaderInReplyTo, "<"+l.ReplyTo+">")
		msg.SetGenHeader(gomail.HeaderReferences, "<"+strings.Join(refs, "> <")+">")
	}
	for k, v := range l.Header {
		msg.SetGenHeader(gomail.Header(k), v)
	}
	if l.Text != "" || l.HTML == "" {
		msg.SetBodyString(gomail.TypeTextPlain, l.Text)
	}
	if l.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	}
	for _, f := range l.Files {
		if err := msg.AttachReader(f.Name, bytes.NewReader(f.Data), gomail.WithFileContentType(gomail.ContentType(f.Type))); err != nil {
			return "", fmt.Errorf("attaching a file: %w", err)
		}
	}
	var raw bytes.Buffer
	raw.WriteString(m.trace("<" + l.From + ">"))
	if _, err := msg.WriteTo(&raw); err != nil {
		return "", fmt.Errorf("writing a letter: %w", err)
	}
	m.deposit(id, raw.Bytes())
	return id, nil
}

// WriteOld puts raw bytes into the mailbox as if they had arrived at that time.
func (m *Mail) WriteOld(raw []byte, at time.Time) { m.depositAt("", slices.Clone(raw), at) }

// WriteRaw delivers any bytes into the mailbox.
func (m *Mail) WriteRaw(raw []byte) { m.deposit("", slices.Clone(raw)) }

// Bounce returns a mail that we sent, as a mail server does that cannot deliver it (RFC 3464): status is
// such as "5.1.1" or "4.2.2".
func (m *Mail) Bounce(messageID, status string) error {
	i := slices.IndexFunc(m.Taken(), func(t MailTaken) bool { return t.MessageID == messageID })
	if i < 0 {
		return fmt.Errorf("bouncing a mail: it was not taken")
	}
	t := m.Taken()[i]
	header, _, _ := bytes.Cut(t.Raw, []byte("\r\n\r\n"))
	var raw bytes.Buffer
	raw.WriteString("Return-Path: <>\r\n" + m.trace("<>"))
	fmt.Fprintf(&raw, "From: Mail Delivery System <mailer-daemon@mail.sim.test>\r\nTo: %s\r\nSubject: Undelivered Mail Returned to Sender\r\n"+
		"Date: %s\r\nMessage-ID: <bounce-%s>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"=_report\"\r\n\r\n", m.options.Address, t.At.Format(time.RFC1123Z), messageID)
	raw.WriteString("--=_report\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYour message could not be delivered.\r\n")
	fmt.Fprintf(&raw, "--=_report\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.sim.test\r\n\r\n"+
		"Final-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: %s\r\nDiagnostic-Code: smtp; %s\r\n\r\n", strings.Join(t.To, ", "), status, mailSaid(status, t.To))
	fmt.Fprintf(&raw, "--=_report\r\nContent-Type: text/rfc822-headers\r\n\r\n%s\r\n--=_report--\r\n", header)
	m.deposit("bounce-"+messageID, raw.Bytes())
	return nil
}

// mailSaid is what the citizen's server answered.
func mailSaid(status string, to []string) string {
	why := "mailbox is full"
	if strings.HasPrefix(status, "5.1.") {
		why = "user unknown"
	}
	return fmt.Sprintf("550 %s <%s>: %s", status, strings.Join(to, ", "), why)
}

// Taken lists what the server took from us, in order.
func (m *Mail) Taken() []MailTaken {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.taken)
}

// Mailbox lists what a citizen received, in order.
func (m *Mail) Mailbox(address string) []MailTaken {
	return slices.DeleteFunc(m.Taken(), func(t MailTaken) bool { return !slices.Contains(t.To, address) })
}

var mailParser = enmime.NewParser(enmime.DisableCharacterDetection(true))

// take keeps a mail that we sent; again says that it came before.
func (m *Mail) take(from string, to []string, raw []byte) (again bool, err error) {
	e, err := mailParser.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		return false, fmt.Errorf("reading a mail: %w", err)
	}
	t := MailTaken{
		MessageID:  strings.Trim(e.GetHeader("Message-Id"), "<>"),
		ReplyTo:    strings.Trim(e.GetHeader("In-Reply-To"), "<>"),
		ReturnPath: from,
		To:         to,
		Subject:    e.GetHeader("Subject"),
		Text:       strings.ReplaceAll(e.Text, "\r\n", "\n"),
		Header:     textproto.MIMEHeader(e.Root.Header),
		Raw:        raw,
		At:         time.Now(),
	}
	for _, r := range strings.Fields(e.GetHeader("References")) {
		t.References = append(t.References, strings.Trim(r, "<>"))
	}
	for _, a := range e.Attachments {
		t.Files = append(t.Files, MailFile{Name: a.FileName, Type: a.ContentType, Data: a.Content})
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	again = slices.ContainsFunc(m.taken, func(old MailTaken) bool { return old.MessageID == t.MessageID })
	m.taken = append(m.taken, t)
	size := 0
	for _, t := range m.taken {
		size += len(t.Raw)
	}
	for len(m.taken) > m.options.Keep || size > m.options.Memory && len(m.taken) > 1 {
		size -= len(m.taken[0].Raw)
		m.taken = slices.Delete(m.taken, 0, 1)
	}
	return again, nil
}

// mailReadAll bounds what one submission may bring.
func mailReadAll(r io.Reader) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, mailMemory))
}
