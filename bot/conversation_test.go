package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/tickets"
)

const lamp = "lampu jalan mati di Tebet Timur sudah 3 hari"

// converse plays a conversation on both databases.
func converse(t *testing.T, play func(*town)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, url string) { play(settle(t, url, smallTown(t, nil))) })
}

func TestReportGetsATicketAndAReceiptOnce(t *testing.T) {
	converse(t, func(w *town) {
		in := w.inbound("sms", lamp)
		for range 50 {
			w.receives(in)
		}
		n := w.wants(w.only().ID, tickets.Assigned, "binamarga.selatan")
		if n.Subject != lamp || n.Area != "31.74.01" || n.Category != "lampu" || n.Language != "id" || n.DueAt.IsZero() || n.Return.Channel != "sms" {
			w.t.Errorf("the ticket is wrong: %+v", n)
		}
		p := w.hears("receipt", "CONTOH", n.Reference.String(), "Sudin BM Selatan", "9 Mar")
		if len(w.sent) != 1 || sms.Segments(p.Text) != 1 || !p.Automatic {
			w.t.Errorf("%d messages, the receipt takes %d segments: %s", len(w.sent), sms.Segments(p.Text), p.Text)
		}
		if got := w.events(n); !slices.Equal(got, []string{"citizen created", "router routed"}) {
			w.t.Errorf("events %q", got)
		}
		if got := w.texts(n.ID); !slices.Equal(got, []string{lamp}) || w.became(in) != tickets.BecameTicket {
			w.t.Errorf("thread %q", got)
		}
	})
}

func TestEnglishIsAnsweredInEnglish(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", "the street light in front of my house has been broken since Monday")
		w.hears("receipt", "Thank you", "You will get an answer by 9 Mar")
		w.says("chat", "INDONESIA")
		w.hears("language", "bahasa Indonesia")
		w.says("chat", "status")
		w.hears("status", "diteruskan ke Sudin BM Selatan", "paling lambat")
		w.move(w.only(), tickets.Step{To: tickets.Resolved, Text: "Sudah diganti."})
		w.hears("confirm", "Apakah sudah beres?")
	})
}

func TestEmergencyIsAnsweredFirst(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", "kebakaran di Bukit Duri tolong cepat")
		if len(w.sent) != 2 || w.sent[0].Purpose != "emergency" || w.sent[1].Purpose != "receipt" {
			w.t.Fatalf("heard %d messages", len(w.sent))
		}
		if got := w.sent[0].Text; got != "Telepon 112 SEKARANG. Nomor ini tidak mengirim petugas darurat." {
			w.t.Error(got)
		}
		if n := w.only(); !n.Emergency || n.Agency != "damkar" {
			w.t.Errorf("%+v", n)
		}
	})
}

func TestFollowUpThatBecomesAnEmergency(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", lamp)
		_, name := w.heard()
		in := w.inbound("chat", "sekarang kebakaran!")
		in.ReplyTo = []string{name}
		w.receives(in)
		w.hears("emergency", "112")
		if n := w.only(); !n.Emergency {
			w.t.Error("the case is no emergency")
		}
		in = w.inbound("chat", "kebakaran masih besar")
		in.ReplyTo = []string{name}
		before := len(w.sent)
		w.receives(in)
		if len(w.sent) != before {
			w.t.Error("the emergency answer came twice")
		}
	})
}

func TestConductIsSealedAndItsReceiptNamesNothing(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", "petugas minta uang saat saya urus surat di Kelurahan Tebet Timur")
		n := w.wants(w.only().ID, tickets.Assigned, "inspektorat")
		p := w.hears("receipt", n.Reference.String())
		for _, word := range []string{"Inspektorat", "uang", "Kel.", "teruskan"} {
			if strings.Contains(p.Text, word) {
				w.t.Errorf("the receipt says %q: %s", word, p.Text)
			}
		}
		w.says("sms", "STATUS")
		if p := w.hears("status"); strings.Contains(p.Text, "Inspektorat") {
			w.t.Errorf("the status tells the agency: %s", p.Text)
		}
		if !n.Sealed {
			w.t.Error("not sealed")
		}
	})
}

