package main

import (
	"context"
	"strings"
	"testing"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

func TestCheckTellsWhatIsHeldBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		cfg := config.Default()
		cfg.Database.URL = config.NewSecret(url)
		if f := checkAnswers(t.Context(), cfg); len(f) != 1 || !f[0].OK || f[0].Doubt {
			t.Fatalf("nothing is held: %+v", f)
		}
		store, err := tickets.Open(context.Background(), url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = store.Write(t.Context(), func(x tickets.Tx) error {
			_, err := x.Exec(`INSERT INTO storm (name, account, scope, whom, since, last_at, held, told_at, ended_by) VALUES ('n', 'mail', 'address', 'budi@toko.test', 1, 1, 7, 0, '')`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		f := checkAnswers(t.Context(), cfg)[0]
		text := f.Detail + strings.Join(f.Items, "")
		if !f.OK || !f.Doubt || !strings.Contains(text, "7 are held back") || !strings.Contains(text, "account mail: 7") || strings.Contains(text, "budi") {
			t.Errorf("%+v", f)
		}
	})
}
