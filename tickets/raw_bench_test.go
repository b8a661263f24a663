package tickets

import (
	"context"
	"fmt"
	"testing"

	"tanggap/internal/dbtest"
)

// BenchmarkRaw is what the database itself can do on this machine in this run, to hold the others
// against: the inbox row of one message in a transaction of its own, and all rows of a ticket in
// batches of 256 with no logic and no reads.
func BenchmarkRaw(b *testing.B) {
	const body = "Selamat malam pak, lampu jalan di depan SDN 01 Tebet Timur mati sudah tiga hari, gelap sekali dan rawan, mohon diperbaiki"
	rawOpen := func(b *testing.B, url string) *Store {
		s, err := Open(context.Background(), url, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		return s
	}
	b.Run("row-per-transaction", func(b *testing.B) {
		dbtest.EachB(b, func(b *testing.B, url string) {
			s := rawOpen(b, url)
			ctx := context.Background()
			for b.Loop() {
				id := s.ids.next()
				err := s.inTx(ctx, machine, func(x *tx) error {
					return x.insertAll(inboxTable, [][]any{{id, "bot", fmt.Sprint(id), "message", int64(1), body, []byte(body)}})
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	})
	b.Run("ticket-rows-in-bulk", func(b *testing.B) {
		dbtest.EachB(b, func(b *testing.B, url string) {
			s := rawOpen(b, url)
			ctx := context.Background()
			const size = 256
			n := 0
			for b.Loop() {
				p := &plan{store: s, now: s.now()}
				for range size {
					if err := p.addRaw(body); err != nil {
						b.Fatal(err)
					}
				}
				if err := s.inTx(ctx, machine, p.write); err != nil {
					b.Fatal(err)
				}
				n += size
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "tickets/s")
		})
	})
}

func (p *plan) addRaw(body string) error {
	sit := Situation{New: true, Reference: Reference(fmt.Sprint(p.store.ids.next()))} // unchecked, so not drawn
	sit.Citizen.ID, sit.Contact.ID = p.store.ids.next(), p.store.ids.next()
	sit.Contact.CitizenID = sit.Citizen.ID
	sit.Contact.Address = Address{Kind: "telegram", Value: fmt.Sprint(sit.Contact.ID)}
	via := Return{Channel: "telegram", Account: "bot", Address: sit.Contact.Address}
	_, err := p.add(&sit, &Change{
		Became: BecameTicket, Return: &via,
		New:    &Ticket{Kind: Complaint, State: Assigned, Agency: "dki.binamarga", Language: "id", Subject: body, Return: via},
		In:     &Message{Direction: In, Account: "bot", Text: body},
		Say:    []Intent{{Purpose: "receipt", Via: via, Text: body}},
		Events: []Event{{Type: "created"}, {Type: "routed"}},
	})
	return err
}
