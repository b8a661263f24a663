package email

import (
	"bytes"
	"io"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"tanggap/channels"
	"tanggap/channels/email/outgoing"
)

// What one message may hold.
const (
	maxText       = 100_000
	maxSubject    = 200
	maxAttachment = 20 << 20 // of all of them together: servers count the whole mail
	// largestMail is what that comes to on the wire: base64 in lines makes 78 of 57 bytes, and text comes twice.
	largestMail = maxAttachment/57*78 + 1<<20
)

var (
	goodKey     = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)
	replyPrefix = regexp.MustCompile(`(?i)^\s*(re|bls|balas)\s*:`)
	// goodID is a Message-ID that may stand in a header; an EventID of ours that took the place of a
	// missing one is none.
	goodID = regexp.MustCompile(`^[!-;=?-~]{1,480}@[!-;=?-~]{1,480}$`)
)

// subjects are for messages that name none: mail without one looks like spam.
var subjects = map[string]string{"id": "Laporan Anda", "en": "Your report"}

// compose renders out for the address to. Equal Outbounds give equal bytes.
func (a *Adapter) compose(out channels.Outbound) (to string, raw []byte, err error) {
	if to, err = recipient(out.To); err != nil {
		return "", nil, err
	}
	switch {
	case !goodKey.MatchString(out.Key):
		return "", nil, channels.Errorf(channels.Rejected, "key", "the key cannot stand in a Message-ID")
	case utf8.RuneCountInString(out.Text) > maxText:
		return "", nil, channels.Errorf(channels.Rejected, "552", "the text is longer than %d characters", maxText)
	}
	l := outgoing.Letter{
		From: mail.Address{Name: outgoing.OneLine(a.config.Name), Address: a.config.Address}, To: to,
		Date: first(out.First), MessageID: a.messageID(out.Key), Loop: a.config.Address, Language: out.Language, Text: out.Text,
	}
	l.InReplyTo, l.References = references(out)
	l.Subject = subject(out, l.InReplyTo != "" || out.ReplyTo != "")
	switch {
	case out.Automatic && out.Notice:
		// RFC 3834, 5: in answer to nothing. That it came back is to be known, so NDR is not among what Exchange
		// is asked to suppress.
		l.Auto, l.Suppress = "auto-generated", "DR, RN, NRN, OOF, AutoReply"
	case out.Automatic:
		l.Auto, l.Suppress = "auto-replied", "All"
	}
	if l.Files, err = files(out.Attachments); err != nil {
		return "", nil, err
	}
	raw = l.Bytes()
	if a.dkim != nil {
		if raw, err = a.dkim.Sign(raw, l.Date); err != nil {
			return "", nil, channels.Errorf(channels.Temporary, "dkim", "the mail cannot be signed")
		}
	}
	return to, raw, nil
}

// recipient is the address as SMTP carries it: its domain in letters of ASCII. Others before the @ only some
// servers take (RFC 6531).
func recipient(to channels.Address) (string, error) {
	address, err := mail.ParseAddress(to.Value)
	if to.Kind != channels.Mail || err != nil || address.Name != "" || address.Address != to.Value {
		return "", channels.Errorf(channels.Unreachable, "553 5.1.3", "that is no mail address")
	}
	at := strings.LastIndexByte(to.Value, '@')
	local, domain := to.Value[:at], to.Value[at+1:]
	if strings.ContainsFunc(local, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) }) {
		return "", channels.Errorf(channels.Unreachable, "553 5.1.3", "that is no mail address")
	}
	if !strings.ContainsFunc(domain, func(r rune) bool { return r > '~' }) {
		return to.Value, nil
	}
	if domain, err = idna.Lookup.ToASCII(domain); err != nil {
		return "", channels.Errorf(channels.Unreachable, "553 5.1.2", "the part of the address after the @ is no domain")
	}
	return local + "@" + domain, nil
}

// first is the date of every attempt.
func first(t time.Time) time.Time {
	if t.IsZero() {
		t = time.Now()
	}
	return t.UTC().Truncate(time.Second)
}

// subject is one line, and says "Re:" in an answer, by which some clients thread.
func subject(out channels.Outbound, answer bool) string {
	s := outgoing.OneLine(channels.Clean(out.Subject))
	if runes := []rune(s); len(runes) > maxSubject {
		s = string(runes[:maxSubject])
	}
	if s == "" {
		if s = subjects[out.Language]; s == "" {
			s = subjects["id"]
		}
	}
	if answer && !replyPrefix.MatchString(s) {
		s = "Re: " + s
	}
	return s
}

// references names what the message answers, and the thread that it belongs to, oldest first (RFC 5322,
// 3.6.4). What answers nothing of the citizen's follows our own last message.
func references(out channels.Outbound) (answers string, chain []string) {
	add := func(id string) {
		if goodID.MatchString(id) && !slices.Contains(chain, id) {
			chain = append(chain, id)
		}
	}
	const most = 20 // long chains overflow the headers that other servers take; the root and the newest matter
	for i, id := range out.References {
		if (i == 0 || i >= len(out.References)-most) && id != out.ReplyTo {
			add(id)
		}
	}
	add(out.ReplyTo)
	switch {
	case goodID.MatchString(out.ReplyTo):
		answers = out.ReplyTo
	case len(chain) > 0:
		answers = chain[len(chain)-1]
	}
	return answers, chain
}

// files reads them now, so that a failure is no half-sent message.
func files(all []channels.Attachment) ([]outgoing.File, error) {
	var kept []outgoing.File
	left := int64(maxAttachment)
	for _, file := range all {
		data, err := read(file, left)
		if err != nil {
			return nil, err
		}
		left -= int64(len(data))
		kept = append(kept, outgoing.File{Name: channels.Clean(file.Name), Type: file.Type, Data: data})
	}
	return kept, nil
}

func read(file channels.Attachment, left int64) ([]byte, error) {
	tooLarge := channels.Errorf(channels.Rejected, "552 5.3.4", "the attachments are larger than %d MB", maxAttachment>>20)
	if file.Size > left {
		return nil, tooLarge
	}
	r, err := file.Open()
	if err != nil {
		return nil, channels.Errorf(channels.Temporary, "attachment", "an attachment cannot be read")
	}
	defer r.Close()
	var b bytes.Buffer
	b.Grow(int(max(file.Size, 0)) + bytes.MinRead)
	switch _, err := b.ReadFrom(io.LimitReader(r, left+1)); {
	case err != nil:
		return nil, channels.Errorf(channels.Temporary, "attachment", "an attachment cannot be read")
	case int64(b.Len()) > left:
		return nil, tooLarge
	}
	return b.Bytes(), nil
}
