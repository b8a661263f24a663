package staff_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

func TestReplayTakesARowOutOfTheQuarantineOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		db, err := tickets.Open(ctx, url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		s := staff.New(db)
		lease, ok, err := db.Take(ctx, "processor", "test", time.Hour)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		err = db.Receive(ctx,
			tickets.Incoming{Account: "sms", EventID: "1", Kind: "message", Sender: "tel:+62811", Payload: []byte("{}"), Raw: []byte("lampu")},
			tickets.Incoming{Account: "sms", EventID: "2", Kind: "message", Sender: "tel:+62812", Payload: []byte("{}"), Raw: []byte("jalan")})
		if err != nil {
			t.Fatal(err)
		}
		broken := true
		run := func() {
			t.Helper()
			for range 4 {
				_, err := db.Process(ctx, lease, tickets.Share{Max: 10}, nil, func(sit tickets.Situation) (tickets.Change, error) {
					if broken && sit.Rows[0].EventID == "1" {
						return tickets.Change{}, errors.New("not understood")
					}
					return tickets.Change{Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameCommand, Reason: "a test"}, nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		aside := func() []tickets.Quarantined {
			t.Helper()
			q, _, err := db.Quarantine(ctx, 10, "")
			if err != nil {
				t.Fatal(err)
			}
			return q
		}
		run()
		q := aside()
		if len(q) != 1 {
			t.Fatalf("%d set aside", len(q))
		}
		one, err := s.Aside(ctx, q[0].ID)
		if err != nil || one != q[0] {
			t.Errorf("%+v %v, want %+v", one, err, q[0])
		}
		if err := s.Replay(ctx, "budi", q[0].ID+1); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("an unknown row: %v", err)
		}
		if err := s.Replay(ctx, "budi", q[0].ID); err != nil {
			t.Fatal(err)
		}
		run() // still broken: it comes back
		if q = aside(); len(q) != 1 {
			t.Fatalf("%d set aside after a replay in vain", len(q))
		}

		broken = false
		var wg sync.WaitGroup
		done := make(chan error, 8)
		for range cap(done) {
			wg.Go(func() { done <- s.Replay(ctx, "budi", q[0].ID) })
		}
		wg.Wait()
		close(done)
		won := 0
		for err := range done {
			if err == nil {
				won++
			} else if !errors.Is(err, tickets.ErrNotFound) {
				t.Error(err)
			}
		}
		run()
		became, _, err := db.Fate(ctx, "sms", "1")
		if won != 1 || len(aside()) != 0 || became != tickets.BecameCommand {
			t.Errorf("%d replays of one row, %d set aside, it became %q: %v", won, len(aside()), became, err)
		}
		events, err := s.Events(ctx, 10)
		if err != nil || len(events) != 2 || events[0].Actor != "budi" || !strings.HasPrefix(events[0].Type, "replayed ") {
			t.Errorf("who replayed what: %+v %v", events, err)
		}
		if _, err := s.Aside(ctx, q[0].ID); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("the row that went on is still aside: %v", err)
		}
	})
}

func TestWhatARobotSentIsListedAndMayBeCalledAPersons(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		db, err := tickets.Open(ctx, url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		s := staff.New(db)
		lease, ok, err := db.Take(ctx, "processor", "test", time.Hour)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		for i := range 5 {
			id := string(rune('a' + i))
			if err := db.Receive(ctx, tickets.Incoming{Account: "mail", EventID: id, Kind: "robot", Sender: "email:" + id, Payload: []byte("{}"), Raw: []byte("cuti")}); err != nil {
				t.Fatal(err)
			}
		}
		persons := 0
		run := func() {
			t.Helper()
			_, err := db.Process(ctx, lease, tickets.Share{Max: 10}, nil, func(sit tickets.Situation) (tickets.Change, error) {
				c := tickets.Change{Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameIgnored, Reason: "an automatic message: list"}
				if sit.Rows[0].Person {
					persons++
					c.Became, c.Reason = tickets.BecameCommand, ""
				}
				return c, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		run()
		var seen []tickets.Quarantined
		for after := ""; ; {
			page, next, err := s.Ignored(ctx, 2, after)
			if err != nil {
				t.Fatal(err)
			}
			if seen = append(seen, page...); next == "" {
				break
			}
			after = next
		}
		if len(seen) != 5 || seen[0].ID < seen[4].ID || seen[2].Reason != "an automatic message: list" || seen[2].Bytes != 4 || !seen[2].Ignored {
			t.Fatalf("listed: %+v", seen)
		}
		if q, _, err := db.Quarantine(ctx, 10, ""); err != nil || len(q) != 0 {
			t.Errorf("%d set aside: %v", len(q), err)
		}
		if _, _, err := s.Ignored(ctx, 2, "?"); !errors.Is(err, tickets.ErrCursor) {
			t.Errorf("no cursor: %v", err)
		}
		if one, err := s.Aside(ctx, seen[3].ID); err != nil || one != seen[3] {
			t.Errorf("%+v %v", one, err)
		}
		if raw, err := s.ReadAside(ctx, "budi", seen[3].ID, staff.ToAnswer); err != nil || string(raw) != "cuti" {
			t.Errorf("%q %v", raw, err)
		}
		if err := s.Replay(ctx, "budi", seen[3].ID); err != nil {
			t.Fatal(err)
		}
		if err := s.Replay(ctx, "budi", seen[3].ID); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("the second time: %v", err)
		}
		run()
		rest, _, err := s.Ignored(ctx, 10, "")
		if err != nil || persons != 1 || len(rest) != 4 {
			t.Errorf("%d were a person's, %d are left: %v", persons, len(rest), err)
		}
	})
}

func TestBytesAreReadWithAReasonThatIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		db, err := tickets.Open(ctx, url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		s := staff.New(db)
		lease, ok, err := db.Take(ctx, "processor", "test", time.Hour)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		raw := []byte("from=+62812\x00\xff")
		if err := db.Receive(ctx, tickets.Incoming{Account: "sms", EventID: "1", Kind: "unknown", Sender: "tel:+62812", Payload: []byte("{}"), Raw: raw}); err != nil {
			t.Fatal(err)
		}
		_, err = db.Process(ctx, lease, tickets.Share{Max: 10}, nil, func(sit tickets.Situation) (tickets.Change, error) {
			return tickets.Change{Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameQuarantine, Reason: "not understood by the channel"}, nil
		})
		q, _, err2 := db.Quarantine(ctx, 10, "")
		if err != nil || err2 != nil || len(q) != 1 {
			t.Fatal(len(q), err, err2)
		}
		for _, reason := range []string{"", "curious"} {
			if _, err := s.ReadAside(ctx, "budi", q[0].ID, reason); !errors.Is(err, staff.ErrReason) {
				t.Errorf("%q: %v, want ErrReason", reason, err)
			}
		}
		if _, err := s.ReadAside(ctx, "budi", q[0].ID+1, staff.ToMend); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("an unknown row: %v", err)
		}
		if events, err := s.Events(ctx, 10); err != nil || len(events) != 0 {
			t.Errorf("what was refused is kept: %+v %v", events, err)
		}
		got, err := s.ReadAside(ctx, "budi", q[0].ID, staff.ToMend)
		if err != nil || string(got) != string(raw) {
			t.Errorf("%q %v", got, err)
		}
		events, err := s.Events(ctx, 10)
		if err != nil || len(events) != 1 || events[0].Actor != "budi" || !strings.HasPrefix(events[0].Type, "read_aside ") || !strings.HasSuffix(events[0].Type, " mend") {
			t.Errorf("who read it: %+v %v", events, err)
		}
	})
}
