// Package outgoing writes mails: text beside its twin in HTML, with files, and signed by DKIM where a key is
// given. Equal Letters make equal bytes, so that a mail that is sent once more is the same mail.
//
// It is written for two things that ready-made writers do not give: no chance in it (boundaries, dates and
// signatures follow from the Letter), and one place, header.go, through which every byte of a header passes.
package outgoing

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// Letter is a mail to one address.
type Letter struct {
	From       mail.Address
	To         string // address alone; in ASCII but before the @, for servers that carry other letters (RFC 6532)
	Date       time.Time
	Subject    string
	MessageID  string   // without brackets, as all of them
	InReplyTo  string   // "" for none
	References []string // oldest first
	Auto       string   // Auto-Submitted (RFC 3834), "" for a person's words
	Suppress   string   // X-Auto-Response-Suppress, for Exchange
	Loop       string   // X-Loop
	Language   string   // BCP 47
	Text       string   // plain, UTF-8
	Files      []File
}

// File is an attachment.
type File struct {
	Name string
	Type string // what is no media type of one part counts as application/octet-stream
	Data []byte
}

// Bytes is the mail as it goes over the wire, before dots are doubled: ASCII but for To, lines of at most 998 bytes.
func (l Letter) Bytes() []byte {
	h := &header{}
	h.add("Date", strings.Fields(l.Date.UTC().Format(time.RFC1123Z))...)
	h.add("From", author(l.From)...)
	h.addressee(l.To)
	h.add("Subject", encoded(l.Subject, len("Subject: "))...)
	h.add("Thread-Topic", encoded(topic(l.Subject), len("Thread-Topic: "))...)
	h.add("Message-ID", "<"+l.MessageID+">")
	if l.InReplyTo != "" {
		h.add("In-Reply-To", "<"+l.InReplyTo+">")
	}
	var chain []string
	for _, id := range l.References {
		chain = append(chain, "<"+id+">")
	}
	h.add("References", chain...)
	h.add("Auto-Submitted", strings.Fields(l.Auto)...)
	h.add("X-Auto-Response-Suppress", strings.Fields(l.Suppress)...)
	h.add("X-Loop", strings.Fields(l.Loop)...)
	if language.MatchString(l.Language) {
		h.add("Content-Language", l.Language)
	}
	h.add("MIME-Version", "1.0")

	var b bytes.Buffer
	b.Grow(l.size())
	if len(l.Files) == 0 {
		l.words(&b, h)
		return b.Bytes()
	}
	edge := l.boundary("mixed")
	h.add("Content-Type", "multipart/mixed;", "boundary=\""+edge+"\"")
	h.to(&b)
	b.WriteString("--" + edge + "\r\n")
	l.words(&b, &header{})
	for _, file := range l.Files {
		b.WriteString("--" + edge + "\r\n")
		file.to(&b)
	}
	b.WriteString("--" + edge + "--\r\n")
	return b.Bytes()
}

// size is more than the mail will have, so that what is large is not copied about.
func (l Letter) size() int {
	size := 8<<10 + 6*len(l.Text)
	for _, f := range l.Files {
		size += len(f.Data)/bytesOfLine*(charsOfLine+2) + 4<<10
	}
	return size
}

// Each line of a file in base64.
const (
	bytesOfLine = 57
	charsOfLine = 76
)

// words writes the text and its twin; h is what stands above them.
func (l Letter) words(b *bytes.Buffer, h *header) {
	edge := l.boundary("alternative")
	h.add("Content-Type", "multipart/alternative;", "boundary=\""+edge+"\"")
	h.to(b)
	for _, form := range []struct{ kind, text string }{{"text/plain", clean(l.Text)}, {"text/html", l.html()}} {
		b.WriteString("--" + edge + "\r\n")
		part := &header{}
		part.add("Content-Type", form.kind+";", "charset=utf-8")
		part.add("Content-Transfer-Encoding", "quoted-printable")
		part.to(b)
		w := quotedprintable.NewWriter(b)
		w.Write([]byte(lines(form.text))) // into memory: nothing fails
		w.Close()
		b.WriteString("\r\n")
	}
	b.WriteString("--" + edge + "--\r\n")
}

// boundary is the same each time, and in no part: neither quoted-printable nor base64 can hold "=_".
func (l Letter) boundary(of string) string {
	sum := sha256.Sum256([]byte(of + " " + l.MessageID))
	return "=_" + hex.EncodeToString(sum[:16])
}

func (f File) to(b *bytes.Buffer) {
	h := &header{}
	name := fileName(f.Name)
	h.add("Content-Type", mediaType(f.Type, name)...)
	h.add("Content-Transfer-Encoding", "base64")
	h.add("Content-Disposition", disposition(name)...)
	h.to(b)
	for rest := f.Data; len(rest) > 0; {
		n := min(bytesOfLine, len(rest))
		b.Write(base64.StdEncoding.AppendEncode(b.AvailableBuffer(), rest[:n]))
		b.WriteString("\r\n")
		rest = rest[n:]
	}
}

// crlf gives every line the end that mail wants.
var crlf = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")

func lines(s string) string { return crlf.Replace(s) }
