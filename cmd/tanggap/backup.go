package main

import (
	"context"
	"encoding/json"
	"fmt"

	"tanggap/internal/backup"
	"tanggap/internal/config"
)

// backupCity writes a city into one file.
type backupCity struct {
	configured
	JSON bool   `help:"Print JSON."`
	File string `arg:"" help:"The file to write; it must not be there yet."`
}

// Run writes the file; files that the database names and the folder has not are told, and make it fail
// although the file is whole: somebody must look.
func (c backupCity) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	m, err := backup.Write(ctx, placeOf(cfg), c.File, thisBuild().Version)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(s.Out).Encode(m); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.Out, "%s: schema %d, %d rows of %d tables, %d attachments of %.1f MB, as of %s\n",
			c.File, m.Schema, m.Rows(), len(m.Tables), m.Files, float64(m.Bytes)/1e6, m.MadeAt.Format("2006-01-02 15:04:05Z07:00"))
	}
	return complain(s, m)
}

func complain(s streams, m *backup.Manifest) error {
	for _, hash := range m.Missing {
		fmt.Fprintf(s.Err, "tanggap: attachment %s is named by the database, and is not in the folder\n", hash)
	}
	for _, hash := range m.Damaged {
		fmt.Fprintf(s.Err, "tanggap: attachment %s is damaged: its content has another hash\n", hash)
	}
	if len(m.Missing)+len(m.Damaged) > 0 {
		fmt.Fprintln(s.Err, "tanggap: the backup is whole but for these attachments")
		return errReported
	}
	return nil
}

func placeOf(cfg *config.Config) backup.Place {
	return backup.Place{Database: cfg.Database.URL.Reveal(), Attachments: cfg.Attachments.URL}
}
