package portal

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimitFillsUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimit(3, 10*time.Second)
		a, b := netip.MustParsePrefix("203.0.113.7/32"), netip.MustParsePrefix("203.0.113.8/32")
		for n := range 3 {
			if _, ok := l.take(a, time.Now()); !ok {
				t.Fatalf("take %d", n+1)
			}
		}
		if wait, ok := l.take(a, time.Now()); ok || wait != 10*time.Second {
			t.Errorf("the fourth: %v, %v", wait, ok)
		}
		if wait, spent := l.spent(a, time.Now()); !spent || wait != 10*time.Second {
			t.Errorf("spent: %v, %v", wait, spent)
		}
		if _, ok := l.take(b, time.Now()); !ok {
			t.Error("another caller waits too")
		}
		time.Sleep(4 * time.Second)
		if wait, ok := l.take(a, time.Now()); ok || wait != 6*time.Second {
			t.Errorf("four seconds later: %v, %v", wait, ok)
		}
		time.Sleep(6 * time.Second)
		if _, ok := l.take(a, time.Now()); !ok {
			t.Error("ten seconds later")
		}
		if _, ok := l.take(a, time.Now()); ok {
			t.Error("two for ten seconds")
		}
		time.Sleep(time.Hour)
		for n := range 4 {
			if _, ok := l.take(a, time.Now()); ok != (n < 3) {
				t.Errorf("an hour later, take %d: %v", n+1, ok)
			}
		}
	})
}

func TestLimitHasBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimit(2, time.Minute)
		caller := func(n int) netip.Prefix {
			return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), 32)
		}
		for n := range mostCallers {
			l.take(caller(n), time.Now())
		}
		taken := 0
		for n := range 100 { // the rest share what one has
			if _, ok := l.take(caller(mostCallers+n), time.Now()); ok {
				taken++
			}
		}
		if taken != 2 || len(l.callers) != mostCallers {
			t.Errorf("%d taken by who is too many, %d callers remembered", taken, len(l.callers))
		}
		if _, ok := l.take(caller(1), time.Now()); !ok {
			t.Error("who was there before has to wait")
		}
		time.Sleep(time.Minute)
		if _, ok := l.take(caller(mostCallers), time.Now()); !ok || len(l.callers) > 2 {
			t.Errorf("a minute later: %v, %d callers remembered", ok, len(l.callers))
		}
	})
}

func FuzzReferenceAndCode(f *testing.F) {
	f.Add("482-177-3051")
	f.Add("4８2 177.3051")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if ref := reference(text); len(ref) != 10 {
			t.Errorf("%q is taken as %q", text, ref)
		}
		if code := digits(text); len(code) > 16 {
			t.Errorf("%q is taken as the code %q", text, code)
		}
	})
}
