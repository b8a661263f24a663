// Package letter reads a mail: who wrote it, what is new in it, what it answers, what is attached, and
// whether a person wrote it at all. It is pure: it asks no network, no clock and no store.
package letter

import (
	"errors"
	"fmt"
	"net/textproto"
	"strings"
	"time"

	"tanggap/channels"
)

// Letter is one mail, understood.
type Letter struct {
	MessageID string    // without angle brackets, "" where it has none
	From      string    // lower-case address of the first author, "" where it names none
	Name      string    // the author's display name
	Subject   string    // decoded
	Date      time.Time // the author's; zero where it is missing or nonsense
	Arrived   time.Time // of the newest Received field, which our own server wrote; zero without one
	Answers   []string  // the Message-IDs it answers: In-Reply-To, then References from the end
	Text      string    // what is new in it
	Quoted    string    // quotation and signature, kept for staff
	Attached  []Attachment
	Robot     channels.Sign // by which no person wrote it; "" for a person's
	Bounce    *Bounce       // of a returned mail
	Digest    string        // equal for the same mail delivered twice, and for nothing else; 64 hex digits
	header    textproto.MIMEHeader
}

// Attachment is a part that is not text to read.
type Attachment struct {
	Ref  string // counts from 1 in the order of the parts; the same at every reading of the same bytes
	Name string // the sender's, untrusted
	Type string // the claimed media type, untrusted
	Data []byte
}

// errNoAuthor says that nobody can be answered.
var errNoAuthor = errors.New("reading a mail: it names no author")

// Read understands raw, the bytes of a mail as RFC 5322 has them. With an error the Letter holds what
// could be read all the same: at least the Digest. Time and memory are bounded by the size of raw.
func Read(raw []byte) (l *Letter, err error) {
	defer func() {
		if p := recover(); p != nil {
			l, err = &Letter{Digest: bytesDigest(raw)}, errors.New("reading a mail: a parser gave up")
		}
	}()
	root, err := parse(raw)
	if err != nil {
		return &Letter{Digest: bytesDigest(raw)}, fmt.Errorf("reading a mail: %w", err)
	}
	h := undeclared(root.header, root.charset())
	l = &Letter{
		MessageID: firstID(h.Get("Message-Id")),
		Subject:   decode(h.Get("Subject")),
		Date:      date(h.Get("Date")),
		Arrived:   arrived(h),
		Answers:   answers(h),
		Digest:    digest(raw, root.header),
		header:    h,
	}
	l.From, l.Name = author(h)
	body := root.read()
	l.Attached = body.attached
	l.Bounce = bounce(l, root, body.text, raw)
	l.Robot = robot(l, root)
	if l.Bounce == nil && strings.TrimSpace(body.text) == "" {
		body.text = root.enclosed()
	}
	if sentOn.MatchString(l.Subject) {
		l.Text = body.text // Outlook shows a mail that is sent on just as one that is answered
	} else {
		l.Text, l.Quoted = Split(body.text)
	}
	if l.From == "" && l.Bounce == nil {
		return l, errNoAuthor
	}
	return l, nil
}

// Part finds the attachment that ref names in raw.
func Part(raw []byte, ref string) (Attachment, bool) {
	root, err := parse(raw)
	if err != nil {
		return Attachment{}, false
	}
	for _, a := range root.read().attached {
		if a.Ref == ref {
			return a, true
		}
	}
	return Attachment{}, false
}

// Has reports whether the mail's own header has a field of this name that holds value, case ignored.
func (l *Letter) Has(field, value string) bool {
	return holds(l.header.Values(field), value)
}

// Values are the fields of this name in the mail's own header, the newest first.
func (l *Letter) Values(field string) []string { return l.header.Values(field) }
