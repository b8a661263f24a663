// Package cities reads city packs: who can act on what, where the areas lie, which days are off. A
// pack is a folder of TOML and CSV files; those of some cities are embedded. cities/README.md names
// the files.
package cities

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"tanggap/router"
)

//go:embed all:jakarta all:banyuwangi all:base
var embedded embed.FS

// Pack is a city pack as loaded.
type Pack struct {
	Name string
	City *router.City
	// Definition is what City was compiled from; it is not to be changed.
	Definition router.Definition
	// FS holds the pack's files, for what is not the router's: the calendar, the wording.
	FS fs.FS
	// Warnings are not wrong, but worth a look by who runs the city: facts marked as examples.
	Warnings []string
}

// Calendar returns the pack's holiday file (calendar.toml), as it stands. A pack without one returns
// an error that wraps fs.ErrNotExist.
func (p Pack) Calendar() ([]byte, error) {
	data, err := fs.ReadFile(p.FS, "calendar.toml")
	if err != nil {
		return nil, fmt.Errorf("city pack %s: reading calendar.toml: %w", p.Name, err)
	}
	return data, nil
}

// Embedded names the packs that are part of the program.
func Embedded() []string { return folders(true) }

// bases names the embedded base packs, which have no city of their own.
func bases() []string { return folders(false) }

// Base returns the files of the base pack that a pack names, to read how its topics are written.
func Base(name string) (fs.FS, error) {
	if !slices.Contains(bases(), name) {
		return nil, fmt.Errorf("there is no base pack %q", name)
	}
	return fs.Sub(embedded, name)
}

// folders lists what is embedded, with a city.toml or without.
func folders(cities bool) []string {
	entries, err := embedded.ReadDir(".")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if _, err := fs.Stat(embedded, e.Name()+"/city.toml"); (err == nil) == cities {
			names = append(names, e.Name())
		}
	}
	return names
}

// Load reads and compiles a pack: an embedded one by its name, or a folder (anything with a slash, a
// dot, or that is no embedded name). All faults are reported at once, each naming its file.
func Load(name string) (Pack, error) {
	short, files, err := open(name)
	if err != nil {
		return Pack{}, err
	}
	return Read(short, files)
}

// open finds the files of a pack, and the name without its folder.
func open(name string) (string, fs.FS, error) {
	if !strings.ContainsAny(name, `/\.`) && slices.Contains(Embedded(), name) {
		sub, err := fs.Sub(embedded, name)
		if err != nil {
			return "", nil, fmt.Errorf("city pack %s: %w", name, err)
		}
		return name, sub, nil
	}
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		return "", nil, fmt.Errorf("city pack %q: neither an embedded pack (%s) nor a folder", name, strings.Join(Embedded(), ", "))
	}
	return path.Base(strings.ReplaceAll(name, `\`, "/")), os.DirFS(name), nil
}

// Read compiles the pack in a file system.
func Read(name string, files fs.FS) (Pack, error) {
	pack, _, _, err := read(name, files)
	return pack, err
}

// read compiles a pack, and gives what it was made of.
func read(name string, files fs.FS) (Pack, *reader, router.Definition, error) {
	r := &reader{files: files}
	def := r.definition()
	if len(r.faults) > 0 {
		return Pack{}, nil, def, fmt.Errorf("city pack %s: %w", name, errors.Join(r.faults...))
	}
	city, err := router.Compile(def)
	if err != nil {
		return Pack{}, nil, def, fmt.Errorf("city pack %s: %w", name, err)
	}
	pack := Pack{Name: name, City: city, Definition: def, FS: files, Warnings: r.examples(def)}
	if _, err := pack.Examples(); err != nil {
		return Pack{}, nil, def, err // at once, not when the text model begins
	}
	return pack, r, def, nil
}