func TestConductDoesNotJoinTheAgencysCase(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", lamp)
		first := w.only()
		_, name := w.heard()
		in := w.inbound("chat", "petugas yang datang minta uang")
		in.ReplyTo = []string{name}
		w.receives(in)
		if got := w.texts(first.ID); len(got) != 1 {
			w.t.Errorf("the agency reads %q", got)
		}
		if n := w.all()[0]; n.Agency != "inspektorat" || !n.Sealed {
			w.t.Errorf("%+v", n)
		}
		w.move(first, tickets.Step{To: tickets.Resolved, Text: "Sudah menyala."})
		w.says("chat", "belum, petugas minta uang dulu")
		w.wants(first.ID, tickets.Resolved, "binamarga.selatan")
		if got := w.texts(first.ID); len(got) != 1 {
			w.t.Errorf("the agency reads %q", got)
		}
	})
}

func TestRouterThatAbstainsAsksForThePlaceInTheReceipt(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", "selokan mampet baunya minta ampun")
		n := w.wants(w.only().ID, tickets.Triage, "kota")
		if p := w.hears("receipt", "Di mana lokasinya?"); sms.Segments(p.Text) != 1 || n.Question != tickets.AskPlace || n.Questions != 1 {
			w.t.Errorf("question %q, %d asked: %s", n.Question, n.Questions, p.Text)
		}
		w.pass(5 * time.Minute)
		w.says("sms", "di Bukit Duri dekat mushola")
		n = w.wants(n.ID, tickets.Assigned, "kel.bukit")
		if n.Question != tickets.NoQuestion || n.Area != "31.74.02" || n.DueAt.IsZero() {
			w.t.Errorf("%+v", n)
		}
		w.has(w.events(n), "citizen follow_up", "citizen answered", "router located", "router routed", "router moved")
		if len(w.sent) != 1 {
			w.t.Error("the answer cost an SMS")
		}
	})
}

func TestAbstentionSaysThatAPersonLooks(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", "ada sesuatu yang aneh sekali")
		w.wants(w.only().ID, tickets.Triage, "kota")
		w.hears("receipt", "sedang diperiksa petugas")
	})
}

func TestFollowUpsFindTheirCase(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		say   func(*town) channels.Inbound
		joins bool
	}{
		"masih":             {24 * time.Hour, text("masih gelap pak"), true},
		"masih, same topic": {24 * time.Hour, text("lampu jalan di Tebet Timur masih mati juga sampai sekarang, tolong dong"), true},
		"kapan":             {24 * time.Hour, text("kapan diperbaiki?"), true},
		"yang kemarin":      {24 * time.Hour, text("yang kmrn gmn pak"), true},
		"how is my report":  {24 * time.Hour, text("gimana laporan saya"), true},
		"thanks":            {24 * time.Hour, text("terima kasih pak"), true},
		"photo soon":        {10 * time.Minute, photo, true},
		"pin soon":          {10 * time.Minute, pin, true},
		"burst":             {30 * time.Second, text("depan warung Bu Siti"), true},
		"reference": {20 * 24 * time.Hour, func(w *town) channels.Inbound {
			return w.inbound("chat", "laporan "+w.only().Reference.String()+" bagaimana")
		}, true},
		"quote":               {20 * 24 * time.Hour, quote("kok lama ya"), true},
		"photo late":          {2 * time.Hour, photo, false},
		"masih, other topic":  {24 * time.Hour, text("sampah masih menumpuk"), false},
		"masih, other place":  {24 * time.Hour, text("lampu jalan masih mati di Bukit Duri"), false},
		"masih, weeks later":  {9 * 24 * time.Hour, text("masih gelap pak"), false},
		"another topic":       {5 * time.Minute, text("sampah menumpuk di Bukit Duri"), false},
		"long and unknown":    {time.Minute, text("kemarin saya melihat ada orang yang membawa sesuatu dari rumah kosong di ujung sana lalu pergi begitu saja"), false},
		"unknown, after days": {3 * 24 * time.Hour, text("depan warung Bu Siti"), false},
	} {
		t.Run(name, func(t *testing.T) {
			w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
			w.says("chat", lamp)
			first := w.only()
			w.pass(c.after)
			in := c.say(w)
			w.receives(in)
			if joined := len(w.all()) == 1; joined != c.joins {
				t.Errorf("joined %v, want %v", joined, c.joins)
			}
			want := tickets.BecameTicket
			if c.joins {
				want = tickets.BecameFollowUp
				w.has(w.events(first), "citizen follow_up")
			}
			if got := w.became(in); got != want {
				t.Errorf("became %q, want %q", got, want)
			}
		})
	}
}

