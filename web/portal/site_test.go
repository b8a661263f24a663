package portal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/cities"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/pass"
	"tanggap/web/portal"
	"tanggap/web/ui"
)

// jakarta is compiled once for all tests.
var jakarta = sync.OnceValues(func() (cities.Pack, error) { return cities.Load("jakarta") })

var accounts = map[string]channels.Capabilities{
	"web":  {Channel: "web", Addresses: channels.Web, Text: channels.Limit{Max: 1 << 20, Unit: channels.Bytes}, Receipts: true},
	"sms":  {Channel: "sms", Addresses: channels.Tel, Text: channels.Limit{Max: 3, Unit: channels.Segments}, Paid: true, Receipts: true},
	"mail": {Channel: "email", Addresses: channels.Mail, Text: channels.Limit{Max: 1 << 20, Unit: channels.Bytes}, Subject: true, Threads: true},
}

// counted is the store as the portal sees it, counting what it is asked.
type counted struct {
	*tickets.Store
	mu    sync.Mutex
	asked []string
}

func (c *counted) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, what)
}

func (c *counted) Ticket(ctx context.Context, ref tickets.Reference) (tickets.Ticket, error) {
	c.note("ticket")
	return c.Store.Ticket(ctx, ref)
}

func (c *counted) Thread(ctx context.Context, ticket int64) ([]tickets.Line, error) {
	c.note("thread")
	return c.Store.Thread(ctx, ticket)
}

// countedBook is the same for the book of passes.
type countedBook struct {
	*pass.Book
	store *counted
}

func (b countedBook) Known(ctx context.Context, to tickets.Address) (tickets.Contact, error) {
	b.store.note("known")
	return b.Book.Known(ctx, to)
}

func (b countedBook) Try(ctx context.Context, ticket int64, code string) (bool, error) {
	b.store.note("try")
	return b.Book.Try(ctx, ticket, code)
}

func (b countedBook) Find(ctx context.Context, token string) (pass.Pass, error) {
	b.store.note("find")
	return b.Book.Find(ctx, token)
}

// taken is what was asked since the last call.
func (c *counted) taken() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.asked
	c.asked = nil
	return was
}

// site is the public pages of a city at work, without its loops: a test lets things happen.
type site struct {
	t       *testing.T
	store   *counted
	book    *pass.Book
	bot     *bot.Bot
	desk    *bot.Desk
	inbox   *bot.Inbox
	portal  *portal.Portal
	handler http.Handler
	log     bytes.Buffer
	now     func() time.Time
	kept    map[string][]byte // files, by SHA-256
	cookies map[string]string
	from    string          // the caller's address
	full    bool            // the disk
	taken   *channels.Point // what pictures say
}

