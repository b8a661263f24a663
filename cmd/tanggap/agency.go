package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"tanggap/internal/app"
	"tanggap/internal/config"
	"tanggap/tickets"
)

// agency says where agencies hear of their work.
type agency struct {
	Contact agencyContact `cmd:"" help:"Where agencies hear of their work: a mailbox, a Telegram chat, or both."`
}

type agencyContact struct {
	Set  contactSet  `cmd:"" help:"Set where an agency hears of its work. What is not given stays as it is."`
	List contactList `cmd:"" help:"List the agencies with their addresses, and whether those work."`
	Drop contactDrop `cmd:"" help:"Forget what was set for an agency: what the city pack says counts again."`
}

// contactSet sets an agency's addresses.
type contactSet struct {
	configured
	Agency   string  `arg:"" help:"The agency's id, as agency contact list shows it."`
	Mail     *string `placeholder:"ADDRESS" help:"A mailbox; '' for none."`
	Chat     *string `placeholder:"ID" help:"A Telegram chat's id, that of a group begins with -; '' for none."`
	Language *string `placeholder:"id|en" help:"The language of its messages."`
}

// Run sets them. The addresses count as working until it shows that they do not.
func (c contactSet) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if err := knownAgency(cfg.City.Pack, c.Agency); err != nil {
		return &usageError{err}
	}
	return withStore(ctx, cfg, func(store *tickets.Store) error {
		all, err := app.Contacts(ctx, cfg, store)
		if err != nil {
			return err
		}
		next := tickets.AgencyContact{Agency: c.Agency, By: "command line"}
		for i := range all {
			if all[i].Agency.ID == c.Agency {
				next.Mail, next.Chat, next.Language = all[i].Mail.Value, all[i].Chat.Value, all[i].Language
			}
		}
		if err := c.change(&next, cfg); err != nil {
			return &usageError{err}
		}
		if err := store.SetAgencyContact(ctx, next); err != nil {
			return err
		}
		fmt.Fprintf(s.Err, "tanggap: %s hears of its work by %s\n", c.Agency, ways(next.Mail, next.Chat))
		return nil
	})
}

// change takes in what was given; every mistake is told at once.
func (c contactSet) change(next *tickets.AgencyContact, cfg *config.Config) error {
	var wrong []error
	if c.Mail == nil && c.Chat == nil && c.Language == nil {
		wrong = append(wrong, errors.New("nothing to set: give --mail, --chat or --language"))
	}
	if c.Mail != nil {
		next.Mail = strings.ToLower(strings.TrimSpace(*c.Mail))
	}
	if c.Chat != nil {
		next.Chat = strings.TrimSpace(*c.Chat)
	}
	if c.Language != nil {
		if next.Language = *c.Language; next.Language != "id" && next.Language != "en" {
			wrong = append(wrong, fmt.Errorf("--language: %q is neither id nor en", next.Language))
		}
	}
	for _, acc := range cfg.Accounts {
		if m, ok := acc.Channel.(*config.Email); ok && next.Mail != "" && strings.EqualFold(m.Address, next.Mail) {
			wrong = append(wrong, fmt.Errorf("--mail: %s is the mailbox that citizens write to", next.Mail))
		}
	}
	return errors.Join(append(wrong, next.Check())...)
}

func ways(mail, chat string) string {
	switch {
	case mail != "" && chat != "":
		return "mail and Telegram"
	case mail != "":
		return "mail"
	case chat != "":
		return "Telegram"
	}
	return "nothing: it has no address"
}

// contactDrop forgets what was set.
type contactDrop struct {
	configured
	Agency string `arg:"" help:"The agency's id."`
}

// Run forgets it.
func (c contactDrop) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	err = withStore(ctx, cfg, func(store *tickets.Store) error { return store.DropAgencyContact(ctx, c.Agency) })
	if errors.Is(err, tickets.ErrNotFound) {
		return fmt.Errorf("dropping: nothing was set for %q", c.Agency)
	}
	if err == nil {
		fmt.Fprintf(s.Err, "tanggap: what was set for %s is forgotten; it hears of its work as the city pack says\n", c.Agency)
	}
	return err
}

// contactList lists the agencies.
type contactList struct {
	configured
	Missing bool `help:"Only those that have work and that nothing reaches."`
	JSON    bool `help:"Print JSON."`
}

