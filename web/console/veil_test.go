package console

import (
	"strings"
	"testing"

	"tanggap/tickets"
	"tanggap/tickets/staff"
	"tanggap/web/discreet"
)

func TestTheVeilHidesAddressesHoweverTheyAreWritten(t *testing.T) {
	for kind, who := range map[string]staff.Identity{
		"mobile":   {Name: "Sari  Rahasiawati", Address: tickets.Address{Kind: "tel", Value: "+6281234567890"}},
		"landline": {Name: "Sari  Rahasiawati", Address: tickets.Address{Kind: "tel", Value: "+622155512345"}},
		"foreign":  {Name: "Sari  Rahasiawati", Address: tickets.Address{Kind: "tel", Value: "+6591234567"}},
		"mail":     {Name: "Sari  Rahasiawati", Address: tickets.Address{Kind: "email", Value: "sari@kota"}},
		"chat":     {Name: "Sari  Rahasiawati", Address: tickets.Address{Kind: "telegram", Value: "90210777"}},
	} {
		closed, open := newVeil(who, false), newVeil(who, true)
		for _, said := range map[string][]string{
			"mobile":   {"+6281234567890", "081234567890", "0812-3456-7890", "62 812 3456 7890", "812.3456.7890", "0 8 1 2 3 4 5 6 7 8 9 0"},
			"landline": {"+622155512345", "(021) 555-12345", "021 55512345"},
			"foreign":  {"+6591234567", "+65 9123 4567", "65-9123-4567"},
			"mail":     {"sari@kota", "lain@example.co.id"},
			"chat":     {"90210777", "0857 1234 5678"},
		}[kind] {
			text := "hubungi saya di " + said + " ya, sari rahasiawati"
			if got, want := closed.text(text), "hubungi saya di "+discreet.Hidden+" ya, "+discreet.Hidden; strings.ReplaceAll(got, "(", "") != want {
				t.Errorf("%s: %q, want %q", kind, got, want)
			}
			if got := open.text(text); got != text {
				t.Errorf("%s, open: %q", kind, got)
			}
		}
	}
	v := newVeil(staff.Identity{Name: "Al", Address: tickets.Address{Kind: "telegram", Value: "123"}}, false)
	for _, plain := range []string{"lampu mati di RT 03/RW 05 sejak 12-11-2026", "ID pelanggan 543210987654, al hasil gelap", "telepon 112 atau 1708"} {
		if got := v.text(plain); got != plain {
			t.Errorf("%q became %q", plain, got)
		}
	}
}
