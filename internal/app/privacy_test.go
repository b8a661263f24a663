package app

import (
	"strings"
	"testing"

	"tanggap/internal/dbtest"
)

// The city's privacy notice is where the configuration says, also after the pack was read anew.
func TestThePrivacyNoticeIsTheCitysOwn(t *testing.T) {
	c := settings(t, dbtest.New(t, dbtest.SQLite))
	const notice = "https://kota.example.go.id/privasi?versi=2"
	without, _ := start(t, c, Options{})
	if page := get(t, "http://"+without.Addr()+"/privacy"); strings.Contains(page, notice) || !strings.Contains(page, "Contoh") {
		t.Error("a city without a notice does not say so")
	}
	c = settings(t, dbtest.New(t, dbtest.SQLite))
	c.City.PrivacyNotice = notice
	a, _ := start(t, c, Options{})
	for _, when := range []string{"at first", "after a reload"} {
		if page := get(t, "http://"+a.Addr()+"/privacy"); !strings.Contains(page, `href="`+notice+`"`) {
			t.Errorf("%s the page does not lead to the notice:\n%s", when, page)
		}
		if err := a.Reload(); err != nil {
			t.Fatal(err)
		}
	}
}
