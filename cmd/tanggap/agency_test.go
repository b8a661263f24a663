package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

const botAccount = "[channels.bot]\ntype = \"telegram\"\ntoken = \"1:t\"\n"

func TestAgencyContacts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		path := configFile(t, url, botAccount)
		list := func(more ...string) map[string]contactLine {
			t.Helper()
			status, out, errs := tanggap(t, append([]string{"agency", "contact", "list", "--config", path, "--json"}, more...)...)
			var lines []contactLine
			if err := json.Unmarshal([]byte(out), &lines); status != done || err != nil {
				t.Fatalf("status %d %v: %s%s", status, err, out, errs)
			}
			by := map[string]contactLine{}
			for _, l := range lines {
				by[l.Agency] = l
			}
			return by
		}
		// No made-up address is in the pack: real cities set them.
		for id, l := range list() {
			if l.Mail != "" || l.Chat != "" || !l.IsUnheard {
				t.Errorf("%s has %+v", id, l)
			}
		}
		if missing := list("--missing"); len(missing) != 0 {
			t.Errorf("nobody holds tickets, and yet %+v", missing)
		}
		set := func(want int, args ...string) {
			t.Helper()
			if status, out, errs := tanggap(t, append([]string{"agency", "contact", "set", "--config", path}, args...)...); status != want || out != "" {
				t.Errorf("set %q: status %d, want %d: %s%s", args, status, want, out, errs)
			}
		}
		set(done, "dki.dsda", "--mail", "Dsda@jakarta.example.go.id")
		set(done, "dki.dsda", "--chat", "-1001234567890")
		if l := list()["dki.dsda"]; l.Mail != "dsda@jakarta.example.go.id" || l.Chat != "-1001234567890" || !l.Set || l.Language != "id" ||
			l.MailState != "no_account" || l.ChatState != "" || l.IsUnheard {
			t.Errorf("dki.dsda: %+v", l)
		}
		set(done, "dki.dsda", "--mail", "", "--language", "en")
		if l := list()["dki.dsda"]; l.Mail != "" || l.Chat == "" || l.Language != "en" {
			t.Errorf("dki.dsda: %+v", l)
		}
		for _, wrongly := range [][]string{
			{"dki.dsda"},
			{"dki.nowhere", "--mail", "a@b.example"},
			{"dki.dsda", "--mail", "Dinas <a@b.example>"},
			{"dki.dsda", "--mail", "a@b.example, c@d.example"},
			{"dki.dsda", "--mail", "nobody"},
			{"dki.dsda", "--chat", "@grup"},
			{"dki.dsda", "--chat", "0"},
			{"dki.dsda", "--chat", "99999999999999999999"},
			{"dki.dsda", "--language", "jv"},
		} {
			set(wrong, wrongly...)
		}
		if status, _, errs := tanggap(t, "agency", "contact", "drop", "--config", path, "dki.dsda"); status != done || !strings.Contains(errs, "dki.dsda is forgotten") {
			t.Errorf("dropping: %d %s", status, errs)
		}
		if status, _, _ := tanggap(t, "agency", "contact", "drop", "--config", path, "dki.dsda"); status != failed {
			t.Errorf("dropping twice: %d", status)
		}
	})
}

func TestCheckSeesAMissingAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		path := configFile(t, url, botAccount)
		look := func() string {
			t.Helper()
			_, out, _ := tanggap(t, "check", "--config", path, "--offline")
			for line := range strings.Lines(out) {
				if strings.Contains(line, " agencies: ") {
					return line
				}
			}
			t.Fatalf("no line about agencies in\n%s", out)
			return ""
		}
		if line := look(); !strings.HasPrefix(line, "ok ") || !strings.Contains(line, "0 hold tickets") {
			t.Error(line)
		}
		openTicket(t, url, "dki.dlh")
		if line := look(); !strings.HasPrefix(line, "FAIL") || !strings.Contains(line, "no address: dki.dlh") {
			t.Error(line)
		}
		if status, _, errs := tanggap(t, "agency", "contact", "set", "--config", path, "dki.dlh", "--chat", "-100123"); status != done {
			t.Fatal(status, errs)
		}
		if line := look(); !strings.HasPrefix(line, "ok ") {
			t.Error(line)
		}
		if status, _, errs := tanggap(t, "agency", "contact", "set", "--config", path, "dki.dlh", "--mail", "dlh@jakarta.example.go.id"); status != done {
			t.Fatal(status, errs)
		}
		if line := look(); !strings.HasPrefix(line, "FAIL") || !strings.Contains(line, "not reached: dki.dlh: no account") {
			t.Error(line)
		}
	})
}

// openTicket leaves a ticket with an agency.
func openTicket(t *testing.T, url, agency string) {
	t.Helper()
	store, err := tickets.Open(t.Context(), url, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	in := tickets.Incoming{Account: "bot", EventID: "1", Kind: "message", Sender: "telegram:7", Payload: []byte("{}"), Raw: []byte("{}")}
	if err := store.Receive(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	lease, ok, err := store.Take(t.Context(), "processor", "test", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	_, err = store.Process(t.Context(), lease, tickets.Share{Max: 1}, nil, func(sit tickets.Situation) (tickets.Change, error) {
		return tickets.Change{
			Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameTicket,
			New: &tickets.Ticket{Kind: tickets.Complaint, State: tickets.Assigned, Agency: agency, Return: tickets.Return{Account: "bot", Address: sit.Contact.Address}},
		}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
