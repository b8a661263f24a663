package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/tickets"
)

const (
	lhMail  = "lh@kota.example.go.id"
	lhGroup = "-1001234567890"
)

// gazette is a town whose agencies hear of their work.
type gazette struct {
	*town
	notices *Notices
	works   func(time.Time) bool
}

func opened(t *testing.T, url string, change func(*router.Definition)) *gazette {
	t.Helper()
	w := &gazette{town: settle(t, url, smallTown(t, change)), works: func(time.Time) bool { return true }}
	w.notices = NewNotices(w.bot, w.store, w.options())
	return w
}

func (w *gazette) options() NoticeOptions {
	return NoticeOptions{
		URL: "https://lapor.example.go.id", Now: func() time.Time { return w.now },
		Account: func(kind channels.AddressKind) (string, channels.Capabilities, bool) {
			for _, name := range []string{"chat", "mail"} {
				if accounts[name].Addresses == kind {
					return name, accounts[name], true
				}
			}
			return "", channels.Capabilities{}, false
		},
		Daily: 7*time.Hour + 30*time.Minute,
		Workday: func(at time.Time, zone string) (time.Time, bool) {
			local, _ := w.bot.plainWorkday(at, zone)
			return local, w.works(local)
		},
	}
}

func (w *gazette) contact(agency, mail, chat string) {
	w.t.Helper()
	if err := w.store.SetAgencyContact(context.Background(), tickets.AgencyContact{Agency: agency, Mail: mail, Chat: chat}); err != nil {
		w.t.Fatal(err)
	}
}

// tell lets the agencies hear what there is, and returns what went out, by address.
func (w *gazette) tell() map[string][]tickets.Parcel {
	w.t.Helper()
	if _, err := w.notices.Tell(context.Background(), w.lease()); err != nil {
		w.t.Fatal(err)
	}
	before := len(w.sent)
	w.deliver("sent")
	got := map[string][]tickets.Parcel{}
	for _, p := range w.sent[before:] {
		if p.Purpose == tickets.ToAgency {
			got[p.Via.Address.Value] = append(got[p.Via.Address.Value], p)
		}
	}
	return got
}

func (w *gazette) lease() tickets.Lease {
	w.t.Helper()
	lease, ok, err := w.store.Take(context.Background(), "processor", "test", time.Minute)
	if err != nil || !ok {
		w.t.Fatal(ok, err)
	}
	return lease
}

// gets wants exactly one message to an address, with these words.
func (w *gazette) gets(got map[string][]tickets.Parcel, address string, words ...string) tickets.Parcel {
	w.t.Helper()
	if len(got[address]) != 1 {
		w.t.Fatalf("%s got %d messages, want 1: %+v", address, len(got[address]), got)
	}
	p := got[address][0]
	for _, word := range words {
		if !strings.Contains(p.Subject+"\n"+p.Text, word) {
			w.t.Errorf("the message to %s lacks %q:\n%s\n%s", address, word, p.Subject, p.Text)
		}
	}
	return p
}

func (w *gazette) silent(got map[string][]tickets.Parcel) {
	w.t.Helper()
	if len(got) != 0 {
		w.t.Errorf("agencies were written to: %+v", got)
	}
}

func TestNewReportsAreGathered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		w.contact("lh", lhMail, lhGroup)
		in := w.inbound("mail", "Sampah menumpuk di Bukit Duri, tolong, nama saya Siti Rahayu, hubungi 081234567890 rumah cat hijau")
		in.Name, in.Subject = "Siti Rahayu", "Sampah busuk sekali"
		w.receives(in)
		w.silent(w.tell()) // ids of the last seconds may still come
		w.pass(6 * time.Second)
		ref := w.only().Reference
		got := w.tell()
		mail := w.gets(got, lhMail, "1 laporan baru untuk Dinas Lingkungan Hidup", ref.String()+", Sampah, Kelurahan Bukit Duri",
			"https://lapor.example.go.id/console/tickets/"+string(ref)+"\n")
		chat := w.gets(got, lhGroup, "1 laporan baru untuk Dinas Lingkungan Hidup", ref.String())
		for _, p := range []tickets.Parcel{mail, chat} {
			for _, secret := range []string{"Siti", "Rahayu", "0812", "hijau", "busuk", "menumpuk", "tolong", "warga@example.org"} {
				if strings.Contains(p.Subject+p.Text, secret) {
					t.Errorf("a notice tells %q:\n%s\n%s", secret, p.Subject, p.Text)
				}
			}
			if !p.Automatic || p.TicketID != 0 {
				t.Errorf("parcel %+v", p)
			}
		}
		if mail.Subject == "" || chat.Subject != "" {
			t.Errorf("subjects %q and %q", mail.Subject, chat.Subject)
		}

		// Three more in the same ten minutes are one message, and nobody hears of them before.
		for k := range 3 {
			w.says("sms", fmt.Sprintf("sampah lagi di gang %d tebet timur", k+1))
			w.pass(2 * time.Minute)
			w.silent(w.tell())
		}
		w.pass(4 * time.Minute)
		p := w.gets(w.tell(), lhMail, "3 laporan baru")
		if strings.Contains(p.Text, string(ref)) {
			t.Error("what was told is told again")
		}
		w.pass(time.Hour)
		w.silent(w.tell())
	})
}

func TestMovedAndReopenedReportsAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		w.contact("lh", lhMail, "")
		w.contact("binamarga", "bm@kota.example.go.id", "")
		w.says("sms", "sampah menumpuk di bukit duri")
		w.pass(time.Minute)
		w.gets(w.tell(), lhMail, "1 laporan baru")
		c := w.only()
		if err := w.desk.Transfer(ctx, tickets.Act{Ticket: c.ID, By: "rina"}, "binamarga", "bukan urusan kami"); err != nil {
			t.Fatal(err)
		}
		w.deliver("sent")
		got := w.tell()
		p := w.gets(got, "bm@kota.example.go.id", "Dipindahkan ke Dinas Bina Marga:", c.Reference.String())
		if strings.Contains(p.Text, "bukan urusan") || len(got) != 1 {
			t.Errorf("told: %+v", got)
		}
		w.move(w.only(), tickets.Step{To: tickets.Resolved, Text: "Sudah diangkut."})
		w.deliver("sent")
		w.pass(time.Hour)
		w.silent(w.tell())
		w.contact("kota", "kota@kota.example.go.id", "")
		w.says("sms", "BELUM")
		reopened := w.only()
		to := map[string]string{"kota": "kota@kota.example.go.id", "binamarga": "bm@kota.example.go.id"}[reopened.Agency]
		if !reopened.State.Open() || to == "" {
			t.Fatalf("after BELUM: %s with %s", reopened.State, reopened.Agency)
		}
		w.pass(time.Minute)
		w.gets(w.tell(), to, "1 laporan dibuka kembali", "Dibuka kembali:", c.Reference.String())
		w.pass(time.Hour)
		w.silent(w.tell())
	})
}

func TestWhatWentElsewhereBeforeItWasToldIsNotTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		w.contact("lh", lhMail, "")
		w.contact("binamarga", "bm@kota.example.go.id", "")
		w.says("sms", "sampah menumpuk di bukit duri")
		for _, to := range []string{"binamarga", "lh", "binamarga"} { // within the seconds in which ids may still come
			if err := w.desk.Transfer(context.Background(), tickets.Act{Ticket: w.only().ID, By: "rina"}, to, "bukan kami"); err != nil {
				t.Fatal(err)
			}
		}
		w.deliver("sent")
		w.silent(w.tell())
		w.pass(10 * time.Second)
		got := w.tell()
		w.gets(got, "bm@kota.example.go.id", "1 laporan baru")
		if len(got) != 1 {
			t.Errorf("told: %+v", got)
		}
		w.pass(time.Hour)
		w.silent(w.tell())
	})
}

func TestASealedReportIsToldByItsNumberAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		for _, id := range []string{"kota", "inspektorat", "kel.tebet", "binamarga"} {
			w.contact(id, strings.ReplaceAll(id, ".", "-")+"@kota.example.go.id", "")
		}
		w.says("sms", "petugas kelurahan tebet timur minta uang saat saya urus KTP")
		c := w.only()
		if !c.Sealed || c.Agency != "inspektorat" {
			t.Fatalf("ticket %+v", c)
		}
		w.pass(time.Minute)
		got := w.tell()
		p := w.gets(got, "inspektorat@kota.example.go.id", c.Reference.String()+", laporan tertutup\n", "/console/tickets/"+string(c.Reference))
		if len(got) != 1 {
			t.Errorf("told: %+v", got)
		}
		for _, secret := range []string{"Pungutan", "Tebet", "uang", "KTP"} {
			if strings.Contains(p.Subject+p.Text, secret) {
				t.Errorf("it tells %q: %s", secret, p.Text)
			}
		}
	})
}

func TestEmergenciesAreToldAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		w.contact("damkar", "damkar@kota.example.go.id", "")
		w.says("sms", "kebakaran rumah di bukit duri")
		first := w.only()
		w.gets(w.tell(), "damkar@kota.example.go.id", "DARURAT: 1 laporan", "DARURAT, tangani sekarang:", first.Reference.String())
		other := w.inbound("chat", "kebakaran besar di tebet timur")
		w.receives(other)
		w.pass(30 * time.Second)
		w.silent(w.tell())
		w.pass(31 * time.Second)
		p := w.gets(w.tell(), "damkar@kota.example.go.id", "DARURAT: 1 laporan")
		if strings.Contains(p.Text, string(first.Reference)) {
			t.Error("told twice")
		}
		w.pass(time.Hour)
		w.silent(w.tell())
	})
}

func TestLongListsAreCut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		w.contact("lh", lhMail, lhGroup)
		for k := range 45 {
			in := w.inbound("sms", "sampah menumpuk di bukit duri")
			in.From.Value = fmt.Sprintf("+6281200001%03d", k)
			if err := w.inbox.Accept(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		w.process()
		w.pass(time.Minute)
		got := w.tell()
		mail := w.gets(got, lhMail, "45 laporan baru", "dan 5 lainnya", "Antrean: https://lapor.example.go.id/console/")
		if n := strings.Count(mail.Text, "\n- "); n != 40 {
			t.Errorf("%d reports are named", n)
		}
		chat := w.gets(got, lhGroup, "45 laporan baru", " lainnya", "Antrean: ")
		if n := channels.UTF16Len(chat.Text); n > 4096 || n < 3800 {
			t.Errorf("the chat's message has %d units", n)
		}
	})
}

func TestAnAgencyWithoutAnAddressIsToldLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		w.says("sms", "sampah menumpuk di bukit duri")
		w.pass(time.Hour)
		w.silent(w.tell())
		all, err := w.notices.Contacts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if c.Holds != (c.Agency.ID == "lh") || !c.Missing() || !c.Unheard() {
				t.Errorf("contact %+v", c)
			}
		}
		w.contact("lh", lhMail, "")
		w.gets(w.tell(), lhMail, "1 laporan baru")
	})
}

func TestAnAddressOfThePackIsOverridden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, func(d *router.Definition) { d.Agencies[4].Mailbox = "pack@kota.example.go.id" })
		w.works = func(time.Time) bool { return false }
		w.says("sms", "sampah menumpuk di bukit duri")
		w.pass(time.Hour)
		w.gets(w.tell(), "pack@kota.example.go.id")
		w.contact("lh", "", lhGroup)
		w.pass(time.Hour)
		in := w.inbound("sms", "sampah lain lagi di tebet timur")
		in.From.Value = "+6281200009999"
		w.receives(in)
		w.pass(time.Hour)
		got := w.tell()
		if w.gets(got, lhGroup); len(got) != 1 {
			t.Errorf("told: %+v", got)
		}
	})
}

