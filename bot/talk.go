package bot

import (
	"strconv"
	"strings"
	"unicode"

	"tanggap/internal/language"
	"tanggap/tickets"
)

// wordWhen is how far a case is, in whatever words: "kapan selesai?", "kok lama", "belum ada kabar".
const wordWhen word = "kapan"

// talk is a way of speaking that no report has: every word of a message is among its keys or its
// fillers, and one at least is a key. The lists are closed, and hold no word of any matter.
type talk struct{ keys, fillers map[string]bool }

func among(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

var (
	asking = talk{
		keys: among(`kapan bagaimana lama tanggapan tanggapannya ditanggapi jawaban jawabannya dijawab jawab kabar kabarnya respon respons responnya
			direspon balasan balasannya dibalas dibales balas bales perkembangan perkembangannya kelanjutan kelanjutannya progres progresnya progress
			update updatenya proses prosesnya diproses tindakan tindaklanjut ditindaklanjuti realisasi realisasinya hasilnya
			when news answer response reply`),
		fillers: among(`ya yah sih dong deh nih ini itu tuh kok kenapa mengapa belum tidak sudah masih juga ada lagi sampai mana saya kami aku nya
			pak bu bapak ibu mas mbak mba kak kakak min admin bang om gan halo hai woi woy oi tolong mohon minta laporan laporannya laporanku aduan
			aduannya pengaduan pengaduannya keluhan keluhannya selesai selesainya beres beresnya diperbaiki dibenerin dibetulkan dikerjakan ditangani
			penanganan penanganannya diselesaikan perbaikan perbaikannya datang dateng turun petugas petugasnya banget sekali amat terlalu berapa nunggu
			menunggu tunggu ditunggu apa apakah yang kemarin tadi saja aja lho loh dari segera cepat cepatan buruan tindak lanjut lanjutnya ke untuk
			terima kasih terimakasih makasih mksh
			is it will be fixed done my report any there the still no not what about how long so taking does take yet status for i have you an a on please`),
	}
	thanking = talk{
		keys: among(`terimakasih kasih makasih makasi mksh trims tks thx thanks thank suwun nuhun ok oke okay okey baik siap sip mantap jempol keren hebat
			alhamdulillah noted paham mengerti`),
		fillers: among(`terima banyak sekali banget sangat atas bantuan bantuannya info infonya informasi informasinya tanggapan tanggapannya respon
			responnya jawaban jawabannya perhatian perhatiannya kerja kerjanya kerjasama kerjasamanya pelayanan pelayanannya cepat cepatnya sigap ya yah
			pak bu bapak ibu mas mbak mba kak min admin bang om gan tim semua semuanya semoga sehat selalu sukses ditunggu tunggu saya kami kabarnya
			kabar kalau begitu deh dan untuk kepada job nice good great very much for the your help so you all i we wait`),
	}
	// nods are the courtesies that agree to something.
	nods = among("ok oke okay okey baik siap sip mantap jempol")
)

// says reports whether the words are this kind of talk.
func (k *talk) says(words []language.Token) bool {
	key := false
	for _, w := range words {
		switch {
		case k.keys[w.Text]:
			key = true
		case !k.fillers[w.Text]:
			return false
		}
	}
	return key
}

// longestTalk is how many words small talk has at most.
const longestTalk = 12

// smallTalk reads a text that asks how far a case is, or is polite and no more.
func smallTalk(text string) (word, string) {
	words := language.Tokens(text, longestTalk+1)
	if len(words) == 0 || len(words) > longestTalk {
		return "", ""
	}
	switch {
	case thanking.says(words):
		return wordThanks, ""
	case asking.says(words):
		return wordWhen, language.Detect(words, "")
	}
	return "", ""
}

// nod reports whether a courtesy agrees to something: "ok pak", and not "terima kasih".
func nod(text string) bool {
	words := language.Tokens(text, 1)
	return len(words) > 0 && nods[words[0].Text]
}

// wordless reports whether there is neither a word nor a digit, nor anything else, in the message.
func (m *message) wordless() bool {
	said := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return len(m.files) == 0 && m.Point == nil && !m.fragment && !strings.ContainsFunc(m.Text, said) && !strings.ContainsFunc(m.Subject, said)
}

// gesture is a message without a word: on an open case it is noted, and else answered with how to
// report. It answers no question.
func (t *turn) gesture() error {
	if n := t.latest(); n != nil && !t.msg.empty() {
		if n.State == tickets.Resolved {
			return t.follow(n, byQuestion)
		}
		t.attach(n)
		return nil
	}
	t.change.Became = tickets.BecameCommand
	if strings.Contains(t.msg.Text, "?") {
		t.tellMenu()
		return nil
	}
	t.tellHow()
	return nil
}

// latest is the case that the message quotes, else the newest that is going on in this conversation.
func (t *turn) latest() *tickets.Ticket {
	if ref, ok := t.quoted(); ok {
		if n := t.numbered(ref.TicketID); n != nil && t.takes(n) {
			return n
		}
	}
	for _, n := range t.own {
		going := n.State.Open() || n.State == tickets.Resolved
		if going && !n.Unverified && t.here(n) && t.msg.receivedAt.Sub(later(n.CreatedAt, n.UpdatedAt)) <= recent {
			return n
		}
	}
	return nil
}

// attach notes on a case what was said, and changes nothing else.
func (t *turn) attach(c *tickets.Ticket) *tickets.Ticket {
	n := t.join(c)
	t.event(n.ID, citizenActor, "follow_up", fields{}.text("by", byTime).hash("text", t.msg.Text))
	return n
}

// courtesy is thanks or agreement. Agreement may answer a clerk, thanks answer nobody; after a
// resolution neither says whether it is so.
func (t *turn) courtesy() error {
	n := t.latest()
	switch {
	case n == nil:
		t.change.Became = tickets.BecameCommand
		if !t.caps.Paid { // not worth an SMS
			t.say(toMenu, say(welcome, t.lang))
		}
	case n.State == tickets.Resolved, n.Question == tickets.AskAnything && nod(t.msg.Text):
		return t.follow(n, byQuestion)
	default:
		n = t.attach(n)
		if !nod(t.msg.Text) && !t.caps.Paid && !t.caps.Subject {
			t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Text: say(welcome, t.lang)})
		}
	}
	return nil
}

