package portal_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/tickets"
)

const conduct = "Saya diminta uang saat mengurus KTP di Kelurahan Tebet Timur"

func TestNumberTellsStateAgencyAndDatesOnly(t *testing.T) {
	each(t, func(s *site) {
		const number = "+6281298765432"
		k := s.writes("sms", number, complaint+", kata Bu Siti Nurhaliza")
		for _, typed := range []string{k.Reference.String(), string(k.Reference), " " + strings.ReplaceAll(k.Reference.String(), "-", " ")} {
			a := s.get("/track?ref=" + url.QueryEscape(typed))
			if a.code != http.StatusOK {
				s.t.Errorf("%q: %d", typed, a.code)
			}
			s.has(a, "Diteruskan ke instansi yang menangani", "Bina Marga", "Diterima", "Jawaban paling lambat")
			s.hides(a, number, "98765432", "gelap", "SDN", "Tebet", "Siti", "lampu", "Lampu")
			if !strings.Contains(a.body, "noindex") {
				s.t.Error("search engines are not asked to stay away")
			}
		}
	})
}

// typed is where a page repeats what was typed.
var typed = regexp.MustCompile(`(name="(?:ref|back)"[^>]*value=)"[^"]*"`)

// A number that is none, that nobody has, and that is a sealed ticket's: one answer, after the same questions to the
// store. What the store does for each is one statement by one index; what is shown is compared to the byte.
func TestUnknownWrongAndSealedNumbersAreAlike(t *testing.T) {
	each(t, func(s *site) {
		sealed := s.writes("sms", "+6281298765432", conduct)
		if !sealed.Sealed {
			s.t.Fatal("the report about an official is not sealed")
		}
		s.sends("sms")
		free := tickets.Reference("")
		for last := '0'; free == ""; last++ {
			free, _ = tickets.ParseReference("482177305" + string(last))
		}
		numbers := map[string]string{
			"sealed": sealed.Reference.String(), "unknown": free.String(), "one digit wrong": "582" + string(free[3:]), "short": "482", "words": "nomor saya",
			"long": strings.Repeat("4", 5000), "two": free.String() + " " + sealed.Reference.String(),
		}
		for doing, call := range map[string]func(number string) answer{
			"tracking": func(number string) answer { return s.get("/track?ref=" + url.QueryEscape(number)) },
			"asking for a code": func(number string) answer {
				return s.post("/track/code", url.Values{"ref": {number}})
			},
			"trying a code": func(number string) answer {
				return s.post("/track/open", url.Values{"ref": {number}, "code": {"123456"}})
			},
		} {
			s.store.taken()
			shown, asked := map[string]answer{}, map[string][]string{}
			for name, number := range numbers {
				a := call(number)
				a.body = typed.ReplaceAllString(a.body, "$1")
				a.header.Del("Content-Length") // which that changes
				shown[name], asked[name] = a, s.store.taken()
			}
			for name := range numbers {
				if diff := cmp.Diff(shown["unknown"].body, shown[name].body); diff != "" || shown[name].code != shown["unknown"].code {
					s.t.Errorf("%s: %s differs: %d, %d\n%s", doing, name, shown["unknown"].code, shown[name].code, diff)
				}
				if diff := cmp.Diff(shown["unknown"].header, shown[name].header); diff != "" {
					s.t.Errorf("%s: %s differs in its headers:\n%s", doing, name, diff)
				}
				if !slices.Equal(asked["unknown"], asked[name]) {
					s.t.Errorf("%s: for %s the store was asked %v, else %v", doing, name, asked[name], asked["unknown"])
				}
			}
		}
	})
}

// codes runs the sending of codes until what was asked for is done.
func (s *site) codes(wanted int) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { s.portal.Run(ctx); close(ended) }()
	done := 0
	for end := time.Now().Add(time.Minute); done < wanted; time.Sleep(time.Millisecond) {
		for _, what := range s.store.taken() {
			if what == "counted code_sent" || what == "counted code_refused" {
				done++
			}
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d of %d codes were decided on", done, wanted)
		}
	}
	cancel()
	<-ended
}

