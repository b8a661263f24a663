package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tanggap/internal/config"
	"tanggap/tickets"
	"tanggap/tickets/breaker"
)

// checkAnswers tells which automatic answers are held back as a storm, and wait for staff to decide. It names
// nobody.
func checkAnswers(ctx context.Context, cfg *config.Config) []finding {
	f := finding{Subject: "automatic answers", OK: true, Detail: "none is held back"}
	err := beside(ctx, cfg, func(store *tickets.Store) error {
		storms, err := breaker.New(store, breaker.Limits{}).Storms(ctx)
		held := 0
		for _, s := range storms {
			held += s.Held
			f.Items = append(f.Items, fmt.Sprintf("account %s: %d, over the limit of one %s, last %s", s.Account, s.Held, s.Scope, s.LastAt.Format(time.RFC3339)))
		}
		if held > 0 {
			f.Doubt, f.Detail = true, fmt.Sprintf("%d are held back, for there were too many: decide about them on the accounts page of the console", held)
		}
		return err
	})
	if err != nil {
		f.OK, f.Detail = errors.Is(err, errSchema), oneLine(err)
	}
	return []finding{f}
}
