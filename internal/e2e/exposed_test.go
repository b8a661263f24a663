package e2e

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// Three citizens, with names and numbers that no page, address or log has for another reason.
const (
	exposedChat   = 90210777
	exposedPhone  = "+6281298765433"
	exposedMail   = "dewi.samaran@warga.test"
	exposedSecond = "+6281322223333" // in the letter's signature
)

// told are the forms in which a page may tell who wrote: names, and numbers with anything between their digits.
var told = []*regexp.Regexp{
	regexp.MustCompile(`(?i)rahasiawati|kartika|samaran|\bdewi\b|tersembunyi|bambang`),
	regexp.MustCompile(`90210777`),
	regexp.MustCompile(`8\D{0,3}1\D{0,3}2\D{0,3}9\D{0,3}8\D{0,3}7\D{0,3}6\D{0,3}5\D{0,3}4\D{0,3}3\D{0,3}3`),
	regexp.MustCompile(`8\D{0,3}1\D{0,3}3\D{0,3}2\D{0,3}2\D{0,3}2\D{0,3}2\D{0,3}3\D{0,3}3\D{0,3}3\D{0,3}3`),
}

// tells is what of the three a text tells.
func tells(text string) (all []string) {
	plain := html.UnescapeString(text)
	if unescaped, err := url.QueryUnescape(plain); err == nil {
		plain += "\n" + unescaped
	}
	for _, r := range told {
		if found := r.FindString(plain); found != "" {
			all = append(all, found)
		}
	}
	return all
}

// reader is somebody at a browser, who follows every link of the console.
type reader struct {
	k      *city
	client *http.Client
	login  string
}

func (k *city) reader(login string, role staff.Role, agency string) *reader {
	k.t.Helper()
	if _, err := staff.New(k.app.Store()).Add(k.t.Context(), "test", staff.Member{Login: login, Name: login, Role: role, Agency: agency}, password); err != nil {
		k.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		k.t.Fatal(err)
	}
	r := &reader{k, &http.Client{Jar: jar}, login}
	r.do("POST", "/console/sign-in", url.Values{"login": {login}, "password": {password}})
	return r
}

// do returns what came, its headers too.
func (r *reader) do(method, path string, form url.Values) string {
	r.k.t.Helper()
	req, err := http.NewRequest(method, r.k.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.k.t.Fatal(err)
	}
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := r.client.Do(req)
	if err != nil {
		r.k.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.k.t.Fatal(err)
	}
	var head strings.Builder
	resp.Header.Write(&head)
	if resp.StatusCode != http.StatusOK {
		r.k.t.Errorf("%s, %s %s: %d", r.login, method, path, resp.StatusCode)
	}
	if resp.Header.Get("Content-Type") == "application/octet-stream" {
		body = nil // what the citizen sent, which nobody reads for the clerk
	}
	return head.String() + string(body)
}

var hrefs = regexp.MustCompile(`(?:href|src)="(/console/[^"#]*)`)

// walk fetches every page of the console that links lead to from the first ones, and calls see with each.
func (r *reader) walk(see func(path, page string), first ...string) map[string]bool {
	r.k.t.Helper()
	seen := map[string]bool{}
	for next := first; len(next) > 0; {
		path := next[0]
		next = next[1:]
		if other := strings.HasPrefix(path, "/console/agencies/") && !strings.HasSuffix(path, ".binamarga"); seen[path] || other {
			continue // the hundreds of agencies have the same page
		}
		seen[path] = true
		page := r.do("GET", path, nil)
		see(path, page)
		for _, m := range hrefs.FindAllStringSubmatch(page, -1) {
			next = append(next, html.UnescapeString(m[1]))
		}
		if len(seen) > 500 {
			r.k.t.Fatal("the walk does not end")
		}
	}
	return seen
}

// exposed is a city in which the three have written what tells who they are, in every place there is.
type exposed struct {
	*city
	tg           *sim.Telegram
	box          *sim.Mail
	gw           *sim.Gateway
	admin        string
	agency, desk string // mailboxes
	group        int64
}

