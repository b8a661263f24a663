package e2e

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"tanggap/internal/browser"
	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
	"tanggap/tickets/incidents"
	"tanggap/tickets/staff"
)

// What an operator's action is taken to last: to find and press something, to type a letter, to read a report of
// somebody in danger, and to look over a line of a list. 240 letters a minute is slow typing.
const (
	perClick  = 3 * time.Second
	perKey    = 250 * time.Millisecond
	perReport = 15 * time.Second
	perLine   = time.Second
	// allowed is the time that issue 4 gives one operator for 300 reports.
	allowed = 15 * time.Minute
)

// operator is a person at a page whose actions are counted.
type operator struct {
	*browser.Page
	clicks, keys, reports, lines int
}

func (o *operator) follow(text string) { o.clicks++; o.Follow(text) }

func (o *operator) press(selector string) {
	o.clicks++
	if status := o.Press(selector); status != 200 {
		panic(fmt.Sprint(selector, " is answered with ", status))
	}
}

func (o *operator) fill(selector, text string) {
	o.clicks++
	o.keys += len(text)
	o.Fill(selector, text)
}

// choose takes one of a list: a click to open it and one to choose.
func (o *operator) choose(selector, value string) {
	o.clicks += 2
	o.Fill(selector, value)
}

func (o *operator) time() time.Duration {
	return time.Duration(o.clicks)*perClick + time.Duration(o.keys)*perKey + time.Duration(o.reports)*perReport + time.Duration(o.lines)*perLine
}

// What people write in a flood; %d tells them apart.
var (
	floods = []string{
		"banjir di RT %d Kelurahan Kampung Melayu, air sudah setinggi lutut",
		"pak tolong, banjir masuk rumah di Kelurahan Bidara Cina gang %d",
		"banjir lg nih di kelurahan kampung melayu rt %d, blm ada petugas",
		"air kali meluap, banjir 50 cm di kel. Bidara Cina RW %d",
		"lapor banjir kel kampung melayu rw %d makin tinggi airnya",
		"There is a flood in Kelurahan Kampung Melayu near house number %d, the water is knee deep",
	}
	trapped = []string{
		"TOLONG nenek saya terjebak banjir di lantai 1 Kelurahan Kampung Melayu, air sudah sedada, gang %d",
		"tolong ada ibu hamil terjebak banjir di Kelurahan Bidara Cina rt %d, tidak bisa keluar",
	}
	others = []string{"sampah menumpuk di Kelurahan Bukit Duri, sudah %d hari"}
)

// citizen is one of them, and how he is reached.
type citizen struct {
	text  string
	phone string // "" for a chat
	chat  int64
}

// flooded is a city with a chat and an SMS number.
type flooded struct {
	*city
	tg  *sim.Telegram
	gw  *sim.Gateway
	all map[string]citizen // by address
	n   int
}

func floodedCity(t *testing.T, database string) *flooded {
	t.Helper()
	tg := sim.NewTelegram(sim.TelegramOptions{Token: telegramToken, Username: "lapor_bot"})
	api, err := tg.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tg.Close() })
	const secret, password = "rahasia-gateway-79", "sandi-gateway-89"
	listen := freeAddr(t)
	gw := sim.NewGateway(sim.GatewayOptions{
		Username: "tanggap", Password: password, Number: "1708", Tries: 5, Delivers: true,
		GetURL: "http://" + listen + "/channels/smsc?secret=" + url.QueryEscape(secret) + "&from=%p&to=%P&text=%b&coding=%c&charset=%C&udh=%u&time=%T&id=%I&smsc=%i",
	})
	sms, err := gw.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gw.Close() })
	account := gatewayAccount(sms+"/cgi-bin/sendsms", "tanggap", password, secret)
	account.Channel.(*config.Gateway).PerSecond = 50
	k := run(t, configure(t, database, listen, account,
		config.Account{Name: "bot", Channel: &config.Telegram{Token: config.NewSecret(telegramToken), Mode: config.Poll, APIURL: api}}))
	return &flooded{city: k, tg: tg, gw: gw, all: map[string]citizen{}}
}

// write lets the next citizen write, by SMS or in a chat in turns.
func (f *flooded) write(text string) {
	f.t.Helper()
	f.n++
	c := citizen{text: fmt.Sprintf(text, f.n%20+1)} // no kelurahan has hundreds of RT
	if f.n%2 == 0 {
		c.chat = 700_000 + int64(f.n)
		f.all["telegram:"+fmt.Sprint(c.chat)] = c
		f.tg.Write(sim.TelegramDraft{From: sim.TelegramUser{ID: c.chat, Name: "Warga", Language: "id"}, Text: c.text})
		return
	}
	c.phone = fmt.Sprintf("+62812970%05d", f.n)
	f.all["tel:"+c.phone] = c
	if _, err := f.gw.Write(context.Background(), c.phone, c.text); err != nil {
		f.t.Fatal(err)
	}
}