// contactLine is an agency as it is listed. The states are "" for an address that works as far as we know,
// unreachable, stopped, failed, no_account and pilot.
type contactLine struct {
	Agency    string `json:"agency"`
	Name      string `json:"name"`
	Mail      string `json:"mail"`
	MailState string `json:"mail_state"`
	Chat      string `json:"chat"`
	ChatState string `json:"chat_state"`
	Language  string `json:"language"`
	Set       bool   `json:"set"`        // here; else as the city pack says
	HasWork   bool   `json:"has_work"`   // it holds open tickets
	IsUnheard bool   `json:"is_unheard"` // nothing reaches it
}

// Run prints a line each.
func (l contactList) Run(ctx context.Context, s streams) error {
	cfg, err := l.load()
	if err != nil {
		return err
	}
	lines := []contactLine{}
	err = withStore(ctx, cfg, func(store *tickets.Store) error {
		all, err := app.Contacts(ctx, cfg, store)
		for i := range all {
			c := &all[i]
			if l.Missing && !(c.Holds && c.Unheard()) {
				continue
			}
			lines = append(lines, contactLine{
				Agency: c.Agency.ID, Name: c.Agency.Name, Mail: c.Mail.Value, MailState: c.Mail.State, Chat: c.Chat.Value, ChatState: c.Chat.State,
				Language: c.Language, Set: c.Set, HasWork: c.Holds, IsUnheard: c.Unheard(),
			})
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
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.Agency, addressed(c.Mail, c.MailState), addressed(c.Chat, c.ChatState), c.Name)
	}
	return w.Flush()
}

func addressed(value, state string) string {
	switch {
	case value == "":
		return "-"
	case state != "":
		return value + " (" + state + ")"
	}
	return value
}

// checkAgencies says which agencies have work and hear nothing of it, and which addresses do not work.
func checkAgencies(ctx context.Context, cfg *config.Config) []finding {
	f := finding{Subject: "agencies"}
	if !cfg.Notices.Enabled {
		f.OK, f.Detail = true, "notices are switched off"
		return []finding{f}
	}
	err := beside(ctx, cfg, func(store *tickets.Store) error { return f.hearing(ctx, cfg, store) })
	if err != nil {
		f.OK, f.Detail = errors.Is(err, errSchema), oneLine(err)
	}
	return []finding{f}
}

// hearing fills in who has work and hears nothing of it.
func (f *finding) hearing(ctx context.Context, cfg *config.Config, store *tickets.Store) error {
	all, err := app.Contacts(ctx, cfg, store)
	if err != nil {
		return err
	}
	var missing, broken []string
	holding, reached := 0, 0
	for i := range all {
		c := &all[i]
		for _, r := range []struct{ state, reason string }{{c.Mail.State, c.Mail.Reason}, {c.Chat.State, c.Chat.Reason}} {
			if r.state != "" && r.state != "pilot" { // which goes with the pilot
				broken = append(broken, c.Agency.ID+": "+r.reason)
			}
		}
		if c.Missing() && c.Holds {
			missing = append(missing, c.Agency.ID)
		}
		if c.Holds {
			holding++
		}
		if !c.Missing() {
			reached++
		}
	}
	f.OK = len(missing) == 0 && len(broken) == 0
	f.Detail = fmt.Sprintf("%d of %d have an address, %d hold tickets", reached, len(all), holding)
	if len(missing) > 0 {
		f.Detail += "; no address: " + some(missing)
	}
	if len(broken) > 0 {
		f.Detail += "; not reached: " + some(broken)
	}
	return nil
}

var errSchema = errors.New("known when the database is at this program's schema")

// beside looks into the store, also beside a server; errSchema where the database is to be migrated first.
func beside(ctx context.Context, cfg *config.Config, f func(*tickets.Store) error) error {
	if state, err := schema(ctx, cfg); err != nil || len(state.Pending) > 0 || state.Version > state.Known {
		return errSchema
	}
	store, err := tickets.Open(ctx, cfg.Database.URL.Reveal(), tickets.Options{Beside: true, MaxConns: 2})
	if err != nil {
		return err
	}
	defer store.Close()
	return f(store)
}

// some are the first of a list that may be long.
func some(list []string) string {
	const most = 10
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}