func exposedCity(t *testing.T, database string) *exposed {
	const secret, sandi = "rahasia-gateway-77", "sandi-gateway-88"
	x := &exposed{agency: "binamarga@jakarta.test", desk: "meja@jakarta.test", group: -1001234567890}
	x.tg = sim.NewTelegram(sim.TelegramOptions{Token: telegramToken, Username: "lapor_bot"})
	api, err := x.tg.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.tg.Close() })
	x.box = sim.NewMail(sim.MailOptions{Address: "lapor@kota.test", Password: "hush"})
	if err := x.box.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.box.Close() })
	listen := freeAddr(t)
	x.gw = sim.NewGateway(sim.GatewayOptions{
		Username: "tanggap", Password: sandi, Number: "1708", Tries: 5, Delivers: true,
		GetURL: "http://" + listen + "/channels/smsc?secret=" + secret + "&from=%p&to=%P&text=%b&coding=%c&charset=%C&udh=%u&time=%T&id=%I&smsc=%i",
	})
	send, err := x.gw.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.gw.Close() })
	store, err := tickets.Open(t.Context(), database, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []tickets.AgencyContact{{Agency: "dki.binamarga", Mail: x.agency, Chat: fmt.Sprint(x.group)}, {Agency: "dki", Mail: x.desk}} {
		if err := store.SetAgencyContact(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	c := configure(t, database, listen,
		config.Account{Name: "bot", Channel: &config.Telegram{Token: config.NewSecret(telegramToken), Mode: config.Poll, APIURL: api}},
		gatewayAccount(send+"/cgi-bin/sendsms", "tanggap", sandi, secret),
		config.Account{Name: "mail", Channel: &config.Email{
			Address: "lapor@kota.test", MaxMessage: 20 << 20, IdleFor: config.Duration(time.Minute), PollEvery: config.Duration(time.Second),
			IMAP: config.Mailbox{URL: x.box.IMAPURL(), Username: "lapor@kota.test", Password: config.NewSecret("hush")},
			SMTP: config.Outgoing{URL: x.box.SMTPURL(), Username: "lapor@kota.test", Password: config.NewSecret("hush")},
		}})
	x.admin = freeAddr(t) // not before it is wanted: other tests draw ports too
	c.Server.AdminListen = x.admin
	x.city = run(t, c)
	if resp, err := http.Get(x.url + "/channels/smsc?secret=" + secret + "&to=1708&coding=1&udh=06050415811581&from=" + url.QueryEscape(exposedPhone)); err != nil || resp.Body.Close() != nil {
		t.Fatal(err)
	}
	return x
}

// write lets the three write, twice each, and returns their tickets, that of the chat first.
func (x *exposed) write() []ticket {
	x.t.Helper()
	x.tg.Write(sim.TelegramDraft{From: sim.TelegramUser{ID: 1, Name: "Kantor", Language: "id"}, Group: &sim.TelegramChat{ID: x.group, Title: "Bina Marga"}, Text: "halo"})
	kartika := sim.TelegramUser{ID: exposedChat, Name: "Kartika Rahasiawati", Language: "id"}
	x.tg.Write(sim.TelegramDraft{From: kartika, Text: complaint + "\nSaya Kartika, kenalan sama pak Rahasiawati. WA 0812 9876 5433", Photo: photo(x.t.(*testing.T))})
	x.tg.Write(sim.TelegramDraft{From: kartika, Document: &sim.TelegramFile{Name: "KTP_kartika_rahasiawati.pdf", Type: "application/pdf", Data: []byte("%PDF-1.4 tanpa isi")}})
	place := func(id int, kind string, content map[string]any) {
		message := map[string]any{
			"message_id": id, "date": time.Now().Unix(), "chat": map[string]any{"id": exposedChat, "type": "private", "first_name": "Kartika"},
			"from":           map[string]any{"id": exposedChat, "first_name": "Kartika", "last_name": "Rahasiawati", "language_code": "id"},
			"forward_origin": map[string]any{"type": "user", "date": 1, "sender_user": map[string]any{"id": exposedChat, "first_name": "Kartika Rahasiawati"}},
			kind:             content,
		}
		b, err := json.Marshal(message)
		if err != nil {
			x.t.Fatal(err)
		}
		x.tg.Deliver("message", b)
	}
	at := map[string]any{"latitude": -6.2254, "longitude": 106.8535}
	place(90001, "venue", map[string]any{"location": at, "title": "Rumah Kartika Rahasiawati", "address": "Tebet Timur, telp 0812-9876-5433"})
	place(90002, "contact", map[string]any{"phone_number": "6281298765433", "first_name": "Kartika", "last_name": "Rahasiawati"})
	if _, err := x.gw.Write(x.t.Context(), exposedPhone, "lampu jalan mati di Tebet Timur, nama saya Bambang Tersembunyi, hub 0812 9876 5433"); err != nil {
		x.t.Fatal(err)
	}
	letter := sim.MailLetter{
		From: exposedMail, Name: "Dewi Samaran", Subject: "Lampu jalan padam, Dewi Samaran 0813-2222-3333",
		Text:  "Lampu jalan mati di Tebet Timur sudah seminggu.\n\nHormat saya,\nDewi Samaran\n-- \nDewi Samaran\nHP (0813) 2222 3333 / +62 813 2222 3333\n" + exposedMail + "\n",
		HTML:  "<p>Lampu jalan mati di Tebet Timur sudah seminggu.</p><p>Hormat saya,<br>Dewi Samaran</p><p>-- <br>Dewi Samaran, HP 0813.2222.3333</p>",
		Files: []sim.MailFile{{Name: "KTP Dewi Samaran 081322223333.pdf", Type: "application/pdf", Data: []byte("%PDF-1.4 tanpa isi")}},
	}
	if _, err := x.box.Write(letter); err != nil {
		x.t.Fatal(err)
	}
	x.queue("agency=dki.binamarga", 3)
	x.until("the receipt by mail", func() bool { return len(x.box.Mailbox(exposedMail)) == 1 })
	x.until("the receipt to be known as sent", func() bool { // nobody reads and answers within the moment that this takes
		first := x.ticket(x.queue("agency=dki.binamarga&channel=email", 1)[0].Reference)
		return slices.ContainsFunc(first.Messages, func(m message) bool { return m.Direction == "out" && m.State == "sent" })
	})
	receipt := x.box.Mailbox(exposedMail)[0]
	letter = sim.MailLetter{
		From: exposedMail, Name: "Dewi Samaran", Subject: "Re: " + receipt.Subject, ReplyTo: receipt.MessageID,
		Text: "Masih mati juga.\n\nPada Rab, 25 Nov 2026 Dewi Samaran <" + exposedMail + "> menulis:\n> Hormat saya, Dewi Samaran 081322223333\n",
	}
	if _, err := x.box.Write(letter); err != nil {
		x.t.Fatal(err)
	}
	// One that the router leaves to the desk, so that the verification queue has words to show.
	if _, err := x.gw.Write(x.t.Context(), "+6281322223333", "tolong pak sudah lama begini terus. a.n. Bambang Tersembunyi 0813 2222 3333"); err != nil {
		x.t.Fatal(err)
	}
	x.queue("", 4)
	var all []ticket
	for _, want := range []struct {
		channel  string
		messages int
	}{{"telegram", 4}, {"sms", 1}, {"email", 2}} {
		var found ticket
		x.until("all that was written by "+want.channel, func() bool {
			n := 0
			found = x.ticket(x.queue("agency=dki.binamarga&channel="+want.channel, 1)[0].Reference)
			for _, m := range found.Messages {
				if m.Direction == "in" {
					n++
				}
			}
			return n >= want.messages && x.stored(found.Reference)
		})
		all = append(all, found)
	}
	return all
}

// TestNobodyIsExposed walks every page of the console as clerks of the agency that holds the reports and of
// the root desk, what programs of agencies are answered, the notices to agencies, the metrics and the log:
// nowhere stands who wrote, until a clerk opens it with a reason, and then for him alone.
func TestNobodyIsExposed(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		x := exposedCity(t, database)
		written := x.write()
		// The texts are there as they were written, for the city's own program: nothing else is shown below
		// because it was lost on the way.
		for i, name := range []string{"Rahasiawati", "Tersembunyi", "Samaran"} {
			if b, err := json.Marshal(x.ticket(written[i].Reference)); err != nil || !strings.Contains(string(b), name) {
				t.Errorf("%s is not in what was written by %s: %v", name, written[i].Channel, err)
			}
		}
		silent := func(who string) func(path, page string) {
			return func(path, page string) {
				if all := tells(page); all != nil {
					t.Errorf("%s reads %q at %s", who, all, path)
				}
			}
		}
		clerk, colleague := x.reader("siti", staff.Clerk, "dki.binamarga"), x.reader("budi", staff.Supervisor, "dki.binamarga")
		head := x.reader("rina", staff.Administrator, "dki")
		first := []string{"/console/", "/console/queue?q=lampu", "/console/queue?view=all", "/console/queue?agency=dki.binamarga&q=" + written[0].Reference}
		for who, first := range map[*reader][]string{clerk: first, colleague: first, head: first} {
			seen := who.walk(silent(who.login), first...)
			for _, k := range written {
				if !seen["/console/tickets/"+k.Reference] {
					t.Errorf("%s has not walked to %s", who.login, k.Reference)
				}
			}
			for _, path := range []string{"/console/me", "/console/agencies"} {
				if !seen[path] {
					t.Errorf("%s has not walked to %s", who.login, path)
				}
			}
			if at := fmt.Sprint(seen); !strings.Contains(at, "/files/") || who == head && (!strings.Contains(at, "/console/quarantine/") || !seen["/console/verify"] || !seen["/console/accounts"]) {
				t.Errorf("%s has walked to %s alone", who.login, at)
			}
		}
		x.programs(written, silent)
		x.notices(silent)
		for _, path := range []string{"/metrics", "/readyz"} {
			resp, err := http.Get("http://" + x.admin + path)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || len(b) == 0 {
				t.Fatal(err)
			}
			silent("the operator")(path, string(b))
		}

		for i, whole := range []string{"Kartika Rahasiawati", exposedPhone, exposedMail} {
			clerk.opens(written[i], whole)
			path := "/console/tickets/" + written[i].Reference
			silent("the colleague")(path, colleague.do("GET", path, nil))
			silent("the root desk")(path, head.do("GET", path, nil))
			silent("the clerk, of one opened,")("/console/queue?view=all", clerk.do("GET", "/console/queue?view=all", nil))
		}
		x.programs(written, silent)
		x.stop()
		silent("the log")("", x.logs.String())
	})
}

