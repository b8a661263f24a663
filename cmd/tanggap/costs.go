package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tanggap/internal/app"
	"tanggap/internal/config"
	"tanggap/tickets"
)

// costs reckons what messages cost a city.
type costs struct {
	configured
	Days     int               `default:"30" help:"How many days to look back."`
	Reports  int               `name:"reports-a-day" placeholder:"N" help:"Also reckon what so many reports a day would cost on each account."`
	PriceIn  map[string]string `placeholder:"ACCOUNT=PRICE" mapsep:"none" help:"What the city pays for a segment from a citizen, instead of the account's price_in."`
	PriceOut map[string]string `placeholder:"ACCOUNT=PRICE" mapsep:"none" help:"What it pays for one to a citizen, instead of price_out."`
	Currency string            `placeholder:"IDR" help:"The currency of all prices, instead of costs.currency."`
	JSON     bool              `help:"Print JSON."`
}

// costSheet is what is printed. No price in it is ours: where the city gave none, the sum is null and the
// price is asked for.
type costSheet struct {
	Currency string        `json:"currency"`
	Days     int           `json:"days"`
	Accounts []costLine    `json:"accounts"`
	Total    *float64      `json:"total"` // of Days; null while a price is missing
	Reckoned *costEstimate `json:"estimate,omitempty"`
	Missing  []string      `json:"missing"` // the prices that are asked for
}

// costLine is one account. Amounts are null where a price that counts is missing.
type costLine struct {
	Account       string   `json:"account"`
	Channel       string   `json:"channel"`
	Paid          bool     `json:"paid"` // by message; else nothing is paid for each
	Unit          string   `json:"unit"` // segment or message
	Tickets       int      `json:"tickets"`
	In            int      `json:"in"` // units
	Out           int      `json:"out"`
	PriceIn       *float64 `json:"price_in"`
	PriceOut      *float64 `json:"price_out"`
	Cost          *float64 `json:"cost"`
	CostPerTicket *float64 `json:"cost_per_ticket"` // null without tickets too
}

// costEstimate is what it would cost if all reports came through one account, for each.
type costEstimate struct {
	ReportsADay int             `json:"reports_a_day"`
	Accounts    []estimatedLine `json:"accounts"`
}

type estimatedLine struct {
	Account       string   `json:"account"`
	Basis         string   `json:"basis"`
	InPerTicket   float64  `json:"in_per_ticket"`
	OutPerTicket  float64  `json:"out_per_ticket"`
	CostPerTicket *float64 `json:"cost_per_ticket"`
	CostADay      *float64 `json:"cost_a_day"`
	CostAMonth    *float64 `json:"cost_a_month"` // of 30 days
}

// Run prints the sheet, and fails where a price is missing that something was carried for.
func (c costs) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if err := c.take(cfg); err != nil {
		return &usageError{err}
	}
	var used []app.Usage
	var gone []string
	err = withStore(ctx, cfg, func(store *tickets.Store) error {
		used, gone, err = app.Usages(ctx, cfg, store, time.Now().AddDate(0, 0, -c.Days))
		return err
	})
	if err != nil {
		return err
	}
	sheet := newSheet(cfg, used, c.Days)
	if c.Reports > 0 {
		played, err := app.Rehearse(ctx, cfg)
		if err != nil {
			return err
		}
		sheet.estimate(used, played, c.Reports)
	}
	if c.JSON {
		if err := json.NewEncoder(s.Out).Encode(sheet); err != nil {
			return err
		}
	} else if err := sheet.print(s.Out); err != nil {
		return err
	}
	for _, name := range gone {
		fmt.Fprintf(s.Err, "tanggap: not in the sheet: what %s carried, since the configuration does not have the account any more\n", name)
	}
	for _, m := range sheet.Missing {
		fmt.Fprintln(s.Err, "tanggap: not given: "+m)
	}
	if len(sheet.Missing) > 0 {
		return errReported
	}
	return nil
}