func TestCodeOpensTheCaseOnItsOwnChannel(t *testing.T) {
	each(t, func(s *site) {
		const number = "+6281298765432"
		k := s.writes("sms", number, complaint)
		s.sends("sms")
		ref := url.Values{"ref": {k.Reference.String()}}
		for range 2 { // of which SMS takes one a day
			s.has(s.post("/track/code", ref), "Bila nomor itu benar dan kode dapat dikirim")
		}
		s.codes(2)
		said := s.sends("sms")
		if len(said) != 1 || said[0].Via.Address.Value != number {
			s.t.Fatalf("codes sent: %+v", said)
		}
		code := regexp.MustCompile(`: (\d{6})\.`).FindStringSubmatch(said[0].Text)
		if code == nil || said[0].TicketID != 0 {
			s.t.Fatalf("the code, on ticket %d: %q", said[0].TicketID, said[0].Text)
		}
		if now := s.ticket(k.Reference.String()); now.Version != k.Version {
			s.t.Error("who asks for a code changes the ticket under its clerk's hands")
		}
		if a := s.get("/track/case"); a.code != http.StatusSeeOther || a.header.Get("Location") != "/track/code" {
			s.t.Errorf("without a code: %d %s", a.code, a.header.Get("Location"))
		}
		wrong := url.Values{"ref": ref["ref"], "code": {"000000"}}
		if code[1] == "000000" {
			wrong.Set("code", "000001")
		}
		if a := s.post("/track/open", wrong); a.code != http.StatusUnprocessableEntity {
			s.t.Errorf("a wrong code: %d", a.code)
		}
		right := url.Values{"ref": ref["ref"], "code": {" " + code[1][:3] + " " + code[1][3:]}}
		if a := s.post("/track/open", right); a.code != http.StatusSeeOther || a.header.Get("Location") != "/track/case" {
			s.t.Fatalf("the right code: %d %s", a.code, a.words())
		}
		page := s.get("/track/case")
		s.has(page, "gelap banget", k.Reference.String(), "Tulis lewat kanal yang Anda pakai")
		s.hides(page, number, "98765432")
		if strings.Contains(page.body, "<textarea") {
			s.t.Error("a page that a code opened writes in its citizen's name")
		}
		if a := s.post("/track/open", right); a.code != http.StatusUnprocessableEntity {
			s.t.Errorf("the code a second time: %d", a.code)
		}
		token := s.cookies["tanggap_case"]
		if a := s.get("/t/" + token); a.code != http.StatusNotFound {
			s.t.Errorf("its token as a link: %d", a.code)
		}
		if a := s.post("/track/case/message", url.Values{"form": {strings.Repeat("A", 26)}, "text": {"halo"}}); a.code != http.StatusNotFound {
			s.t.Errorf("writing on it: %d", a.code)
		}
		if a := s.post("/track/case/revoke", url.Values{"sure": {"yes"}}); a.code != http.StatusSeeOther || s.cookies["tanggap_case"] != "" {
			s.t.Errorf("closing it: %d", a.code)
		}
		s.cookies["tanggap_case"] = token
		if a := s.get("/track/case"); a.code != http.StatusSeeOther {
			s.t.Errorf("after closing it: %d", a.code)
		}
	})
}

func TestCodesGoToTheCitizenAlone(t *testing.T) {
	each(t, func(s *site) {
		sealed := s.writes("sms", "+6281298765432", conduct)
		_, own := s.reported(map[string]string{"text": complaint})
		silent := s.writes("sms", "+6281298765433", complaint)
		gone := s.writes("sms", "+6281298765434", complaint)
		stopped := channels.Inbound{Account: "sms", Kind: channels.Blocked, EventID: "stop", From: channels.Address{Kind: channels.Tel, Value: "+6281298765434"}}
		if err := s.inbox.Accept(context.Background(), stopped); err != nil {
			s.t.Fatal(err)
		}
		s.work()
		s.sends("sms")
		s.sends(bot.Web)
		old := tickets.Micros(time.Now().Add(-61 * 24 * time.Hour))
		if err := s.store.Write(context.Background(), func(x tickets.Tx) error {
			if _, err := x.Exec(`UPDATE address SET last_in_at = ? WHERE value = ?`, old, "+6281298765433"); err != nil {
				return err
			}
			_, err := x.Exec(`UPDATE ticket SET created_at = ? WHERE id = ?`, old, silent.ID)
			return err
		}); err != nil {
			s.t.Fatal(err)
		}
		for _, number := range []string{sealed.Reference.String(), own.Reference.String(), silent.Reference.String(), gone.Reference.String(), "482-177-3051", "x"} {
			s.post("/track/code", url.Values{"ref": {number}})
		}
		s.codes(6)
		if said := append(s.sends("sms"), s.sends(bot.Web)...); len(said) != 0 {
			s.t.Errorf("%d codes went out: %+v", len(said), said)
		}
		var drawn int
		if err := s.store.Row(context.Background(), `SELECT count(*) FROM portal_code`).Scan(&drawn); err != nil || drawn != 0 {
			s.t.Errorf("%d codes that nobody got, %v", drawn, err)
		}
	})
}

// TestAnAddressTakesThreeCodesADay: who typed somebody's number into many reports must not ring him for each.
func TestAnAddressTakesThreeCodesADay(t *testing.T) {
	each(t, func(s *site) {
		var cases []tickets.Ticket
		for _, text := range []string{complaint, "sampah menumpuk di Bukit Duri", "selokan mampet di Kampung Melayu", "jalan berlubang di Cipinang", "pohon tumbang di Tebet Barat"} {
			cases = append(cases, s.writes("sms", "+6281298765432", text))
		}
		s.sends("sms")
		for _, k := range cases {
			s.post("/track/code", url.Values{"ref": {k.Reference.String()}})
		}
		s.codes(len(cases))
		if said := s.sends("sms"); len(said) != 3 {
			s.t.Errorf("%d codes to one number in a day", len(said))
		}
	})
}

func TestGuessingNumbersIsSlowed(t *testing.T) {
	each(t, func(s *site) {
		at := time.Now()
		s.now = func() time.Time { return at }
		k := s.writes("sms", "+6281298765432", complaint)
		for n := range 25 {
			want := http.StatusNotFound
			if n >= 20 {
				want = http.StatusTooManyRequests
			}
			if a := s.get("/track?ref=482-177-3051"); a.code != want {
				s.t.Errorf("guess %d: %d", n+1, a.code)
			}
		}
		if a := s.get("/track?ref=" + string(k.Reference)); a.code != http.StatusTooManyRequests {
			s.t.Errorf("a right one among guesses: %d", a.code)
		}
		at = at.Add(time.Minute)
		if a := s.get("/track?ref=" + string(k.Reference)); a.code != http.StatusOK {
			s.t.Errorf("a right one a minute later: %d", a.code)
		}
		for n := range 25 {
			want := http.StatusNotFound
			if n >= 20 {
				want = http.StatusTooManyRequests
			}
			s.from = "[2001:db8::" + string(rune('a'+n%6)) + "]:1" // one household
			if a := s.get("/t/" + strings.Repeat("a", 26)); a.code != want {
				s.t.Errorf("guessed link %d: %d", n+1, a.code)
			}
		}
	})
}