var hiddenFields = regexp.MustCompile(`<input type="hidden" name="(version|once)" value="([^"]*)"`)

// opens opens who wrote a report, with a reason, and finds it on the page.
func (r *reader) opens(k ticket, whole string) {
	r.k.t.Helper()
	path := "/console/tickets/" + k.Reference
	form := url.Values{"because": {"contact"}}
	for _, m := range hiddenFields.FindAllStringSubmatch(r.do("GET", path, nil), -1) {
		form.Set(m[1], m[2])
	}
	if page := html.UnescapeString(r.do("POST", path+"/identity", form)); !strings.Contains(page, whole) {
		r.k.t.Errorf("%s is not told to who opened it", whole)
	}
}

// programs asks the API as a program of the agency and as one of the root desk.
func (x *exposed) programs(written []ticket, silent func(string) func(string, string)) {
	x.t.Helper()
	for _, agency := range []string{"dki.binamarga", "dki"} {
		token, err := x.app.Store().CreateToken(x.t.Context(), tickets.Token{
			Name: "program " + agency + fmt.Sprint(time.Now().UnixNano()), Agency: agency, Scopes: []string{"tickets:read", "tickets:write", "accounts:read", "quarantine:read"},
		})
		if err != nil {
			x.t.Fatal(err)
		}
		ask := func(method, path, body string) {
			req, err := http.NewRequest(method, x.url+"/api/v1"+path, strings.NewReader(body))
			if err != nil {
				x.t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+token)
			req.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				x.t.Fatal(err)
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			if err != nil {
				x.t.Fatal(err)
			}
			if resp.StatusCode >= 300 && !(path == "/quarantine" && agency != "dki") {
				x.t.Errorf("%s %s for %s: %d %s", method, path, agency, resp.StatusCode, b)
			}
			silent("a program of "+agency)(path, string(b))
		}
		ask("GET", "/tickets", "")
		ask("GET", "/accounts", "")
		ask("GET", "/quarantine", "")
		for _, k := range written {
			ask("GET", "/tickets/"+k.Reference, "")
			ask("POST", "/tickets/"+k.Reference+"/notes", `{"text":"dilihat"}`)
		}
	}
}

// notices reads what the agencies were told.
func (x *exposed) notices(silent func(string) func(string, string)) {
	x.t.Helper()
	x.until("the notices", func() bool {
		return len(x.box.Mailbox(x.agency)) > 0 && len(x.box.Mailbox(x.desk)) > 0 && len(x.tg.Chat(x.group)) > 0
	})
	for _, m := range append(x.box.Mailbox(x.agency), x.box.Mailbox(x.desk)...) {
		silent("an agency's mailbox")(m.Subject, m.Subject+m.Text+string(m.Raw))
	}
	for _, m := range x.tg.Chat(x.group) {
		silent("an agency's chat")("", m.Text)
	}
}
