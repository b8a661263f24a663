// Package original shows staff a mail as its author sent it. A mail is the work of a stranger: three walls stand
// around it, of which each would do alone. What could act is taken out of its page (see newPolicy), pictures are
// drawn anew and stand in the page itself, links are told and not followed; the page is served under a policy that
// runs and loads nothing (see headers); and it is shown in a sandboxed frame, as of no site.
//
// Who may see it is for the caller to say: a mail tells who wrote it.
package original

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"

	"tanggap/channels/email/letter"
)

//go:embed mail.html
var content embed.FS

// mostText is how much of a mail is shown, in bytes. All of it can be kept as a file.
const mostText = 1 << 20

// Keys are the words that the page takes from the catalogue.
func Keys() []string {
	keys := []string{"mail.title", "mail.trace", "mail.away", "mail.lost", "mail.long", "mail.empty"}
	for _, name := range named {
		keys = append(keys, "mail."+name)
	}
	return keys
}

// named are the fields that have a name in people's languages; others go by their own.
var named = []string{"from", "to", "cc", "date", "subject"}

// Options of New; all are needed.
type Options struct {
	// Say is the word of a key, one of Keys, in a language.
	Say func(lang, key string, values ...any) string
	// Language is the caller's.
	Language func(*http.Request) string
	// Draw makes a picture anew, as PNG or JPEG; no data where it is none. It bounds its own time and memory.
	Draw func(context.Context, []byte) (kind string, data []byte)
}

// Reader shows mails. It is safe for concurrent use.
type Reader struct {
	Options
	policy *bluemonday.Policy
	mail   *template.Template
	turn   chan struct{}
}

// turnTime is how long a call waits until its mail is looked at: one is at a time.
const turnTime = 20 * time.Second

// New is a Reader; its error is about the template.
func New(o Options) (*Reader, error) {
	t, err := template.ParseFS(content, "mail.html")
	if err != nil {
		return nil, err
	}
	return &Reader{o, newPolicy(), t, make(chan struct{}, 1)}, nil
}

// sheet is the dot of mail.html.
type sheet struct {
	Lang, Title string
	Fields      []letter.Field
	TraceTitle  string
	Trace       []string
	Notes       []string
	Body        []piece
	Empty       string
}

// piece is one text of the body: HTML is sanitised, and "" in plain ones.
type piece struct {
	HTML template.HTML
	Text string
}

// Show writes the page of a mail. It returns false, and has written nothing, where its turn did not come in time or the
// page could not be made.
func (d *Reader) Show(w http.ResponseWriter, r *http.Request, raw []byte) bool {
	var b bytes.Buffer
	if !d.render(&b, r, raw) {
		return false
	}
	h := w.Header()
	for name, value := range headers {
		h.Set(name, value)
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Add("Vary", "Accept-Language, Cookie")
	_, _ = b.WriteTo(w) // an error is the caller's hanging up
	return true
}

// render makes the page when its turn comes: to take the largest of mails apart takes several times its size.
func (d *Reader) render(b *bytes.Buffer, r *http.Request, raw []byte) bool {
	bounded, cancel := context.WithTimeout(r.Context(), turnTime)
	defer cancel()
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-bounded.Done():
		return false
	}
	return d.mail.Execute(b, d.sheet(bounded, d.Language(r), raw)) == nil
}

// Save writes the mail's bytes as a file named name, which no browser shows or runs.
func (d *Reader) Save(w http.ResponseWriter, raw []byte, name string) {
	h := w.Header()
	for name, value := range headers {
		h.Set(name, value)
	}
	h.Set("Content-Type", "message/rfc822")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	_, _ = w.Write(raw)
}

// sheet takes a mail apart. Pictures that ctx leaves no time for are said to be missing.
func (d *Reader) sheet(ctx context.Context, lang string, raw []byte) sheet {
	say := func(key string, values ...any) string { return d.Say(lang, key, values...) }
	m := letter.Open(raw)
	s := sheet{Lang: lang, Title: say("mail.title"), Trace: m.Trace, TraceTitle: say("mail.trace", "count", len(m.Trace))}
	for _, f := range m.Fields {
		for _, name := range named {
			if strings.EqualFold(f.Name, name) {
				f.Name = say("mail." + name)
			}
		}
		s.Fields = append(s.Fields, f)
	}
	p := &page{ctx: ctx, inline: m.Inline, draw: d.Draw, cache: map[string]string{}}
	left := mostText
	for _, part := range m.Body {
		text := part.Text
		if len(text) > left {
			text = whole(text[:left])
			s.Notes = append(s.Notes, say("mail.long"))
		}
		left -= len(text)
		if part.HTML {
			s.Body = append(s.Body, piece{HTML: template.HTML(d.policy.Sanitize(p.rewrite(text)))})
		} else {
			s.Body = append(s.Body, piece{Text: text})
		}
		if left <= 0 {
			break
		}
	}
	if p.away > 0 {
		s.Notes = append(s.Notes, say("mail.away", "count", p.away))
	}
	if p.lost > 0 {
		s.Notes = append(s.Notes, say("mail.lost", "count", p.lost))
	}
	if len(s.Body) == 0 {
		s.Empty = say("mail.empty")
	}
	return s
}

// whole takes the beginning of a letter off the end of a text that was cut.
func whole(s string) string {
	for i := 0; i < utf8.UTFMax && s != "" && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]); i++ {
		s = s[:len(s)-1]
	}
	return s
}
