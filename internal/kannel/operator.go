package kannel

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// SMS is one message that reached a phone, its parts put together.
type SMS struct {
	From, To string
	Text     string
	Parts    int  // segments on the air
	UCS2     bool // it went as UCS-2
}

// operator is fakesmsc: it writes what citizens send to its standard input, and reads what they get from its log.
type operator struct {
	process *process
	writing sync.Mutex // one line at a time: fakesmsc loses what comes before it has sent the last

	mu      sync.Mutex
	changed chan struct{}
	heard   string // a logged message whose end is still to come
	pieces  map[string]map[int]piece
	phones  []SMS
}

type piece struct {
	from, to string
	body     string
	ucs2     bool
	parts    int
}

func newOperator() *operator {
	return &operator{changed: make(chan struct{}), pieces: map[string]map[int]piece{}}
}

// Write makes a citizen's phone send text to number, as UCS-2 where the default alphabet does not do.
func (k *Kannel) Write(from, number, text string) error {
	if isASCII(text) && !strings.ContainsAny(text, "\r\n") && strings.TrimSpace(text) == text {
		return k.operator.write(fmt.Sprintf("%s %s text %s", from, number, text))
	}
	return k.operator.write(fmt.Sprintf("%s %s ucs2 %s", from, number, url.QueryEscape(string(utf16Bytes(text)))))
}

// WritePart makes it send one part of a long message of plain ASCII.
func (k *Kannel) WritePart(from, number string, reference, part, parts byte, text string) error {
	header := url.QueryEscape(string([]byte{5, 0, 3, reference, parts, part}))
	return k.operator.write(fmt.Sprintf("%s %s udh-text %s %s", from, number, header, text))
}

func (o *operator) write(line string) error {
	o.writing.Lock()
	defer o.writing.Unlock()
	if _, err := fmt.Fprintln(o.process.stdin, line); err != nil {
		return err
	}
	return o.process.await("fakesmsc: sent message")
}

// Phones waits until citizens have got n messages in all, and returns them in the order of their last parts.
func (k *Kannel) Phones(ctx context.Context, n int) ([]SMS, error) {
	o := k.operator
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		o.mu.Lock()
		changed, phones := o.changed, append([]SMS(nil), o.phones...)
		o.mu.Unlock()
		if len(phones) >= n {
			return phones, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return phones, ctx.Err()
		case <-timeout.C:
			return phones, errors.New("the phones did not get their messages in time")
		}
	}
}

// logged begins each line of Kannel's log; a line of a message's text does not.
var logged = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[\d+\] \[\d+\] `)

// got is a message in fakesmsc's log. It prints each line that it gets so, and a text of two lines is two.
var got = regexp.MustCompile(`Got message \d+: <(?s)(.*)>$`)

// header begins a message; what does not begin so goes on with the one before.
var header = regexp.MustCompile(`^(?s)(\S+) (\S+) (?:udh (\S+) )?(text|data|ucs-2) ?(.*)$`)

// read hears one line of fakesmsc's log.
func (o *operator) read(line string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if logged.MatchString(line) {
		o.heard = line
	} else {
		o.heard += "\n" + line
	}
	m := got.FindStringSubmatch(o.heard)
	if m == nil {
		return
	}
	o.heard = ""
	h := header.FindStringSubmatch(m[1])
	if h == nil {
		if n := len(o.phones); n > 0 {
			o.phones[n-1].Text += "\n" + m[1]
		}
		return
	}
	p := piece{from: h[1], to: h[2], body: h[5], ucs2: h[4] == "ucs-2", parts: 1}
	if h[4] != "text" {
		p.body, _ = url.QueryUnescape(h[5])
	}
	o.arrive(p, h[3])
	close(o.changed)
	o.changed = make(chan struct{})
}

// arrive puts a piece to those of its message. The caller holds the lock.
func (o *operator) arrive(p piece, udh string) {
	number, key := 1, p.from+" "+p.to
	raw, _ := url.QueryUnescape(udh)
	if len(raw) == 6 && raw[1] == 0 {
		p.parts, number = int(raw[4]), int(raw[5])
		key += " " + raw[3:5] // reference and how many
	}
	if o.pieces[key] == nil {
		o.pieces[key] = map[int]piece{}
	}
	o.pieces[key][number] = p
	if len(o.pieces[key]) < p.parts {
		return
	}
	var body strings.Builder
	for i := 1; i <= p.parts; i++ {
		body.WriteString(o.pieces[key][i].body)
	}
	delete(o.pieces, key)
	m := SMS{From: p.from, To: p.to, Text: body.String(), Parts: p.parts, UCS2: p.ucs2}
	// The log does not tell the coding of a part, only its bytes.
	if m.UCS2 = m.UCS2 || strings.Contains(m.Text, "\x00") || !utf8.ValidString(m.Text); m.UCS2 {
		m.Text = fromUTF16(m.Text)
	}
	o.phones = append(o.phones, m)
}

func utf16Bytes(s string) (b []byte) {
	for _, unit := range utf16.Encode([]rune(s)) {
		b = append(b, byte(unit>>8), byte(unit))
	}
	return b
}

func fromUTF16(s string) string {
	var units []uint16
	for i := 0; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(units))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
