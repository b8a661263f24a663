package app

import (
	"context"
	"errors"
	"time"

	"tanggap/channels"
)

// well is how long an account that was refused must poll without a refusal to be taken as mended.
const well = 30 * time.Second

// The waits before an account is asked again that has stopped: a minute, and longer and longer where the platform
// refuses us, since who goes on knocking is locked out.
const (
	pollAgain = time.Minute
	pollSlow  = 15 * time.Minute
)

// poll keeps an account polling. What no waiting mends is shown on the account, and tried again now
// and then, since the platform may have been mended: then the account works again by itself.
func (a *App) poll(ctx context.Context, p channels.Poller) {
	refused, again := false, pollAgain
	for ctx.Err() == nil {
		began := time.Now()
		err := a.pollOnce(ctx, p, refused)
		if err == nil || ctx.Err() != nil {
			continue
		}
		if time.Since(began) > pollSlow {
			again = pollAgain // it went well for long
		}
		a.log.Error("polling stopped", "account", p.Name(), "kind", channels.KindOf(err), "cause", said(err))
		state := ""
		if refused = channels.KindOf(err) == channels.Suspended; refused {
			state = "suspended"
		}
		a.setAccount(ctx, p.Name(), state, said(err))
		if !refused {
			again = pollAgain
		}
		wait(ctx, again)
		if refused {
			again = min(2*again, pollSlow)
		}
	}
}

// pollOnce polls until something stops it. One of an account that was refused clears its name when it
// goes well for a while.
func (a *App) pollOnce(ctx context.Context, p channels.Poller, refused bool) (err error) {
	defer func() {
		if recover() != nil {
			err = channels.Errorf(channels.Temporary, "panic", "the adapter broke down")
		}
	}()
	if refused {
		clear := time.AfterFunc(well, func() { a.setAccount(ctx, p.Name(), "", "") })
		defer clear.Stop()
	}
	return p.Poll(ctx, a.inbox)
}

// setAccount leaves an account paused that a person has paused.
func (a *App) setAccount(ctx context.Context, name, state, reason string) {
	if now, _, err := a.store.Gate(ctx, name); err == nil && now == "paused" {
		state = now
	}
	if err := a.store.SetAccount(ctx, name, state, reason); err != nil && ctx.Err() == nil {
		a.log.Error("noting an account's state", "account", name, "cause", err)
	}
}

// said is what an adapter says about a failure, fit to be logged and shown. An error that is none of the
// contract's keeps its text to itself: it may hold a URL with a token.
func said(err error) string {
	if e, ok := errors.AsType[*channels.Error](err); ok {
		return e.Error()
	}
	return "the adapter failed"
}

// register tells a platform where to call us, until it has heard.
func (a *App) register(ctx context.Context, r channels.Registrar) {
	for back := time.Second; ; back = min(2*back, 10*time.Minute) {
		err := r.Register(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		a.log.Error("telling the platform where to call us", "account", r.Name(), "kind", channels.KindOf(err), "cause", said(err), "wait", back)
		if !wait(ctx, back) {
			return
		}
	}
}

// clearSuspensions lets accounts work again that were stopped for a reason which an operator has
// mended by now, or will be told of again.
func (a *App) clearSuspensions(ctx context.Context) {
	accounts, err := a.store.Accounts(ctx)
	if err != nil {
		a.log.Error("reading accounts", "cause", err)
	}
	for _, acc := range accounts {
		if acc.State != "suspended" {
			continue
		}
		a.setAccount(ctx, acc.Name, "", "")
	}
}
