package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/router"
	"tanggap/router/place"
	"tanggap/tickets"
)

// smallTown is a city with two topics that have an agency each, one that local offices handle, one
// emergency, one about conduct and one that is sensitive.
func smallTown(t testing.TB, change func(*router.Definition)) *router.City {
	t.Helper()
	sourced := router.Origin{Source: "a decree", Checked: "2026-01-01"}
	name := func(id, en string) map[string]string { return map[string]string{"id": id, "en": en} }
	week := router.Deadline{Value: 7, Unit: router.CalendarDays, Origin: sourced}
	def := router.Definition{
		Facts: router.Facts{
			ID: "kota", Name: "Kota Contoh", ShortName: "CONTOH", Zone: "Asia/Jakarta", Root: "kota", Inspector: "inspektorat",
			FirstHop: "agency", Threshold: 0.6, Emergency: router.Emergency{Number: "112", Origin: sourced},
			Days: router.Days{Confirm: 10, Pending: 5, PendingTotal: 10, Reopen: 30, Origin: sourced},
		},
		Agencies: []router.Agency{
			{ID: "kota", Name: "Pemerintah Kota", Short: "Pemkot", Kind: router.Province, Origin: sourced},
			{ID: "inspektorat", Parent: "kota", Name: "Inspektorat", Short: "Inspektorat", Kind: router.Inspectorate, Words: []string{"inspektorat"}, Origin: sourced},
			{ID: "binamarga", Parent: "kota", Name: "Dinas Bina Marga", Short: "Bina Marga", Kind: router.Dinas, Origin: sourced},
			{ID: "binamarga.selatan", Parent: "binamarga", Name: "Sudin Bina Marga Selatan", Short: "Sudin BM Selatan", Kind: router.Unit, Origin: sourced},
			{ID: "lh", Parent: "kota", Name: "Dinas Lingkungan Hidup", Short: "Dinas LH", Kind: router.Dinas, Origin: sourced},
			{ID: "damkar", Parent: "kota", Name: "Dinas Pemadam", Short: "Damkar", Kind: router.Dinas, Origin: sourced},
			{ID: "pppa", Parent: "kota", Name: "Dinas Perlindungan Anak", Short: "Dinas PPPA", Kind: router.Dinas, Origin: sourced},
			{ID: "kel.tebet", Parent: "kota", Name: "Kelurahan Tebet Timur", Short: "Kel. Tebet Timur", Kind: "kelurahan", Area: "31.74.01", Words: []string{"kelurahan tebet timur"}, Origin: sourced},
			{ID: "kel.bukit", Parent: "kota", Name: "Kelurahan Bukit Duri", Short: "Kel. Bukit Duri", Kind: "kelurahan", Area: "31.74.02", Origin: sourced},
		},
		Categories: []router.Category{
			{
				ID: "lampu", Name: name("Lampu jalan", "Street light"), Agency: "binamarga.selatan", Located: true, Deadline: week, Origin: sourced,
				Patterns: router.Patterns{Sure: []string{"lampu jalan", "street light", "jalan rusak|berlubang"}},
			},
			{
				ID: "sampah", Name: name("Sampah", "Garbage"), Agency: "lh", Located: true, Deadline: week, Origin: sourced,
				Patterns: router.Patterns{Sure: []string{"sampah", "garbage"}},
			},
			{
				ID: "selokan", Name: name("Selokan", "Drain"), Office: "kelurahan", Located: true, Deadline: week, Origin: sourced,
				Patterns: router.Patterns{Sure: []string{"selokan", "got mampet"}},
			},
			{
				ID: "api", Name: name("Kebakaran", "Fire"), Agency: "damkar", Emergency: true, Deadline: router.Deadline{Value: 1, Unit: router.Hours, Origin: sourced}, Origin: sourced,
				Patterns: router.Patterns{Sure: []string{"kebakaran", "house fire"}},
			},
			{
				ID: "pungli", Name: name("Pungutan liar", "Bribes"), Conduct: true, Kind: router.Misconduct, Deadline: week, Origin: sourced,
				Patterns: router.Patterns{Sure: []string{"minta uang", "pungli"}},
			},
			{
				ID: "anak", Name: name("Kekerasan pada anak", "Violence against children"), Agency: "pppa", Sensitive: true, Deadline: week, Origin: sourced,
				Patterns: router.Patterns{Sure: []string{"anak dipukuli"}},
			},
		},
		Sets: []router.Set{{Name: "official", Words: []string{"petugas", "lurah"}}},
		Places: place.Definition{
			Levels: []place.Level{{Name: "kota", Markers: []string{"kota"}}, {Name: "kelurahan", Markers: []string{"kelurahan", "kel"}}},
			Areas: []place.Area{
				{Code: "31.74", Level: "kota", Name: "Selatan Raya"},
				{Code: "31.74.01", Level: "kelurahan", Name: "Tebet Timur"},
				{Code: "31.74.02", Level: "kelurahan", Name: "Bukit Duri"},
			},
		},
	}
	if change != nil {
		change(&def)
	}
	city, err := router.Compile(def)
	if err != nil {
		t.Fatal(err)
	}
	return city
}

