package console_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/cities"
	"tanggap/cities/amend"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/router/similar"
	"tanggap/tickets"
	"tanggap/tickets/asked"
	"tanggap/tickets/breaker"
	"tanggap/tickets/edits"
	"tanggap/tickets/figures"
	"tanggap/tickets/oncall"
	"tanggap/tickets/originals"
	"tanggap/tickets/quality"
	"tanggap/tickets/staff"
	"tanggap/tickets/triage"
	"tanggap/web/console"
	"tanggap/web/rules"
	"tanggap/web/ui"
)

// Agencies of the pack: the root desk, two side by side, and the inspectorate.
const (
	root      = "dki"
	lights    = "dki.binamarga"
	water     = "dki.dsda"
	inspector = "dki.inspektorat"
	password  = "kata-sandi-panjang"
)

// What citizens write.
const (
	street = "lampu jalan mati di depan SDN 01 Tebet Timur sudah 3 hari, gelap banget"
	vague  = "tolong pak, sudah lama begini terus"
	bribe  = "Saya diminta uang saat mengurus KTP di Kelurahan Tebet Timur"
)

// jakarta is compiled once for all tests.
var jakarta = sync.OnceValues(func() (cities.Pack, error) { return cities.Load("jakarta") })

// town is a running tanggap without channels: its store, its console, and a processor.
type town struct {
	*tickets.Store
	t      *testing.T
	people *staff.Store
	inbox  *bot.Inbox
	desk   *bot.Desk
	server *httptest.Server
	files  string // the folder of attachments, by hash
	log    *bytes.Buffer
	judged []quality.Judgement // nil for what the store says
}

var capabilities = map[string]channels.Capabilities{
	"bot":  {Channel: "telegram", Addresses: channels.TelegramID, Text: channels.Limit{Max: 4096, Unit: channels.UTF16}, Choices: 8, Threads: true},
	"smsc": {Channel: "sms", Addresses: channels.Tel, Text: channels.Limit{Max: 3, Unit: channels.Segments}, Paid: true},
	"mail": {Channel: "email", Addresses: channels.Mail, Text: channels.Limit{Max: 100000, Unit: channels.Bytes}, Subject: true, Threads: true},
}

// alike finds every ticket of the same topic and area.
func (w *town) alike(ctx context.Context, t *tickets.Ticket) (all []similar.Match, err error) {
	found, _, err := w.List(ctx, tickets.Filter{})
	for i := range found {
		if found[i].Category == t.Category && found[i].Area == t.Area {
			all = append(all, similar.Match{ID: found[i].ID, Verdict: similar.Verdict{Degree: similar.Likely, Reasons: []similar.Reason{{Code: "similar.area", Args: []string{t.Area}}}}})
		}
	}
	return all, err
}

// each runs f on both databases.
func each(t *testing.T, f func(*town)) {
	dbtest.Each(t, func(t *testing.T, url string) { f(settle(t, url)) })
}