// tickets are all there are, once there are n.
func (f *flooded) tickets(n int) (all []tickets.Ticket) {
	f.t.Helper()
	f.until(fmt.Sprint(n, " reports"), func() bool {
		all = all[:0]
		for filter := (tickets.Filter{Limit: 200}); ; {
			found, next, err := f.app.Store().List(f.t.Context(), filter)
			if err != nil {
				f.t.Fatal(err)
			}
			if all = append(all, found...); next == "" {
				return len(all) == n
			}
			filter.After = next
		}
	})
	return all
}

// heard is what everybody was told, by address.
func (f *flooded) heard() map[string][]string {
	all := map[string][]string{}
	for _, m := range f.gw.Taken() {
		all["tel:"+m.To] = append(all["tel:"+m.To], m.Text)
	}
	for address, c := range f.all {
		if c.chat == 0 {
			continue
		}
		for _, m := range f.tg.Chat(c.chat) {
			if m.FromBot {
				all[address] = append(all[address], m.Text)
			}
		}
	}
	return all
}

// rescue answers those in danger who stand above a page, each by himself, and comes back to it.
func (o *operator) rescue(page string, all []tickets.Ticket) {
	for i := range all {
		o.visit(page)
		o.follow(all[i].Reference.String())
		o.reports++
		o.fill("#text", "Tim penyelamat menuju ke sana.")
		o.press("#reply button")
	}
	o.visit(page)
}

// visit is a click that leads to a page: a link in the head of each, or of a list.
func (o *operator) visit(page string) {
	o.clicks++
	o.Open(page)
}

// operate works on n reports of a flood, as one operator in a browser does.
func operate(t *testing.T, database string, n int) {
	f := floodedCity(t, database)
	early, saved := n/5, 2
	for i := range early {
		f.write(floods[i%len(floods)])
	}
	for i := range saved {
		f.write(trapped[i])
	}
	f.write(others[0])
	all := f.tickets(early + saved + 1)
	urgent, first := sorted(t, all, saved)

	o := &operator{Page: f.hires("rina", staff.Dispatcher, "dki", browser.Options{})}
	o.follow("Antrean")
	o.Has("Darurat, dahulukan")
	o.rescue("/console/queue", urgent)
	o.lines += o.Count(".queue tbody tr")
	o.visit("/console/tickets/" + string(first.Reference)) // one of the queue's first page
	f.until("reports like it", func() bool {               // each node looks for new ones every two seconds
		o.Open("/console/tickets/" + string(first.Reference))
		return o.Count(".alike li") > 0
	})
	o.Has("Laporan serupa di dekatnya")
	o.follow("Buka kejadian dari laporan ini")
	o.choose("#code", "31.75.03")
	o.fill("#text_id", "Petugas SDA dan pompa sudah di lokasi.")
	o.fill("#text_en", "Crews and pumps are on site.")
	o.press("main form button")
	o.Has("Kejadian dibuka")
	o.Fits()
	page := o.Path()
	o.press(`button[value="hold-all"]`)

	for i := early; i < n; i++ {
		f.write(floods[i%len(floods)])
		if i%(n/4) == 0 && saved < 5 {
			f.write(trapped[saved%len(trapped)])
			saved++
		}
	}
	f.write(others[0])
	all = f.tickets(n + saved + 2)
	again, _ := sorted(t, all, saved)
	o.visit(page)
	o.Has("Darurat di wilayah ini")
	o.rescue(page, again[:saved-len(urgent)])
	o.lines += o.Count(".member")
	held(t, f, o, n)
	answered(t, f, o, all, n)

	phone := f.hires("tini", staff.Auditor, "dki", browser.Options{Width: 360, NoScript: true})
	for _, path := range []string{page, "/console/incidents", "/console/incidents/new"} {
		phone.Open(path)
		phone.Fits()
	}

	t.Logf("%d reports and %d of people in danger: %d clicks, %d keys, %d reports read, %d lines looked over: %s of the operator's own",
		n, saved, o.clicks, o.keys, o.reports, o.lines, o.time())
	if o.time() > allowed/2 {
		t.Errorf("that is %s of the operator, and %s are allowed", o.time(), allowed)
	}
	f.silent(telegramToken, "setinggi lutut", "sedada", "+62812970", "menuju ke sana")
}