func TestPreambleAndReportAreOneCase(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", "pak saya mau cerita")
		n := w.wants(w.only().ID, tickets.Triage, "kota")
		w.pass(time.Minute)
		w.says("chat", lamp)
		n = w.wants(n.ID, tickets.Assigned, "binamarga.selatan")
		w.hears("notice", "Sudin BM Selatan", "9 Mar")
		if n.Category != "lampu" || n.Area != "31.74.01" || len(w.all()) != 1 {
			w.t.Errorf("%+v", n)
		}
	})
}

func TestPictureAndThenItsText(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.receives(photo(w))
	w.pass(20 * time.Second)
	w.says("chat", lamp)
	if n := w.only(); n.Subject != lamp || n.Agency != "binamarga.selatan" {
		t.Errorf("%+v", n)
	}
}

func TestAnswersNameOtherThingsByTheWay(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("chat", lamp)
	n := w.only()
	w.move(n, tickets.Step{To: tickets.Pending, Text: "Di mana tepatnya?"})
	w.says("chat", "sampah menumpuk di Bukit Duri")
	w.wants(n.ID, tickets.Pending, "")
	w.says("chat", "di depan tempat sampah")
	w.wants(n.ID, tickets.Assigned, "")
	if len(w.all()) != 2 {
		t.Errorf("%d tickets", len(w.all()))
	}
}

func TestUnknownReportIsNotHiddenOnAResolvedCase(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	n := resolved(w, "chat")
	w.says("chat", "SUDAH tapi redup")
	w.hears("notice", "SUDAH atau BELUM", n.Reference.String())
	w.says("chat", "ada kucing mati di depan rumah")
	if len(w.all()) != 2 {
		t.Error("a new report went onto a case that counts as done")
	}
}

func text(s string) func(*town) channels.Inbound {
	return func(w *town) channels.Inbound { return w.inbound("chat", s) }
}

func photo(w *town) channels.Inbound {
	in := w.inbound("chat", "")
	in.Media = []channels.Media{{Ref: "file1", Type: "image/jpeg"}}
	return in
}

func pin(w *town) channels.Inbound {
	in := w.inbound("chat", "")
	in.Point = &channels.Point{Lat: -6.22, Lng: 106.85}
	return in
}

func quote(s string) func(*town) channels.Inbound {
	return func(w *town) channels.Inbound {
		_, name := w.heard()
		in := w.inbound("chat", s)
		in.ReplyTo = []string{"unknown", name}
		return in
	}
}

func TestThePinIsKept(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("chat", "lampu jalan mati")
	w.pass(time.Minute)
	w.receives(pin(w))
	if n := w.only(); !n.Located || n.Lat != -6.22 {
		t.Errorf("%+v", n)
	}
	if lines := w.thread(w.only().ID); !strings.Contains(lines[len(lines)-1].Point, "106.85") {
		t.Errorf("the message has no place: %+v", lines[len(lines)-1])
	}
}

