package config

import (
	"encoding"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
)

// decoder fills structs from a document and the environment, and collects what is wrong.
type decoder struct {
	doc     *document
	env     map[string]string // TANGGAP_… variables by name
	used    map[string]bool   // variables that named a key
	known   map[string]bool   // paths that a struct has
	files   map[string]string // by path of a _file key, the file that was read
	present map[string]bool   // paths that were given a value, by file or environment
	errs    []*Error
}

func newDecoder(doc *document, environ []string) *decoder {
	d := &decoder{doc: doc, env: map[string]string{}, used: map[string]bool{}, known: map[string]bool{}, present: map[string]bool{}, files: map[string]string{}}
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok && strings.HasPrefix(name, "TANGGAP_") {
			d.env[name] = value
		}
	}
	return d
}

// failed is whether something is wrong with the key at path already.
func (d *decoder) failed(path string) bool {
	return slices.ContainsFunc(d.errs, func(e *Error) bool { return e.Key == path })
}

// fail notes what is wrong with the key at path: at its line, at its variable, or else at the nearest
// table above it.
func (d *decoder) fail(path, format string, args ...any) {
	e := &Error{File: d.doc.file, Key: path, Reason: fmt.Sprintf(format, args...)}
	if name := variable(path); d.used[name] {
		e.File = "environment " + name
	} else {
		for at := path; at != "" && e.Line == 0; at = parent(at) {
			e.Line = d.doc.lines[at]
		}
	}
	d.errs = append(d.errs, e)
}

// sorted are the errors by line; those without one come last.
func (d *decoder) sorted() []error {
	slices.SortStableFunc(d.errs, func(a, b *Error) int {
		if (a.Line == 0) != (b.Line == 0) {
			return b.Line - a.Line
		}
		return a.Line - b.Line
	})
	errs := make([]error, len(d.errs))
	for i, e := range d.errs {
		errs[i] = e
	}
	return errs
}

// structure fills target, a pointer to a struct with toml tags, from the table at path.
func (d *decoder) structure(path string, table map[string]any, target any) {
	v := reflect.ValueOf(target).Elem()
	for i := range v.NumField() {
		name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("toml"), ",")
		if name == "-" {
			continue
		}
		at, field := join(path, name), v.Field(i)
		d.known[at] = true
		if isTable(field) {
			inner, ok := table[name].(map[string]any)
			if !ok && table[name] != nil {
				d.fail(at, "is %s, want a table", kindOf(table[name]))
			}
			d.structure(at, inner, field.Addr().Interface())
			continue
		}
		value, given := d.value(at, name, table, field.Type() == reflect.TypeFor[Secret]())
		if given {
			d.present[at] = true
			d.set(at, field, value)
			if secret, ok := field.Addr().Interface().(*Secret); ok {
				secret.file = d.files[at+"_file"]
			}
			if value == "" && (option == "required" || field.Type() == reflect.TypeFor[Secret]()) {
				d.fail(at, "is empty")
			}
		} else if option == "required" && !d.present[at] {
			d.fail(at, "is missing")
		}
	}
}

func isTable(v reflect.Value) bool {
	_, text := v.Addr().Interface().(encoding.TextUnmarshaler)
	return v.Kind() == reflect.Struct && !text
}

// value is what the environment or else the file gives for a key, through its _file twin if it has one.
func (d *decoder) value(path, name string, table map[string]any, secret bool) (any, bool) {
	direct, set := d.lookup(path)
	if !secret {
		if set {
			return direct, true
		}
		v, ok := table[name]
		return v, ok
	}
	twin := path + "_file"
	d.known[twin] = true
	fromEnv, twinSet := d.lookup(twin)
	inFile, inFileOK := table[name]
	file, fileOK := table[name+"_file"]
	switch {
	case set && twinSet, !set && !twinSet && inFileOK && fileOK:
		d.fail(twin, "is given, and %s too: one is enough", name)
		return nil, true
	case set:
		return direct, true
	case twinSet:
		return d.read(twin, fromEnv)
	case fileOK:
		return d.read(twin, file)
	}
	return inFile, inFileOK
}

// read is the content of the file that a _file key names, without the newline at its end. The key
// counts as given even where that fails, which is an error of its own.
func (d *decoder) read(path string, value any) (any, bool) {
	name, ok := value.(string)
	if !ok {
		d.fail(path, "is %s, want the path of a file", kindOf(value))
		return nil, true
	}
	text, err := os.ReadFile(name)
	if err != nil {
		d.fail(path, "%v", err)
		return nil, true
	}
	d.files[path] = name
	content := strings.TrimRight(string(text), "\r\n")
	if content == "" {
		d.fail(path, "%s is empty", name)
		return nil, true
	}
	return content, true
}

// unknown complains about each key that no struct has, not about the keys below it.
func (d *decoder) unknown(path string, table map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(table)) {
		at := join(path, name)
		if !d.known[at] {
			d.fail(at, "no such key")
		} else if inner, ok := table[name].(map[string]any); ok {
			d.unknown(at, inner)
		}
	}
}

func parent(path string) string {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)]
}
