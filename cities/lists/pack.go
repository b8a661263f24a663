package lists

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"tanggap/cities"
	"tanggap/internal/sheet"
	"tanggap/router"
)

// Plan is what a table would do to the files of a pack.
type Plan struct {
	Outcome
	// Files are those that change, as paths within the pack.
	Files []string

	dir  string
	was  map[string][]byte // as it was read; nil where it is new
	will map[string][]byte
}

// pack is a city's pack that is being changed.
type pack struct {
	plan    *Plan
	city    *router.City
	base    fs.FS // nil where it stands alone
	drop    []string
	root    string
	id      string
	sources map[string]source
	fresh   []string // keys of sources that are new
	now     time.Time
}

type source struct {
	Text    string `toml:"text"`
	Checked string `toml:"checked"`
}

// openPack reads a pack in a folder, which must be sound before anything is put into it.
func openPack(dir string, now time.Time) (*pack, error) {
	if slices.Contains(cities.Embedded(), dir) {
		return nil, fmt.Errorf("the pack %s is part of the program and cannot be changed: copy its folder, name the copy in [city] pack, and import into that", dir)
	}
	loaded, err := cities.Load(dir)
	if err != nil {
		return nil, fmt.Errorf("the pack must be sound before a list goes into it: %w", err)
	}
	p := &pack{plan: &Plan{dir: dir, was: map[string][]byte{}, will: map[string][]byte{}}, city: loaded.City, now: now, sources: map[string]source{}}
	var in struct {
		City struct {
			ID   string   `toml:"id"`
			Base string   `toml:"base"`
			Drop []string `toml:"drop"`
			Root string   `toml:"root"`
		} `toml:"city"`
		Sources map[string]source `toml:"sources"`
	}
	text, err := p.plan.read("city.toml")
	if err == nil {
		err = toml.Unmarshal(text, &in)
	}
	if err != nil {
		return nil, err
	}
	p.id, p.root, p.drop = in.City.ID, in.City.Root, in.City.Drop
	if in.City.Base != "" {
		if p.base, err = cities.Base(in.City.Base); err != nil {
			return nil, err
		}
		var below struct {
			Sources map[string]source `toml:"sources"`
		}
		if text, err = fs.ReadFile(p.base, "sources.toml"); err == nil {
			err = toml.Unmarshal(text, &below)
		}
		if err != nil {
			return nil, err
		}
		maps.Copy(p.sources, below.Sources)
	}
	maps.Copy(p.sources, in.Sources)
	return p, nil
}

// read reads a file of the pack, and remembers it as it was.
func (p *Plan) read(file string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(p.dir, file))
	if err != nil {
		return nil, err
	}
	p.was[file] = text
	return text, nil
}

// put notes how a file is to be.
func (p *Plan) put(file string, text []byte) {
	if was, there := p.was[file]; there && bytes.Equal(was, text) {
		return
	}
	p.will[file] = text
	p.Files = slices.Sorted(maps.Keys(p.will))
}

// source gives the key of what a row names as its source: a key of city.toml, or the words of one, or the words of a
// new one that the row says was looked at.
func (p *pack) source(l line, key, checked string) (string, bool) {
	text := l.text(key)
	if _, known := p.sources[text]; known {
		return text, true
	}
	for _, k := range slices.Sorted(maps.Keys(p.sources)) {
		if sheet.Normal(p.sources[k].Text) == sheet.Normal(text) {
			return k, true
		}
	}
	if !l.has(checked) {
		p.plan.fault(l, key, "%q is no source that city.toml has: say in the column %q on which day it was looked at, or leave the source empty; what has none is an example, and is not told to citizens", text, "diperiksa")
		return "", false
	}
	day, err := sheet.Date(l.text(checked), time.UTC)
	if err != nil || day.After(p.now.AddDate(0, 0, 1)) {
		p.plan.fault(l, checked, "%q is not a day up to today, such as 2026-03-01", l.text(checked))
		return "", false
	}
	name := slug(text)
	for n := 2; p.sources[name].Text != ""; n++ {
		name = fmt.Sprintf("%s-%d", slug(text), n)
	}
	p.sources[name] = source{text, day.Format(time.DateOnly)}
	p.fresh = append(p.fresh, name)
	return name, true
}

var noLetters = regexp.MustCompile(`[^a-z0-9]+`)

// slug is a key for a text.
func slug(text string) string {
	s := strings.Trim(noLetters.ReplaceAllString(strings.ToLower(text), "-"), "-")
	if len(s) > 40 {
		s = strings.TrimRight(s[:40], "-")
	}
	if s == "" {
		return "sumber"
	}
	return s
}

