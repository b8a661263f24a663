package main

import (
	"context"
	"encoding/json"
	"fmt"

	"tanggap/internal/backup"
	"tanggap/tickets"
)

// restore makes a city of what backup wrote.
type restore struct {
	configured
	JSON bool   `help:"Print JSON."`
	File string `arg:"" help:"What backup wrote."`
}

// Run fills the configuration's database and folder, which must be empty, and says what a clerk has to
// look at: the messages that waited to be sent.
func (c restore) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	done, err := backup.Restore(ctx, c.File, placeOf(cfg))
	if err != nil {
		return err
	}
	held := make([]string, len(done.Held))
	for i, h := range done.Held {
		held[i] = h.Reference
	}
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(map[string]any{"manifest": done.Manifest, "held": held})
	}
	fmt.Fprintf(s.Out, "restored the city as of %s: %d rows, %d attachments\n", done.MadeAt.Format("2006-01-02 15:04:05Z07:00"), done.Rows(), done.Files)
	if len(held) > 0 {
		fmt.Fprintf(s.Out, "%d messages waited to be sent. They may have been sent after the backup, and are not sent again: they stand as failed on\n", len(held))
	}
	for _, ref := range held {
		if ref == "" {
			fmt.Fprintln(s.Out, "  (an answer outside any ticket)")
			continue
		}
		fmt.Fprintf(s.Out, "  %s\n", tickets.Reference(ref))
	}
	fmt.Fprintln(s.Err, "tanggap: staff, passwords and tokens are as they were then: disable and revoke again what was ended since")
	return nil
}
