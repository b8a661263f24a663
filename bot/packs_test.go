package bot

import (
	"testing"

	"tanggap/bot/words"
	"tanggap/channels/sms"
	"tanggap/cities"
	"tanggap/tickets"
)

// TestEveryReceiptOfEveryPackFitsOneSegment: the short names of desa and of a kabupaten's agencies leave
// room for the rest of a receipt.
func TestEveryReceiptOfEveryPackFitsOneSegment(t *testing.T) {
	for _, name := range cities.Embedded() {
		pack, err := cities.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		b := New(pack.City, Options{Accounts: account, Examples: true})
		sit := situation(t, (&town{}).inbound("sms", "x"))
		for _, lang := range []string{indonesian, english} {
			for _, a := range pack.City.Agencies() {
				s := b.scene(&sit)
				s.lang = lang
				n := &tickets.Ticket{Reference: "4821773057", Agency: a.ID, State: tickets.Assigned, DueAt: morning.AddDate(1, 0, 0)}
				text := say(receiptDated, lang, "city", pack.City.Facts().ShortName, "ref", n.Reference.String(), "agency", s.agency(n), "date", words.Date(lang, n.DueAt, morning, false))
				if got, encoding := sms.Count(text); got != 1 || encoding != sms.GSM7 {
					t.Errorf("%s: %s: %d segments: %s", name, a.ID, got, text)
				}
			}
		}
	}
}
