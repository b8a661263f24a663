package demo

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/internal/app"
	"tanggap/internal/loopback"
	"tanggap/tickets"
)

// playing is a demo city that runs, without a past.
type playing struct {
	*Demo
	t    *testing.T
	base string
	app  *app.App
}

func play(t *testing.T, ready ...func(*Demo)) *playing {
	t.Helper()
	door, err := loopback.Listen() // platforms must know where to call before the app listens
	if err != nil {
		t.Fatal(err)
	}
	listen := door.Addr().String()
	door.Close()
	d, err := Start(listen, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), d.Config(), app.Options{Log: slog.New(slog.DiscardHandler), Demo: true, Examples: true, Extra: d.Pages(), Train: models.Train})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Begin(t.Context(), a.Store()); err != nil {
		t.Fatal(err)
	}
	for _, f := range ready {
		f(d)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		d.Close()
	})
	return &playing{Demo: d, t: t, base: "http://" + listen, app: a}
}

// until waits for what comes by itself.
func (p *playing) until(what string, ok func() bool) {
	p.t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for begun := time.Now(); !ok(); <-look.C {
		if time.Since(begun) > time.Minute {
			p.t.Fatalf("%s did not come", what)
		}
	}
}

var stay = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// get is a page's text and status.
func (p *playing) get(path string, headers ...string) (string, int) {
	p.t.Helper()
	text, res := p.call(http.MethodGet, path, nil, headers...)
	return text, res.StatusCode
}

