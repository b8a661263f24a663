// Package sheet reads tables as people hand them on: workbooks of spreadsheet programs (.xlsx) and text with
// separators (.csv), row by row, whatever their size. What is wrong with a row is said of that row, by its
// line, and the next one is read.
package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Row is one row that is not blank. Its cells have no space around them; trailing ones may be missing.
type Row struct {
	Line  int // of the file, or of the worksheet, from 1
	Cells []string
	Err   error // the row cannot be read; then Cells is nil
}

// Cell is the i-th cell, "" where there is none.
func (r *Row) Cell(i int) string {
	if i < 0 || i >= len(r.Cells) {
		return ""
	}
	return r.Cells[i]
}

// Reader reads one table. It is not safe for concurrent use.
type Reader struct {
	next  func() (Row, error)
	close []io.Closer
	ahead []Row // read by Heading and to be read again
}

// ErrFormat says that a file is no table that can be read.
var ErrFormat = errors.New("not a table")

// Open opens a file, which may be of either kind whatever it is called. worksheet names one of a workbook's;
// "" is the first.
func Open(path, worksheet string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := open(f, worksheet)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	r.close = append(r.close, f)
	return r, nil
}

func open(f *os.File, worksheet string) (*Reader, error) {
	var start [512]byte
	n, err := io.ReadFull(f, start[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	head := start[:n]
	low := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return openBook(f, worksheet)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return nil, fmt.Errorf("%w: an old or encrypted workbook; open it and save it as .xlsx without a password", ErrFormat)
	case bytes.HasPrefix(low, []byte("<")):
		return nil, fmt.Errorf("%w: a web page, whatever its name says; open it in a spreadsheet program and save it as .xlsx", ErrFormat)
	case n == 0:
		return nil, fmt.Errorf("%w: it is empty", ErrFormat)
	}
	return Text(f), nil
}

// Text reads text with separators: comma, semicolon, tab or bar, whichever its heading has most of; UTF-8,
// UTF-16 with a mark, or Windows-1252, a line at a time.
func Text(in io.Reader) *Reader {
	plain := transform.NewReader(in, unicode.BOMOverride(encoding.Nop.NewDecoder()))
	c := &text{in: bufio.NewReaderSize(plain, 64<<10)}
	c.comma = c.separator()
	return &Reader{next: c.next}
}

// Next returns the next row that is not blank; io.EOF at the end. Any other error ends the reading.
func (r *Reader) Next() (Row, error) {
	if len(r.ahead) > 0 {
		row := r.ahead[0]
		r.ahead = r.ahead[1:]
		return row, nil
	}
	for {
		row, err := r.next()
		if err != nil {
			return Row{}, err
		}
		for i, c := range row.Cells {
			row.Cells[i] = strings.TrimSpace(strings.ReplaceAll(c, "\x00", ""))
		}
		if row.Err != nil || slices.ContainsFunc(row.Cells, func(c string) bool { return c != "" }) {
			return row, nil
		}
	}
}

// Close lets go of the file.
func (r *Reader) Close() error {
	var err error
	for _, c := range r.close {
		err = errors.Join(err, c.Close())
	}
	return err
}