func TestTwoCasesAreToldApart(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("chat", lamp)
	light := w.only()
	w.pass(time.Hour)
	w.says("chat", "sampah menumpuk di Bukit Duri")
	garbage := w.all()[0]
	w.pass(24 * time.Hour)
	w.says("chat", "lampu jalan masih mati")
	w.says("chat", "tambahan: sampah juga ada di sebelahnya")
	if got := w.texts(light.ID); len(got) != 2 {
		t.Errorf("the lamp's thread is %q", got)
	}
	if got := w.texts(garbage.ID); len(got) != 2 {
		t.Errorf("the garbage's thread is %q", got)
	}
	w.says("chat", "STATUS")
	w.hears("status", light.Reference.String(), garbage.Reference.String())
	w.says("chat", "BATAL")
	w.hears("status", "BATAL dan nomornya")
	w.says("chat", "BATAL "+light.Reference.String())
	w.hears("notice", "dibatalkan", light.Reference.String())
	w.wants(light.ID, tickets.Withdrawn, "")
	w.says("chat", "BATAL "+light.Reference.String())
	w.hears("status", "Tidak ada laporan")
	w.says("chat", "BATAL")
	w.wants(garbage.ID, tickets.Withdrawn, "")
}

func TestForeignQuoteAndUnverifiedMailOpenMarkedTickets(t *testing.T) {
	converse(t, func(w *town) {
		w.says("mail", lamp)
		first := w.only()
		_, name := w.heard()

		in := w.inbound("mail", "bagaimana laporan "+first.Reference.String()+"?")
		in.Subject, in.ReplyTo, in.Unverified = "Re: laporan", []string{name}, true
		w.receives(in)
		forged := w.all()[0]
		if forged.ID == first.ID || !forged.Unverified {
			w.t.Fatalf("a forged mail reached the case: %+v", forged)
		}
		p := w.hears("receipt", forged.Reference.String())
		if strings.Contains(p.Text+p.Subject, "BM Selatan") || strings.Contains(p.Subject, "lampu") || strings.Contains(p.Text, first.Reference.String()) {
			w.t.Errorf("the receipt tells: %s", p.Text)
		}

		stranger := w.inbound("mail", "laporan "+first.Reference.String()+" bagaimana")
		stranger.From.Value, stranger.ReplyTo = "lain@example.org", []string{name}
		w.receives(stranger)
		if n := w.all()[0]; n.ID == first.ID || !n.Unverified {
			w.t.Errorf("a stranger's quote reached the case: %+v", n)
		}
		if got := w.texts(first.ID); len(got) != 1 {
			w.t.Errorf("the case holds %q", got)
		}
	})
}

func TestStatusTellsNobodyElse(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", lamp)
		ref := w.only().Reference
		w.says("chat", "STATUS "+ref.String())
		foreign := w.hears("status")
		w.says("chat", "STATUS 482-177-3057")
		unknown := w.hears("status")
		if foreign.Text != unknown.Text || strings.Contains(foreign.Text, "diteruskan") {
			w.t.Errorf("a stranger is told %q, of an unknown number %q", foreign.Text, unknown.Text)
		}
		w.says("sms", "STATUS "+ref.String())
		w.hears("status", ref.String(), "diteruskan ke Sudin BM Selatan", "9 Mar")
		w.says("chat", "status")
		w.hears("status", "Belum ada laporan")
		if len(w.all()) != 1 {
			w.t.Error("a command opened a ticket")
		}
	})
}

func TestStatusFitsOneSegment(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	for i := range 12 {
		w.says("sms", fmt.Sprintf("sampah menumpuk di titik %d wilayah Bukit Duri", i))
		w.pass(time.Hour)
	}
	w.says("sms", "STATUS")
	if p := w.hears("status", "laporan lain"); sms.Segments(p.Text) != 1 {
		t.Errorf("%d segments: %s", sms.Segments(p.Text), p.Text)
	}
}

