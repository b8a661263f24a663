package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"tanggap/internal/config"
	"tanggap/migrations"
)

// migrate brings the database up to this program's schema.
type migrate struct {
	configured
	Status bool `help:"Only say how far the database has come."`
	JSON   bool `help:"Print JSON."`
}

// Run migrates, or looks.
func (m migrate) Run(ctx context.Context, s streams) error {
	cfg, err := m.load()
	if err != nil {
		return err
	}
	if !m.Status {
		if err := migrations.UpURL(ctx, cfg.Database.URL.Reveal()); err != nil {
			return err
		}
	}
	state, err := schema(ctx, cfg)
	if err != nil {
		return err
	}
	return m.print(s, state)
}

func (m migrate) print(s streams, state migrations.State) error {
	pending := []string{}
	for _, p := range state.Pending {
		pending = append(pending, p.Slug)
	}
	if m.JSON {
		return json.NewEncoder(s.Out).Encode(map[string]any{"version": state.Version, "known": state.Known, "pending": pending})
	}
	fmt.Fprintf(s.Out, "schema %d of %d\n", state.Version, state.Known)
	for _, slug := range pending {
		fmt.Fprintf(s.Out, "pending %s\n", slug)
	}
	return nil
}

// schema is how far the database has come. A file that is not there yet is not made by looking.
func schema(ctx context.Context, cfg *config.Config) (migrations.State, error) {
	url := cfg.Database.URL.Reveal()
	if path, isFile := strings.CutPrefix(url, "sqlite:"); isFile {
		if _, err := os.Stat(path); os.IsNotExist(err) {
			url = "sqlite::memory:"
		}
	}
	db, dialect, err := migrations.Open(url)
	if err != nil {
		return migrations.State{}, err
	}
	defer db.Close()
	return migrations.Status(ctx, db, dialect)
}