// The accounts of the town.
var accounts = map[string]channels.Capabilities{
	"chat":  {Channel: "telegram", Addresses: channels.TelegramID, Text: channels.Limit{Max: 4096, Unit: channels.UTF16}, Choices: 8, Threads: true, Attachments: 1 << 20},
	"sms":   {Channel: "sms", Addresses: channels.Tel, Text: channels.Limit{Max: 3, Unit: channels.Segments}, Paid: true, Receipts: true},
	"mail":  {Channel: "email", Addresses: channels.Mail, Text: channels.Limit{Max: 1 << 20, Unit: channels.Bytes}, Attachments: 1 << 20, Subject: true, Threads: true},
	"mail2": {Channel: "email", Addresses: channels.Mail, Text: channels.Limit{Max: 1 << 20, Unit: channels.Bytes}, Attachments: 1 << 20, Subject: true, Threads: true},
	"alpha": {Channel: "sms", Addresses: channels.Tel, Text: channels.Limit{Max: 3, Unit: channels.Segments}, Paid: true, Mute: true},
}

func account(name string) (channels.Capabilities, bool) {
	c, ok := accounts[name]
	return c, ok
}

var addresses = map[string]channels.Address{
	"chat": {Kind: channels.TelegramID, Value: "7001"}, "sms": {Kind: channels.Tel, Value: "+6281200000001"},
	"mail": {Kind: channels.Mail, Value: "warga@example.org"}, "alpha": {Kind: channels.Tel, Value: "INFOBANK"},
}

// town is a city at work: a real store, the bot, and a clock that the test moves.
type town struct {
	t     testing.TB
	store *tickets.Store
	bot   *Bot
	desk  *Desk
	inbox *Inbox
	now   time.Time
	sent  []tickets.Parcel // what went out, in order
	names map[int64]string // the platform's name of each
	count int

	last   channels.Inbound // of a conversation, what the citizen said last
	before int              // how much had gone out then
}

var morning = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC) // a Monday, 09:00 in Jakarta

