package dispatch_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tanggap/channels"
	"tanggap/internal/dbtest"
	"tanggap/migrations"
	"tanggap/router/dispatch"
	"tanggap/tickets"
)

// TestADatabaseThatGoesAwayLosesAndDoublesNothing ends every connection again and again: while messages
// arrive, between a decision and its writing, and while the platform is being called.
func TestADatabaseThatGoesAwayLosesAndDoublesNothing(t *testing.T) {
	url := dbtest.New(t, dbtest.Postgres)
	synctest.Test(t, func(t *testing.T) {
		operator, _, err := migrations.Open(url)
		if err != nil {
			t.Fatal(err)
		}
		operator.SetMaxOpenConns(1)
		defer operator.Close()
		var calls, ended atomic.Int64
		pull := func(each int64) {
			if calls.Add(1)%each == 0 {
				ended.Add(terminate(t, operator))
			}
		}
		p := chat()
		p.script = func(context.Context, int, channels.Outbound) error { pull(3); return nil }
		c := &city{Store: openStore(t, url), t: t, url: url}
		defer func() { c.Close() }()
		stop := c.serve(dispatch.Options{}, p)

		const people = 30
		var platforms sync.WaitGroup
		for n := range people {
			platforms.Go(func() {
				in := tickets.Incoming{Account: "bot", EventID: fmt.Sprint(n), Sender: telegram(n).String(), Payload: []byte("{}")}
				for c.Receive(context.Background(), in) != nil { // as a platform does that got no 2xx
					time.Sleep(time.Second)
				}
				pull(5)
			})
		}
		ctx, cancel := context.WithCancel(context.Background())
		var processor sync.WaitGroup
		processor.Go(func() {
			for ctx.Err() == nil {
				lease, ok, err := c.Take(ctx, "processor", "test", time.Minute)
				if err == nil && ok {
					_, _ = c.Process(ctx, lease, tickets.Share{Max: 7}, nil, func(sit tickets.Situation) (tickets.Change, error) {
						pull(4)
						return receipt(sit), nil
					})
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
		platforms.Wait()
		time.Sleep(5 * time.Minute)
		cancel()
		processor.Wait()
		stop()

		aside, _, err := c.Quarantine(context.Background(), 10, "")
		if err != nil || len(aside) > 0 {
			t.Errorf("set aside: %+v, %v", aside, err)
		}
		all, _, err := c.List(context.Background(), tickets.Filter{Limit: 100})
		if err != nil || len(all) != people {
			t.Fatalf("%d tickets of %d, %v", len(all), people, err)
		}
		times := map[string]int{}
		for _, text := range p.texts() {
			times[text]++
		}
		for _, tk := range all {
			lines := c.lines(tk)
			if len(lines) != 1 || lines[0].Sent.State != "sent" {
				t.Fatalf("%+v", lines)
			}
			if n := times[lines[0].Text]; n != 1+lines[0].Sent.Doubts {
				t.Errorf("%s went out %d times, with %d doubts noted", lines[0].Text, n, lines[0].Sent.Doubts)
			}
		}
		if ended.Load() < 20 {
			t.Errorf("only %d connections were ended", ended.Load())
		}
	})
}

// receipt opens a ticket and answers with its number.
func receipt(sit tickets.Situation) tickets.Change {
	via := tickets.Return{Channel: "test", Account: "bot", Address: sit.Contact.Address}
	return tickets.Change{
		Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameTicket, Return: &via, In: &tickets.Message{Direction: tickets.In},
		New: &tickets.Ticket{State: tickets.Triage, Return: via, Decision: tickets.Decision{Data: json.RawMessage("{}")}},
		Say: []tickets.Intent{{Purpose: "receipt", Via: via, Text: sit.Reference.String()}},
	}
}

func terminate(t *testing.T, operator *sql.DB) (n int64) {
	err := operator.QueryRow(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`).Scan(&n)
	if err != nil {
		t.Error(err)
	}
	return n
}
