package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// typing is a run with one line on standard input.
func typing(t *testing.T, line string, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(t.Context(), args, strings.NewReader(line), &o, &e)
	return status, o.String(), e.String()
}

func TestStaff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		store, err := tickets.Open(context.Background(), url, tickets.Options{}) // a server is running on it
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		people := staff.New(store)
		path := configFile(t, url, "")
		const first, second = "kata-sandi-pertama", "kata-sandi-kedua"
		if status, _, errs := typing(t, first+"\n", "staff", "add", "--config", path, "--role", "admin", "--login", "rina", "--name", "Rina W."); status != done {
			t.Fatalf("status %d: %s", status, errs)
		}
		st, err := people.SignIn(t.Context(), "rina", first, "here")
		if err != nil || st.Role != staff.Administrator || st.Agency != "dki" {
			t.Errorf("the first administrator: %+v, %v", st, err)
		}
		for _, wrongs := range [][]string{
			{"staff", "add", "--config", path, "--role", "admin", "--login", "rina"},                           // taken
			{"staff", "add", "--config", path, "--role", "raja", "--login", "budi"},                            // no such role
			{"staff", "add", "--config", path, "--role", "clerk", "--login", "budi", "--agency", "dki.khayal"}, // no such agency
			{"staff", "password", "--config", path, "siapa"},                                                   // nobody
			{"staff", "add", "--config", path, "--role", "clerk", "--login", "a b", "--agency", "dki.dsda"},    // no login
		} {
			if status, _, errs := typing(t, first+"\n", wrongs...); status != wrong || errs == "" {
				t.Errorf("%v: status %d, %q", wrongs, status, errs)
			}
		}
		if status, _, errs := typing(t, "", "staff", "add", "--config", path, "--role", "clerk", "--login", "budi", "--agency", "dki.dsda"); status != wrong || !strings.Contains(errs, "standard input") {
			t.Errorf("without a password: %d %q", status, errs)
		}
		if status, _, errs := typing(t, second+"\n", "staff", "password", "--config", path, "rina"); status != done {
			t.Errorf("status %d: %s", status, errs)
		}
		if _, err := people.SignIn(t.Context(), "rina", first, "here"); !errors.Is(err, staff.ErrSignIn) {
			t.Errorf("the old password: %v", err)
		}
		status, _, errs := typing(t, first+"\n", "staff", "add", "--config", path, "--role", "clerk", "--login", "budi", "--agency", "dki.dsda")
		if status != done {
			t.Fatalf("status %d: %s", status, errs)
		}
		if status, _, errs := typing(t, "", "staff", "disable", "--config", path, "budi"); status != done {
			t.Errorf("status %d: %s", status, errs)
		}
		if status, out, _ := typing(t, "", "staff", "list", "--config", path); status != done || !strings.Contains(out, "budi") || !strings.Contains(out, "disabled") {
			t.Errorf("list: %d %q", status, out)
		}
		if status, out, _ := typing(t, "", "staff", "list", "--config", path, "--json"); status != done || !strings.Contains(out, `"login":"rina"`) || strings.Contains(out, "argon2") {
			t.Errorf("list --json: %d %q", status, out)
		}
	})
}
