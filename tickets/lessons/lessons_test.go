package lessons_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/lessons"
)

func TestWhatStaffPassedOnIsReadInItsOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		db, err := tickets.Open(ctx, url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		lease, ok, err := db.Take(ctx, "processor", "test", 3600e9)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		open := func(event, text string, sealed bool) tickets.Ticket {
			t.Helper()
			in := tickets.Incoming{Account: "bot", EventID: event, Kind: "message", Sender: "telegram:" + event, Payload: []byte("{}"), Raw: []byte(text)}
			if err := db.Receive(ctx, in); err != nil {
				t.Fatal(err)
			}
			_, err := db.Process(ctx, lease, tickets.Share{Max: 10}, nil, func(sit tickets.Situation) (tickets.Change, error) {
				return tickets.Change{
					Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameTicket,
					New: &tickets.Ticket{
						Reference: sit.Reference, Kind: tickets.Complaint, State: tickets.Assigned, Agency: "lh", Language: "id", Sealed: sealed,
						Return: tickets.Return{Channel: "telegram", Account: "bot", Address: sit.Contact.Address}, Located: true, Lat: -6.2, Lng: 106.8,
					},
					In: &tickets.Message{Direction: tickets.In, Channel: "telegram", Account: "bot", ExternalID: event, Author: "citizen", Text: text},
				}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			_, id, err := db.Fate(ctx, "bot", event)
			if err != nil {
				t.Fatal(err)
			}
			n, err := db.TicketByID(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		pass := func(n tickets.Ticket, to string) {
			t.Helper()
			_, _, err := db.Work(ctx, tickets.Act{Ticket: n.ID, By: "siti"}, func(sit tickets.Situation) (tickets.Change, error) {
				c := sit.Cases[0].Ticket
				c.Agency = to
				data := json.RawMessage(fmt.Sprintf(`{"from":"lh","to":%q,"category":"c-%s"}`, to, to))
				return tickets.Change{Tickets: []tickets.Ticket{c}, Events: []tickets.Event{
					{TicketID: c.ID, Actor: "siti", Type: "noted"}, {TicketID: c.ID, Actor: "siti", Type: "transferred", Data: data},
				}}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		first, second, secret := open("1", "lampu taman mati", false), open("2", "got mampet", false), open("3", "rahasia", true)
		open("4", "bukan pelajaran", false)
		pass(first, "taman")
		pass(second, "air")
		pass(secret, "air")
		pass(first, "jalan")
		read := lessons.New(db)
		all, err := read.Since(ctx, 0)
		if err != nil || len(all) != 3 {
			t.Fatalf("%+v %v", all, err)
		}
		for i, want := range []struct {
			ticket       tickets.Ticket
			agency, text string
		}{{first, "taman", "lampu taman mati"}, {second, "air", "got mampet"}, {first, "jalan", "lampu taman mati"}} {
			got := all[i]
			if got.Ticket != want.ticket.ID || got.Reference != want.ticket.Reference || got.Agency != want.agency || got.Category != "c-"+want.agency || got.Text != want.text || got.At == nil || got.At.Lat != -6.2 {
				t.Errorf("%d: %+v, want %+v", i, got, want)
			}
		}
		// What came back has no agency, and stands behind the transfer that it takes back.
		_, _, err = db.Work(ctx, tickets.Act{Ticket: second.ID, By: "siti"}, func(sit tickets.Situation) (tickets.Change, error) {
			return tickets.Change{Tickets: []tickets.Ticket{sit.Cases[0].Ticket}, Events: []tickets.Event{{TicketID: second.ID, Actor: "siti", Type: "returned"}}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		pass(second, "jalan")
		back, err := read.Since(ctx, all[2].Event)
		if err != nil || len(back) != 3 || back[1].Ticket != second.ID || back[1].Agency != "" || back[2].Agency != "jalan" {
			t.Errorf("after it came back: %+v %v", back, err)
		}
		if from, err := read.Since(ctx, back[1].Event); err != nil || len(from) != 2 {
			t.Errorf("from there on: %+v %v", from, err)
		}
		later, err := read.Since(ctx, all[1].Event)
		if err != nil || len(later) != 4 || later[0].Event != all[1].Event {
			t.Errorf("from the second on: %+v %v", later, err)
		}
	})
}
