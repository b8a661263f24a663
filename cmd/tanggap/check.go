package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"tanggap/internal/app"
	"tanggap/internal/config"
)

// check looks at everything that a server needs, and says a line about each.
type check struct {
	configured
	Offline bool     `help:"Ask no platform, and open no page."`
	Live    bool     `help:"Fail while a point of the go-live list is open."`
	DNS     string   `placeholder:"IP" help:"Ask this DNS server about the domains of mailboxes, such as 1.1.1.1: what others see, where the office has a DNS of its own."`
	Send    []string `placeholder:"ACCOUNT=ADDRESS" sep:"none" help:"Also send one test message through the account, to a number, a mail address or a chat id; again for each account. A mailbox alone writes to itself, and what its mail went through is told."`
	JSON    bool     `help:"Print JSON."`
}

// finding is one line.
type finding struct {
	Subject string   `json:"subject"` // configuration, database, disk, clock, account NAME …
	OK      bool     `json:"ok"`
	Doubt   bool     `json:"doubt,omitempty"` // works, or may not: a person should look
	Detail  string   `json:"detail"`          // facts for an operator, never a secret or a citizen's address
	Items   []string `json:"items,omitempty"` // what the detail counts, a line each
	GoLive  bool     `json:"go_live"`         // a point of the go-live list, which may be open until then
}

// patience bounds the look at one subject.
const patience = 15 * time.Second

// proofPatience bounds the sending of one test message, and its arrival.
const proofPatience = 2 * time.Minute

// Run looks. What is wrong in the configuration ends it at once, since the rest depends on it.
func (c check) Run(ctx context.Context, s streams) error {
	if c.Offline && len(c.Send) > 0 {
		return &usageError{errors.New("--send: asks a platform, and --offline asks none")}
	}
	cfg, err := c.load()
	if err != nil {
		return err
	}
	resolver, err := resolverAt(c.DNS)
	if err != nil {
		return &usageError{err}
	}
	to, err := recipients(c.Send)
	if err != nil {
		return &usageError{err}
	}
	test, err := app.NewTrial(cfg, to, slog.New(slog.DiscardHandler))
	if err != nil {
		return &usageError{err}
	}
	findings := []finding{{Subject: "configuration", OK: true, Detail: fmt.Sprintf("%s: %d accounts, mode %s", c.Config, len(cfg.Accounts), cfg.Server.Mode)}}
	for _, look := range []func(context.Context, *config.Config) []finding{
		checkDatabase,
		checkDisk,
		checkClock,
		checkAgencies,
		checkAnswers,
	} {
		ctx, cancel := context.WithTimeout(ctx, patience)
		findings = append(findings, look(ctx, cfg)...)
		cancel()
	}
	if !c.Offline {
		ctx, cancel := context.WithTimeout(ctx, patience*time.Duration(1+len(cfg.Accounts)))
		defer cancel()
		findings = append(findings, checkAccounts(ctx, cfg, resolver)...)
	}
	live, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	findings = append(findings, goLive(live, cfg, c.Offline)...)
	if len(c.Send) > 0 {
		ctx, cancel := context.WithTimeout(ctx, proofPatience*time.Duration(len(c.Send)))
		defer cancel()
		findings = append(findings, outcomes("test message ", test.Send(ctx))...)
	}
	return c.print(s, findings)
}

// recipients are the addresses of test messages, by account; "" where none is given.
func recipients(send []string) (map[string]string, error) {
	to := map[string]string{}
	for _, s := range send {
		account, address, _ := strings.Cut(s, "=")
		if _, twice := to[account]; twice {
			return nil, fmt.Errorf("--send: %s is named twice", account)
		}
		to[account] = address
	}
	return to, nil
}

func (c check) print(s streams, findings []finding) error {
	var err error
	for _, f := range findings {
		word := "ok  "
		switch {
		case !f.OK && f.GoLive && !c.Live:
			word = "todo"
		case !f.OK:
			word, err = "FAIL", errReported
		case f.Doubt:
			word = "look"
		}
		if c.JSON {
			continue
		}
		fmt.Fprintf(s.Out, "%s %s: %s\n", word, f.Subject, f.Detail)
		for _, item := range f.Items {
			fmt.Fprintf(s.Out, "       %s\n", item)
		}
	}
	if c.JSON {
		if err := json.NewEncoder(s.Out).Encode(findings); err != nil {
			return err
		}
	}
	return err
}