func (p *playing) call(method, path string, body io.Reader, headers ...string) (string, *http.Response) {
	p.t.Helper()
	req, err := http.NewRequest(method, p.base+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := stay.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(b), res
}

// post sends a form of name, value, name, value and returns where it leads.
func (p *playing) post(path string, pairs ...string) (string, int) {
	p.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	_, res := p.call(http.MethodPost, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	return res.Header.Get("Location"), res.StatusCode
}

// shows waits until a page of a citizen shows all of the parts.
func (p *playing) shows(path string, parts ...string) string {
	p.t.Helper()
	text := ""
	p.until(strings.Join(parts, ", "), func() bool {
		text, _ = p.get(path)
		return !slices.ContainsFunc(parts, func(s string) bool { return !strings.Contains(text, s) })
	})
	return text
}

var reference = regexp.MustCompile(`\d{3}-\d{3}-\d{4}`)

func TestACitizenWritesAndSeesTheAnswer(t *testing.T) {
	p := play(t)
	const lamp = "lampu jalan mati di depan SDN 01 Tebet Timur udah 3 hari"
	for _, tt := range []struct{ device, via, who, said string }{
		{"chat", "smsc", "siti", "Telegram ·"},
		{"phone", "smsc", "budi", "SMS ke kode pendek"},
		{"phone", "sms", "emma", "SMS ke nomor Twilio"},
		{"mail", "smsc", "siti", "surel"},
	} {
		to, code := p.post("/playground/write/"+tt.device, "as", tt.who, "via", tt.via, "text", lamp, "subject", "Lampu mati")
		if want := "/playground?as=" + tt.who + "&via=" + tt.via + "#" + tt.device; code != http.StatusSeeOther || to != want {
			t.Errorf("%s: %d to %q, want %q", tt.device, code, to, want)
		}
		page := p.shows("/playground?as="+tt.who+"&via="+tt.via, "Bina Marga", "Tebet Timur", "menunjuk pada", "badge good", tt.said)
		if !reference.MatchString(page) {
			t.Errorf("%s: the page names no reference", tt.device)
		}
	}
	// The phone shows what each answer took, and what stood in the field costs.
	p.shows("/playground?as=budi&try=levy", "1 SMS · GSM-7", "dimintain uang")
}

func TestPeopleSeeTheirOwnDevicesAlone(t *testing.T) {
	p := play(t)
	p.post("/playground/write/chat", "as", "siti", "text", "got mampet di jalan kenanga")
	p.post("/playground/write/phone", "as", "siti", "via", "smsc", "text", "got mampet di jalan cempaka")
	p.post("/playground/write/mail", "as", "siti", "subject", "Got", "text", "got mampet di jalan dahlia")
	p.shows("/playground?as=siti", "kenanga", "cempaka", "dahlia", "Laporan lain dari Siti Aminah")
	to, _ := p.post("/playground/person", "via", "smsc")
	for _, path := range []string{"/playground?as=budi", to} {
		if page, code := p.get(path); code != http.StatusOK || strings.Contains(page, "kenanga") || reference.MatchString(page) {
			t.Errorf("%s shows what is Siti's: %d", path, code)
		}
	}
	if page, _ := p.get(to); !strings.Contains(page, "Dewi") {
		t.Error("the new person has no name")
	}
	for range 2 * mostCitizens {
		p.post("/playground/person", "via", "smsc")
	}
	if n := len(p.town.people()); n != mostCitizens {
		t.Errorf("%d people, want %d", n, mostCitizens)
	}
}

func TestWhatIsDownWaitsAndGoesOutAfterwards(t *testing.T) {
	p := play(t)
	turn := func(name, on string) {
		t.Helper()
		if _, code := p.post("/playground/switch", "as", "siti", "name", name, "on", on); code != http.StatusSeeOther {
			t.Fatalf("switching %s: %d", name, code)
		}
	}
	turn("sms", "1")
	p.post("/playground/write/phone", "as", "siti", "via", "smsc", "text", "pohon tumbang di jalan melati tebet timur")
	p.shows("/playground", "Jaringan SMS terputus.", "Tertahan, dicoba lagi", "SMS 1")
	if n := len(p.gateway.Taken()); n != 0 {
		t.Errorf("%d messages got through", n)
	}
	turn("sms", "0")
	if page := p.shows("/playground", "badge good", "SMS 0"); strings.Contains(page, "Jaringan SMS terputus.") {
		t.Error("the banner stays")
	}
	turn("telegram", "1")
	p.post("/playground/write/chat", "as", "siti", "text", "banjir di kampung melayu")
	p.shows("/playground", "Masih menunggu di platform")
	turn("telegram", "0")
	p.shows("/playground", "Menjadi laporan baru", "Dinas Sumber Daya Air")
}

func TestWhatIsDeliveredTwiceCountsOnce(t *testing.T) {
	p := play(t)
	p.post("/playground/switch", "name", "twice", "on", "1")
	p.post("/playground/write/chat", "as", "siti", "text", "sampah menumpuk di matraman")
	p.post("/playground/write/phone", "as", "budi", "via", "sms", "text", "lampu jalan mati di tebet timur")
	p.post("/playground/write/mail", "as", "emma", "subject", "Flood", "text", "banjir di kampung melayu")
	p.until("three receipts", func() bool {
		return len(p.telegram.Sent()) > 0 && len(p.twilio.Taken()) > 0 && len(p.mail.Taken()) > 0
	})
	p.until("a rest", func() bool {
		q, err := p.app.Store().InboxQueue(t.Context())
		return err == nil && q.Waiting == 0
	})
	all, _, err := p.app.Store().List(t.Context(), tickets.Filter{})
	if err != nil || len(all) != 3 {
		t.Errorf("%d tickets, want 3 (%v)", len(all), err)
	}
	if a, b, c := len(p.telegram.Sent()), len(p.twilio.Taken()), len(p.mail.Taken()); a != 1 || b != 1 || c != 1 {
		t.Errorf("%d, %d and %d receipts, want one each", a, b, c)
	}
}

func TestALostAnswerIsADoubtUntilTheReceiptTells(t *testing.T) {
	p := play(t)
	p.post("/playground/switch", "name", "lost", "on", "1")
	p.post("/playground/write/chat", "as", "siti", "text", "banjir di kampung melayu")
	p.shows("/playground?as=siti", "Belum jelas, sedang dicek", "mungkin tiba dua kali")
	p.post("/playground/write/phone", "as", "budi", "via", "sms", "text", "lampu jalan mati di tebet timur")
	if page := p.shows("/playground?as=budi&via=sms", "Sampai"); strings.Contains(page, "mungkin tiba dua kali") {
		t.Error("a receipt leaves a doubt")
	}
	if n := len(p.twilio.Taken()); n != 1 {
		t.Errorf("%d messages arrived, want one", n)
	}
}

func TestAThrottledPlatformIsWaitedFor(t *testing.T) {
	p := play(t)
	p.post("/playground/switch", "name", "slow", "on", "1")
	p.post("/playground/write/chat", "as", "siti", "text", "lampu jalan mati di tebet timur")
	p.shows("/playground", "Platform membatasi.", "Tertahan, dicoba lagi", "Telegram 1")
	p.post("/playground/switch", "name", "slow", "on", "0")
	p.shows("/playground", "badge good", "Telegram 0")
}

func TestWhoBlocksTheBotIsNotReached(t *testing.T) {
	p := play(t)
	p.post("/playground/write/chat", "as", "budi", "text", "lampu jalan mati di tebet timur")
	p.shows("/playground?as=budi", "badge good")
	p.post("/playground/switch", "as", "budi", "name", "blocked", "on", "1")
	p.shows("/playground?as=budi", "Pak Budi memblokir bot ini.", "Warga memblokir bot.")
	if page, _ := p.get("/playground?as=siti"); strings.Contains(page, "memblokir bot ini") {
		t.Error("everybody has blocked the bot")
	}
	if to, _ := p.post("/playground/write/chat", "as", "budi", "text", "halo"); !strings.Contains(to, "problem=blocked") {
		t.Errorf("writing all the same leads to %q", to)
	}
	p.post("/playground/switch", "as", "budi", "name", "blocked", "on", "0")
	p.post("/playground/write/chat", "as", "budi", "text", "STATUS")
	p.shows("/playground?as=budi", "Dipahami sebagai perintah")
}

// upload posts a device's form with a file.
func (p *playing) upload(data []byte) (string, int) {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("as", "siti")
	form.WriteField("text", "jalan berlubang di tebet timur")
	part, err := form.CreateFormFile("upload", "foto.jpg")
	if err != nil {
		p.t.Fatal(err)
	}
	part.Write(data)
	form.Close()
	_, res := p.call(http.MethodPost, "/playground/write/chat", &body, "Content-Type", form.FormDataContentType())
	return res.Header.Get("Location"), res.StatusCode
}

func TestPicturesAndPlacesGoAlong(t *testing.T) {
	p := play(t)
	if to, code := p.upload(picture("pothole")); code != http.StatusSeeOther || strings.Contains(to, "problem") {
		t.Errorf("a picture: %d to %s", code, to)
	}
	page := p.shows("/playground", `class="photo"`, "Jawaban paling lambat")
	path := regexp.MustCompile(`/playground/file/\w+`).FindString(page)
	if data, code := p.get(path); code != http.StatusOK || typeOf([]byte(data)) != "image/jpeg" {
		t.Errorf("%s: %d", path, code)
	}
	p.post("/playground/write/chat", "as", "siti", "attach", "place:SDN Tebet Timur")
	p.shows("/playground", "-6.2254, 106.8535", "Tebet Timur</dd>")
	p.post("/playground/write/mail", "as", "siti", "subject", "Lubang", "text", "jalan berlubang", "attach", "picture:pothole")
	p.until("the mail's picture", func() bool {
		all, _, err := p.app.Store().List(t.Context(), tickets.Filter{Channel: "email"})
		if err != nil || len(all) != 1 {
			return false
		}
		thread, err := p.app.Store().Thread(t.Context(), all[0].ID)
		return err == nil && len(thread) > 0 && len(thread[0].Files) == 1 && thread[0].Files[0].State == "stored"
	})
	for name, data := range map[string][]byte{"text": []byte("<script>alert(1)</script>"), "gif": []byte("GIF89a;")} {
		if to, _ := p.upload(data); !strings.Contains(to, "problem=picture") {
			t.Errorf("%s was taken: %s", name, to)
		}
	}
	if _, code := p.upload(make([]byte, maxPicture+2<<20)); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too much: %d", code)
	}
	for _, name := range pictureNames {
		if data, code := p.get("/playground/picture/" + name); code != http.StatusOK || typeOf([]byte(data)) != "image/jpeg" {
			t.Errorf("%s: %d", name, code)
		}
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	p := play(t)
	if to, _ := p.post("/playground/write/chat", "as", "siti", "text", "  "); !strings.Contains(to, "problem=empty") {
		t.Errorf("nothing to send leads to %q", to)
	}
	if page, _ := p.get("/playground?problem=empty"); !strings.Contains(page, "Tulis sesuatu dulu") {
		t.Error("the page does not say why")
	}
	for path, want := range map[string]int{
		"/playground/write/fax": http.StatusNotFound, "/playground/switch": http.StatusNotFound, "/playground/console": http.StatusNotFound,
		"/playground/press": http.StatusSeeOther,
	} {
		if _, code := p.post(path, "text", "a", "name", "everything"); code != want {
			t.Errorf("POST %s: %d, want %d", path, code, want)
		}
	}
	for path, want := range map[string]int{
		"/playground?as=nobody&via=fax&try=x&problem=y": http.StatusOK, "/playground/file/x": http.StatusNotFound,
		"/playground/picture/x": http.StatusNotFound, "/playground/mail/x/0": http.StatusNotFound,
	} {
		if _, code := p.get(path); code != want {
			t.Errorf("GET %s: %d, want %d", path, code, want)
		}
	}
	if _, res := p.call(http.MethodPost, "/playground/write/chat", strings.NewReader("text=a"),
		"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden {
		t.Errorf("another site's form: %d", res.StatusCode)
	}
}

func TestTheConsoleIsOneClickAway(t *testing.T) {
	p := play(t, func(d *Demo) {
		d.SetConsole(func(context.Context) (string, error) { return "/console/link/TOKEN", nil })
	})
	if page, _ := p.get("/playground"); !strings.Contains(page, "Buka konsol") {
		t.Error("there is no way to the console")
	}
	if to, code := p.post("/playground/console", "next", "/console/tickets/1"); code != http.StatusTemporaryRedirect || to != "/console/link/TOKEN?next=%2Fconsole%2Ftickets%2F1" {
		t.Errorf("%d to %s", code, to)
	}
	if to, _ := p.post("/playground/console", "next", "//elsewhere.test/"); to != "/console/link/TOKEN?next=" {
		t.Errorf("it leads to %s", to)
	}
	without := play(t)
	if page, _ := without.get("/playground"); strings.Contains(page, "Buka konsol") {
		t.Error("a button leads nowhere")
	}
}

func TestTheScriptsLookIsNoVisit(t *testing.T) {
	p := play(t)
	_, res := p.call(http.MethodGet, "/playground", nil, live, "live", "Cookie", "tanggap_flash=saved; tanggap_language=en")
	if res.Header.Get("Set-Cookie") != "" {
		t.Error("it took what the next page was to say")
	}
	if text, _ := p.get("/playground", live, "live", "Cookie", "tanggap_language=en"); !strings.Contains(text, `lang="en"`) {
		t.Error("it is in another language than the page")
	}
}

func TestCitizensAreShownAsPeopleAreCalled(t *testing.T) {
	c := newTown().find("siti")
	if c.Initials() != "SA" || c.Number() != "0812-3456-7890" {
		t.Errorf("%s %s", c.Initials(), c.Number())
	}
	if got := short("satu\ndua tiga", 6); got != "satu …" {
		t.Errorf("%q", got)
	}
}
