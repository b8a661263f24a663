package cities

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/pelletier/go-toml/v2"

	"tanggap/router"
)

// The shapes of the TOML files. Facts name their source by its key in [sources] of city.toml.

type cityFile struct {
	City struct {
		ID string `toml:"id"`
		// Base is a base pack whose words and categories this one stands on, without those of Drop.
		Base      string   `toml:"base"`
		Drop      []string `toml:"drop"`
		Name      string   `toml:"name"`
		ShortName string   `toml:"short_name"`
		Zone      string   `toml:"zone"`
		Root      string   `toml:"root"`
		Inspector string   `toml:"inspectorate"`
		FirstHop  string   `toml:"first_hop"`
		Threshold float64  `toml:"threshold"`
		Privacy   string   `toml:"privacy"`
		Emergency struct {
			Number string `toml:"number"`
			fact
		} `toml:"emergency"`
		Days struct {
			Confirm      int `toml:"confirm"`
			Pending      int `toml:"pending"`
			PendingTotal int `toml:"pending_total"`
			Reopen       int `toml:"reopen"`
			fact
		} `toml:"days"`
		Answer struct {
			Value int    `toml:"value"`
			Unit  string `toml:"unit"`
			fact
		} `toml:"answer"`
	} `toml:"city"`
	Levels  []levelEntry           `toml:"level"`
	Sources map[string]sourceEntry `toml:"sources"`
}

type levelEntry struct {
	Name    string   `toml:"name"`
	Markers []string `toml:"markers"`
	Beside  bool     `toml:"beside"` // of the same tier as the level before
	// Office, Short and Words make the office of each area of the level; {name} is the area's name.
	// A level without Office has none.
	Office string   `toml:"office"`
	Short  string   `toml:"short"`
	Words  []string `toml:"words"`
	fact
}

type sourceEntry struct {
	Text    string `toml:"text"`
	Checked string `toml:"checked"`
}

type fact struct {
	Source  string `toml:"source"`
	Example bool   `toml:"example"`
}

type agencyFile struct {
	Agencies []struct {
		ID       string   `toml:"id"`
		Parent   string   `toml:"parent"`
		Name     string   `toml:"name"`
		Short    string   `toml:"short"`
		Kind     string   `toml:"kind"`
		External bool     `toml:"external"`
		Zone     string   `toml:"zone"`
		Hours    string   `toml:"hours"`
		Mailbox  string   `toml:"mailbox"`
		Chat     string   `toml:"chat"`
		Words    []string `toml:"words"`
		Area     string   `toml:"area"`
		Roles    []string `toml:"roles"` // what it does, by which categories that name a role find it
		fact
	} `toml:"agency"`
}

type categoryFile struct {
	Categories []categoryEntry `toml:"category"`
}

type categoryEntry struct {
	ID   string            `toml:"id"`
	Name map[string]string `toml:"name"`
	// Who acts: an agency, whoever has a role, or the office of a level ("smallest": of the smallest areas).
	Agency    string `toml:"agency"`
	Role      string `toml:"role"`
	Office    string `toml:"office"`
	Kind      string `toml:"kind"`
	Located   bool   `toml:"located"`
	Conduct   bool   `toml:"conduct"`
	Sensitive bool   `toml:"sensitive"`
	Emergency bool   `toml:"emergency"`
	Deadline  struct {
		Value int    `toml:"value"`
		Unit  string `toml:"unit"`
		fact
	} `toml:"deadline"`
	Outside bool     `toml:"outside"`
	Sure    []string `toml:"sure"`
	Strong  []string `toml:"strong"`
	Hint    []string `toml:"hint"`
	Against []string `toml:"against"`
	fact
	file string
}

type wordFile struct {
	Sets    map[string][]string `toml:"sets"`
	Guards  map[string][]string `toml:"guards"`
	Figures map[string][]string `toml:"figures"`
	Kinds   struct {
		Information []string `toml:"information"`
		Suggestion  []string `toml:"suggestion"`
		Complaint   []string `toml:"complaint"`
	} `toml:"kinds"`
	Private []string `toml:"private"`
	Suspect []string `toml:"suspect"`
}

// reader collects a definition and every fault on the way.
type reader struct {
	files    fs.FS
	folder   string // of a base pack, before the names of its files in faults
	sources  map[string]sourceEntry
	base     *foundation       // nil where the pack stands alone
	roles    map[string]string // agency by role
	smallest string            // the level of the smallest areas that have an office
	vacant   []string          // roles of the base that no agency has
	faults   []error
}

func (r *reader) fault(file, format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("%s: %s", path.Join(r.folder, file), fmt.Sprintf(format, args...)))
}

// toml decodes a file strictly.
func (r *reader) toml(file string, into any) {
	data, err := fs.ReadFile(r.files, file)
	if err != nil {
		r.fault(file, "reading it: %v", cause(err))
		return
	}
	dec := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	err = dec.Decode(into)
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		for _, e := range unknown.Errors {
			line, _ := e.Position()
			r.fault(file, "line %d: unknown key %v", line, e.Key())
		}
	case errors.As(err, &wrong):
		line, _ := wrong.Position()
		r.fault(file, "line %d: %v", line, err)
	case err != nil:
		r.fault(file, "%v", err)
	}
}

func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// origin resolves a fact's source. A fact has a source or is an example, never neither.
func (r *reader) origin(file, what string, f fact) router.Origin {
	if f.Source == "" {
		if !f.Example {
			r.fault(file, "%s: has neither a source nor example = true", what)
		}
		return router.Origin{Example: true}
	}
	s, ok := r.sources[f.Source]
	if !ok {
		r.fault(file, "%s: unknown source %q", what, f.Source)
	}
	return router.Origin{Source: s.Text, Checked: s.Checked, Example: f.Example}
}

// glob lists the files of a pattern, sorted.
func (r *reader) glob(pattern string) []string {
	names, err := fs.Glob(r.files, pattern)
	if err != nil || len(names) == 0 && r.base == nil {
		r.fault(path.Dir(pattern), "holds no %s", path.Base(pattern))
	}
	return names
}
