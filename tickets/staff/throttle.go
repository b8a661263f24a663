package staff

import (
	"sync"
	"time"
)

// After signInFree failures an attempt waits signInFirst, then twice as long with each, at most
// signInMost; who leaves it alone for signInMost starts anew.
const (
	signInFree  = 5
	signInFirst = 2 * time.Second
	signInMost  = 15 * time.Minute
	signInNames = 10_000
)

// throttle slows down who guesses, per login and per network address. It lives in memory, bounded, and
// forgets at a restart.
type throttle struct {
	mu    sync.Mutex
	tried map[string]*tries
}

type tries struct {
	n    int
	last time.Time
}

func (t *tries) wait(now time.Time) time.Duration {
	if t == nil || t.n < signInFree {
		return 0
	}
	pause := min(signInFirst<<min(t.n-signInFree, 20), signInMost)
	return t.last.Add(pause).Sub(now)
}

func (t *throttle) wait(now time.Time, login, from string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(0, t.tried[loginKey(login)].wait(now), t.tried["a:"+from].wait(now))
}

func (t *throttle) failed(now time.Time, login, from string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tried == nil || len(t.tried) > signInNames {
		t.sweep(now)
	}
	for _, name := range []string{loginKey(login), "a:" + from} {
		k := t.tried[name]
		if k == nil || now.Sub(k.last) > signInMost {
			k = &tries{}
			t.tried[name] = k
		}
		k.n, k.last = k.n+1, now
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

func (t *throttle) forget(login string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tried, loginKey(login))
}

// loginKey is short whatever was typed as a login.
func loginKey(login string) string { return "l:" + login[:min(len(login), 100)] }
