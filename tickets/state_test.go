package tickets

import (
	"errors"
	"testing"
	"testing/quick"
	"time"
)

func TestReferenceNoticesSlips(t *testing.T) {
	for range 2000 {
		ref := newReference()
		if got, ok := ParseReference(" " + ref.String() + " "); !ok || got != ref {
			t.Fatalf("%s is not read back", ref)
		}
		b := []byte(ref)
		for i := range b {
			for d := byte('0'); d <= '9'; d++ {
				if d == b[i] {
					continue
				}
				old := b[i]
				b[i] = d
				if _, ok := ParseReference(string(b)); ok {
					t.Fatalf("%s with digit %d wrong passes as %s", ref, i, b)
				}
				b[i] = old
			}
			if i > 0 && b[i] != b[i-1] {
				b[i], b[i-1] = b[i-1], b[i]
				if _, ok := ParseReference(string(b)); ok {
					t.Fatalf("%s with swapped digits passes as %s", ref, b)
				}
				b[i], b[i-1] = b[i-1], b[i]
			}
		}
	}
}

// TestMovesKeepToTheTable tries every move from every state, in random order.
func TestMovesKeepToTheTable(t *testing.T) {
	all := States()
	walk := func(steps []uint8) bool {
		tk := Ticket{State: Triage}
		at := time.Unix(1e9, 0)
		for _, s := range steps {
			to, before := all[int(s)%len(all)], tk
			at = at.Add(time.Hour)
			err := tk.Move(to, at)
			switch {
			case err == nil && !CanMove(before.State, to):
				return false
			case err != nil && (!errors.Is(err, ErrMove) || tk.State != before.State):
				return false
			}
			if !tk.State.Valid() || (tk.State == Pending) != tk.StateBefore.Valid() {
				return false
			}
		}
		return true
	}
	if err := quick.Check(walk, &quick.Config{MaxCount: 3000}); err != nil {
		t.Error(err)
	}
}

func TestPauseMovesTheDeadline(t *testing.T) {
	start := time.Unix(1e9, 0)
	tk := Ticket{State: Assigned, DueAt: start.Add(48 * time.Hour)}
	must := func(to State, at time.Duration) {
		if err := tk.Move(to, start.Add(at)); err != nil {
			t.Fatal(err)
		}
	}
	must(Pending, time.Hour)
	must(Assigned, 2*time.Hour)
	must(Pending, 3*time.Hour)
	must(Assigned, (3+24+5)*time.Hour)
	if want := start.Add(72 * time.Hour); !tk.DueAt.Equal(want) {
		t.Errorf("due %v, want %v", tk.DueAt, want)
	}
}
