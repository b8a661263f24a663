package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"tanggap/internal/app"
	"tanggap/internal/demo"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// demoCity runs the demo city on simulated platforms.
type demoCity struct {
	Listen string `default:"127.0.0.1:8080" help:"Where to listen; loopback only."`
	Data   string `placeholder:"DIR" help:"Keep the demo's database and files here; without it they are gone at the end."`
	Empty  bool   `help:"Start without the week that the demo city has behind it."`
}

// Run works until it is told to stop.
func (c demoCity) Run(ctx context.Context, s streams) error {
	dir := c.Data
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "tanggap-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	debug.SetMemoryLimit(demoMemory)
	d, err := demo.Start(c.Listen, dir)
	if err != nil {
		return &usageError{err}
	}
	defer d.Close()
	log := slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	o := app.Options{Log: log, Demo: true, Examples: true, Extra: d.Pages()}
	if !c.Empty {
		o.Prepare = d.Seed
	}
	a, err := app.New(ctx, d.Config(), o)
	if err != nil {
		return err
	}
	if err := d.Begin(ctx, a.Store()); err != nil {
		a.Close()
		return err
	}
	token, err := a.Store().CreateToken(ctx, tickets.Token{
		Name: "demo", Agency: "*",
		Scopes: []string{"tickets:read", "tickets:write", "accounts:read", "quarantine:read"},
	})
	if err != nil {
		a.Close()
		return err
	}
	people := staff.New(a.Store())
	link, err := demoLink(ctx, people, a.City().Root().ID)
	if err != nil {
		a.Close()
		return err
	}
	d.SetConsole(func(ctx context.Context) (string, error) {
		token, err := people.NewLink(ctx, "demo", demoLogin, linkLife)
		return "/console/link/" + token, err
	})
	fmt.Fprintf(s.Out, `The demo city is ready.

  be a citizen   http://%[1]s/playground
  be the desk    http://%[1]s/console/link/%[3]s  (signs you in once, as %[4]s)
  be a program   the JSON API; its description is http://%[1]s/api/v1/openapi.json

  TOKEN=%[2]s
  curl -H "Authorization: Bearer $TOKEN" http://%[1]s/api/v1/tickets
  curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
       -d '{"text":"Petugas kami sedang ke lokasi."}' http://%[1]s/api/v1/tickets/REFERENCE/replies

Everything here is simulated. End it with Ctrl-C.
`, a.Addr(), token, link, demoLogin)
	return a.Run(ctx)
}

// demoMemory is from where on the garbage of the demo is collected sooner: it runs beside a browser, on the
// machines of people who only look. Together with the program's own pages it stays below 100 MB.
const demoMemory = 56 << 20

// demoLogin is the demo's administrator, who has no password: only a link lets him in.
const demoLogin = "rina"

// demoLink makes the administrator, if an earlier run has not, and a link that signs him in once.
func demoLink(ctx context.Context, people *staff.Store, root string) (string, error) {
	_, err := people.Add(ctx, "demo", staff.Member{Login: demoLogin, Name: "Rina (demo)", Role: staff.Administrator, Agency: root}, "")
	if err != nil && !errors.Is(err, staff.ErrTaken) {
		return "", err
	}
	return people.NewLink(ctx, "demo", demoLogin, linkLife)
}