// finish writes new sources into city.toml, and looks the whole pack through as it would be.
func (p *pack) finish(lines map[string]int) (*Plan, error) {
	if len(p.fresh) > 0 {
		text := slices.Clone(p.plan.was["city.toml"])
		for _, k := range p.fresh {
			text = fmt.Appendf(text, "\n[sources.%s]\ntext = %s\nchecked = %s\n", k, quoted(p.sources[k].Text), quoted(p.sources[k].Checked))
		}
		p.plan.put("city.toml", text)
	}
	if len(p.plan.will) == 0 || !p.plan.OK() {
		return p.plan, nil
	}
	room, err := os.MkdirTemp("", "tanggap-import-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(room)
	there := filepath.Join(room, "pack")
	if err := os.CopyFS(there, os.DirFS(p.plan.dir)); err != nil {
		return nil, err
	}
	for _, file := range p.plan.Files {
		path := filepath.Join(there, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, p.plan.will[file], 0o600); err != nil {
			return nil, err
		}
	}
	points, err := cities.Inspect(there, p.now)
	if err != nil {
		p.plan.blame(err, lines)
		return p.plan, nil
	}
	before, err := cities.Inspect(p.plan.dir, p.now)
	if err != nil {
		return nil, err
	}
	p.plan.compare(before, points)
	return p.plan, nil
}

var blamed = regexp.MustCompile(`\b(?:agency|category) ([^\s:]+): (.*)$`)

// blame says what the pack's readers refuse, by the lines of the table that did it.
func (p *Plan) blame(err error, lines map[string]int) {
	text := strings.TrimPrefix(err.Error(), "city pack pack: ")
	for one := range strings.Lines(text) {
		one = strings.TrimSpace(one)
		problem := Problem{What: one}
		if m := blamed.FindStringSubmatch(one); m != nil && lines[m[1]] > 0 {
			problem = Problem{Line: lines[m[1]], What: m[1] + ": " + m[2]}
		}
		p.Problems = append(p.Problems, problem)
	}
}

// compare refuses what the check would fail, and does not fail already.
func (p *Plan) compare(before, after []cities.Point) {
	had := map[string]bool{}
	for _, b := range before {
		if b.Wrong {
			had[b.Subject] = true
			for _, item := range b.Items {
				had[b.Subject+item] = true
			}
		}
	}
	for _, a := range after {
		if !a.Wrong {
			continue
		}
		var fresh []string
		for _, item := range a.Items {
			if !had[a.Subject+item] {
				fresh = append(fresh, item)
			}
		}
		if len(fresh) > 0 || !had[a.Subject] {
			p.Problems = append(p.Problems, Problem{What: strings.TrimSuffix(fmt.Sprintf("the check of the pack would fail: %s: %s: %s", a.Subject, a.Detail, strings.Join(fresh, ", ")), ": ")})
		}
	}
}

// ErrOther says that somebody changed the pack since the table was compared with it.
var ErrOther = errors.New("the pack was changed meanwhile")

// Write puts the files in place: all of them, or none. Each is complete beside the old one before the first is
// replaced, and where one cannot be, those that were are put back.
func (p *Plan) Write() (err error) {
	if !p.OK() {
		return errors.New("writing the pack: the table has errors")
	}
	for _, file := range p.Files {
		is, err := os.ReadFile(filepath.Join(p.dir, file))
		if was, there := p.was[file]; there != (err == nil) || !bytes.Equal(is, was) {
			return fmt.Errorf("writing %s: %w", file, ErrOther)
		}
	}
	defer func() {
		for _, file := range p.Files {
			if e := os.Remove(p.beside(file)); e != nil && !errors.Is(e, fs.ErrNotExist) {
				err = errors.Join(err, e)
			}
		}
	}()
	for _, file := range p.Files {
		if err := p.prepare(file); err != nil {
			return fmt.Errorf("writing the pack: %w", err)
		}
	}
	for i, file := range p.Files {
		if err := os.Rename(p.beside(file), filepath.Join(p.dir, file)); err != nil {
			return errors.Join(fmt.Errorf("writing the pack: %w", err), p.restore(p.Files[:i]))
		}
	}
	return nil
}

func (p *Plan) beside(file string) string { return filepath.Join(p.dir, file) + ".new" }

// prepare writes a file beside the old one, with its rights, and syncs it.
func (p *Plan) prepare(file string) error {
	mode := fs.FileMode(0o666)
	if info, err := os.Stat(filepath.Join(p.dir, file)); err == nil {
		mode = info.Mode().Perm()
	}
	if err := os.MkdirAll(filepath.Dir(p.beside(file)), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(p.beside(file), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(p.will[file])
	return errors.Join(err, f.Sync(), f.Close())
}

func (p *Plan) restore(files []string) (err error) {
	for _, file := range files {
		path := filepath.Join(p.dir, file)
		if was, there := p.was[file]; there {
			err = errors.Join(err, os.WriteFile(path, was, 0o666))
		} else {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}