func TestAnUnreachableAddressIsSeenAndLeftAloneForADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		w.contact("lh", lhMail, "")
		report := func(k int) {
			in := w.inbound("sms", "sampah menumpuk di bukit duri")
			in.From.Value = fmt.Sprintf("+6281200001%03d", k)
			w.receives(in)
			w.pass(time.Minute)
		}
		report(1)
		p := w.gets(w.tell(), lhMail)
		bounce := channels.Inbound{
			Account: "mail", Kind: channels.Bounce, EventID: "bounce1", From: channels.Address{Kind: channels.Mail, Value: "daemon@kota.example.go.id"},
			Bounced: &channels.Report{MessageID: w.names[p.ID], State: channels.Failed, Kind: channels.Unreachable, Reason: "there is no such mailbox", At: w.now},
		}
		w.receives(bounce)
		contact := func() Contact {
			t.Helper()
			all, err := w.notices.Contacts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return all[4]
		}
		if c := contact(); c.Mail.State != "unreachable" || c.Mail.Reason != "there is no such mailbox" || !c.Unheard() || c.Missing() {
			t.Errorf("contact %+v", c)
		}
		report(2)
		w.pass(time.Hour)
		w.silent(w.tell())
		w.pass(24 * time.Hour)
		w.gets(w.tell(), lhMail, "1 laporan baru")
		bounce.EventID, bounce.Bounced.MessageID, bounce.Bounced.At = "bounce2", w.names[w.sent[len(w.sent)-1].ID], w.now
		w.receives(bounce)
		report(3)
		w.pass(time.Hour)
		w.silent(w.tell())
		w.contact("lh", lhMail, "") // somebody says that it works now
		w.gets(w.tell(), lhMail, "1 laporan baru")
		if c := contact(); c.Mail.State != "" {
			t.Errorf("contact %+v", c)
		}
	})
}

func TestAnswersToNoticesAreNoReports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		w.contact("lh", lhMail, lhGroup)
		w.says("sms", "sampah menumpuk di bukit duri")
		w.pass(time.Minute)
		p := w.gets(w.tell(), lhMail)
		reply := w.inbound("mail", "Baik, sampah akan kami angkut besok")
		reply.From.Value, reply.ReplyTo = lhMail, []string{w.names[p.ID]}
		w.receives(reply)
		if got := w.became(reply); got != tickets.BecameQuarantine {
			t.Errorf("the agency's answer became %s", got)
		}
		talk := w.inbound("chat", "sampah sudah diangkut ya teman-teman")
		talk.Thread, talk.Group = lhGroup+"/7", true
		w.receives(talk)
		if got := w.became(talk); got != tickets.BecameIgnored {
			t.Errorf("talk in the agency's chat became %s", got)
		}
		w.only()
		other := w.inbound("chat", "sampah menumpuk di tebet timur")
		other.Thread, other.Group = "-100777", true
		w.receives(other)
		if got := w.became(other); got != tickets.BecameTicket {
			t.Errorf("a report in another group became %s", got)
		}
	})
}

func TestAPilotWritesToItsOwnAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		o := w.options()
		o.Allow = func(a tickets.Address) bool { return a.Value == "bm@kota.example.go.id" }
		w.bot.options.Test = true
		w.notices = NewNotices(w.bot, w.store, o)
		w.contact("lh", lhMail, "")
		w.contact("binamarga.selatan", "bm@kota.example.go.id", "")
		w.says("sms", "sampah menumpuk di bukit duri")
		w.says("mail", "lampu jalan mati di bukit duri")
		w.pass(time.Minute)
		got := w.tell()
		if w.gets(got, "bm@kota.example.go.id", "1 laporan baru"); len(got) != 1 {
			t.Errorf("told: %+v", got)
		}
		w.bot.options.Test = false // what the pilot left is told to nobody when the city goes live
		w.notices = NewNotices(w.bot, w.store, w.options())
		w.pass(time.Hour)
		w.silent(w.tell())
	})
}

// TestACrashNeitherLosesNorDoubles: whoever lost the lease writes nothing, and the next one tells it once.
func TestACrashNeitherLosesNorDoubles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.works = func(time.Time) bool { return false }
		w.contact("lh", lhMail, "")
		w.contact("damkar", "damkar@kota.example.go.id", "")
		w.says("sms", "sampah menumpuk di bukit duri")
		w.says("mail", "kebakaran rumah di bukit duri")
		old := w.lease()
		w.pass(5 * time.Minute)
		if _, ok, err := w.store.Take(t.Context(), "processor", "another", time.Minute); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if n, err := w.notices.Tell(t.Context(), old); !errors.Is(err, tickets.ErrLost) || n != 0 {
			t.Fatalf("without the lease %d messages, %v", n, err)
		}
		w.pass(5 * time.Minute)
		got := w.tell()
		w.gets(got, lhMail, "1 laporan baru")
		w.gets(got, "damkar@kota.example.go.id", "DARURAT")
		w.notices = NewNotices(w.bot, w.store, w.options()) // a restart
		w.pass(time.Hour)
		w.silent(w.tell())
	})
}
