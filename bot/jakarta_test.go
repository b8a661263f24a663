package bot

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tanggap/bot/words"
	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/cities"
	"tanggap/router"
	"tanggap/tickets"
)

func jakarta(t testing.TB) *router.City {
	t.Helper()
	pack, err := cities.Load("jakarta")
	if err != nil {
		t.Fatal(err)
	}
	return pack.City
}

// situation is what the store would hand over for a first message.
func situation(t testing.TB, in channels.Inbound, cases ...tickets.Case) tickets.Situation {
	t.Helper()
	row, err := NewInbox(nil).row(&in)
	if err != nil {
		t.Fatal(err)
	}
	return tickets.Situation{
		Now: morning, New: len(cases) == 0, Citizen: tickets.Citizen{ID: 1}, Reference: "4821773057", Cases: cases,
		Contact: tickets.Contact{ID: 2, CitizenID: 1, Address: tickets.Address{Kind: string(in.From.Kind), Value: in.From.Value}},
		Rows:    []tickets.Row{{ID: 3, Account: row.Account, EventID: row.EventID, Kind: row.Kind, ReceivedAt: morning, Payload: row.Payload}},
	}
}

func TestOpeningsBecomeTicketsInJakarta(t *testing.T) {
	b := New(jakarta(t), Options{Accounts: account, Examples: true})
	w := &town{now: morning}
	openings, err := os.ReadFile("command/testdata/openings.txt")
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(openings)) {
		if text = strings.TrimRight(text, "\r\n"); text == "" || strings.HasPrefix(text, "# ") {
			continue
		}
		c, err := b.Decide(situation(t, w.inbound("sms", text)))
		if err != nil || c.Became != tickets.BecameTicket || c.New == nil || c.In == nil || c.In.Text != text {
			t.Errorf("%q became %q: %v", text, c.Became, err)
			continue
		}
		for _, i := range c.Say {
			if n, encoding := sms.Count(sms.Fit(i.Text)); n != 1 || encoding != sms.GSM7 {
				t.Errorf("%q is answered in %d segments: %s", text, n, i.Text)
			}
		}
	}
}

// TestNoExampleIsPromised: outside the demo a category's own deadline, which is only an example, gives
// way to the city's general promise, which has a source.
func TestNoExampleIsPromised(t *testing.T) {
	city, w := jakarta(t), &town{now: morning}
	report := w.inbound("sms", "lampu jalan mati di depan SDN 01 Tebet Timur sudah 3 hari")
	told := map[bool]string{}
	for _, examples := range []bool{false, true} {
		c, err := New(city, Options{Accounts: account, Examples: examples}).Decide(situation(t, report))
		if err != nil || len(c.Say) != 1 {
			t.Fatal(err, c.Say)
		}
		told[examples] = c.Say[0].Text
	}
	general := words.Date("id", morning.AddDate(0, 0, city.Facts().Answer.Value).In(time.FixedZone("WIB", 7*3600)), morning, false)
	if !strings.Contains(told[false], general) {
		t.Errorf("%q does not promise %s", told[false], general)
	}
	if told[false] == told[true] {
		t.Errorf("the example is told: %q", told[true])
	}
}

func TestEveryReceiptOfJakartaFitsOneSegment(t *testing.T) {
	city := jakarta(t)
	b := New(city, Options{Accounts: account, Examples: true})
	sit := situation(t, (&town{}).inbound("sms", "x"))
	for _, lang := range []string{indonesian, english} {
		for _, a := range city.Agencies() {
			s := b.scene(&sit)
			s.lang = lang
			n := &tickets.Ticket{Reference: "4821773057", Agency: a.ID, State: tickets.Assigned, DueAt: morning.AddDate(1, 0, 0)}
			due := words.Date(lang, n.DueAt, morning, false)
			for _, p := range []phrase{receiptDated, receiptPassed, nowWithBy, statusDated} {
				text := say(p, lang, "city", city.Facts().ShortName, "ref", n.Reference.String(), "agency", s.agency(n), "date", due, "state", s.state(n))
				if got, encoding := sms.Count(text); got != 1 || encoding != sms.GSM7 {
					t.Errorf("%s: %d segments: %s", a.ID, got, text)
				}
			}
		}
	}
}

// TestWhatIsSealedIsNamedInNoReceipt: whoever reads the phone of one who reported an official, or violence at
// home, learns from our answers neither the topic nor who has the report.
func TestWhatIsSealedIsNamedInNoReceipt(t *testing.T) {
	city := jakarta(t)
	b, w := New(city, Options{Accounts: account, Examples: true}), &town{now: morning}
	var telling []string
	for _, c := range city.Categories() {
		if c.Sensitive || c.Conduct {
			telling = append(telling, c.Name[indonesian], c.Name[english])
		}
	}
	for _, a := range city.Agencies() {
		telling = append(telling, a.Name, a.Short)
	}
	telling = append(telling, "kekerasan", "violence", "pelecehan", "perempuan", "pungli", "suap", "korupsi", "oknum")
	sealed := 0
	for table, column := range map[string]int{"conduct.tsv": 0, "sensitive.tsv": 1} {
		lines, err := os.ReadFile("../cities/testdata/" + table)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(lines)) {
			fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
			if len(fields) <= column || strings.HasPrefix(line, "#") || fields[0] == "open" {
				continue
			}
			c, err := b.Decide(situation(t, w.inbound("sms", fields[column])))
			if err != nil || c.New == nil || !c.New.Sealed {
				continue // which ones are sealed is the packs' matter, and has its floors there
			}
			sealed++
			for _, i := range c.Say {
				for _, word := range telling {
					if i.Purpose != "emergency" && strings.Contains(strings.ToLower(i.Subject+i.Text), strings.ToLower(word)) {
						t.Errorf("%q is answered with %q: %s", fields[column], word, i.Text)
					}
				}
			}
		}
	}
	if sealed < 100 {
		t.Errorf("only %d were sealed", sealed)
	}
}

