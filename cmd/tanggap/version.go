package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
)

// version says which build this is.
type version struct {
	JSON bool `help:"Print JSON."`
}

// build is what the linker noted.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"` // of the revision, RFC 3339
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
}

// Run prints it.
func (v version) Run(s streams) error {
	b := thisBuild()
	if v.JSON {
		return json.NewEncoder(s.Out).Encode(b)
	}
	line := "tanggap " + b.Version
	if b.Revision != "" {
		line += " " + b.Revision
	}
	if b.Modified {
		line += " with changes"
	}
	if b.Time != "" {
		line += " of " + b.Time
	}
	_, err := fmt.Fprintf(s.Out, "%s (%s)\n", line, b.Go)
	return err
}

func thisBuild() build {
	b := build{Version: "(devel)"}
	bi, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Go = bi.GoVersion
	if bi.Main.Version != "" {
		b.Version = bi.Main.Version
	}
	for _, s := range bi.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value[:min(12, len(s.Value))]
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
