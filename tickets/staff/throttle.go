package staff

import (
	"sync"
	"time"
)

// After so many failures an attempt waits signInFirst, then twice as long with each, at most signInMost; who
// leaves it alone for signInMost starts anew. One address may be a whole office, or what a provider puts
// before thousands of phones: there more are free, so that a few who mistype do not shut out the others.
const (
	loginFree   = 5
	addressFree = 30
	signInFirst = 2 * time.Second
	signInMost  = 15 * time.Minute
	signInNames = 10_000
	usualFor    = 30 * 24 * time.Hour
)

// throttle slows down who guesses, per login and per network address. Where somebody has signed in from, his
// attempts are counted apart: strangers who guess at his login do not shut him out there. It lives in memory,
// bounded, and forgets at a restart.
type throttle struct {
	mu    sync.Mutex
	tried map[string]*tries
	usual map[string]time.Time // login and address of who signed in, and when
}

type tries struct {
	n    int
	last time.Time
}

func (t *tries) wait(now time.Time, free int) time.Duration {
	if t == nil || t.n < free || now.Sub(t.last) > signInMost {
		return 0
	}
	pause := min(signInFirst<<min(t.n-free, 20), signInMost)
	return t.last.Add(pause).Sub(now)
}

// begin takes an attempt, which counts as a failure until it has succeeded: many at the same moment are no
// way round. It says how long to wait where there is none to take.
func (t *throttle) begin(now time.Time, login, from string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	name := t.loginKey(now, login, from)
	if wait := max(0, t.tried[name].wait(now, loginFree), t.tried[addressKey(from)].wait(now, addressFree)); wait > 0 {
		return wait
	}
	if t.tried == nil || len(t.tried) > signInNames {
		t.sweep(now)
	}
	for _, name := range []string{name, addressKey(from)} {
		k := t.tried[name]
		if k == nil || now.Sub(k.last) > signInMost {
			k = &tries{}
			t.tried[name] = k
		}
		k.n, k.last = k.n+1, now
	}
	return 0
}

// succeeded forgets the failures of the login, and of the address this attempt alone: who has one password must
// not guess others the faster for it.
func (t *throttle) succeeded(now time.Time, login, from string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tried, t.loginKey(now, login, from))
	if t.usual == nil || len(t.usual) > signInNames {
		t.usual = map[string]time.Time{}
	}
	t.usual[usualKey(login, from)] = now
	if k := t.tried[addressKey(from)]; k != nil {
		k.n = max(k.n-1, 0)
	}
}

// sweep drops who has not failed for a while; where that frees nothing, everybody.
func (t *throttle) sweep(now time.Time) {
	kept := map[string]*tries{}
	for name, k := range t.tried {
		if now.Sub(k.last) < signInMost {
			kept[name] = k
		}
	}
	if len(kept) > signInNames/2 {
		kept = map[string]*tries{}
	}
	t.tried = kept
}

// loginKey names the attempts at a login: those from where its owner signs in, and all others together. It is
// short whatever was typed as a login.
func (t *throttle) loginKey(now time.Time, login, from string) string {
	if at, ok := t.usual[usualKey(login, from)]; ok && now.Sub(at) < usualFor {
		return "u:" + usualKey(login, from)
	}
	return "l:" + login[:min(len(login), 100)]
}

func usualKey(login, from string) string { return login[:min(len(login), 100)] + "@" + from }

func addressKey(from string) string { return "a:" + from }
