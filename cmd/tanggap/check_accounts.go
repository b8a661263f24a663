package main

import (
	"context"
	"log/slog"

	"tanggap/internal/app"
	"tanggap/internal/config"
)

// checkAccounts asks each account's platform; no citizen is touched.
func checkAccounts(ctx context.Context, cfg *config.Config) []finding {
	found, err := app.Check(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return []finding{{Subject: "accounts", Detail: oneLine(err)}}
	}
	return outcomes("account ", found)
}

func outcomes(subject string, found []app.Finding) (all []finding) {
	for _, f := range found {
		line := finding{Subject: subject + f.Account, OK: f.Err == nil, Detail: f.Facts}
		if f.Err != nil {
			line.Detail = oneLine(f.Err)
		}
		all = append(all, line)
	}
	return all
}
