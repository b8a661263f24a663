package api

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"tanggap/tickets"
)

func id(n int64) string { return strconv.FormatInt(n, 10) }

// AccountState is a configured account and how it fares.
type AccountState struct {
	Name           string  `json:"name"`
	Channel        string  `json:"channel" doc:"Empty for one that is no longer configured."`
	State          string  `json:"state" enum:"working,held,paused,suspended" doc:"held: its platform asked us to wait."`
	HeldUntil      *string `json:"held_until" format:"date-time"`
	LastInboundAt  *string `json:"last_inbound_at" format:"date-time"`
	LastOutboundAt *string `json:"last_outbound_at" format:"date-time"`
	LastError      string  `json:"last_error"`
	LastErrorAt    *string `json:"last_error_at" format:"date-time"`
	QueueLength    int     `json:"queue_length" doc:"Messages not out yet, counted to 1000."`
	OldestQueuedAt *string `json:"oldest_queued_at" format:"date-time"`
}

type accountsOutput struct {
	Body struct {
		Accounts []AccountState `json:"accounts"`
	}
}

// listAccounts is GET /accounts: those configured, and those that still have something to send.
func (a *api) listAccounts(ctx context.Context, _ *struct{}) (*accountsOutput, error) {
	known, err := a.store.Accounts(ctx)
	if err != nil {
		return nil, a.unexpected(err)
	}
	out := &accountsOutput{}
	out.Body.Accounts = []AccountState{}
	v := a.view("")
	configured := map[string]string{}
	for _, c := range a.accounts() {
		configured[c.Name] = c.Capabilities.Channel
		if !slices.ContainsFunc(known, func(k tickets.Account) bool { return k.Name == c.Name }) {
			known = append(known, tickets.Account{Name: c.Name})
		}
	}
	for _, k := range known {
		channel, isConfigured := configured[k.Name]
		if !isConfigured && k.Queue == 0 {
			continue
		}
		out.Body.Accounts = append(out.Body.Accounts, v.account(k, channel))
	}
	slices.SortFunc(out.Body.Accounts, func(a, b AccountState) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func (v view) account(k tickets.Account, channel string) AccountState {
	s := AccountState{
		Name: k.Name, Channel: channel, State: k.State, LastInboundAt: v.maybe(k.LastInAt), LastOutboundAt: v.maybe(k.LastOutAt),
		LastError: k.Error, LastErrorAt: v.maybe(k.ErrorAt), QueueLength: k.Queue, OldestQueuedAt: v.maybe(k.OldestAt),
	}
	if s.LastError == "" {
		s.LastErrorAt = nil // when it was last mended
	}
	if s.State == "" {
		s.State = "working"
		if k.HoldUntil.After(time.Now()) {
			s.State, s.HeldUntil = "held", v.maybe(k.HoldUntil)
		}
	}
	return s
}
