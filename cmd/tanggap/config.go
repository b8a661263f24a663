package main

import (
	"io"
	"log/slog"
	"os"

	"tanggap/internal/config"
)

// configured is the flag of the subcommands that need the configuration.
type configured struct {
	Config string `required:"" placeholder:"FILE" help:"The configuration file."`
}

// load reads the file and the environment; what is wrong there is a usageError.
func (c configured) load() (*config.Config, error) {
	cfg, err := config.Load(c.Config, os.Environ())
	if err != nil {
		return nil, &usageError{err}
	}
	return cfg, nil
}

// logger writes to w as the configuration says.
func logger(w io.Writer, l config.Log) *slog.Logger {
	o := &slog.HandlerOptions{Level: l.Level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