func TestWordsThatOpenNoTicket(t *testing.T) {
	converse(t, func(w *town) {
		for _, c := range []struct{ say, purpose, words string }{
			{"/start", "menu", "Tulis laporan Anda"},
			{"MENU", "menu", "112"},
			{"halo", "menu", "STATUS"},
			{"LAPOR", "menu", "apa yang terjadi"},
			{"ENGLISH", "language", "English"},
			{"menu", "menu", "CANCEL"},
			{"INDONESIA", "language", "Indonesia"},
			{"BERHENTI", "menu", "pengingat"},
			{"MULAI", "menu", "melapor"},
			{"SUDAH", "menu", "tidak ada pertanyaan"},
			{"belum pak", "menu", "tidak ada pertanyaan"},
			{"terima kasih", "menu", "Sama-sama"},
			{"BATAL", "status", "Tidak ada laporan"},
		} {
			in := w.says("chat", c.say)
			w.hears(c.purpose, c.words)
			if got := w.became(in); got != tickets.BecameCommand {
				w.t.Errorf("%q became %q", c.say, got)
			}
		}
		if len(w.all()) != 0 {
			w.t.Error("a word opened a ticket")
		}
		w.says("chat", "/start")
		p := w.hears("menu")
		if len(p.Choices) != 3 {
			w.t.Fatalf("buttons %+v", p.Choices)
		}
		press(w, "english")
		w.hears("language", "English")
	})
}

// press presses a button of the last message.
func press(w *town, choice string) channels.Inbound {
	_, name := w.heard()
	in := w.inbound("chat", "")
	in.Kind, in.MessageID, in.Choice = channels.Button, name, choice
	w.receives(in)
	return in
}

func TestPhoneSilentForTwoMonthsProvesNothing(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", lamp)
		first := w.only()
		w.says("sms", "sampah menumpuk di Bukit Duri")
		w.pass(61 * 24 * time.Hour)
		w.says("sms", "STATUS")
		w.hears("status", "Belum ada laporan")
		w.says("sms", "STATUS "+first.Reference.String())
		w.hears("status", "tidak ada di antara")
		w.says("sms", "masih mati lampu jalan di Tebet Timur "+first.Reference.String())
		n := w.all()[0]
		if n.ID == first.ID || n.CitizenID == first.CitizenID {
			w.t.Errorf("the number's next owner got into the case")
		}
		w.says("sms", "STATUS")
		w.hears("status", n.Reference.String())
	})
}

func TestPhoneSilentForTwoMonthsMayAnswerOurQuestion(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", lamp)
		n := w.only()
		w.pass(70 * 24 * time.Hour)
		w.move(n, tickets.Step{To: tickets.Resolved, Text: "Lampu sudah diganti."})
		w.pass(time.Hour)
		w.says("sms", "SUDAH")
		if n = w.wants(n.ID, tickets.Closed, ""); n.Outcome != tickets.Confirmed {
			w.t.Errorf("closed as %s", n.Outcome)
		}
		w.says("sms", "STATUS")
		w.hears("status", "Belum ada laporan")
	})
}

func TestMutedSendersAreHeardAndNotAnswered(t *testing.T) {
	converse(t, func(w *town) {
		w.says("alpha", "STATUS")
		w.says("alpha", "selokan mampet")
		if len(w.sent) != 0 {
			w.t.Errorf("%d messages went out", len(w.sent))
		}
		for _, n := range w.all() {
			if n.Question != tickets.NoQuestion || !n.Return.Mute {
				w.t.Errorf("%+v", n)
			}
		}
		if err := w.desk.Move(w.t.Context(), tickets.Act{Ticket: w.all()[0].ID, By: "Siti"}, tickets.Step{To: tickets.Pending, Text: "Di mana?"}); err == nil {
			w.t.Error("a mute sender was asked")
		}
	})
}