func open(t *testing.T, database string) *site {
	t.Helper()
	pack, err := jakarta()
	if err != nil {
		t.Fatal(err)
	}
	store, err := tickets.Open(context.Background(), database, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s := &site{t: t, store: &counted{Store: store}, book: pass.New(store), kept: map[string][]byte{}, cookies: map[string]string{}, from: "203.0.113.7:4000", now: time.Now}
	s.bot = bot.New(pack.City, bot.Options{
		Accounts: func(name string) (channels.Capabilities, bool) { c, ok := accounts[name]; return c, ok },
		Deadline: func(from time.Time, d router.Deadline, _ string) time.Time {
			return from.Add(time.Duration(d.Value) * 24 * time.Hour)
		},
		Examples: true,
	})
	s.desk, s.inbox = bot.NewDesk(s.bot, store), bot.NewInbox(store)
	city := func() *router.City { return pack.City }
	log := slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	u, err := ui.New(ui.Options{Log: log, City: city, PublicURL: "https://lapor.test"}, portal.Bundle())
	if err != nil {
		t.Fatal(err)
	}
	s.portal, err = portal.New(u, s.store, countedBook{s.book, s.store}, s.desk, portal.Options{
		Log: log, City: city, Keep: s.keep, Public: "https://lapor.test", Examples: true,
		Accounts: func() (all []portal.Account) {
			for name, c := range accounts {
				all = append(all, portal.Account{Name: name, Capabilities: c})
			}
			return all
		},
		Doors: func() []portal.Door {
			return []portal.Door{{Channel: "email", Shown: "lapor@kota.test", Link: "mailto:lapor@kota.test"}}
		},
		Count: func(event string) { s.store.note("counted " + event) },
		Now:   func() time.Time { return s.now() },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.handler = s.portal.Handler()
	return s
}

func each(t *testing.T, f func(*site)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, database string) { f(open(t, database)) })
}

// keep is a disk.
func (s *site) keep(r io.Reader, limit int64) (portal.Stored, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return portal.Stored{}, err
	case int64(len(b)) > limit, s.full:
		return portal.Stored{}, errors.New("it does not fit")
	}
	sum := sha256.Sum256(b)
	hash := hex.EncodeToString(sum[:])
	s.kept[hash] = b
	return portal.Stored{SHA256: hash, Type: http.DetectContentType(b), Size: int64(len(b)), Taken: s.taken}, nil
}

// work lets everything that waits become what it is.
func (s *site) work() {
	s.t.Helper()
	lease, ok, err := s.store.Take(context.Background(), "processor", "test", time.Minute)
	if err != nil || !ok {
		s.t.Fatal(ok, err)
	}
	for {
		round, err := s.store.Process(context.Background(), lease, tickets.Share{Max: 64}, bot.Mentions, s.bot.Decide)
		if err != nil {
			s.t.Fatal(err)
		}
		if round.Senders == 0 {
			return
		}
	}
}

// sends hands what waits on an account to its platform, and is what it said.
func (s *site) sends(account string) (said []tickets.Parcel) {
	s.t.Helper()
	ctx := context.Background()
	for {
		parcels, err := s.store.Claim(ctx, account, 10, time.Minute)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(parcels) == 0 {
			return said
		}
		for i := range parcels {
			p := &parcels[i]
			if err := s.store.Render(ctx, p, []string{p.Text}); err != nil {
				s.t.Fatal(err)
			}
			attempt, err := s.store.Begin(ctx, p, &p.Parts[0], time.Minute)
			if err == nil {
				err = s.store.End(ctx, p, &p.Parts[0], attempt, tickets.Fate{State: "sent", ExternalID: fmt.Sprintf("out-%d", p.ID)})
			}
			if err != nil {
				s.t.Fatal(err)
			}
			said = append(said, *p)
		}
	}
}

// answer is what the site said to a call.
type answer struct {
	code   int
	header http.Header
	body   string
}

// words are the text of a page as people read it.
func (a answer) words() string {
	text := regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>`).ReplaceAllString(a.body, " ")
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}

func (s *site) call(r *http.Request) answer {
	s.t.Helper()
	r.RemoteAddr = s.from
	for name, value := range s.cookies {
		if name != "tanggap_sent" || strings.HasPrefix(r.URL.Path, "/report") {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if s.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(s.cookies, c.Name)
		}
		if !c.HttpOnly || !c.Secure {
			s.t.Errorf("the cookie %s can be read by scripts or goes over plain http", c.Name)
		}
	}
	return answer{w.Code, w.Header(), w.Body.String()}
}

func (s *site) get(path string) answer {
	s.t.Helper()
	return s.call(httptest.NewRequest("GET", path, nil))
}

func (s *site) post(path string, fields url.Values) answer {
	s.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.call(r)
}

// upload is a file in a form.
type upload struct {
	name string
	body []byte
}

// form is the page's own form, filled in.
func (s *site) form(fields map[string]string, files ...upload) answer {
	s.t.Helper()
	return s.call(s.filled(s.formID(), fields, files...))
}

func (s *site) formID() string {
	s.t.Helper()
	return field(s.t, s.get("/report").body, "form")
}

func (s *site) filled(id string, fields map[string]string, files ...upload) *http.Request {
	s.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	write := func(err error) {
		if err != nil {
			s.t.Fatal(err)
		}
	}
	write(m.WriteField("form", id))
	for _, name := range []string{"text", "place", "pin"} {
		write(m.WriteField(name, fields[name]))
	}
	for _, f := range files {
		part, err := m.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name="files"; filename=%q`, f.name)}, "Content-Type": {"image/png"},
		})
		write(err)
		_, err = part.Write(f.body)
		write(err)
	}
	for _, name := range []string{"website", "mail", "phone"} {
		write(m.WriteField(name, fields[name]))
	}
	write(m.Close())
	r := httptest.NewRequest("POST", "/report", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return r
}

