// Package lists takes what an office hands in as a table into a city: its agencies and topics into the files of
// its pack, its people into the database. A table is taken whole or not at all; what is wrong in it is said by
// line and column, in words for whoever filled it in.
package lists

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"tanggap/internal/sheet"
)

// Problem is what is wrong in a table.
type Problem struct {
	Line   int    `json:"line,omitempty"`   // 0 where it is no line's
	Column string `json:"column,omitempty"` // its letter and its heading, "" where it is no column's
	What   string `json:"what"`
}

func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return p.What
	case p.Column == "":
		return fmt.Sprintf("line %d: %s", p.Line, p.What)
	}
	return fmt.Sprintf("line %d, column %s: %s", p.Line, p.Column, p.What)
}

// Outcome is what a table would do, or did.
type Outcome struct {
	Rows     int       `json:"rows"` // that say something
	Added    []Change  `json:"added"`
	Changed  []Change  `json:"changed"`
	Left     int       `json:"left"`     // say what is so already
	Examples int       `json:"examples"` // of the template, which are nobody
	Unread   []string  `json:"unread,omitempty"`
	Problems []Problem `json:"problems,omitempty"`
}

// Change is one row that adds or changes something.
type Change struct {
	Line   int     `json:"line"`
	ID     string  `json:"id"`
	Fields []Field `json:"fields"` // that change; all that are set, where the row is new
}

// Field is one that changes; "" is none.
type Field struct {
	Name string `json:"name"`
	Was  string `json:"was,omitempty"`
	Is   string `json:"is,omitempty"`
}

// OK reports whether the table can be taken.
func (o *Outcome) OK() bool { return len(o.Problems) == 0 }

func (o *Outcome) fault(l line, key, format string, args ...any) {
	p := Problem{Line: l.n, What: fmt.Sprintf(format, args...)}
	if i, ok := l.table.at[key]; ok {
		p.Column = fmt.Sprintf("%s (%s)", sheet.Column(i), l.table.headings[i])
	} else if name := l.table.names[key]; name != "" {
		p.What = fmt.Sprintf("there is no column %q: %s", name, strings.TrimPrefix(p.What, "is empty: "))
	}
	o.Problems = append(o.Problems, p)
}

// field is a column that a table may have.
type field struct {
	key   string
	names []string // that the column goes by; the first stands in the template
	about string   // what is written there, for the template
	must  bool     // a table without it is none
}

// table is one that was read.
type table struct {
	at       map[string]int    // column by key
	names    map[string]string // that the columns should have
	headings []string
	lines    []line
}

// line is a row of a table.
type line struct {
	n     int
	cells sheet.Row
	table *table
}

// has reports whether anything stands in the column; an empty cell leaves things as they are.
func (l line) has(key string) bool { return l.raw(key) != "" }

// cleared reports whether a dash says that what is there goes away.
func (l line) cleared(key string) bool {
	t := l.raw(key)
	return t == "-" || t == "–" || t == "—"
}

// text is what stands in the column, on one line; a dash is nothing.
func (l line) text(key string) string {
	if l.cleared(key) {
		return ""
	}
	return strings.Join(strings.Fields(l.raw(key)), " ")
}

func (l line) raw(key string) string {
	i, ok := l.table.at[key]
	if !ok {
		return ""
	}
	return l.cells.Cell(i)
}

// list is what stands in a cell between commas, semicolons or line ends, each once.
func (l line) list(key string) []any {
	if l.cleared(key) {
		return nil
	}
	var all []any
	seen := map[string]bool{}
	for _, part := range strings.FieldsFunc(l.raw(key), func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '\r' }) {
		part = strings.Trim(strings.Join(strings.Fields(part), " "), `"“”`)
		if part != "" && !seen[part] {
			seen[part] = true
			all = append(all, part)
		}
	}
	return all
}

var (
	aside    = regexp.MustCompile(`\([^)]*\)|\*`)
	exponent = regexp.MustCompile(`^[-+]?\d+([.,]\d+)?[eE]\+?\d+$`)
	fraction = regexp.MustCompile(`^[-+]?\d+\.0+$`)
)

