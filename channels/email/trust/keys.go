package trust

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"
)

// Resolver asks the DNS. *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// How long the DNS is waited for, and what it said is remembered.
const (
	oneAnswer = 2 * time.Second
	oneMail   = 3 * time.Second // for all keys of a mail
	keepKey   = time.Hour
	keepNone  = 10 * time.Minute
	mostKept  = 1000
	// mostKey is longer than the record of an RSA key of 8192 bits: checking with still longer ones takes long.
	mostKey = 2048
)

// Where the DNS fails that often in a row it is not asked for a while, and then for longer: nobody's mail waits on it.
const (
	mostFailures = 3
	leastQuiet   = time.Minute
	mostQuiet    = 15 * time.Minute
)

var (
	errNone   = errors.New("there is no such key")
	errSilent = errors.New("the DNS does not answer")
)

// keys looks up public keys of signatures. It is safe for concurrent use.
type keys struct {
	resolver Resolver
	now      func() time.Time

	mu       sync.Mutex
	known    map[string]key
	failures int
	quiet    time.Duration // for how long it was last left alone
	until    time.Time     // … and until when that is
}

type key struct {
	texts []string
	err   error
	until time.Time
}

// lookup is the record of a key; errNone where there is none that counts, errSilent where nobody knows.
func (k *keys) lookup(ctx context.Context, name string) ([]string, error) {
	name = lower(strings.TrimSuffix(name, "."))
	k.mu.Lock()
	found, ok := k.known[name]
	silent := k.now().Before(k.until)
	k.mu.Unlock()
	if ok && k.now().Before(found.until) {
		return found.texts, found.err
	}
	if silent {
		return nil, errSilent
	}
	asked, cancel := context.WithTimeout(ctx, oneAnswer)
	defer cancel()
	texts, err := k.resolver.LookupTXT(asked, name+".")
	if ctx.Err() == context.Canceled {
		return nil, errSilent // we were, not the DNS
	}
	return k.remember(name, texts, err)
}

func (k *keys) remember(name string, texts []string, err error) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var failed *net.DNSError
	found := key{texts: texts, until: k.now().Add(keepKey)}
	switch {
	case err == nil && len(texts) == 1 && usable(texts[0]):
		k.failures, k.quiet = 0, 0
	case err == nil, errors.As(err, &failed) && failed.IsNotFound:
		k.failures, k.quiet = 0, 0
		found = key{err: errNone, until: k.now().Add(keepNone)}
	default:
		found = key{err: errSilent, until: k.now().Add(leastQuiet)}
		if k.failures++; k.failures >= mostFailures {
			k.failures = 0
			k.quiet = min(max(2*k.quiet, leastQuiet), mostQuiet)
			k.until = k.now().Add(k.quiet)
		}
	}
	if len(k.known) >= mostKept {
		clear(k.known)
	}
	k.known[name] = found
	return found.texts, found.err
}

// usable reports whether a record may be a key. One that its owner only tries out (t=y) counts as none
// (RFC 6376, 3.6.1).
func usable(record string) bool {
	return len(record) <= mostKey && !strings.Contains(":"+lower(tags(record)["t"])+":", ":y:")
}