func settle(t testing.TB, url string, city *router.City) *town {
	t.Helper()
	w := &town{t: t, now: morning, names: map[int64]string{}}
	var err error
	if w.store, err = tickets.Open(context.Background(), url, tickets.Options{Now: func() time.Time { return w.now }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	w.bot = New(city, Options{Accounts: account})
	w.desk = NewDesk(w.bot, w.store)
	w.inbox = NewInbox(w.store)
	w.inbox.now = func() time.Time { return w.now }
	w.desk.inbox = w.inbox
	return w
}

// pass lets time go by.
func (w *town) pass(d time.Duration) { w.now = w.now.Add(d) }

// inbound is a message as an adapter would deliver it.
func (w *town) inbound(account, text string) channels.Inbound {
	w.count++
	id := fmt.Sprintf("m%d", w.count)
	return channels.Inbound{
		Account: account, Kind: channels.Message, EventID: id, MessageID: id, From: addresses[account], Text: text,
		SentAt: w.now, Raw: []byte(text), RawType: "text/plain",
	}
}

// says lets a citizen say something, and everything happen that follows from it.
func (w *town) says(account, text string) channels.Inbound {
	w.t.Helper()
	in := w.inbound(account, text)
	w.receives(in)
	return in
}

func (w *town) receives(in ...channels.Inbound) {
	w.t.Helper()
	if err := w.inbox.Accept(context.Background(), in...); err != nil {
		w.t.Fatal(err)
	}
	w.process()
	w.deliver("sent")
}

func (w *town) process() {
	w.t.Helper()
	lease, ok, err := w.store.Take(context.Background(), "processor", "test", time.Minute)
	if err != nil || !ok {
		w.t.Fatal(ok, err)
	}
	for {
		round, err := w.store.Process(context.Background(), lease, tickets.Share{Max: 64}, Mentions, w.bot.Decide)
		if err != nil {
			w.t.Fatal(err)
		}
		if round.Senders == 0 {
			return
		}
	}
}

// deliver sends what waits, as dispatch would; every part ends in that state.
func (w *town) deliver(state string) {
	w.t.Helper()
	ctx := context.Background()
	for name := range accounts {
		for {
			parcels, err := w.store.Claim(ctx, name, 10, time.Minute)
			if err != nil {
				w.t.Fatal(err)
			}
			if len(parcels) == 0 {
				break
			}
			for i := range parcels {
				w.hand(&parcels[i], state)
			}
		}
	}
}

func (w *town) hand(p *tickets.Parcel, state string) {
	w.t.Helper()
	ctx := context.Background()
	if err := w.store.Render(ctx, p, []string{p.Text}); err != nil {
		w.t.Fatal(err)
	}
	attempt, err := w.store.Begin(ctx, p, &p.Parts[0], time.Minute)
	if err != nil {
		w.t.Fatal(err)
	}
	fate := tickets.Fate{State: state, ExternalID: fmt.Sprintf("out%d", len(w.sent))}
	if state == "failed" {
		fate = tickets.Fate{State: state, Kind: "unreachable", Reason: "gone"}
	}
	if err := w.store.End(ctx, p, &p.Parts[0], attempt, fate); err != nil {
		w.t.Fatal(err)
	}
	w.names[p.ID] = fate.ExternalID
	w.sent = append(w.sent, *p)
}

// fire lets every due timer do what it does.
func (w *town) fire() {
	w.t.Helper()
	for range 20 {
		due, err := w.store.Due(context.Background(), 100)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		for _, timer := range due {
			if err := w.store.Fire(context.Background(), timer, w.bot.Timer(timer)); err != nil {
				w.t.Fatal(err)
			}
		}
		w.deliver("sent")
	}
	w.t.Fatal("timers never end")
}

// heard is the last thing that went out, with its name on the platform.
func (w *town) heard() (p tickets.Parcel, name string) {
	if len(w.sent) == 0 {
		return tickets.Parcel{}, ""
	}
	p = w.sent[len(w.sent)-1]
	return p, w.names[p.ID]
}

// all are the tickets, newest first.
func (w *town) all() []tickets.Ticket {
	w.t.Helper()
	list, _, err := w.store.List(context.Background(), tickets.Filter{Limit: 200})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// only is the one ticket that there is.
func (w *town) only() tickets.Ticket {
	w.t.Helper()
	list := w.all()
	if len(list) != 1 {
		w.t.Fatalf("%d tickets, want one", len(list))
	}
	return list[0]
}

func (w *town) thread(id int64) []tickets.Line {
	w.t.Helper()
	lines, err := w.store.Thread(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return lines
}

// texts are what the citizen wrote on a ticket.
func (w *town) texts(id int64) []string {
	var all []string
	for _, l := range w.thread(id) {
		if l.Direction == tickets.In {
			all = append(all, l.Text)
		}
	}
	return all
}

func (w *town) events(t tickets.Ticket) []string {
	w.t.Helper()
	events, err := w.store.Events(context.Background(), t.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	now, err := w.store.TicketByID(context.Background(), t.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := tickets.VerifyChain(now, events); err != nil {
		w.t.Error(err)
	}
	var all []string
	for _, e := range events {
		all = append(all, e.Actor+" "+e.Type)
	}
	return all
}

func (w *town) move(t tickets.Ticket, step tickets.Step) {
	w.t.Helper()
	if err := w.desk.Move(context.Background(), tickets.Act{Ticket: t.ID, By: "Siti"}, step); err != nil {
		w.t.Fatal(err)
	}
	w.deliver("sent")
	w.fire()
}

// wants holds a ticket to a state.
func (w *town) wants(id int64, state tickets.State, agency string) tickets.Ticket {
	w.t.Helper()
	now, err := w.store.TicketByID(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	if now.State != state || agency != "" && now.Agency != agency {
		w.t.Errorf("ticket is %s with %s, want %s with %s", now.State, now.Agency, state, agency)
	}
	return now
}

// hears holds the last message to a purpose and to words in it.
func (w *town) hears(purpose string, words ...string) tickets.Parcel {
	w.t.Helper()
	p, _ := w.heard()
	if p.Purpose != purpose {
		w.t.Errorf("the last message is a %q, want a %q: %s", p.Purpose, purpose, p.Text)
	}
	for _, word := range words {
		if !strings.Contains(p.Text, word) {
			w.t.Errorf("%q does not say %q", p.Text, word)
		}
	}
	return p
}

func (w *town) became(in channels.Inbound) string {
	w.t.Helper()
	became, _, err := w.store.Fate(context.Background(), in.Account, in.EventID)
	if err != nil {
		w.t.Fatal(err)
	}
	return became
}

func (w *town) has(events []string, want ...string) {
	w.t.Helper()
	for _, e := range want {
		if !slices.Contains(events, e) {
			w.t.Errorf("no event %q among %q", e, events)
		}
	}
}
