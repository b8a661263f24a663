package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tanggap/channels/email/fetch"
	"tanggap/internal/config"
	"tanggap/tickets"
)

// mailboxPast answers what the first start of a mailbox asked; without an answer it says how things stand.
type mailboxPast struct {
	configured
	Account string `arg:"" help:"The account of type email."`
	None    bool   `xor:"answer" help:"Leave it alone."`
	All     bool   `xor:"answer" help:"Take all of it, as reports that are never answered."`
	From    string `xor:"answer" placeholder:"DAY" help:"Take what came since that day, such as 2026-01-31."`
}

// Run notes the answer: who reads the mailbox goes by it within minutes.
func (c mailboxPast) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(cfg.Accounts, func(a config.Account) bool { return a.Name == c.Account && a.Channel.Type() == "email" })
	if i < 0 {
		return &usageError{fmt.Errorf("there is no account %q of type email", c.Account)}
	}
	answer := fetch.Answer{Given: c.None || c.All || c.From != "", Import: !c.None, By: "command line", At: time.Now().UTC()}
	if c.From != "" {
		if answer.From, err = time.Parse(time.DateOnly, c.From); err != nil {
			return &usageError{errors.New("--from: is no day such as 2026-01-31")}
		}
	}
	if answer.Given && cfg.Accounts[i].Channel.(*config.Email).ImportPast.Given {
		return &usageError{errors.New("the configuration answers it already: import_past")}
	}
	return withStore(ctx, cfg, func(store *tickets.Store) error {
		if answer.Given {
			if err := fetch.AnswerPast(ctx, store, c.Account, answer); err != nil {
				return err
			}
		}
		point, err := pastPoint(ctx, cfg.Accounts[i], store)
		if err == nil {
			fmt.Fprintln(s.Out, point.Detail)
		}
		return err
	})
}

// pastPoints are those of the mailboxes in which something lay.
func pastPoints(ctx context.Context, cfg *config.Config, store *tickets.Store) (all []finding, err error) {
	for _, acc := range cfg.Accounts {
		if acc.Channel.Type() != "email" {
			continue
		}
		point, err := pastPoint(ctx, acc, store)
		if err != nil {
			return all, err
		}
		if point.Subject != "" {
			all = append(all, point)
		}
	}
	return all, nil
}

// pastPoint says what lay in a mailbox before the first start, and what becomes of it; without a subject where
// nothing did.
func pastPoint(ctx context.Context, acc config.Account, store *tickets.Store) (finding, error) {
	past, answer, asked, err := fetch.ReadPast(ctx, store, acc.Name)
	if err != nil {
		return finding{}, err
	}
	if c := acc.Channel.(*config.Email).ImportPast; c.Given {
		answer = fetch.Answer{Given: true, Import: c.Import, From: c.From}
	}
	if !asked {
		return finding{Detail: "nothing was there before the first start, or there was none yet"}, nil
	}
	name := "old mail, " + acc.Name
	what := fmt.Sprintf("%d messages from before the first start", past.Messages)
	if !past.Oldest.IsZero() {
		what += ", the oldest of " + past.Oldest.Format(time.DateOnly)
	}
	since := ""
	if !answer.From.IsZero() {
		since = " since " + answer.From.Format(time.DateOnly)
	}
	switch {
	case !answer.Given:
		return entry(name, false, what+", wait for an answer: tanggap mailbox past "+acc.Name+" --none, --all or --from DAY"), nil
	case !answer.Import:
		return entry(name, true, what+", are left alone"), nil
	case past.Done():
		return entry(name, true, fmt.Sprintf("%s: %d were taken%s", what, past.Taken, since)), nil
	default:
		return entry(name, true, fmt.Sprintf("%s: %d have been taken%s, it goes on", what, past.Taken, since)), nil
	}
}
