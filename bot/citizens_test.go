package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/channels/sms"
	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

// conversations are played line by line. A line begins with who acts:
//
//	sms> chat> mail>   a citizen writes (REF is the oldest ticket's number, REF2 the second's)
//	+                  time passes
//	pending: resolved: rejected: reply:   a clerk's words on the oldest ticket
//	<                  the last answer says all of this, parted by | ("!" before it: it does not)
//	silence            nothing was answered to the last message
//	tickets:           how many there are
//	is:                the oldest ticket's state
//	became:            what became of the last message
var conversations = map[string][]string{
	// Not a word in it.
	"an empty SMS":                {"sms> ", "became: command", "< apa yang terjadi|!Foto", "tickets: 0"},
	"spaces":                      {"chat>   \n ", "became: command", "< apa yang terjadi", "tickets: 0"},
	"a fire of emoji":             {"sms> 🔥🔥", "became: command", "< apa yang terjadi", "tickets: 0"},
	"dots":                        {"sms> ....", "became: command", "< apa yang terjadi", "tickets: 0"},
	"question marks":              {"chat> ?????", "became: command", "< Tulis laporan", "tickets: 0"},
	"folded hands alone":          {"chat> 🙏", "became: command", "tickets: 0"},
	"thumb up on a report":        {"sms> " + lamp, "sms> 👍", "silence", "tickets: 1", "is: assigned"},
	"dots on a report":            {"sms> " + lamp, "sms> ...", "tickets: 1"},
	"an emoji wakes nothing":      {"chat> " + lamp, "pending: Nomor rumahnya?", "chat> 🙏", "is: pending"},
	"one who only calls":          {"sms> pak", "became: command", "< Tulis laporan", "sms> " + lamp, "tickets: 1", "< Sudin BM Selatan"},
	"one who calls for help":      {"sms> tolong pak", "became: command", "< Darurat: telepon 112", "tickets: 0"},
	"greeting, then the report":   {"sms> assalamualaikum wr wb", "< Tulis laporan", "sms> " + lamp, "< Sudin BM Selatan", "tickets: 1"},
	"the letter p":                {"chat> P", "became: command", "tickets: 0"},
	"who is this":                 {"chat> ini siapa ya?", "became: command", "< Tulis laporan", "tickets: 0"},
	"a single digit":              {"sms> 5", "became: command", "tickets: 0"},
	"a preamble that says enough": {"sms> pak saya mau melaporkan sesuatu", "sms> " + lamp, "tickets: 1", "< sekarang ditangani Sudin BM Selatan"},

	// Numbers.
	"own number alone":            {"sms> " + lamp, "+ 1h", "sms> REF", "became: command", "< Laporan REF: diteruskan ke Sudin BM Selatan|9 Mar", "tickets: 1"},
	"mistyped number alone":       {"sms> 482-177-3051", "became: command", "< tidak ada di antara", "tickets: 0"},
	"mistyped number after one":   {"sms> " + lamp, "sms> 482-177-3051", "became: command", "< tidak ada di antara", "tickets: 1"},
	"somebody's number alone":     {"chat> " + lamp, "sms> REF", "became: command", "< tidak ada di antara|!Sudin", "tickets: 1"},
	"number with please":          {"sms> " + lamp, "sms> REF pak tolong", "< Laporan REF", "tickets: 1"},
	"an answer in digits":         {"chat> " + lamp, "pending: Nomor HP Anda?", "chat> 0812345678", "is: assigned", "tickets: 1", "became: follow_up"},
	"an answer in fewer digits":   {"chat> " + lamp, "pending: Nomor rumah?", "chat> 17", "is: assigned", "tickets: 1"},
	"a customer's number, alone":  {"sms> 531234567890", "became: command", "< Periksa nomornya", "tickets: 0"},
	"a customer's number, behind": {"sms> " + lamp, "+ 5m", "sms> 531234567890", "became: follow_up", "tickets: 1"},

	// Where is my answer?
	"asking without a report":         {"sms> belum ada tanggapan", "became: command", "< Belum ada laporan dari Anda", "tickets: 0"},
	"how long, without a report":      {"chat> kok lama banget sih", "became: command", "< Belum ada laporan", "tickets: 0"},
	"when, by SMS":                    {"sms> " + lamp, "+ 24h", "sms> kapan selesai?", "became: follow_up", "< REF|Sudin BM Selatan|9 Mar", "tickets: 1"},
	"no answer yet, by SMS":           {"sms> " + lamp, "+ 24h", "sms> belum ada tanggapan", "< REF|Sudin BM Selatan|9 Mar", "tickets: 1", "is: assigned"},
	"rude, weeks later":               {"chat> " + lamp, "+ 480h", "chat> woi kok ga dibales bales sih", "< REF|Sudin BM Selatan", "tickets: 1"},
	"asking while we wait for him":    {"chat> " + lamp, "pending: Di mana tepatnya?", "chat> kok belum ada kabar pak?", "is: pending", "< menunggu jawaban Anda"},
	"asking in English":               {"chat> the street light is broken at Tebet Timur", "chat> any update?", "became: follow_up", "< report REF|passed to Sudin BM Selatan|by 9 Mar"},
	"asking by mail":                  {"mail> " + lamp, "mail> kapan diperbaiki?", "< REF|9 Mar", "tickets: 1"},
	"no answer, where it is resolved": {"sms> " + lamp, "resolved: Sudah.", "sms> belum ada tanggapan", "is: assigned"},
	"thanks and a question":           {"sms> " + lamp, "sms> makasih, kapan selesainya ya pak?", "< REF|9 Mar", "tickets: 1"},
	"asking about a sealed one":       {"sms> petugas minta uang di Kelurahan Tebet Timur", "sms> gimana kelanjutannya?", "< REF|!Inspektorat|!paling lambat|!petugas", "tickets: 1"},
	"asking with several":             {"chat> " + lamp, "+ 1h", "chat> sampah menumpuk di Bukit Duri", "+ 1h", "chat> kapan?", "< REF2|1 laporan lain", "tickets: 2"},
	"asking after it was closed":      {"chat> " + lamp, "resolved: Sudah.", "chat> sudah", "+ 1h", "chat> kapan?", "< Laporan REF: selesai", "tickets: 1", "is: closed"},

	// Going on about the same.
	"still dark, in other words": {"sms> lampu jalan mati di Tebet Timur", "+ 24h", "sms> masih mati lampunya", "tickets: 1", "< REF|9 Mar"},
	"the same text twice":        {"sms> " + lamp, "+ 20s", "sms> " + lamp, "tickets: 1", "< REF"},
	"the same text, an hour on":  {"sms> " + lamp, "+ 1h", "sms> " + lamp, "tickets: 1"},
	"the same in other words":    {"sms> lampu jalan mati di Tebet Timur", "+ 1m", "sms> tolong pak lampu jalan di tebet timur mati gelap banget", "tickets: 1"},
	"the same topic elsewhere":   {"sms> lampu jalan mati di Tebet Timur", "+ 1m", "sms> lampu jalan mati juga di Bukit Duri", "tickets: 2"},
	"the same topic, next lane":  {"sms> sampah menumpuk di gang Mawar", "+ 1m", "sms> sampah menumpuk di gang Melati", "tickets: 2"},
	"another topic at once":      {"sms> " + lamp, "+ 30s", "sms> sampah menumpuk di Tebet Timur", "tickets: 2"},
	"three cries about one fire": {
		"sms> sekarang kebakaran!", "< CONTOH", "sms> tolong kebakaran di rumah tetangga Tebet Timur", "tickets: 1", "< Telepon 112", "sms> kebakaran makin besar", "tickets: 1", "< Telepon 112",
	},
	"an address that follows":  {"sms> lampu jalan mati", "+ 10m", "sms> jalan melati 5 tebet timur", "tickets: 1"},
	"emergency in a follow-up": {"sms> " + lamp, "sms> REF sekarang kebakaran!", "< Telepon 112", "tickets: 1"},

	// Courtesies.
	"thanks open nothing":           {"sms> terima kasih banyak pak atas bantuannya", "became: command", "tickets: 0"},
	"thanks on a report":            {"chat> " + lamp, "chat> makasih ya min infonya", "< Sama-sama", "tickets: 1", "became: follow_up"},
	"thanks cost no SMS":            {"sms> " + lamp, "sms> terima kasih", "silence", "tickets: 1"},
	"waiting patiently":             {"chat> " + lamp, "chat> baik pak ditunggu kabarnya", "tickets: 1", "is: assigned"},
	"thanks are no answer":          {"sms> " + lamp, "pending: Nomor rumahnya?", "sms> terima kasih", "is: pending", "sms> nomor 17", "is: assigned"},
	"ok is an answer":               {"sms> " + lamp, "pending: Boleh kami datang besok?", "sms> ok pak", "is: assigned"},
	"ok says not where":             {"chat> selokan mampet", "< lokasinya", "chat> ok", "+ 1m", "chat> di Bukit Duri", "tickets: 1", "< Kel. Bukit Duri"},
	"thanks after it is done":       {"chat> " + lamp, "resolved: Sudah.", "chat> terima kasih", "< SUDAH atau BELUM", "is: resolved"},
	"thanks for what was done":      {"chat> " + lamp, "resolved: Sudah.", "chat> terima kasih sudah diperbaiki", "is: closed"},
	"thanks when all is over":       {"chat> " + lamp, "resolved: Sudah.", "chat> sudah", "chat> terima kasih pak", "tickets: 1", "is: closed"},
	"praise be, the lamp is on":     {"sms> " + lamp, "resolved: Sudah.", "sms> Alhamdulillah sudah menyala pak, terima kasih", "is: closed"},
	"thanks, but":                   {"chat> terima kasih, tapi lampu jalan mati lagi di Tebet Timur", "tickets: 1", "became: ticket"},
	"thanks for it, with an answer": {"mail> " + lamp, "resolved: Sudah.", "mail> Terima kasih, sudah beres.", "is: closed"},

	// SUDAH and BELUM.
	"ok done thanks":                {"sms> " + lamp, "resolved: Sudah.", "sms> ok sudah makasih", "is: closed"},
	"done, but it stinks":           {"sms> " + lamp, "resolved: Sudah.", "sms> sudah tapi bau", "< SUDAH atau BELUM", "is: resolved"},
	"done, but still":               {"sms> " + lamp, "resolved: Sudah.", "sms> sudah tapi masih gelap", "< buka lagi", "is: assigned"},
	"still dark is a no":            {"sms> " + lamp, "resolved: Sudah.", "sms> masih gelap pak", "< buka lagi", "is: assigned"},
	"no, still off":                 {"chat> " + lamp, "resolved: Sudah.", "chat> nggak, masih mati lampunya", "is: assigned", "tickets: 1"},
	"no and a note":                 {"chat> " + lamp, "resolved: Sudah.", "chat> BELUM, yang ujung masih mati", "is: assigned", "< Catatan Anda"},
	"no without a question":         {"chat> belum", "became: command", "< tidak ada pertanyaan", "tickets: 0"},
	"done twice":                    {"chat> " + lamp, "resolved: Sudah.", "chat> sudah", "is: closed", "chat> sudah", "tickets: 1", "is: closed"},
	"done, then not":                {"sms> " + lamp, "resolved: Sudah.", "sms> sudah", "sms> belum", "is: assigned", "< Apa yang masih kurang"},
	"no after the last question":    {"sms> " + lamp, "resolved: Sudah.", "sms> belum", "sms> ujung gang", "resolved: Sudah lagi.", "sms> belum", "< buka lagi|!Catatan"},
	"a no that is another report":   {"chat> " + lamp, "resolved: Sudah.", "chat> masih banyak sampah menumpuk di Bukit Duri", "is: resolved", "tickets: 2"},
	"done, while a clerk asked":     {"chat> " + lamp, "pending: Apakah petugas sudah datang?", "chat> sudah", "is: assigned"},
	"an official, under a no":       {"chat> " + lamp, "resolved: Sudah.", "chat> masih mati, petugas minta uang", "is: resolved", "tickets: 2"},
	"no, when we could not ask him": {"chat> " + lamp, "resolved: Sudah.", "+ 400h", "chat> belum 482-177-3051", "< tidak ada di antara"},

	"a letter's end is no note": {"mail> " + lamp, "resolved: Sudah.", "mail> Sudah menyala, terima kasih banyak atas bantuannya.\n\nSalam hormat,\nBudi\nRT 05", "is: closed"},
	"a telephone signs too":     {"mail> " + lamp, "resolved: Sudah.", "mail> SUDAH\n\nDikirim dari iPhone saya", "is: closed"},
	"a no in a letter":          {"mail> " + lamp, "resolved: Sudah.", "mail> Belum pak, masih mati.\n\nSalam,\nBudi", "is: assigned"},
	"done, and nobody asked":    {"chat> " + lamp, "+ 1h", "chat> sudah", "is: assigned", "tickets: 1"},

	"no, then yes after all":   {"chat> " + lamp, "resolved: Sudah.", "chat> belum", "chat> sudah", "< REF", "is: assigned", "chat> ujung gang", "is: assigned", "tickets: 1"},
	"a machine without a word": {"alpha> ...", "became: ignored", "silence", "tickets: 0"},

	// A refusal.
	"objection without the number": {"sms> " + lamp, "rejected: Tanah pribadi.", "sms> tidak setuju, itu jalan umum", "is: triage", "< diperiksa petugas lain", "tickets: 1"},
	"objection with the number":    {"sms> " + lamp, "rejected: Tanah pribadi.", "sms> REF itu jalan umum", "is: triage", "tickets: 1"},
	"objection twice": {
		"sms> " + lamp, "rejected: Tanah pribadi.", "< Tidak setuju?", "sms> saya keberatan", "is: triage", "rejected: Tetap.", "< tidak dapat kami proses|!Tidak setuju?",
		"sms> REF saya tetap keberatan", "< dua kali", "is: rejected", "tickets: 1",
	},
	"objecting to nothing": {"chat> saya keberatan ada karaoke di sebelah", "became: ticket"},

	// Taking it back.
	"never mind":               {"sms> " + lamp, "sms> gak jadi pak", "is: withdrawn", "< dibatalkan"},
	"never mind, nothing":      {"sms> tidak jadi", "became: command", "< Tidak ada laporan", "tickets: 0"},
	"cancel in English":        {"chat> the street light is broken at Tebet Timur", "chat> cancel my report please", "is: withdrawn", "< withdrawn"},
	"cancel twice":             {"sms> " + lamp, "sms> batal", "sms> batal", "< Tidak ada laporan", "is: withdrawn"},
	"cancel somebody's":        {"chat> " + lamp, "sms> batal REF", "< tidak ada di antara", "is: assigned"},
	"cancel, then again":       {"sms> " + lamp, "sms> batal", "+ 1h", "sms> " + lamp, "tickets: 2"},
	"cancel what is refused":   {"sms> " + lamp, "rejected: Tidak.", "sms> batal", "< Tidak ada laporan", "is: rejected"},
	"a licence, not a command": {"chat> batalkan izin karaoke itu", "became: ticket"},

	// Two languages.
	"English all along": {
		"chat> ENGLISH", "< English", "chat> " + lamp, "< Thank you|Sudin BM Selatan", "chat> status", "< passed to", "resolved: Fixed.", "< Reply YES", "chat> yes thanks", "< closed",
	},
	"two languages in one breath": {"chat> english", "chat> indonesia", "< bahasa Indonesia", "chat> menu", "< Tulis laporan"},
	"hello in English":            {"chat> hello", "< Write your report"},
}

