package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const (
	// longestLine is how much of one line is read, in bytes.
	longestLine = 256 << 10
	// A quoted cell that is not closed within so many lines and bytes was never meant to be open.
	mostLines = 500
	mostBytes = 256 << 10
)

// What is wrong with a row.
var (
	errOpenQuote  = errors.New(`a quotation mark (") is opened and never closed`)
	errInnerQuote = errors.New(`a quotation mark (") within a cell is not doubled`)
	errLong       = errors.New("the line is longer than 256 kB")
)

// text reads records of text. What is no record is one line only: reading goes on with the next one.
type text struct {
	in    *bufio.Reader
	comma byte
	n     int    // lines read
	ahead []line // read already, for a record that was none
}

type line struct {
	n    int
	text string
	long bool
}

// separator looks at the heading, which is the first line with more than one of the candidates.
func (c *text) separator() byte {
	head, _ := c.in.Peek(32 << 10) // an error comes again with the first line
	best, most := byte(','), 0
	for i, l := range bytes.FieldsFunc(head, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if rest, ok := bytes.CutPrefix(l, []byte("sep=")); ok && i == 0 && len(rest) == 1 {
			_, _ = c.line() // what spreadsheet programs are told by
			return rest[0]
		}
		for _, s := range []byte(",;\t|") {
			if n := outside(l, s); n > most {
				best, most = s, n
			}
		}
		if most > 1 {
			break
		}
	}
	return best
}

// outside counts a separator outside of quotation marks.
func outside(l []byte, sep byte) (n int) {
	quoted := false
	for _, b := range l {
		switch {
		case b == '"':
			quoted = !quoted
		case b == sep && !quoted:
			n++
		}
	}
	return n
}

// line reads one line, however it ends.
func (c *text) line() (line, error) {
	if len(c.ahead) > 0 {
		l := c.ahead[0]
		c.ahead = c.ahead[1:]
		return l, nil
	}
	var buf []byte
	long, any := false, false
	for {
		b, err := c.in.ReadByte()
		if err == io.EOF && any {
			break
		}
		if err != nil {
			return line{}, err
		}
		any = true
		if b == '\n' {
			break
		}
		if b == '\r' {
			if next, err := c.in.Peek(1); err == nil && next[0] == '\n' {
				_, _ = c.in.Discard(1) // peeked
			}
			break
		}
		if len(buf) == longestLine {
			long = true
			continue
		}
		buf = append(buf, b)
	}
	c.n++
	return line{c.n, readable(buf), long}, nil
}

// readable is text whose bytes, where they are not UTF-8, are Windows-1252.
func readable(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	s, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(s)
}

// next reads one record.
func (c *text) next() (Row, error) {
	first, err := c.line()
	if err != nil {
		return Row{}, err
	}
	row := Row{Line: first.n}
	if first.long {
		row.Err = errLong
		return row, nil
	}
	p := record{comma: c.comma}
	p.add(first.text)
	var more []line
	size := len(first.text)
	for p.quoted && p.err == nil {
		l, err := c.line()
		if err != nil && !errors.Is(err, io.EOF) {
			return Row{}, err
		}
		if err == nil {
			more = append(more, l)
			size += len(l.text)
		}
		if err != nil || l.long || len(more) >= mostLines || size > mostBytes {
			p.err = errOpenQuote
			break
		}
		p.add(l.text)
	}
	if p.err != nil {
		c.ahead = append(slices.Clip(more), c.ahead...)
		row.Err = p.err
		return row, nil
	}
	row.Cells = p.cells
	return row, nil
}

// record is one that is being read (RFC 4180).
type record struct {
	comma  byte
	cells  []string
	buf    []byte
	quoted bool // within quotation marks
	closed bool // behind them
	err    error
}

// add reads a line of the record.
func (p *record) add(l string) {
	for i := 0; i < len(l); i++ {
		b := l[i]
		switch {
		case p.quoted && b == '"' && i+1 < len(l) && l[i+1] == '"':
			p.buf = append(p.buf, b)
			i++
		case p.quoted && b == '"':
			p.quoted, p.closed = false, true
		case p.quoted:
			p.buf = append(p.buf, b)
		case b == p.comma:
			p.end()
		case p.closed && (b == ' ' || b == '\t'):
		case p.closed:
			p.err = errInnerQuote
			return
		case b == '"' && len(bytes.TrimSpace(p.buf)) == 0:
			p.buf, p.quoted = p.buf[:0], true
		default:
			p.buf = append(p.buf, b)
		}
	}
	if p.quoted {
		p.buf = append(p.buf, '\n')
		return
	}
	p.end()
}

func (p *record) end() {
	p.cells = append(p.cells, string(p.buf))
	p.buf, p.closed = p.buf[:0], false
}