// take puts what the flags say in the place of the file's; every mistake is told at once.
func (c costs) take(cfg *config.Config) error {
	var wrong []error
	if c.Days < 1 || c.Days > 3660 {
		wrong = append(wrong, errors.New("--days: wants 1 to 3660"))
	}
	if c.Reports < 0 {
		wrong = append(wrong, errors.New("--reports-a-day: is less than 0"))
	}
	if c.Currency != "" {
		cfg.Costs.Currency = c.Currency
	}
	for _, flag := range []struct {
		name   string
		prices map[string]string
		of     func(config.Channel) *config.Price
	}{{"--price-in", c.PriceIn, priceIn}, {"--price-out", c.PriceOut, priceOut}} {
		for _, name := range slices.Sorted(maps.Keys(flag.prices)) {
			i := slices.IndexFunc(cfg.Accounts, func(a config.Account) bool { return a.Name == name })
			if i < 0 || flag.of(cfg.Accounts[i].Channel) == nil {
				wrong = append(wrong, fmt.Errorf("%s: there is no account %q that is paid by message", flag.name, name))
			} else if err := flag.of(cfg.Accounts[i].Channel).UnmarshalText([]byte(flag.prices[name])); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", flag.name, err))
			}
		}
	}
	return errors.Join(wrong...)
}

func priceIn(c config.Channel) *config.Price {
	switch c := c.(type) {
	case *config.Twilio:
		return &c.PriceIn
	case *config.Gateway:
		return &c.PriceIn
	}
	return nil
}

func priceOut(c config.Channel) *config.Price {
	switch c := c.(type) {
	case *config.Twilio:
		return &c.PriceOut
	case *config.Gateway:
		return &c.PriceOut
	}
	return nil
}

// newSheet multiplies what was carried with the prices that there are.
func newSheet(cfg *config.Config, used []app.Usage, days int) *costSheet {
	sheet := &costSheet{Currency: cfg.Costs.Currency, Days: days, Accounts: []costLine{}, Missing: []string{}}
	total, known := 0.0, true
	for i, u := range used {
		l := costLine{Account: u.Account, Channel: u.Channel, Paid: u.Paid, Unit: u.Unit, Tickets: u.Tickets, In: u.In, Out: u.Out}
		if u.Paid {
			in, out := cfg.Accounts[i].Prices()
			l.PriceIn, l.PriceOut = given(in), given(out)
			for _, p := range []struct {
				key   string
				price *float64
			}{{"price_in", l.PriceIn}, {"price_out", l.PriceOut}} {
				if p.price == nil {
					flag := "--" + strings.ReplaceAll(p.key, "_", "-")
					sheet.Missing = append(sheet.Missing, fmt.Sprintf("what a %s of %s costs: channels.%s.%s, or %s %s=…", u.Unit, u.Account, u.Account, p.key, flag, u.Account))
				}
			}
			l.Cost = l.times(float64(u.In), float64(u.Out))
			if l.Cost != nil && u.Tickets > 0 {
				each := *l.Cost / float64(u.Tickets)
				l.CostPerTicket = &each
			}
			if l.Cost == nil {
				known = false
			} else {
				total += *l.Cost
			}
		}
		sheet.Accounts = append(sheet.Accounts, l)
	}
	if known {
		sheet.Total = &total
	}
	if paid := slices.ContainsFunc(used, func(u app.Usage) bool { return u.Paid }); paid && sheet.Currency == "" {
		sheet.Missing = append(sheet.Missing, "the currency: costs.currency, or --currency …")
	}
	return sheet
}

func given(p config.Price) *float64 {
	if !p.Given {
		return nil
	}
	return &p.Amount
}

// times is what so many units cost, nil where a price is missing.
func (l *costLine) times(in, out float64) *float64 {
	if l.PriceIn == nil || l.PriceOut == nil {
		return nil
	}
	sum := in**l.PriceIn + out**l.PriceOut
	return &sum
}

// enough is from how many tickets on an account's own figures say more than one case that was played.
const enough = 20

// estimate reckons what so many reports a day would cost on each paid account: by what its tickets took, or
// else by a case that is played through.
func (c *costSheet) estimate(used, played []app.Usage, reports int) {
	c.Reckoned = &costEstimate{ReportsADay: reports, Accounts: []estimatedLine{}}
	for i := range c.Accounts {
		l := &c.Accounts[i]
		if !l.Paid {
			continue
		}
		u, basis := used[i], fmt.Sprintf("%d tickets", used[i].Tickets)
		if u.Tickets < enough {
			u, basis = played[i], "one case played through"
		}
		e := estimatedLine{Account: l.Account, Basis: basis, InPerTicket: float64(u.In) / float64(u.Tickets), OutPerTicket: float64(u.Out) / float64(u.Tickets)}
		if e.CostPerTicket = l.times(e.InPerTicket, e.OutPerTicket); e.CostPerTicket != nil {
			day := *e.CostPerTicket * float64(reports)
			month := 30 * day
			e.CostADay, e.CostAMonth = &day, &month
		}
		c.Reckoned.Accounts = append(c.Reckoned.Accounts, e)
	}
}