// FuzzDecide holds whatever a platform may deliver to the one rule that nothing is lost: it is held, or
// taken and accounted for.
func FuzzDecide(f *testing.F) {
	city := jakarta(f)
	b := New(city, Options{Accounts: account})
	for _, seed := range []string{lamp, "SUDAH", "belum, masih gelap", "\xff\x00", "kebakaran di Tebet", "482-177-3057", "petugas minta uang", "kapan selesai?", "masih mati lampunya", "🙏", "081", "tidak setuju", "ok sudah makasih", "sudah tapi masih"} {
		f.Add(seed, "", "message", "chat", "", 0, 0, int64(0))
	}
	f.Add("", "sudah:4821773057", "button", "chat", "", 0, 0, int64(60))
	f.Add("bagian", "", "message", "sms", "7", 1, 2, int64(99))
	f.Fuzz(func(t *testing.T, text, choice, kind, name, album string, part, parts int, minutes int64) {
		if _, known := accounts[name]; !known {
			name = "chat"
		}
		in := (&town{}).inbound(name, channels.Clean(text))
		in.Kind, in.Choice, in.Album, in.Part, in.Parts = channels.InboundKind(kind), choice, album, part, parts
		old := tickets.Case{Ticket: tickets.Ticket{
			ID: 9, Reference: "4821773057", State: tickets.Resolved, Question: tickets.AskConfirm, Agency: "dki", CreatedAt: morning, ResolvedAt: morning,
			Return: tickets.Return{Account: name, Address: tickets.Address{Kind: string(in.From.Kind), Value: in.From.Value}},
		}}
		for _, cases := range [][]tickets.Case{nil, {old}} {
			sit := situation(t, in, cases...)
			sit.Now = morning.Add(time.Duration(minutes%(1<<20)) * time.Minute)
			before := slices.Clone(sit.Cases)
			c, err := b.Decide(sit)
			again, _ := b.Decide(sit)
			if diff := cmp.Diff(c, again, cmpopts.IgnoreUnexported(tickets.Ticket{})); diff != "" {
				t.Fatalf("decided otherwise the second time: %s", diff)
			}
			if diff := cmp.Diff(before, sit.Cases, cmpopts.IgnoreUnexported(tickets.Ticket{})); diff != "" {
				t.Fatalf("the situation was changed: %s", diff)
			}
			switch {
			case err != nil:
				t.Fatal(err)
			case !c.Hold.IsZero():
				if !c.Hold.After(sit.Now) || len(c.Take) > 0 {
					t.Fatalf("held until %s at %s, %d taken", c.Hold, sit.Now, len(c.Take))
				}
			case len(c.Take) != 1 || c.Became == "":
				t.Fatalf("%d rows taken as %q", len(c.Take), c.Became)
			case (c.Became == tickets.BecameTicket) != (c.New != nil) || (c.Became == tickets.BecameFollowUp) != (c.In != nil && c.New == nil):
				t.Fatalf("%q, with ticket %v and message %v", c.Became, c.New != nil, c.In != nil)
			}
			for _, i := range c.Say {
				if strings.Contains(i.Text, "{") {
					t.Fatalf("nobody filled in %q", i.Text)
				}
			}
		}
	})
}

func BenchmarkDecideInJakarta(b *testing.B) {
	bot := New(jakarta(b), Options{Accounts: account})
	sit := situation(b, (&town{now: morning}).inbound("sms", lamp))
	b.ReportAllocs()
	for b.Loop() {
		if c, err := bot.Decide(sit); err != nil || c.New == nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecideOnTheLongest is what a hostile mail costs.
func BenchmarkDecideOnTheLongest(b *testing.B) {
	bot := New(jakarta(b), Options{Accounts: account})
	for name, piece := range map[string]string{
		"words": "masih lampu jalan mati ", "digits": "4821773057 ", "one word": "a", "hyphens": "4-", "emoji": "🔥", "spaces": " ", "letters": "di.di-", "commands": "sudah ",
	} {
		b.Run(name, func(b *testing.B) {
			in := (&town{now: morning}).inbound("mail", strings.Repeat(piece, 100<<10/len(piece)))
			old := tickets.Case{Ticket: tickets.Ticket{
				ID: 9, CitizenID: 1, Reference: "4821773057", State: tickets.Resolved, Question: tickets.AskConfirm, Agency: "dki", Subject: lamp, CreatedAt: morning, ResolvedAt: morning,
				Return: tickets.Return{Account: "mail", Address: tickets.Address{Kind: string(in.From.Kind), Value: in.From.Value}},
			}}
			sit := situation(b, in, old)
			for b.Loop() {
				if _, err := bot.Decide(sit); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