// number is a cell of digits as they were meant: spreadsheet programs make numbers of whatever looks like one, and
// know fifteen digits of it. ok is false where digits are lost.
func number(cell string) (text string, ok bool) {
	if fraction.MatchString(cell) {
		return strings.TrimRight(strings.TrimRight(cell, "0"), "."), true
	}
	if !exponent.MatchString(cell) {
		return cell, true
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(cell, ",", "."), 64)
	if err != nil || f != float64(int64(f)) || f >= 1e15 || f <= -1e15 {
		return cell, false
	}
	return strconv.FormatInt(int64(f), 10), true
}

const lostDigits = "a number too long for the spreadsheet program, which has lost its last digits: make the column text, and type it again"

// read reads a table whose heading may stand below a title. Rows of the template's examples are counted and left out:
// they are those whose first field begins with "contoh".
func read(path string, fields []field, out *Outcome) (*table, error) {
	r, err := sheet.Open(path, "")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	byName := make(map[string]string)
	for _, f := range fields {
		for _, name := range f.names {
			byName[sheet.Normal(name)] = f.key
		}
	}
	keyOf := func(heading string) string { return byName[sheet.Normal(aside.ReplaceAllString(heading, " "))] }
	head, err := r.Heading(func(cells []string) int {
		known := map[string]bool{}
		for _, c := range cells {
			known[keyOf(c)] = true
		}
		delete(known, "")
		return len(known)
	})
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading %s: no line names columns such as %s; --template FILE.xlsx writes a table that does", path, firstNames(fields))
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	t := &table{at: map[string]int{}, names: map[string]string{}, headings: head.Cells}
	for i, h := range head.Cells {
		key := keyOf(h)
		if had, twice := t.at[key]; twice && key != "" {
			return nil, fmt.Errorf("reading %s: line %d: the columns %s (%s) and %s (%s) mean the same; take one away", path, head.Line, sheet.Column(had), head.Cells[had], sheet.Column(i), h)
		}
		switch {
		case key != "":
			t.at[key] = i
		case h != "":
			out.Unread = append(out.Unread, fmt.Sprintf("%s (%s)", sheet.Column(i), h))
		}
	}
	for _, f := range fields {
		t.names[f.key] = f.names[0]
		if _, ok := t.at[f.key]; f.must && !ok {
			return nil, fmt.Errorf("reading %s: line %d names no column %q (or %s)", path, head.Line, f.names[0], strings.Join(f.names[1:], ", "))
		}
	}
	if err := t.rows(r, path, fields[0].key, out); err != nil {
		return nil, err
	}
	return t, t.merged(path, head.Line, out)
}

// merged refuses cells over several rows: people see the value in each, and only the first has it.
func (t *table) merged(path string, heading int, out *Outcome) error {
	spans, err := sheet.Merged(path)
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	for _, s := range spans {
		for key, i := range t.at {
			if i == s.Column && s.To > heading {
				out.fault(line{n: s.From, table: t}, key, "is one cell over the lines %d to %d: part it, and write into each line what is meant there", s.From, s.To)
			}
		}
	}
	return nil
}

func (t *table) rows(r *sheet.Reader, path, first string, out *Outcome) error {
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		l := line{row.Line, row, t}
		switch {
		case row.Err != nil:
			out.fault(l, "", "%v", row.Err)
		case strings.HasPrefix(strings.ToLower(l.raw(first)), example):
			out.Examples++
		case t.empty(row):
		default:
			t.lines = append(t.lines, l)
			out.Rows++
		}
	}
}

// empty reports whether no column that is read holds anything: a running number alone is no row.
func (t *table) empty(row sheet.Row) bool {
	for _, i := range t.at {
		if row.Cell(i) != "" {
			return false
		}
	}
	return true
}

func firstNames(fields []field) string {
	var names []string
	for _, f := range fields[:min(4, len(fields))] {
		names = append(names, f.names[0])
	}
	return strings.Join(names, ", ")
}
