package lists

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// document is a file of entries that begin with [[name]], taken apart by lines: what no row of a table touches stays
// as it is written, with its comments and where it stands.
type document struct {
	file    string
	name    string // "agency"
	head    []string
	entries []*entry
	tail    []string
	crlf    bool
}

// entry is one of them.
type entry struct {
	lead   []string // blank lines and comments above it
	body   []string
	values map[string]any
}

func parse(file, name string, text []byte) (*document, error) {
	all, err := decode(name, text)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	d := &document{file: file, name: name, crlf: strings.Contains(string(text), "\r\n")}
	d.cut(strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"), "\n"))
	if len(d.entries) != len(all) {
		return nil, fmt.Errorf("reading %s: %d entries [[%s]] were expected, and %d are written in the usual way", file, len(all), name, len(d.entries))
	}
	for i, e := range d.entries {
		e.values = all[i]
	}
	return d, nil
}

// cut puts each line where it belongs.
func (d *document) cut(lines []string) {
	var s state
	var gap []string
	put := func(more ...string) {
		if len(d.entries) == 0 {
			d.head = append(d.head, more...)
			return
		}
		last := d.entries[len(d.entries)-1]
		last.body = append(last.body, more...)
	}
	for _, l := range lines {
		fresh := s == state{}
		trimmed := strings.TrimSpace(l)
		s.read(l)
		switch {
		case fresh && (trimmed == "" || trimmed[0] == '#'):
			gap = append(gap, l)
			continue
		case fresh && strings.HasPrefix(strings.ReplaceAll(trimmed, " ", ""), "[["+d.name+"]]"):
			if len(d.entries) == 0 { // what stands above a blank line is said of the whole file
				for i := len(gap) - 1; i >= 0; i-- {
					if strings.TrimSpace(gap[i]) == "" {
						d.head, gap = append(d.head, gap[:i+1]...), gap[i+1:]
						break
					}
				}
			}
			d.entries = append(d.entries, &entry{lead: gap, body: []string{l}})
		default:
			put(append(gap, l)...)
		}
		gap = nil
	}
	d.tail = gap
}

// bytes is the file as it now stands; an error where that does not say what its entries do, because one is written in
// a way that lines alone do not show.
func (d *document) bytes() ([]byte, error) {
	lines := append([]string{}, d.head...)
	for _, e := range d.entries {
		lines = append(append(lines, e.lead...), e.body...)
	}
	lines = append(lines, d.tail...)
	end := "\n"
	if d.crlf {
		end = "\r\n"
	}
	text := []byte(strings.Join(lines, end) + end)
	all, err := decode(d.name, text)
	if err != nil || len(all) != len(d.entries) {
		return nil, fmt.Errorf("changing %s: it is written in a way that cannot be changed here: %w", d.file, err)
	}
	for i, e := range d.entries {
		if !reflect.DeepEqual(all[i], e.values) {
			return nil, fmt.Errorf("changing %s: %v is written in a way that cannot be changed here; change it by hand", d.file, e.values["id"])
		}
	}
	return text, nil
}

// decode reads the values of a file's entries.
func decode(name string, text []byte) ([]map[string]any, error) {
	var whole map[string]any
	if err := toml.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	list, _ := whole[name].([]any)
	all := make([]map[string]any, 0, len(list))
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s is no list of tables", name)
		}
		all = append(all, m)
	}
	return all, nil
}

// find is the entry with an id.
func (d *document) find(id string) *entry {
	for _, e := range d.entries {
		if e.values["id"] == id {
			return e
		}
	}
	return nil
}

// add appends an entry with no more than its heading.
func (d *document) add(lead ...string) *entry {
	e := &entry{lead: append([]string{""}, lead...), body: []string{"[[" + d.name + "]]"}, values: map[string]any{}}
	d.entries = append(d.entries, e)
	return e
}

// order puts each entry behind its parent, where it does not stand there already: the pack is read from above.
func (d *document) order() {
	placed := map[string]bool{}
	waiting := map[string][]*entry{}
	there := map[string]bool{}
	for _, e := range d.entries {
		there[text(e.values, "id")] = true
	}
	var out []*entry
	var place func(*entry)
	place = func(e *entry) {
		id := text(e.values, "id")
		out, placed[id] = append(out, e), true
		for _, child := range waiting[id] {
			place(child)
		}
		delete(waiting, id)
	}
	for _, e := range d.entries {
		if parent := text(e.values, "parent"); parent != "" && there[parent] && !placed[parent] {
			waiting[parent] = append(waiting[parent], e)
			continue
		}
		place(e)
	}
	d.entries = out
}

// set writes a value, nil for none, where the key stands, or else behind those that stand before it in order.
// Comments of what is written anew are kept above it.
func (e *entry) set(order []string, key string, value any) {
	from, to := e.where(key)
	kept := comments(e.body[from:to])
	if value == nil {
		delete(e.values, key)
		e.replace(from, to, kept)
		return
	}
	e.values[key] = value
	if from == to {
		for _, before := range order {
			if before == key {
				break
			}
			if _, end := e.where(before); end > from {
				from, to = end, end
			}
		}
		if from == 0 {
			from, to = 1, 1 // below the heading
		}
		kept = nil
	}
	e.replace(from, to, append(kept, pair(key, value)...))
}

func (e *entry) replace(from, to int, lines []string) {
	e.body = append(append(append([]string{}, e.body[:from]...), lines...), e.body[to:]...)
}

// where are the lines of a key: none, from 0 to 0, where it is not there.
func (e *entry) where(key string) (from, to int) {
	var s state
	for i := 1; i < len(e.body); i++ {
		trimmed := strings.TrimSpace(e.body[i])
		if strings.HasPrefix(trimmed, "[") {
			return 0, 0 // a table within the entry: its keys are others
		}
		name, _, _ := strings.Cut(trimmed, "=")
		begin := i
		for s.read(e.body[i]); s != (state{}) && i+1 < len(e.body); i++ {
			s.read(e.body[i+1])
		}
		if strings.Trim(strings.TrimSpace(name), `"'`) == key {
			return begin, i + 1
		}
	}
	return 0, 0
}

// comments are those of some lines, each on one of its own.
func comments(lines []string) (all []string) {
	var s state
	for _, l := range lines {
		if at := s.read(l); at >= 0 {
			all = append(all, strings.TrimSpace(l[at:]))
		}
	}
	return all
}

// state is where in a value a line ends.
type state struct {
	depth int    // brackets that are open
	long  string // quotation marks of a text of several lines that is open
}

// read reads a line, and says where its comment begins: -1 where it has none.
func (s *state) read(l string) int {
	for i := 0; i < len(l); i++ {
		if s.long != "" {
			end := strings.Index(l[i:], s.long)
			if end < 0 {
				return -1
			}
			i, s.long = i+end+len(s.long)-1, ""
			continue
		}
		switch c := l[i]; c {
		case '#':
			return i
		case '[', '{':
			s.depth++
		case ']', '}':
			s.depth--
		case '"', '\'':
			if three := strings.Repeat(string(c), 3); strings.HasPrefix(l[i:], three) {
				s.long, i = three, i+2
				continue
			}
			for i++; i < len(l) && l[i] != c; i++ {
				if l[i] == '\\' && c == '"' {
					i++
				}
			}
		}
	}
	return -1
}