func settle(t *testing.T, url string) *town {
	t.Helper()
	pack, err := jakarta()
	if err != nil {
		t.Fatal(err)
	}
	city := pack.City
	store, err := tickets.Open(context.Background(), url, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := bot.New(city, bot.Options{Accounts: func(name string) (channels.Capabilities, bool) { c, ok := capabilities[name]; return c, ok }, Examples: true})
	w := &town{
		Store: store, t: t, people: staff.New(store), inbox: bot.NewInbox(store), desk: bot.NewDesk(b, store), files: t.TempDir(), log: &bytes.Buffer{},
	}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var now atomic.Pointer[router.City]
	now.Store(city)
	inForce := now.Load
	pages, err := ui.New(ui.Options{Log: log, City: inForce}, console.Bundle(), rules.Bundle())
	if err != nil {
		t.Fatal(err)
	}
	said := edits.New(store)
	book, err := rules.New(rules.Options{
		UI: pages, City: inForce, Mind: b.Mind, Pack: func() cities.Pack { return pack }, Aside: func() []amend.Aside { return nil }, Edits: said, Asked: asked.New(store).Last, Log: log,
		Heed: func(ctx context.Context) error {
			list, _, err := said.Current(ctx)
			if err == nil {
				over, _ := amend.Over(pack, list)
				now.Store(over.City)
				b.SetCity(over.City)
			}
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	mount, err := console.New(console.Options{
		Rules: book, Mails: originals.New(store), Breaker: breaker.New(store, breaker.Limits{}),
		UI: pages, Store: store, Desk: w.desk, Crowd: bot.NewCrowd(w.desk), Alike: w.alike, Staff: w.people, City: inForce, Log: log,
		File: func(hash string) (io.ReadCloser, error) { return os.Open(filepath.Join(w.files, hash)) },
		From: func(*http.Request) string { return "192.0.2.1" }, Emergencies: figures.New(store).Emergencies, Judged: func(ctx context.Context, since time.Time) ([]quality.Judgement, error) {
			if w.judged != nil {
				return w.judged, nil
			}
			return quality.New(store).Since(ctx, since)
		}, Waiting: triage.New(store).Waiting,
		Seen: oncall.New(store).Seen, Told: oncall.New(store).Of,
		Accounts: func() (all []console.Account) {
			for name, c := range capabilities {
				all = append(all, console.Account{Name: name, Channel: c.Channel})
			}
			return all
		},
		Contacts: bot.NewNotices(b, store, bot.NoticeOptions{}).Contacts,
		Ours:     func(mail string) bool { return mail == "lapor@kota.test" },
		URL:      "https://lapor.test",
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mount(mux)
	w.server = httptest.NewServer(pages.Serve(mux))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.process(ctx, b) }()
	t.Cleanup(func() { w.server.Close(); stop(); <-done; store.Close() })
	return w
}

func (w *town) process(ctx context.Context, b *bot.Bot) {
	for ctx.Err() == nil {
		lease, ok, err := w.Take(ctx, "processor", "test", time.Minute)
		if err == nil && ok {
			_, err = w.Process(ctx, lease, tickets.Share{Max: 100}, bot.Mentions, b.Decide)
		}
		if err != nil && ctx.Err() == nil {
			w.t.Error(err)
		}
		select {
		case <-w.Wake(0):
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// from is a citizen's address on an account.
var from = map[string]channels.Address{
	"bot":  {Kind: channels.TelegramID, Value: "90210777"},
	"smsc": {Kind: channels.Tel, Value: "+6281234567890"},
	"mail": {Kind: channels.Mail, Value: "sari.rahasiawati@example.com"},
}

// reports lets a citizen named Sari Rahasiawati write, and returns the ticket that came of it.
func (w *town) reports(account, text string) tickets.Ticket {
	w.t.Helper()
	return w.receives(channels.Inbound{Account: account, From: from[account], Text: text})
}

func (w *town) receives(in channels.Inbound) tickets.Ticket {
	w.t.Helper()
	id := time.Now().Format("150405.000000000")
	in.EventID, in.MessageID, in.Name, in.Kind, in.SentAt = id, id, "Sari Rahasiawati", channels.Message, time.Now()
	if in.Raw == nil {
		in.Raw = []byte(in.Text)
	}
	if err := w.inbox.Accept(w.t.Context(), in); err != nil {
		w.t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(5 * time.Millisecond) {
		became, id, err := w.Fate(w.t.Context(), in.Account, in.EventID)
		if err != nil {
			w.t.Fatal(err)
		}
		if became == "" {
			continue
		}
		t, err := w.TicketByID(w.t.Context(), id)
		if err != nil {
			w.t.Fatal(became, err)
		}
		return t
	}
	w.t.Fatal("the report was not processed")
	return tickets.Ticket{}
}

// person is somebody of the staff at a browser without scripts.
type person struct {
	w      *town
	client *http.Client
	login  string
}

// hires adds somebody and signs him in.
func (w *town) hires(login string, role staff.Role, agency string) *person {
	w.t.Helper()
	if _, err := w.people.Add(w.t.Context(), "test", staff.Member{Login: login, Name: strings.ToUpper(login), Role: role, Agency: agency, Language: "id"}, password); err != nil {
		w.t.Fatal(err)
	}
	p := w.visitor()
	p.login = login
	if status, at, _ := p.post("/console/sign-in", url.Values{"login": {login}, "password": {password}}); status != http.StatusOK || at == "/console/sign-in" {
		w.t.Fatalf("signing in leads to %s with %d", at, status)
	}
	return p
}

// visitor is somebody who has not signed in.
func (w *town) visitor() *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &person{w: w, client: &http.Client{Jar: jar}}
}

// get follows redirects, and returns where they led and what is there.
func (p *person) get(path string) (status int, at, page string) {
	p.w.t.Helper()
	return p.do(http.MethodGet, path, nil)
}

func (p *person) post(path string, form url.Values) (status int, at, page string) {
	p.w.t.Helper()
	return p.do(http.MethodPost, path, form)
}

func (p *person) do(method, path string, form url.Values) (status int, at, page string) {
	p.w.t.Helper()
	req, err := http.NewRequestWithContext(p.w.t.Context(), method, p.w.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.w.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := p.client.Do(req)
	if err != nil {
		p.w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.w.t.Fatal(err)
	}
	return resp.StatusCode, resp.Request.URL.RequestURI(), string(body)
}

// sees is the page at path, which must be there.
func (p *person) sees(path string) string {
	p.w.t.Helper()
	status, at, page := p.get(path)
	if status != http.StatusOK || at != path {
		p.w.t.Fatalf("%s leads to %s with %d", path, at, status)
	}
	return page
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="(version|once)" value="([^"]*)"`)

// form is what the forms of a ticket's page carry along, and the values given in pairs.
func (p *person) form(t tickets.Ticket, pairs ...string) url.Values {
	p.w.t.Helper()
	f := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(p.sees(path(t)), -1) {
		f.Set(m[1], m[2])
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

func path(t tickets.Ticket) string { return "/console/tickets/" + string(t.Reference) }

// now is the ticket as it stands.
func (w *town) now(t tickets.Ticket) tickets.Ticket {
	w.t.Helper()
	n, err := w.TicketByID(w.t.Context(), t.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// said are the texts of a ticket that go one way, oldest first.
func (w *town) said(t tickets.Ticket, way tickets.Direction) (texts []string) {
	w.t.Helper()
	lines, err := w.Thread(w.t.Context(), t.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range lines {
		if l.Direction == way {
			texts = append(texts, l.Text)
		}
	}
	return texts
}

// has fails the test for each text that the page does not show.
func (w *town) has(page string, texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			w.t.Errorf("the page does not show %q:\n%s", text, page)
		}
	}
}

// lacks fails the test for each text that the page shows.
func (w *town) lacks(page string, texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			w.t.Errorf("the page shows %q", text)
		}
	}
}

// dbURL is an embedded database, for what is the same on both.
func dbURL(t *testing.T) string { return dbtest.New(t, dbtest.SQLite) }