// when answers how far a case is, and notes the question on it.
func (t *turn) when(c command) error {
	n := t.going(c)
	if n == nil || t.secret(n) {
		t.change.Became = tickets.BecameCommand
		t.tellStatus(command{word: wordStatus, ref: c.ref, number: c.number})
		return nil
	}
	others := -1
	for _, o := range t.own {
		if o.State.Open() && !o.Unverified {
			others++
		}
	}
	n = t.attach(n)
	text := t.added(n)
	if others > 0 && n.State.Open() && c.ref == "" {
		text += "\n" + say(statusMore, t.lang, "count", strconv.Itoa(others))
	}
	t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: t.subject(n, n.Reference), Text: text})
	return nil
}

// going is the case that a question about progress means: the one named or quoted, else the newest
// that somebody still works on, in this conversation before others.
func (t *turn) going(c command) *tickets.Ticket {
	if c.ref != "" || c.number {
		if n := t.referred(c.ref); n != nil && (n.State.Open() || n.State == tickets.Resolved) {
			return n
		}
		return nil
	}
	if n := t.latest(); n != nil && n.State.Open() {
		return n
	}
	var found *tickets.Ticket
	for _, n := range t.own {
		if n.Unverified || !n.State.Open() && n.State != tickets.Resolved {
			continue
		}
		if found == nil || n.State.Open() && !found.State.Open() || n.State == found.State && t.here(n) && !t.here(found) {
			found = n
		}
	}
	return found
}

// figures counts the digits of a message that is a number and no more, but for politeness; 0 where it
// is anything else.
func figures(text string) int {
	if len(text) > longestCommand {
		return 0
	}
	digits := 0
	for field := range strings.FieldsSeq(strings.ToLower(text)) {
		name := trim(field)
		_, polite := addressed[name]
		switch {
		case numeric(name):
			for _, r := range name {
				if r >= '0' && r <= '9' {
					digits++
				}
			}
		case name != "" && !polite:
			return 0
		}
	}
	return digits
}

// figure is a number alone: an answer, where somebody asked; else one of a report that we do not know.
func (t *turn) figure(digits int) error {
	n, _ := t.asked()
	if last := t.latest(); n == nil && last != nil && digits != referenceLength && last.State.Open() && t.msg.receivedAt.Sub(later(last.CreatedAt, last.UpdatedAt)) <= soon {
		n = last
	}
	switch {
	case n != nil && n.State.Open():
		return t.follow(n, byTime)
	case digits < shortestNumber:
		t.change.Became = tickets.BecameCommand
		t.tellMenu()
	default:
		t.change.Became = tickets.BecameCommand
		t.say(toStatus, say(statusUnknown, t.lang))
	}
	return nil
}

// How many digits a reference has, and how many what may be a wrong one has at least.
const (
	referenceLength = 10
	shortestNumber  = 6
)
