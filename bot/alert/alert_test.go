package alert

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/router/place"
	"tanggap/tickets"
	"tanggap/tickets/oncall"
)

// town is a city of two agencies with a fire brigade, and its people on call.
type town struct {
	t      *testing.T
	store  *tickets.Store
	book   *oncall.Book
	alerts *Alerts
	city   *router.City
	at     atomic.Int64
}

func (w *town) now() time.Time       { return time.UnixMicro(w.at.Load()) }
func (w *town) pass(d time.Duration) { w.at.Add(d.Microseconds()) }

func settle(t *testing.T, url string) *town {
	t.Helper()
	origin := router.Origin{Source: "a decree", Checked: "2026-01-01"}
	hour := router.Deadline{Value: 1, Unit: router.Hours, Origin: origin}
	name := func(id, en string) map[string]string { return map[string]string{"id": id, "en": en} }
	city, err := router.Compile(router.Definition{
		Facts: router.Facts{
			ID: "kota", Name: "Kota Contoh", ShortName: "CONTOH", Zone: "Asia/Jakarta", Root: "kota", Inspector: "inspektorat", FirstHop: "agency", Threshold: 0.6,
			Emergency: router.Emergency{Number: "112", Origin: origin}, Days: router.Days{Confirm: 10, Pending: 5, PendingTotal: 10, Reopen: 30, Origin: origin},
		},
		Agencies: []router.Agency{
			{ID: "kota", Name: "Pemerintah Kota", Short: "Pemkot", Kind: router.Province, Origin: origin},
			{ID: "inspektorat", Parent: "kota", Name: "Inspektorat", Short: "Inspektorat", Kind: router.Inspectorate, Origin: origin},
			{ID: "damkar", Parent: "kota", Name: "Dinas Pemadam", Short: "Damkar", Kind: router.Dinas, Origin: origin},
			{ID: "damkar.selatan", Parent: "damkar", Name: "Sudin Pemadam Selatan", Short: "Damkar Selatan", Kind: router.Unit, Origin: origin},
			{ID: "kesehatan", Parent: "kota", Name: "Dinas Kesehatan", Short: "Dinkes", Kind: router.Dinas, Origin: origin},
			{ID: "kel.bukit", Parent: "kota", Name: "Kelurahan Bukit Duri", Short: "Kel. Bukit Duri", Kind: "kelurahan", Area: "31.74.02", Origin: origin},
		},
		Categories: []router.Category{
			{ID: "api", Name: name("Kebakaran", "Fire"), Agency: "damkar", Emergency: true, Deadline: hour, Origin: origin, Patterns: router.Patterns{Sure: []string{"kebakaran"}}},
			{ID: "terjebak", Name: name("Orang terjebak, terjepit atau tertimbun", "People trapped"), Agency: "damkar", Emergency: true, Deadline: hour, Origin: origin, Patterns: router.Patterns{Sure: []string{"terjebak"}}},
		},
		Places: place.Definition{
			Levels: []place.Level{{Name: "kota", Markers: []string{"kota"}}, {Name: "kelurahan", Markers: []string{"kelurahan"}}},
			Areas:  []place.Area{{Code: "31.74", Level: "kota", Name: "Selatan Raya"}, {Code: "31.74.02", Level: "kelurahan", Name: "Bukit Duri"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, city: city}
	w.at.Store(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC).UnixMicro())
	if w.store, err = tickets.Open(context.Background(), url, tickets.Options{Now: w.now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	w.book = oncall.New(w.store)
	w.alerts = w.again()
	return w
}

// again is what a process that starts anew tells with.
func (w *town) again() *Alerts {
	return New(w.store, Options{
		City: func() *router.City { return w.city }, URL: "https://lapor.example.go.id", Now: w.now,
		Account: func(kind channels.AddressKind) (string, channels.Capabilities, bool) {
			caps, ok := map[channels.AddressKind]channels.Capabilities{
				channels.Tel:        {Channel: "sms", Addresses: channels.Tel, Text: channels.Limit{Max: 3, Unit: channels.Segments}},
				channels.Mail:       {Channel: "email", Addresses: channels.Mail, Subject: true, Text: channels.Limit{Max: 1 << 20, Unit: channels.Runes}},
				channels.TelegramID: {Channel: "telegram", Addresses: channels.TelegramID, Text: channels.Limit{Max: 4096, Unit: channels.UTF16}},
			}[kind]
			return caps.Channel, caps, ok
		},
	})
}

func (w *town) set(agency string, step int, kind, value string) {
	w.t.Helper()
	c := oncall.Contact{Agency: agency, Step: step, Address: tickets.Address{Kind: kind, Value: value}, Language: "id", By: "test"}
	if err := w.book.Set(context.Background(), c); err != nil {
		w.t.Fatal(err)
	}
}

// comes opens an emergency.
func (w *town) comes(change func(*tickets.Ticket)) tickets.Ticket {
	w.t.Helper()
	now := w.now()
	t := tickets.Ticket{
		ID: w.store.NewID(), Reference: tickets.DrawReference(), Version: 1, Kind: tickets.Complaint, State: tickets.Assigned, Agency: "damkar.selatan", Category: "api",
		Area: "31.74.02", Emergency: true, Subject: "Rumah Siti di gang cat hijau terbakar", CreatedAt: now, UpdatedAt: now,
		Return: tickets.Return{Channel: "sms", Account: "sms", Address: tickets.Address{Kind: "tel", Value: "+628111222333"}},
	}
	if change != nil {
		change(&t)
	}
	if err := w.store.Write(context.Background(), func(x tickets.Tx) error { return x.File([]tickets.Ticket{t}, nil, nil) }); err != nil {
		w.t.Fatal(err)
	}
	return t
}

// tell lets those on call hear what there is, and returns what goes out, by address.
func (w *town) tell() map[string][]tickets.Parcel {
	w.t.Helper()
	if _, err := w.alerts.Tell(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	return w.deliver(tickets.Fate{State: "sent"})
}

// deliver takes what waits in the outbox, and lets it end so.
func (w *town) deliver(fate tickets.Fate) map[string][]tickets.Parcel {
	w.t.Helper()
	ctx := context.Background()
	got := map[string][]tickets.Parcel{}
	for _, account := range []string{"sms", "email", "telegram"} {
		for {
			parcels, err := w.store.Claim(ctx, account, 100, time.Minute)
			if err != nil {
				w.t.Fatal(err)
			}
			if len(parcels) == 0 {
				break
			}
			for i := range parcels {
				p := &parcels[i]
				if err := w.store.Render(ctx, p, []string{p.Text}); err != nil {
					w.t.Fatal(err)
				}
				attempt, err := w.store.Begin(ctx, p, &p.Parts[0], time.Minute)
				if err == nil {
					err = w.store.End(ctx, p, &p.Parts[0], attempt, fate)
				}
				if err != nil {
					w.t.Fatal(err)
				}
				got[p.Via.Address.Value] = append(got[p.Via.Address.Value], *p)
			}
		}
	}
	return got
}

func (w *town) gets(got map[string][]tickets.Parcel, address string, wanted ...string) tickets.Parcel {
	w.t.Helper()
	if len(got[address]) != 1 {
		w.t.Fatalf("%s got %d messages, want 1: %+v", address, len(got[address]), got)
	}
	p := got[address][0]
	for _, word := range wanted {
		if !strings.Contains(p.Subject+"\n"+p.Text, word) {
			w.t.Errorf("the message to %s lacks %q:\n%s\n%s", address, word, p.Subject, p.Text)
		}
	}
	return p
}

func (w *town) silent() {
	w.t.Helper()
	if got := w.tell(); len(got) != 0 {
		w.t.Errorf("those on call were written to: %+v", got)
	}
}

const (
	phone, second = "+628123456789", "+628987654321"
	post, group   = "piket@kota.example.go.id", "-1001234567890"
)

func TestAnEmergencyIsToldAtOnceAndOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := settle(t, url)
		w.set("", 1, oncall.Tel, phone)
		w.set("", 1, oncall.Mail, post)
		w.set("", 1, oncall.Telegram, group)
		w.set("damkar", 1, oncall.Tel, phone) // he is on call for all in the city already
		e := w.comes(nil)
		got := w.tell()
		text := w.gets(got, phone, "DARURAT", "Kebakaran", "Kel. Bukit Duri", e.Reference.String(), "https://lapor.example.go.id/console/tickets/"+string(e.Reference))
		if n := sms.Segments(text.Text); n != 1 {
			t.Errorf("%d segments: %q", n, text.Text)
		}
		mail, chat := w.gets(got, post, "DARURAT", "Kebakaran"), w.gets(got, group, "DARURAT", "Kebakaran", "Kel. Bukit Duri")
		for _, p := range []tickets.Parcel{text, mail, chat} {
			for _, secret := range []string{"Siti", "hijau", "8111222333"} {
				if strings.Contains(p.Subject+p.Text, secret) {
					t.Errorf("tells %q: %s", secret, p.Text)
				}
			}
			if p.Purpose != tickets.ToAgency || !p.Automatic {
				t.Errorf("parcel %+v", p)
			}
		}
		if mail.Subject == "" || chat.Subject != "" {
			t.Errorf("subjects %q and %q", mail.Subject, chat.Subject)
		}
		if groups := w.alerts.Groups(); len(groups) != 1 || groups[0] != group {
			t.Errorf("groups %v", groups)
		}
		w.silent()
		w.alerts = w.again()
		w.pass(9 * time.Minute)
		w.silent()
	})
}

func TestTwoProcessesTellOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := settle(t, url)
		w.set("", 1, oncall.Tel, phone)
		for range 20 {
			w.comes(nil)
		}
		var all sync.WaitGroup
		var sent atomic.Int64
		for range 8 {
			alerts := w.again()
			all.Go(func() {
				n, err := alerts.Tell(context.Background())
				if err != nil {
					t.Error(err)
				}
				sent.Add(int64(n))
			})
		}
		all.Wait()
		if n := sent.Load(); n != 1 {
			t.Errorf("%d messages were written", n)
		}
		w.gets(w.deliver(tickets.Fate{State: "sent"}), phone, "20 laporan")
	})
}

