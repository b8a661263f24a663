package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tanggap/internal/config"
)

// check looks at everything that a server needs, and says a line about each.
type check struct {
	configured
	Offline bool `help:"Ask no platform."`
	JSON    bool `help:"Print JSON."`
}

// finding is one line.
type finding struct {
	Subject string `json:"subject"` // configuration, database, disk, clock, account NAME …
	OK      bool   `json:"ok"`
	Detail  string `json:"detail"` // facts for an operator, never a secret
}

// patience bounds the look at one subject.
const patience = 15 * time.Second

// Run looks. What is wrong in the configuration ends it at once, since the rest depends on it.
func (c check) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	findings := []finding{{"configuration", true, fmt.Sprintf("%s: %d accounts, mode %s", c.Config, len(cfg.Accounts), cfg.Server.Mode)}}
	for _, look := range []func(context.Context, *config.Config) []finding{
		checkDatabase,
		checkDisk,
		checkClock,
		checkAgencies,
	} {
		ctx, cancel := context.WithTimeout(ctx, patience)
		findings = append(findings, look(ctx, cfg)...)
		cancel()
	}
	if !c.Offline {
		ctx, cancel := context.WithTimeout(ctx, patience*time.Duration(1+len(cfg.Accounts)))
		defer cancel()
		findings = append(findings, checkAccounts(ctx, cfg)...)
	}
	return c.print(s, findings)
}

func (c check) print(s streams, findings []finding) error {
	var err error
	for _, f := range findings {
		word := "ok  "
		if !f.OK {
			word, err = "FAIL", errReported
		}
		if !c.JSON {
			fmt.Fprintf(s.Out, "%s %s: %s\n", word, f.Subject, f.Detail)
		}
	}
	if c.JSON {
		if err := json.NewEncoder(s.Out).Encode(findings); err != nil {
			return err
		}
	}
	return err
}
