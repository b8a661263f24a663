package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"tanggap/internal/app"
)

// serve runs a city.
type serve struct {
	configured
}

// Run works until it is told to stop. SIGHUP reads the city pack anew.
func (c serve) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	log := logger(s.Err, cfg.Log)
	a, err := app.New(ctx, cfg, app.Options{Log: log})
	if err != nil {
		return err
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	go func() {
		for {
			select {
			case <-hangups:
				if err := a.Reload(); err != nil {
					log.Error("the city pack stays as it was", "cause", err)
				} else {
					log.Info("the city pack was read anew")
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return a.Run(ctx)
}