// 300 reports of people trapped in 25 minutes, and nobody looks: a few messages, which count them all.
func TestAFloodIsAFewMessages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := settle(t, url)
		w.set("", 1, oncall.Tel, phone)
		w.set("damkar", 1, oncall.Telegram, group)
		counted := regexp.MustCompile(`DARURAT: (\d+) laporan`)
		told, messages := 0, 0
		for minute := range 40 {
			for range 12 {
				if minute < 25 {
					w.comes(func(t *tickets.Ticket) { t.Category = "terjebak" })
				}
			}
			for _, p := range w.tell()[phone] {
				messages++
				if sms.Segments(p.Text) != 1 {
					t.Errorf("%q is no single SMS", p.Text)
				}
				if m := counted.FindStringSubmatch(p.Text); m != nil {
					n, _ := strconv.Atoi(m[1])
					told += n
				}
			}
			w.pass(time.Minute)
		}
		if told != 300 || messages > 8 {
			t.Errorf("%d of 300 were told of, in %d messages", told, messages)
		}
		w.pass(time.Hour)
		for range 5 { // at last nobody is told a fourth time
			w.tell()
			w.pass(time.Hour)
		}
		w.silent()
	})
}

func TestWhatNobodyOpensIsToldAgainAndToTheNext(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := settle(t, url)
		w.set("", 1, oncall.Tel, phone)
		w.set("", 2, oncall.Tel, second)
		w.comes(nil)
		seen, taken := w.comes(nil), w.comes(nil)
		w.gets(w.tell(), phone, "3 laporan")
		w.pass(9 * time.Minute)
		w.silent()
		other := w.comes(nil)
		w.gets(w.tell(), phone, other.Reference.String())
		if err := w.book.Seen(t.Context(), other.ID, "staff:1"); err != nil {
			t.Fatal(err)
		}
		if err := w.store.Write(t.Context(), func(x tickets.Tx) error {
			_, err := x.Exec(`UPDATE ticket SET state = 'in_progress' WHERE id = ?`, taken.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Minute)
		p := w.gets(w.tell(), second, "BELUM DIBUKA: 2")
		if sms.Segments(p.Text) != 1 {
			t.Errorf("%q", p.Text)
		}
		// Nobody has a third step: the second is told once more, unless somebody reads what it was told.
		if err := w.book.Seen(t.Context(), seen.ID, "staff:1"); err != nil {
			t.Fatal(err)
		}
		told, err := w.book.Of(t.Context(), seen.ID)
		if err != nil || len(told) != 1 || told[0].By != "staff:1" || told[0].Times != 2 || told[0].Seen.IsZero() {
			t.Errorf("%+v, %v", told, err)
		}
		w.pass(time.Hour)
		w.silent()
	})
}

func TestASealedEmergencyTellsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := settle(t, url)
		w.set("", 1, oncall.Tel, phone)
		w.set("", 1, oncall.Mail, post)
		e := w.comes(func(t *tickets.Ticket) { t.Sealed, t.Agency = true, "inspektorat" })
		got := w.tell()
		for _, address := range []string{phone, post} {
			p := w.gets(got, address, "DARURAT", "laporan tertutup", e.Reference.String())
			if said := p.Subject + p.Text; strings.Contains(said, "Kebakaran") || strings.Contains(said, "Bukit Duri") {
				t.Errorf("a sealed report is told of: %s", said)
			}
		}
	})
}

func TestAgenciesAreToldOfTheirOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := settle(t, url)
		w.comes(nil)
		w.pass(time.Second)
		w.set("damkar", 1, oncall.Tel, phone) // what was there before is no news
		w.silent()
		w.comes(func(t *tickets.Ticket) { t.Agency = "kesehatan" })
		w.comes(func(t *tickets.Ticket) { t.Test = true })
		w.comes(func(t *tickets.Ticket) { t.State = tickets.Closed })
		w.comes(func(t *tickets.Ticket) { t.Emergency = false })
		w.silent()
		w.comes(nil)
		w.gets(w.tell(), phone, "Kebakaran")
		if err := w.book.Drop(t.Context(), "damkar", tickets.Address{Kind: oncall.Tel, Value: phone}); err != nil {
			t.Fatal(err)
		}
		if err := w.book.Drop(t.Context(), "damkar", tickets.Address{Kind: oncall.Tel, Value: phone}); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("dropped twice: %v", err)
		}
		w.comes(nil)
		w.pass(time.Hour)
		w.silent()
	})
}

func TestWhoIsNotReachedIsStoodInForAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := settle(t, url)
		w.set("", 1, oncall.Tel, phone)
		w.set("", 2, oncall.Tel, second)
		w.comes(nil)
		if _, err := w.alerts.Tell(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.gets(w.deliver(tickets.Fate{State: "failed", Reason: "no such number", Address: "unreachable"}), phone)
		w.gets(w.tell(), second, "belum dibuka", "Kebakaran")
		w.pass(2 * time.Minute)
		w.comes(nil)
		w.gets(w.tell(), second, "DARURAT: Kebakaran")
		w.pass(time.Hour) // and the first is tried again after an hour
		w.comes(nil)
		w.gets(w.tell(), phone, "DARURAT: Kebakaran")
		w.pass(5 * time.Minute)
		w.comes(nil)
		if _, err := w.alerts.Tell(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.gets(w.deliver(tickets.Fate{State: "failed", Reason: "no such number", Address: "unreachable"}), phone)
		w.set("", 1, oncall.Tel, phone) // he has a new telephone
		w.pass(5 * time.Minute)
		w.comes(nil)
		w.gets(w.tell(), phone, "DARURAT: Kebakaran")
	})
}

// A single telephone to which one message did not go out is not given up.
func TestTheOnlyOneIsNotGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := settle(t, url)
		w.set("", 1, oncall.Tel, phone)
		w.comes(nil)
		if _, err := w.alerts.Tell(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.deliver(tickets.Fate{State: "failed", Reason: "no credit"})
		contacts, err := w.alerts.Contacts(t.Context())
		if err != nil || len(contacts) != 1 || contacts[0].State != "failed" {
			t.Errorf("%+v, %v", contacts, err)
		}
		w.pass(2 * time.Minute)
		w.gets(w.tell(), phone, "belum dibuka")
	})
}

func TestContactsAreChecked(t *testing.T) {
	for _, c := range []oncall.Contact{
		{Step: 0, Language: "id", Address: tickets.Address{Kind: oncall.Tel, Value: phone}},
		{Step: 4, Language: "id", Address: tickets.Address{Kind: oncall.Tel, Value: phone}},
		{Step: 1, Language: "fr", Address: tickets.Address{Kind: oncall.Tel, Value: phone}},
		{Step: 1, Language: "id", Address: tickets.Address{Kind: oncall.Tel, Value: "0812345678"}},
		{Step: 1, Language: "id", Address: tickets.Address{Kind: oncall.Mail, Value: "Piket <a@example.org>"}},
		{Step: 1, Language: "id", Address: tickets.Address{Kind: oncall.Telegram, Value: "@piket"}},
		{Step: 1, Language: "id", Address: tickets.Address{Kind: "web", Value: "1"}},
	} {
		if c.Check() == nil {
			t.Errorf("%+v passes", c)
		}
	}
}

// Whatever is to be told, an SMS of it is one.
func TestEveryShortTextIsOneSMS(t *testing.T) {
	city := settle(t, dbtest.New(t, dbtest.SQLite)).city
	for n := 1; n <= 400; n += 19 {
		for again := range 3 {
			c := &call{}
			for i := range n {
				e := oncall.Emergency{Ticket: int64(i), Reference: tickets.DrawReference(), Category: []string{"api", "terjebak", "x"}[i%3], Area: "31.74.02", Sealed: i%7 == 5}
				if i%3 < again {
					c.again = append(c.again, news{Emergency: e, before: 1})
				} else {
					c.fresh = append(c.fresh, news{Emergency: e})
				}
			}
			for lang, w := range languages {
				s := sheet{words: w, lang: lang, city: city, call: c, url: "https://pengaduan-masyarakat.kabupaten-contoh-yang-panjang.example.go.id"}
				if text := s.short(); sms.Segments(text) != 1 || text == "" {
					t.Errorf("%d, %s: %q", n, lang, text)
				}
				if long := s.long(); channels.UTF16Len(long) > 4000 {
					t.Errorf("%d, %s: the long text has %d", n, lang, channels.UTF16Len(long))
				}
			}
		}
	}
}
