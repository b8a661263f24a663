package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
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
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // before anything else: without it a hangup ends the process
	defer signal.Stop(hangups)
	var beside sync.WaitGroup
	defer beside.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	beside.Go(func() { frugal(ctx) })
	a, err := app.New(ctx, cfg, app.Options{Log: log})
	if err != nil {
		return err
	}
	beside.Go(func() {
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
	})
	return a.Run(ctx)
}