func TestExamplesAreNotToldToCitizens(t *testing.T) {
	city := smallTown(t, func(d *router.Definition) {
		for i := range d.Agencies {
			d.Agencies[i].Origin = router.Origin{Example: true}
		}
		for i := range d.Categories {
			d.Categories[i].Deadline.Origin = router.Origin{Example: true}
		}
		d.Facts.Emergency.Origin = router.Origin{Example: true}
	})
	for _, show := range []bool{false, true} {
		w := settle(t, dbtest.New(t, dbtest.SQLite), city)
		w.bot = New(city, Options{Accounts: account, Examples: show})
		w.says("sms", lamp)
		p, _ := w.heard()
		w.says("sms", "kebakaran besar")
		told := strings.Contains(p.Text, "Sudin") || strings.Contains(p.Text, "Mar") || strings.Contains(w.sent[1].Text, "112")
		if told != show {
			t.Errorf("examples shown: %v, want %v: %s / %s", told, show, p.Text, w.sent[1].Text)
		}
		if w.only0().DueAt.IsZero() {
			t.Error("an example of a deadline is no deadline for staff")
		}
	}
}

// only0 is the oldest ticket.
func (w *town) only0() tickets.Ticket {
	all := w.all()
	return all[len(all)-1]
}

func TestPilotTicketsAreMarked(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.bot = New(smallTown(t, nil), Options{Accounts: account, Test: true})
	w.says("chat", lamp)
	if !w.only().Test {
		t.Error("not marked")
	}
}

// TestOneReceiptADay lets a citizen write in every way that is acknowledged: by mail once in 24 hours, also
// after a restart.
func TestOneReceiptADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := settle(t, url, smallTown(t, nil))
		w.says("mail", lamp)
		n := w.only()
		w.hears("receipt")
		for i := range 10 {
			in := w.inbound("mail", lamp)
			if i%2 == 1 {
				in.Text, in.ReplyTo = fmt.Sprintf("Tambahan ke-%d: tiangnya juga miring.", i), []string{w.names[w.sent[0].ID]}
			}
			w.receives(in)
			w.pass(time.Hour)
			if i == 5 {
				now := w.now
				if err := w.store.Close(); err != nil {
					t.Fatal(err)
				}
				sent, names := w.sent, w.names
				w = settle(t, url, smallTown(t, nil))
				w.now, w.sent, w.names, w.count = now, sent, names, 100
			}
		}
		if n = w.only(); len(w.sent) != 1 || len(w.texts(n.ID)) != 11 {
			t.Errorf("%d messages to %d mails, want the receipt alone", len(w.sent), len(w.texts(n.ID)))
		}
		w.pass(15 * time.Hour)
		w.says("mail", lamp)
		w.says("mail", lamp)
		if len(w.sent) != 2 {
			t.Errorf("%d messages, want one more after a day", len(w.sent))
		}
		w.move(n, tickets.Step{To: tickets.Resolved, Text: "Lampu sudah menyala."})
		before := len(w.sent)
		w.pass(time.Minute)
		for range 3 {
			in := w.inbound("mail", "Nanti malam saya lihat dulu ke sana.")
			in.ReplyTo = []string{w.names[w.sent[before-1].ID]}
			w.receives(in)
		}
		if len(w.sent) != before+1 {
			t.Errorf("%d times asked again about a resolution, want once", len(w.sent)-before)
		}
		w.move(n, tickets.Step{To: tickets.Assigned, Reason: "belum"})
		w.move(n, tickets.Step{To: tickets.Rejected, Text: "Bukan wewenang kami.", Reason: "bukan"})
		before = len(w.sent)
		for range 12 {
			in := w.inbound("mail", "Saya tidak setuju.")
			in.ReplyTo = []string{w.names[w.sent[len(w.sent)-1].ID]}
			w.receives(in)
		}
		if len(w.sent) != before+1 {
			t.Errorf("%d answers to twelve objections, want one", len(w.sent)-before)
		}
	})
}