// reported sends a report, lets it become a ticket, and is the page that shows its number.
func (s *site) reported(fields map[string]string, files ...upload) (answer, tickets.Ticket) {
	s.t.Helper()
	if a := s.form(fields, files...); a.code != http.StatusSeeOther || a.header.Get("Location") != "/report/done" {
		s.t.Fatalf("reporting: %d %s", a.code, a.words())
	}
	s.work()
	done := s.get("/report/done")
	if done.code != http.StatusOK {
		s.t.Fatalf("the page after a report: %d %s", done.code, done.words())
	}
	shown := regexp.MustCompile(`\d{3}-\d{3}-\d{4}`).FindString(done.body)
	return done, s.ticket(shown)
}

func (s *site) ticket(shown string) tickets.Ticket {
	s.t.Helper()
	ref, ok := tickets.ParseReference(shown)
	if !ok {
		s.t.Fatalf("%q is no number", shown)
	}
	k, err := s.store.Store.Ticket(context.Background(), ref)
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

// field is the value of a form's field on a page.
func field(t *testing.T, page, name string) string {
	t.Helper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no field %s on the page", name)
	}
	return found[1]
}

// link is the private link on a page.
func link(t *testing.T, a answer) string {
	t.Helper()
	found := regexp.MustCompile(`href="(/t/[a-z2-7]{26})"`).FindStringSubmatch(a.body)
	if found == nil {
		t.Fatalf("no private link in %s", a.words())
	}
	return found[1]
}

// writes lets a citizen write on a channel, and is the ticket that came of it.
func (s *site) writes(account, address, text string) tickets.Ticket {
	s.t.Helper()
	id := fmt.Sprintf("in-%d", time.Now().UnixNano())
	in := channels.Inbound{Account: account, Kind: channels.Message, EventID: id, MessageID: id, From: channels.Address{Kind: accounts[account].Addresses, Value: address}, Text: text}
	if err := s.inbox.Accept(context.Background(), in); err != nil {
		s.t.Fatal(err)
	}
	s.work()
	_, ticket, err := s.store.Fate(context.Background(), account, id)
	if err != nil {
		s.t.Fatal(err)
	}
	if ticket == 0 {
		return tickets.Ticket{}
	}
	k, err := s.store.TicketByID(context.Background(), ticket)
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

func (s *site) has(a answer, wanted ...string) {
	s.t.Helper()
	for _, w := range wanted {
		if !strings.Contains(a.words(), w) {
			s.t.Errorf("no %q in: %s", w, a.words())
		}
	}
}

// hides fails where a page, or the log, tells one of these.
func (s *site) hides(a answer, secrets ...string) {
	s.t.Helper()
	for _, secret := range secrets {
		if strings.Contains(a.body, secret) {
			s.t.Errorf("the page tells %q", secret)
		}
		if strings.Contains(s.log.String(), secret) {
			s.t.Errorf("the log tells %q", secret)
		}
	}
	if slices.Contains(secrets, "") {
		s.t.Error("nothing is no secret")
	}
}
