package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// document is a TOML text as plain values, with the line of every key. Its paths are joined by dots;
// a key that holds a dot itself shows it all the same.
type document struct {
	file  string
	root  map[string]any
	lines map[string]int
}

func parse(file string, text []byte) (*document, error) {
	doc := &document{file: file, root: map[string]any{}, lines: map[string]int{}}
	if err := toml.Unmarshal(text, &doc.root); err != nil {
		if at, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ := at.Position()
			return nil, &Error{File: file, Line: line, Key: strings.Join(at.Key(), "."), Reason: reason(at)}
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	doc.locate(text)
	return doc, nil
}

// reason leaves out the library's name. The library's long form would quote the line, which may hold
// a secret.
func reason(err error) string { return strings.TrimPrefix(err.Error(), "toml: ") }

// locate notes the line of each key of a text that is known to be TOML.
func (d *document) locate(text []byte) {
	var p unstable.Parser
	p.Reset(text)
	table := ""
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = d.note(&p, "", e.Key())
		case unstable.KeyValue:
			d.noteValue(&p, table, e)
		}
	}
}

func (d *document) noteValue(p *unstable.Parser, table string, e *unstable.Node) {
	path := d.note(p, table, e.Key())
	if v := e.Value(); v.Kind == unstable.InlineTable {
		for it := v.Children(); it.Next(); {
			d.noteValue(p, path, it.Node())
		}
	}
}

func (d *document) note(p *unstable.Parser, path string, key unstable.Iterator) string {
	for key.Next() {
		node := key.Node()
		path = join(path, string(node.Data))
		if _, known := d.lines[path]; !known {
			d.lines[path] = p.Shape(node.Raw).Start.Line
		}
	}
	return path
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// Error is one thing wrong in the configuration.
type Error struct {
	File   string // or "environment"
	Line   int    // 0 where there is none
	Key    string
	Reason string
}

// Error renders "file:line: key: reason".
func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d", e.Line)
	}
	if e.Key != "" {
		s += ": " + e.Key
	}
	return s + ": " + e.Reason
}
