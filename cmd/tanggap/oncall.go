package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"tanggap/bot/alert"
	"tanggap/internal/app"
	"tanggap/tickets"
	"tanggap/tickets/oncall"
)

// onCall says who is told at once of emergencies.
type onCall struct {
	Set  onCallSet  `cmd:"" help:"Put an address on call: a number for SMS, a mailbox, or a Telegram chat."`
	List onCallList `cmd:"" help:"List who is on call, and whether messages reach them."`
	Drop onCallDrop `cmd:"" help:"Take an address off."`
}

// onCallAddress is one address, of whichever kind.
type onCallAddress struct {
	Agency string `placeholder:"ID" help:"Only for emergencies that this agency or one below it holds; without it, for all in the city."`
	SMS    string `placeholder:"NUMBER" help:"A number for SMS, such as +628123456789."`
	Mail   string `placeholder:"ADDRESS" help:"A mailbox."`
	Chat   string `placeholder:"ID" help:"A Telegram chat's id, that of a group begins with -."`
}

// address is the one that was given.
func (a onCallAddress) address() (tickets.Address, error) {
	var all []tickets.Address
	for _, x := range []tickets.Address{
		{Kind: oncall.Tel, Value: strings.TrimSpace(a.SMS)},
		{Kind: oncall.Mail, Value: strings.ToLower(strings.TrimSpace(a.Mail))},
		{Kind: oncall.Telegram, Value: strings.TrimSpace(a.Chat)},
	} {
		if x.Value != "" {
			all = append(all, x)
		}
	}
	if len(all) != 1 {
		return tickets.Address{}, errors.New("give one of --sms, --mail and --chat")
	}
	return all[0], nil
}

// onCallSet puts one on call.
type onCallSet struct {
	configured
	onCallAddress
	Step     int    `default:"1" help:"1 is told at once; 2 and 3 where nobody has opened the report after oncall.after."`
	Language string `default:"id" placeholder:"id|en" help:"The language of the messages."`
}

// Run sets it. The address counts as working until it shows that it does not.
func (c onCallSet) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	address, err := c.address()
	next := oncall.Contact{Agency: c.Agency, Step: c.Step, Address: address, Language: c.Language, By: "command line"}
	if err == nil {
		err = next.Check()
	}
	if err == nil && c.Agency != "" {
		err = knownAgency(cfg.City.Pack, c.Agency)
	}
	if err != nil {
		return &usageError{err}
	}
	return withStore(ctx, cfg, func(store *tickets.Store) error {
		if err := oncall.New(store).Set(ctx, next); err != nil {
			return err
		}
		fmt.Fprintf(s.Err, "tanggap: %s is on call for %s, step %d\n", address.Value, whose(c.Agency), c.Step)
		return nil
	})
}

func whose(agency string) string {
	if agency == "" {
		return "the whole city"
	}
	return agency
}

// onCallDrop takes one off.
type onCallDrop struct {
	configured
	onCallAddress
}

// Run takes it off.
func (c onCallDrop) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	address, err := c.address()
	if err != nil {
		return &usageError{err}
	}
	err = withStore(ctx, cfg, func(store *tickets.Store) error { return oncall.New(store).Drop(ctx, c.Agency, address) })
	if errors.Is(err, tickets.ErrNotFound) {
		return fmt.Errorf("dropping: %s is not on call for %s", address.Value, whose(c.Agency))
	}
	if err == nil {
		fmt.Fprintf(s.Err, "tanggap: %s is on call no more for %s\n", address.Value, whose(c.Agency))
	}
	return err
}

// onCallList lists them.
type onCallList struct {
	configured
	JSON bool `help:"Print JSON."`
}

// onCallLine is one as it is listed. The states are those of contactLine.
type onCallLine struct {
	Agency   string `json:"agency"` // "" is the whole city
	Step     int    `json:"step"`
	Kind     string `json:"kind"` // tel, email or telegram
	Address  string `json:"address"`
	State    string `json:"state"`
	Language string `json:"language"`
}

// Run prints a line each.
func (l onCallList) Run(ctx context.Context, s streams) error {
	cfg, err := l.load()
	if err != nil {
		return err
	}
	lines := []onCallLine{}
	err = withStore(ctx, cfg, func(store *tickets.Store) error {
		all, err := app.OnCall(ctx, cfg, store)
		for _, c := range all {
			lines = append(lines, onCallLine{Agency: c.Agency, Step: c.Step, Kind: c.Address.Kind, Address: c.Address.Value, State: c.State, Language: c.Language})
		}
		return err
	})
	if err != nil {
		return err
	}
	if l.JSON {
		return json.NewEncoder(s.Out).Encode(lines)
	}
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, c := range lines {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", c.Step, c.Kind, addressed(c.Address, c.State), whose(c.Agency))
	}
	return w.Flush()
}

// onCallPoint: somebody is told of every emergency in the city, and messages reach him.
func onCallPoint(all []alert.Contact) finding {
	var lines []string
	reached := false
	for _, c := range all {
		if c.State != "" && c.State != "pilot" {
			lines = append(lines, fmt.Sprintf("step %d, %s, %s: %s", c.Step, c.Address.Kind, whose(c.Agency), c.Reason))
		} else if c.Agency == "" {
			reached = true
		}
	}
	switch {
	case !reached:
		return entry("on call", false, "nobody is told at once of every emergency in the city: tanggap oncall set", lines...)
	case len(lines) > 0:
		return entry("on call", false, fmt.Sprintf("%d of %d addresses do not work", len(lines), len(all)), lines...)
	}
	return entry("on call", true, fmt.Sprintf("%d addresses are told of emergencies", len(all)))
}
