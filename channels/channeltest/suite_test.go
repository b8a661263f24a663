package channeltest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

func pigeons(flaw string, flies, redelivers bool) Options {
	o := Options{
		New: func(*testing.T) Platform { return &loft{flaw: flaw, flies: flies} },
		Failures: []Failure{
			FailTemporary, FailThrottled, FailRejected, FailUnreachable, FailSuspended,
			FailReset, FailDial, FailHang,
		},
		Redelivers: redelivers,
	}
	if flies {
		o.MaxBody = pigeonBody
	}
	return o
}

func TestSoundAdaptersPass(t *testing.T) {
	t.Run("polling", func(t *testing.T) { Run(t, pigeons("", false, true)) })
	t.Run("webhook", func(t *testing.T) { Run(t, pigeons("", true, true)) })
}

// TestBrokenTwinsFail: each flaw is found by the behaviour that is there to find it.
func TestBrokenTwinsFail(t *testing.T) {
	const polling, webhook = false, true
	for _, twin := range []struct {
		flaw      string
		flies     bool
		behaviour string
	}{
		{"acknowledges first", polling, "AcknowledgesOnlyAfterAccept"},
		{"acknowledges first", polling, "RedeliversAfterCrash"},
		{"answers first", webhook, "AcknowledgesOnlyAfterAccept"},
		{"answers first", webhook, "RedeliversAfterCrash"},
		{"shrugs", webhook, "AcknowledgesOnlyAfterAccept"},
		{"renumbers calls", webhook, "RedeliversAfterCrash"},
		{"comes back later", polling, "KeepsOrderPerThread"},
		{"renumbers", polling, "DuplicatesKeepTheirID"},
		{"renumbers", webhook, "DuplicatesKeepTheirID"},
		{"merges equals", polling, "DuplicatesKeepTheirID"},
		{"drops the unknown", polling, "DeliversTheUnknown"},
		{"complains of the end", polling, "StopsWithContext"},
		{"sends late", polling, "StopsWithContext"},
		{"faints", polling, "RidesOutOutage"},
		{"trusts everyone", webhook, "RejectsBadSignature"},
		{"renumbers calls", webhook, "ReplayIsHarmless"},
		{"reads for ever", webhook, "BoundsBodies"},
		{"drops emoji", polling, "SendsAtTheLimit"},
		{"cuts", polling, "RejectsOverTheLimit"},
		{"forgets the world", polling, "KeepsUnicode"},
		{"all temporary", polling, "ClassifiesFailures"},
		{"hurries", polling, "ClassifiesFailures"},
		{"is no error of ours", polling, "ClassifiesFailures"},
		{"calls unknown temporary", polling, "UnknownOutcomeIsReported"},
		{"claims", polling, "UnknownOutcomeIsReported"},
		{"repeats", polling, "UnknownOutcomeIsReported"},
		{"tells its secret", polling, "KeepsSecrets"},
		{"logs words", polling, "KeepsSecrets"},
		{"logs addresses", polling, "KeepsSecrets"},
		{"logs the forged", webhook, "KeepsSecrets"},
		{"invents receipts", polling, "ReceiptMatchesReport"},
		{"invents receipts", webhook, "SafeForConcurrentUse"},
		{"talks to strangers", polling, "TalksOnlyToTheFake"},
		{"forgets raw", polling, "KeepsOrderPerThread"},
	} {
		t.Run(twin.behaviour+"/"+twin.flaw, func(t *testing.T) {
			t.Parallel()
			o := pigeons(twin.flaw, twin.flies, true)
			o.patience = 500 * time.Millisecond
			if found := judge(t, o, twin.behaviour); len(found) == 0 {
				t.Errorf("an adapter that %s passes %s", twin.flaw, twin.behaviour)
			}
		})
	}
}

// TestEagerAnswersAreFoundWithoutRedelivery: a platform that never comes back shows it by the answer alone.
func TestEagerAnswersAreFoundWithoutRedelivery(t *testing.T) {
	for _, flaw := range []string{"answers first", "shrugs"} {
		o := pigeons(flaw, true, false)
		o.patience = 500 * time.Millisecond
		if found := judge(t, o, "AcknowledgesOnlyAfterAccept"); len(found) == 0 {
			t.Errorf("an adapter that %s passes", flaw)
		}
	}
}

// judge returns what the named behaviour finds wrong.
func judge(t *testing.T, o Options, name string) []string {
	t.Helper()
	for _, b := range behaviours {
		if b.name != name {
			continue
		}
		r := &recorder{}
		done := make(chan struct{})
		go func() {
			defer close(done)
			hold(t, r, o, b)
		}()
		<-done
		return r.list()
	}
	t.Fatalf("there is no behaviour %s", name)
	return nil
}

// recorder is a verdict that keeps what is found instead of failing the test.
type recorder struct {
	mu    sync.Mutex
	found []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found = append(r.found, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) list() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.found
}