func TestConversations(t *testing.T) {
	for name, script := range conversations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
			for _, line := range script {
				w.perform(line)
			}
		})
	}
}

// perform plays one line of a conversation.
func (w *town) perform(line string) {
	w.t.Helper()
	for i, name := range []string{"REF2", "REF"} {
		if all := w.all(); strings.Contains(line, name) {
			if len(all) < 2-i {
				w.t.Fatalf("no ticket for %q", line)
			}
			line = strings.ReplaceAll(line, name, all[len(all)-2+i].Reference.String())
		}
	}
	who, rest, _ := strings.Cut(line, " ")
	switch who {
	case "sms>", "chat>", "mail>", "alpha>":
		w.before = len(w.sent)
		in := w.says(strings.TrimSuffix(who, ">"), rest)
		w.last = in
	case "+":
		d, err := time.ParseDuration(rest)
		if err != nil {
			w.t.Fatal(err)
		}
		w.pass(d)
		w.fire()
	case "pending:", "resolved:", "rejected:":
		w.move(w.only0(), tickets.Step{To: tickets.State(strings.TrimSuffix(who, ":")), Text: rest, Reason: "alasan"})
	case "<":
		w.answers(strings.Split(rest, "|"))
	case "silence":
		if len(w.sent) != w.before {
			p, _ := w.heard()
			w.t.Errorf("answered %q", p.Text)
		}
	case "tickets:":
		if got := fmt.Sprint(len(w.all())); got != rest {
			w.t.Errorf("after %q: %s tickets, want %s", w.last.Text, got, rest)
		}
	case "is:":
		if got := string(w.only0().State); got != rest {
			w.t.Errorf("after %q: %s, want %s", w.last.Text, got, rest)
		}
	case "became:":
		if got := w.became(w.last); got != rest {
			w.t.Errorf("%q became %s, want %s", w.last.Text, got, rest)
		}
	default:
		w.t.Fatalf("nobody does %q", line)
	}
}

// answers holds the last answer to words, and by SMS to one segment.
func (w *town) answers(words []string) {
	w.t.Helper()
	p, _ := w.heard()
	if len(w.sent) == w.before {
		w.t.Errorf("%q was not answered", w.last.Text)
		return
	}
	for _, word := range words {
		unwanted, not := strings.CutPrefix(word, "!")
		if strings.Contains(p.Text, unwanted) == not {
			w.t.Errorf("%q is answered %q, and says %q: %v", w.last.Text, p.Text, unwanted, not)
		}
	}
	if n := sms.Segments(p.Text); p.Via.Channel == "sms" && n != 1 && !slices.Contains([]string{toReply, toConfirm, toOutcome, toQuestion}, p.Purpose) {
		w.t.Errorf("%d segments: %s", n, p.Text)
	}
}
