package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"tanggap/cities"
	"tanggap/internal/config"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// staffCommand makes, lists and changes the people who may sign in to the console.
type staffCommand struct {
	Add      staffAdd      `cmd:"" help:"Add a person; the first administrator: staff add --role admin --login NAME."`
	List     staffList     `cmd:"" help:"List everybody."`
	Disable  staffDisable  `cmd:"" help:"Shut a person out, at once."`
	Enable   staffEnable   `cmd:"" help:"Let a person in again."`
	Password staffPassword `cmd:"" help:"Give a person a new password, read from the terminal or one line of standard input."`
	Link     staffLink     `cmd:"" help:"Print a link that signs a person in, once."`
}

// command signs what is done here.
const command = "command"

// linkLife is how long a sign-in link of a command is valid.
const linkLife = 24 * time.Hour

// named is a person of the staff.
type named struct {
	configured
	Login string `arg:"" help:"The login."`
}

type staffAdd struct {
	configured
	Login  string `required:"" help:"What the person signs in with: small letters, digits, . _ - and @."`
	Name   string `help:"As colleagues read it; without it the login."`
	Role   string `required:"" enum:"admin,administrator,supervisor,dispatcher,clerk,auditor" help:"admin, supervisor, dispatcher, clerk or auditor."`
	Agency string `placeholder:"ID" help:"The person sees what this agency and those below it hold; without it the root desk's, which is everything."`
	Lang   string `default:"id" enum:"id,en" help:"id or en."`
	Link   bool   `help:"Ask for no password, and print a link that signs the person in once."`
}

// Run adds the person with a password that nobody else has seen, or with a link.
func (c staffAdd) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	st := staff.Member{Login: c.Login, Name: c.Name, Role: staff.Role(c.Role), Agency: c.Agency, Language: c.Lang}
	if c.Role == "admin" {
		st.Role = staff.Administrator
	}
	if st.Name == "" {
		st.Name = st.Login
	}
	pack, err := cities.Load(cfg.City.Pack)
	if err != nil {
		return err
	}
	if st.Agency == "" {
		st.Agency = pack.City.Root().ID
	}
	if _, known := pack.City.Agency(st.Agency); !known {
		return &usageError{fmt.Errorf("--agency: the city pack %s has no agency %q", cfg.City.Pack, st.Agency)}
	}
	password := ""
	if !c.Link {
		if password, err = readPassword(s); err != nil {
			return err
		}
	}
	return withStaff(ctx, cfg, func(people *staff.Store) error {
		added, err := people.Add(ctx, command, st, password)
		if err != nil {
			return usage(err)
		}
		fmt.Fprintf(s.Err, "tanggap: %s is added; sign in at %s/console\n", added.Login, cfg.Server.PublicURL)
		if c.Link {
			return printLink(ctx, s, cfg, people, added.Login)
		}
		return nil
	})
}

// withStaff opens the staff of the city's database.
func withStaff(ctx context.Context, cfg *config.Config, do func(*staff.Store) error) error {
	return withStore(ctx, cfg, func(store *tickets.Store) error { return do(staff.New(store)) })
}

// usage marks what the caller can mend by another call.
func usage(err error) error {
	for _, mine := range []error{staff.ErrTaken, staff.ErrMember, staff.ErrPassword, staff.ErrNobodyLeft, tickets.ErrNotFound} {
		if errors.Is(err, mine) {
			return &usageError{err}
		}
	}
	return err
}

// readPassword reads a password twice from a terminal without showing it, or once from a pipe.
func readPassword(s streams) (string, error) {
	f, ok := s.In.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(s.In, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("reading the password: %w", err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", &usageError{errors.New("no password: type one, give one line on standard input, or use --link")}
		}
		return line, nil
	}
	var typed [2]string
	for i, prompt := range []string{"Password: ", "Once more: "} {
		fmt.Fprint(s.Err, prompt)
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(s.Err)
		if err != nil {
			return "", fmt.Errorf("reading the password: %w", err)
		}
		typed[i] = string(b)
	}
	if typed[0] != typed[1] {
		return "", &usageError{errors.New("the two passwords differ")}
	}
	return typed[0], nil
}

// printLink prints the link alone on the last line.
func printLink(ctx context.Context, s streams, cfg *config.Config, people *staff.Store, login string) error {
	token, err := people.NewLink(ctx, command, login, linkLife)
	if err != nil {
		return usage(err)
	}
	fmt.Fprintln(s.Err, "tanggap: the link works once, within 24 hours")
	fmt.Fprintln(s.Out, consoleLink(cfg, token))
	return nil
}

// consoleLink is where a token of a link signs in.
func consoleLink(cfg *config.Config, token string) string {
	base := cfg.Server.PublicURL
	if base == "" {
		base = "http://" + cfg.Server.Listen
	}
	return base + "/console/link/" + token
}

type staffList struct {
	configured
	JSON bool `help:"Print JSON."`
}

// Run lists everybody; no password is among what it prints.
func (c staffList) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	var all []staff.Member
	err = withStaff(ctx, cfg, func(people *staff.Store) error {
		all, err = people.List(ctx)
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		type row struct {
			Login    string `json:"login"`
			Name     string `json:"name"`
			Role     string `json:"role"`
			Agency   string `json:"agency"`
			Disabled bool   `json:"disabled"`
		}
		rows := make([]row, 0, len(all))
		for _, st := range all {
			rows = append(rows, row{st.Login, st.Name, string(st.Role), st.Agency, !st.DisabledAt.IsZero()})
		}
		return json.NewEncoder(s.Out).Encode(rows)
	}
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "LOGIN\tNAME\tROLE\tAGENCY\tSTATE")
	for _, st := range all {
		state := "active"
		if !st.DisabledAt.IsZero() {
			state = "disabled " + st.DisabledAt.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", st.Login, st.Name, st.Role, st.Agency, state)
	}
	return w.Flush()
}

// change does one thing to one person.
func (c named) change(ctx context.Context, s streams, done string, do func(*config.Config, *staff.Store) error) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if err := withStaff(ctx, cfg, func(people *staff.Store) error { return do(cfg, people) }); err != nil {
		return usage(err)
	}
	fmt.Fprintf(s.Err, "tanggap: %s %s\n", c.Login, done)
	return nil
}

type staffDisable struct{ named }

// Run ends the person's sessions too.
func (c staffDisable) Run(ctx context.Context, s streams) error {
	return c.change(ctx, s, "is shut out", func(_ *config.Config, people *staff.Store) error {
		return people.SetDisabled(ctx, command, c.Login, true)
	})
}

type staffEnable struct{ named }

// Run lets the person in again with the old password.
func (c staffEnable) Run(ctx context.Context, s streams) error {
	return c.change(ctx, s, "may sign in again", func(_ *config.Config, people *staff.Store) error {
		return people.SetDisabled(ctx, command, c.Login, false)
	})
}

type staffPassword struct{ named }

// Run ends the person's sessions.
func (c staffPassword) Run(ctx context.Context, s streams) error {
	password, err := readPassword(s)
	if err != nil {
		return err
	}
	return c.change(ctx, s, "has a new password", func(_ *config.Config, people *staff.Store) error {
		return people.SetPassword(ctx, command, c.Login, password)
	})
}

type staffLink struct{ named }

// Run prints the link alone on the last line.
func (c staffLink) Run(ctx context.Context, s streams) error {
	return c.change(ctx, s, "has a link", func(cfg *config.Config, people *staff.Store) error {
		return printLink(ctx, s, cfg, people, c.Login)
	})
}
