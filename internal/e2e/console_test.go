package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"tanggap/internal/browser"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets/staff"
)

// chromium is started by the first test that opens a page, and closed by TestMain.
var chromium browser.Browser

const password = "kata-sandi-panjang"

// hires adds somebody of the staff, who then signs in at a browser.
func (k *city) hires(login string, role staff.Role, agency string, o browser.Options) *browser.Page {
	k.t.Helper()
	m := staff.Member{Login: login, Name: "Petugas " + login, Role: role, Agency: agency, Language: "id"}
	if _, err := staff.New(k.app.Store()).Add(k.t.Context(), "test", m, password); err != nil {
		k.t.Fatal(err)
	}
	p := chromium.Page(k.t, k.url, o)
	p.Open("/console/")
	p.Fill("#login", login)
	p.Fill("#password", password)
	if status := p.Press("main form button"); status != 200 {
		k.t.Fatalf("%s signs in with %d", login, status)
	}
	p.Fits()
	return p
}

// photo is a picture as a phone takes one.
func photo(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			m.Set(x, y, color.RGBA{uint8(x / 3), uint8(y / 2), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTheDeskAnswersACitizen: the root desk finds a new report, passes it on with a reason and answers; the
// agency's clerk, on an old phone without scripts, goes on; the citizen's phone shows it all.
func TestTheDeskAnswersACitizen(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k, tg := telegramCity(t, database)
		siti := sim.TelegramUser{ID: 90210777, Name: "Siti Nurhaliza", Language: "id"}
		heard := func(text string) bool {
			for _, m := range tg.Chat(siti.ID) {
				if m.FromBot && strings.Contains(m.Text, text) {
					return true
				}
			}
			return false
		}
		tg.Write(sim.TelegramDraft{From: siti, Text: complaint, Photo: photo(t)})
		listed := k.queue("", 1)[0]
		k.until("the picture", func() bool {
			got := k.ticket(listed.Reference).Messages
			return len(got) > 0 && len(got[len(got)-1].Attachments) == 1 && k.stored(listed.Reference)
		})

		head := k.hires("rina", staff.Dispatcher, "dki", browser.Options{Width: 1280})
		head.Follow("Antrean")
		head.Has("lampu jalan mati")
		head.Follow("lampu jalan mati")
		head.Has("Dinas Bina Marga")
		head.Fits()
		if n := head.Loaded(".files img"); n != 1 {
			t.Errorf("%d pictures are shown", n)
		}
		head.Click("#transfer summary")
		head.Fill("#to", "dki.dsda")
		head.Fill("#reason", "Lampu di atas pintu air.")
		head.Press("#transfer button")
		head.Has("Laporan diteruskan")
		head.Has("Lampu di atas pintu air.")
		head.Fill("#text", "Laporan Anda sudah di meja Dinas SDA.")
		head.Press("#reply button")
		head.Has("Balasan disimpan")
		k.until("the answer", func() bool { return heard("Laporan Anda sudah di meja Dinas SDA.") })

		clerk := k.hires("budi", staff.Clerk, "dki.dsda", browser.Options{Width: 360, NoScript: true})
		clerk.Has("lampu jalan mati")
		clerk.Follow("lampu jalan mati")
		clerk.Has("Lampu di atas pintu air.")
		clerk.Fits()
		clerk.Click("#resolved summary")
		clerk.Fill("#resolved-text", "Lampu sudah menyala kembali.")
		clerk.Press("#resolved button")
		clerk.Has("Status laporan diubah")
		clerk.Has("Dinyatakan selesai")
		clerk.Fits()
		k.until("the question", func() bool { return heard("Lampu sudah menyala kembali.") })
		tg.Write(sim.TelegramDraft{From: siti, Text: "SUDAH"})
		k.until("closing", func() bool { return k.ticket(listed.Reference).State == "closed" })
		clerk.Open("/console/tickets/" + listed.Reference)
		clerk.Has("dikonfirmasi warga")

		stranger := k.hires("tono", staff.Supervisor, "dki.binamarga", browser.Options{})
		if status := stranger.Open("/console/tickets/" + listed.Reference); status != 404 {
			t.Errorf("another agency sees it: %d", status)
		}
		for _, p := range []*browser.Page{head, clerk} {
			p.Open("/console/tickets/" + listed.Reference)
			if text := p.Text("body"); strings.Contains(text, "Nurhaliza") || strings.Contains(text, "90210777") {
				t.Error("who wrote is told to who has not opened it")
			}
		}
		k.silent(telegramToken, siti.Name, "90210777", "gelap banget", "pintu air", "menyala kembali", password)
	})
}

// TestACorrectionTeachesTheNextReport: what the router was not sure of, the root desk gives to an agency; the
// next citizen's like report goes there by itself, and the page names the correction as the reason.
func TestACorrectionTeachesTheNextReport(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k, tg := telegramCity(t, database)
		tg.Write(sim.TelegramDraft{From: sim.TelegramUser{ID: 41, Name: "Budi", Language: "id"}, Text: "Lampu taman waduk pluit mati smua, gelap bnyk yg pacaran"})
		first := k.queue("", 1)[0]
		if first.State != "triage" {
			t.Fatalf("the router is sure of the first: %+v", first)
		}
		head := k.hires("rina", staff.Dispatcher, "dki", browser.Options{})
		head.Open("/console/tickets/" + first.Reference)
		head.Click("#transfer summary")
		head.Fill("#to", "dki.tamhut")
		head.Fill("#reason", "Lampu di dalam taman diurus Dinas Pertamanan.")
		head.Press("#transfer button")
		head.Has("Laporan diteruskan")

		k.until("the lesson", func() bool { return k.app.Mind().Lessons() == 1 })
		tg.Write(sim.TelegramDraft{From: sim.TelegramUser{ID: 42, Name: "Wati", Language: "id"}, Text: "min lampu taman di waduk ria rio pada mati semua, gelap bgt"})
		k.queue("", 2)
		next := k.queue("agency=dki.tamhut&q=ria", 1)[0]
		head.Open("/console/tickets/" + next.Reference)
		head.Has("laporan serupa " + first.Reference[:3] + "-" + first.Reference[3:6] + "-" + first.Reference[6:] + " diteruskan petugas ke Dinas Pertamanan")
		head.Fits()
		head.Open("/console/quality")
		head.Has("2 laporan masuk")
		head.Fits()
	})
}