// sorted are the emergencies, which must be that many, the newest first, and the newest report of the flood.
func sorted(t *testing.T, all []tickets.Ticket, saved int) (urgent []tickets.Ticket, flood tickets.Ticket) {
	t.Helper()
	for _, n := range all {
		switch {
		case n.Emergency && n.State == tickets.Merged:
			t.Errorf("somebody in danger is held: %s", n.Reference)
		case n.Emergency:
			urgent = append(urgent, n)
		case n.Category == "banjir" && flood.ID == 0:
			flood = n
		}
	}
	if len(urgent) != saved {
		t.Fatalf("%d emergencies, want %d", len(urgent), saved)
	}
	return urgent, flood
}

// held confirms, undoes and confirms again all that is held.
func held(t *testing.T, f *flooded, o *operator, n int) {
	t.Helper()
	store := incidents.New(f.app.Store())
	open, err := store.Current(t.Context())
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	counts := func(want incidents.Counts) {
		t.Helper()
		if got, err := store.Counts(t.Context(), open[0].ID); err != nil || got != want {
			t.Errorf("%+v %v, want %+v", got, err, want)
		}
	}
	counts(incidents.Counts{Held: n})
	o.press(`button[value="confirm-all"]`)
	counts(incidents.Counts{Joined: n - 1, Lead: 1})
	o.press(`button[value="undo-all"]`)
	counts(incidents.Counts{Held: n})
	o.press(`button[value="confirm-all"]`)
	counts(incidents.Counts{Joined: n - 1, Lead: 1})
	o.Fits()
}

// answered sends one answer to all, and looks at every phone.
func answered(t *testing.T, f *flooded, o *operator, all []tickets.Ticket, n int) {
	t.Helper()
	const id, en, short = "Air di Jatinegara sudah surut dan pompa tetap siaga. Posko ada di kantor kecamatan, buka 24 jam.", "The water is falling. Pumps stay on watch.", "Air sudah surut. Posko di kantor kecamatan."
	o.fill("#id", id)
	o.fill("#en", en)
	o.clicks++
	o.Click("#answer ~ form summary")
	o.fill("#short_id", short)
	o.clicks++
	o.Click("input[name=resolve]")
	o.press(`form[action$="/answer"] button`)
	o.Has("Jawaban disimpan")
	words := map[string]string{"tel:id": short, "tel:en": en, "telegram:id": id, "telegram:en": en}
	told := func(heard map[string][]string) (count int) {
		for _, texts := range heard {
			for _, text := range texts {
				if strings.Contains(text, "surut") || strings.Contains(text, "The water is falling") {
					count++
				}
			}
		}
		return count
	}
	f.until("every answer", func() bool { return told(f.heard()) >= n })
	heard := f.heard()
	for i := range all {
		ticket := &all[i]
		texts := heard[ticket.Return.Address.String()]
		if ticket.Category != "banjir" || ticket.Emergency {
			if strings.Contains(strings.Join(texts, " "), "surut") {
				t.Errorf("%s, of another matter, heard the answer", ticket.Reference)
			}
			continue
		}
		want, count := words[ticket.Return.Address.Kind+":"+ticket.Language], 0
		for _, text := range texts {
			if strings.Contains(text, want) && strings.Contains(text, ticket.Reference.String()) {
				count++
			}
		}
		if count != 1 || len(texts) != 2 {
			t.Errorf("%s by %s in %q heard %d answers of %q: %q", ticket.Reference, ticket.Return.Channel, ticket.Language, count, want, texts)
		}
	}
	if got := told(heard); got != n {
		t.Errorf("%d answers went out, want %d", got, n)
	}
}

// TestAFloodIsWorkedByOneOperator: reports of a flood by SMS and in chats, five of them of people in danger, are worked
// through in a browser. The three hundred of issue 4 are TestSoakFlood, with make soak.
func TestAFloodIsWorkedByOneOperator(t *testing.T) { operate(t, dbtest.New(t, dbtest.SQLite), 60) }

// TestSoakFlood is the three hundred, on both databases.
func TestSoakFlood(t *testing.T) {
	if os.Getenv("TANGGAP_SOAK") == "" {
		operate(t, dbtest.New(t, dbtest.SQLite), 20) // the short form stays alive in every run
		return
	}
	dbtest.Each(t, func(t *testing.T, database string) { operate(t, database, 300) })
}
