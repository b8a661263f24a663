package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// Account is one that is configured.
type Account struct{ Name, Channel string }

const (
	// lateAfter is how long a message may wait before its account counts as failing.
	lateAfter = 15 * time.Minute
	// healthFor is how long one look at the accounts is good for what stands on every page.
	healthFor = 10 * time.Second
	// mostCounted is where a queue is not told exactly any more.
	mostCounted = 99
)

type accountsPage struct {
	Rows   []accountRow
	Pauses bool // the person may pause and resume
	Held   []heldRow
	Leads  bool // the person may send what is held, or give it up
}

type accountRow struct {
	Name, Path string
	Channel    string // of the family "channel", "" for an account that is not configured any more
	State      string // of the family "account"
	HeldUntil  time.Time
	LastIn     time.Time
	LastOut    time.Time
	Error      string
	ErrorAt    time.Time
	Queue      string
	OldestAt   time.Time
	Bad        bool // a person must look
}

// accountStates are those of an account, the family "account".
var accountStates = []string{"working", "failing", "held", "suspended", "paused"}

var sampleAccounts = accountsPage{Pauses: true, Leads: true, Held: []heldRow{sampleHeld}, Rows: []accountRow{
	{"x", "/", "sms", "failing", time.Unix(1, 0), time.Unix(1, 0), time.Unix(1, 0), "x", time.Unix(1, 0), "1", time.Unix(1, 0), true},
	{Name: "x", Path: "/", State: "paused", Queue: "0"},
}}

func (c *console) showAccounts(v *visit) {
	known, err := c.accounts(v.r.Context())
	if c.failed(v, err) {
		return
	}
	storms, err := c.Breaker.Storms(v.r.Context())
	if c.failed(v, err) {
		return
	}
	p := accountsPage{Pauses: v.who.Role == staff.Administrator, Leads: v.leads()}
	for i := range storms {
		p.Held = append(p.Held, newHeld(&storms[i]))
	}
	configured := map[string]string{}
	for _, a := range c.Accounts() {
		configured[a.Name] = a.Channel
	}
	for i := range known {
		p.Rows = append(p.Rows, c.accountRow(&known[i], configured[known[i].Name]))
	}
	c.pages.accounts.Write(v.w, v.r, c.frame(v, "accounts"), p)
}

// accounts are those configured, and those that still have something to send.
func (c *console) accounts(ctx context.Context) ([]tickets.Account, error) {
	known, err := c.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	configured := c.Accounts()
	is := func(name string) bool {
		return slices.ContainsFunc(configured, func(a Account) bool { return a.Name == name })
	}
	known = slices.DeleteFunc(known, func(a tickets.Account) bool { return !is(a.Name) && a.Queue == 0 })
	for _, a := range configured {
		if !slices.ContainsFunc(known, func(k tickets.Account) bool { return k.Name == a.Name }) {
			known = append(known, tickets.Account{Name: a.Name})
		}
	}
	slices.SortFunc(known, func(a, b tickets.Account) int { return cmp.Compare(a.Name, b.Name) })
	return known, nil
}

func (c *console) accountRow(a *tickets.Account, channel string) accountRow {
	r := accountRow{
		Name: a.Name, Path: "/console/accounts/" + a.Name, Channel: channel, State: c.accountState(a), LastIn: a.LastInAt, LastOut: a.LastOutAt,
		Error: a.Error, Queue: strconv.Itoa(min(a.Queue, mostCounted)), OldestAt: a.OldestAt,
	}
	if channel != "" && !slices.Contains(channelNames, channel) {
		r.Channel = "other"
	}
	if r.State == "held" {
		r.HeldUntil = a.HoldUntil
	}
	if a.Error != "" {
		r.ErrorAt = a.ErrorAt
	}
	if a.Queue > mostCounted {
		r.Queue += "+"
	}
	r.Bad = r.State == "suspended" || r.State == "failing"
	return r
}

// accountState is how the account fares. It fails where nothing went well since its last error, or where
// what it has to send waits for too long.
func (c *console) accountState(a *tickets.Account) string {
	now := c.Now()
	switch {
	case a.State == "suspended", a.State == "paused":
		return a.State
	case a.Error != "" && a.ErrorAt.After(a.LastInAt) && a.ErrorAt.After(a.LastOutAt):
		return "failing"
	case a.HoldUntil.After(now):
		return "held"
	case a.Queue > 0 && now.Sub(a.OldestAt) > lateAfter:
		return "failing"
	}
	return "working"
}

// pause stops what the account sends; resume lets it go on.
func (c *console) pause(v *visit)  { c.setPaused(v, true, "paused") }
func (c *console) resume(v *visit) { c.setPaused(v, false, "resumed") }

func (c *console) setPaused(v *visit, paused bool, flash string) {
	name := v.r.PathValue("account")
	if v.who.Role != staff.Administrator || !slices.ContainsFunc(c.Accounts(), func(a Account) bool { return a.Name == name }) {
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
		return
	}
	err := c.Staff.Pause(v.r.Context(), v.who.Login, name, paused)
	switch {
	case errors.Is(err, tickets.ErrNotFound):
		flash = "" // a colleague was faster, or it is suspended: the page shows which
	case err != nil:
		c.UI.Unexpected(v.w, v.r, err)
		return
	}
	c.UI.Redirect(v.w, v.r, "/console/accounts", flash)
}

// health remembers for a moment whether an account, or what it held back, needs a person, so that no page has to ask.
type health struct {
	mu    sync.Mutex
	at    time.Time
	bad   bool
	storm bool // something is held back
}

// sick reports whether an account is suspended or failing, and whether answers are held back, as it was at most
// healthFor ago. Where that cannot be read, the page that was asked for is shown without.
func (c *console) sick(ctx context.Context) (accounts, storm bool) {
	c.health.mu.Lock()
	defer c.health.mu.Unlock()
	if now := c.Now(); now.Sub(c.health.at) >= healthFor {
		known, err := c.accounts(ctx)
		held := map[string]int{}
		if err == nil {
			held, err = c.Breaker.Held(ctx)
		}
		if err != nil {
			return c.health.bad, c.health.storm
		}
		c.health.storm = len(held) > 0
		c.health.at = now
		c.health.bad = slices.ContainsFunc(known, func(a tickets.Account) bool {
			state := c.accountState(&a)
			return state == "suspended" || state == "failing"
		})
	}
	return c.health.bad, c.health.storm
}
