package email

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"tanggap/channels"
)

// What one message may hold.
const (
	maxText       = 100_000
	maxSubject    = 200
	maxAttachment = 20 << 20
)

var (
	goodKey     = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)
	replyPrefix = regexp.MustCompile(`(?i)^\s*(re|bls|balas)\s*:`)
	// goodID is a Message-ID that may stand in a header; an EventID of ours that took the place of a
	// missing one is none.
	goodID = regexp.MustCompile(`^[!-;=?-~]{1,480}@[!-;=?-~]{1,480}$`)
)

// crlf gives every line the end that mail wants.
var crlf = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")

// subjects are for messages that name none: mail without one looks like spam.
var subjects = map[string]string{"id": "Laporan Anda", "en": "Your report"}

// compose renders out. Equal Outbounds give equal bytes.
func (a *Adapter) compose(out channels.Outbound) (*gomail.Msg, error) {
	to, err := recipient(out.To)
	if err != nil {
		return nil, err
	}
	switch {
	case !goodKey.MatchString(out.Key):
		return nil, channels.Errorf(channels.Rejected, "key", "the key cannot stand in a Message-ID")
	case utf8.RuneCountInString(out.Text) > maxText:
		return nil, channels.Errorf(channels.Rejected, "552", "the text is longer than %d characters", maxText)
	}
	m := gomail.NewMsg(
		gomail.WithNoDefaultUserAgent(),
		gomail.WithCharset(gomail.CharsetUTF8),
		gomail.WithEncoding(gomail.EncodingQP),
		gomail.WithBoundary(boundary(a.messageID(out.Key))),
	)
	m.FromMailAddress(&mail.Address{Name: a.config.Name, Address: a.config.Address})
	m.ToMailAddress(&mail.Address{Address: to})
	m.SetMessageIDWithValue(a.messageID(out.Key))
	m.SetDateWithValue(first(out.First))
	m.Subject(subject(out))
	a.references(m, out)
	m.SetGenHeader("X-Loop", a.config.Address)
	if out.Automatic {
		kind := "auto-replied"
		if out.Notice {
			kind = "auto-generated" // RFC 3834, 5: in answer to nothing
		}
		m.SetGenHeader("Auto-Submitted", kind)
		m.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	}
	if out.Language != "" {
		m.SetGenHeader("Content-Language", oneLine(out.Language))
	}
	m.SetBodyString(gomail.TypeTextPlain, crlf.Replace(out.Text))
	for _, file := range out.Attachments {
		if err := attach(m, file); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func recipient(to channels.Address) (string, error) {
	address, err := mail.ParseAddress(to.Value)
	if to.Kind != channels.Mail || err != nil || address.Name != "" || address.Address != to.Value ||
		strings.ContainsFunc(to.Value, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return "", channels.Errorf(channels.Unreachable, "553 5.1.3", "that is no mail address")
	}
	return to.Value, nil
}

// first is the date of every attempt.
func first(t time.Time) time.Time {
	if t.IsZero() {
		t = time.Now()
	}
	return t.UTC().Truncate(time.Second)
}

// subject is one line, and says "Re:" in an answer, by which some clients thread.
func subject(out channels.Outbound) string {
	s := oneLine(out.Subject)
	if runes := []rune(s); len(runes) > maxSubject {
		s = string(runes[:maxSubject])
	}
	if s == "" {
		if s = subjects[out.Language]; s == "" {
			s = subjects["id"]
		}
	}
	if out.ReplyTo != "" && !replyPrefix.MatchString(s) {
		s = "Re: " + s
	}
	return s
}

// oneLine is s without anything that could begin a new header field.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(channels.Clean(s), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}), " ")
}

// references names what the message answers (RFC 5322, 3.6.4), oldest first.
func (a *Adapter) references(m *gomail.Msg, out channels.Outbound) {
	var chain []string
	add := func(id string) {
		if goodID.MatchString(id) && !strings.Contains(strings.Join(chain, " "), "<"+id+">") {
			chain = append(chain, "<"+id+">")
		}
	}
	const most = 20 // long chains overflow the headers that other servers take; the root and the newest matter
	for i, id := range out.References {
		if i == 0 || i >= len(out.References)-most {
			add(id)
		}
	}
	add(out.ReplyTo)
	if goodID.MatchString(out.ReplyTo) {
		m.SetGenHeader(gomail.HeaderInReplyTo, "<"+out.ReplyTo+">")
	}
	if len(chain) > 0 {
		m.SetGenHeader(gomail.HeaderReferences, strings.Join(chain, " "))
	}
}

// attach reads the file now, so that its failure is no half-sent message.
func attach(m *gomail.Msg, file channels.Attachment) error {
	if file.Size > maxAttachment {
		return channels.Errorf(channels.Rejected, "552 5.3.4", "an attachment is larger than %d MB", maxAttachment>>20)
	}
	r, err := file.Open()
	if err != nil {
		return channels.Errorf(channels.Temporary, "attachment", "an attachment cannot be read")
	}
	defer r.Close()
	bounded := &io.LimitedReader{R: r, N: maxAttachment + 1}
	kind, _, err := mime.ParseMediaType(file.Type)
	if err != nil || strings.HasPrefix(kind, "multipart/") || strings.HasPrefix(kind, "message/") {
		kind = "application/octet-stream"
	}
	err = m.AttachReader(oneLine(file.Name), bounded, gomail.WithFileContentType(gomail.ContentType(kind)))
	switch {
	case bounded.N <= 0:
		return channels.Errorf(channels.Rejected, "552 5.3.4", "an attachment is larger than %d MB", maxAttachment>>20)
	case err != nil:
		return channels.Errorf(channels.Temporary, "attachment", "an attachment cannot be read")
	}
	return nil
}

// boundary is the same for every attempt, and in nobody's text.
func boundary(id string) string {
	sum := sha256.Sum256([]byte(id))
	return fmt.Sprintf("=_%s", hex.EncodeToString(sum[:16]))
}
