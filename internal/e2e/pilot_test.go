package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
)

// TestPilotWritesToItsListOnly holds mode pilot to what the guides promise: nobody off the list is written to,
// neither citizen nor agency; what they write is kept as a test; and going live sends nothing of then.
func TestPilotWritesToItsListOnly(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		tg := sim.NewTelegram(sim.TelegramOptions{Token: telegramToken, Username: "lapor_bot"})
		api, err := tg.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer tg.Close()
		box := sim.NewMail(sim.MailOptions{Address: "lapor@kota.test", Password: "hush"})
		if err := box.Start(); err != nil {
			t.Fatal(err)
		}
		defer box.Close()
		const desk, dinas = "meja@jakarta.test", "binamarga@jakarta.test"
		store, err := tickets.Open(t.Context(), database, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []tickets.AgencyContact{{Agency: "dki.binamarga", Mail: dinas}, {Agency: "dki.dlh", Mail: desk}} {
			if err := store.SetAgencyContact(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		tester := sim.TelegramUser{ID: 90210777, Name: "Penguji", Language: "id"}
		stranger := sim.TelegramUser{ID: 90210778, Name: "Siti Nurhaliza", Language: "id"}
		city := func(mode config.Mode) *city {
			c := configure(t, database, freeAddr(t),
				config.Account{Name: "bot", Channel: &config.Telegram{Token: config.NewSecret(telegramToken), Mode: config.Poll, APIURL: api}},
				config.Account{Name: "mail", Channel: &config.Email{
					Address: "lapor@kota.test", MaxMessage: 20 << 20, IdleFor: config.Duration(time.Minute), PollEvery: config.Duration(time.Second),
					IMAP: config.Mailbox{URL: box.IMAPURL(), Username: "lapor@kota.test", Password: config.NewSecret("hush")},
					SMTP: config.Outgoing{URL: box.SMTPURL(), Username: "lapor@kota.test", Password: config.NewSecret("hush")},
				}})
			c.Server.Mode, c.Server.Pilot = mode, []string{"90210777", desk}
			return run(t, c)
		}
		k := city(config.Pilot)
		tg.Write(sim.TelegramDraft{From: stranger, Text: complaint})
		strangers := k.queue("agency=dki.binamarga", 1)[0]
		tg.Write(sim.TelegramDraft{From: tester, Text: "sampah menumpuk di depan SDN 01 Tebet Timur sudah seminggu"})
		testers := k.queue("agency=dki.dlh", 1)[0]
		k.until("the tester's receipt", func() bool { return len(fromBot(tg, tester.ID)) == 1 })
		k.until("the mail to the agency on the list", func() bool { return len(box.Mailbox(desk)) == 1 })
		for _, listed := range []ticket{strangers, testers} {
			if code := k.call("POST", "/api/v1/tickets/"+listed.Reference+"/replies", map[string]string{"text": answer}, nil); code != http.StatusAccepted {
				t.Fatalf("replying: %d", code)
			}
			var shown struct{ Test bool }
			if k.call("GET", "/api/v1/tickets/"+listed.Reference, nil, &shown); !shown.Test {
				t.Errorf("%s is no test", listed.Reference)
			}
		}
		k.until("the answer to the tester", func() bool { return len(fromBot(tg, tester.ID)) == 2 })
		k.until("the stranger's messages to be refused", func() bool {
			failed := 0
			for _, m := range k.ticket(strangers.Reference).Messages {
				if m.Direction == "out" && m.State == "failed" {
					failed++
				}
			}
			return failed == 2
		})
		silent := func(when string) {
			t.Helper()
			if got := fromBot(tg, stranger.ID); len(got) != 0 {
				t.Errorf("%s the stranger was written to: %q", when, got)
			}
			if got := box.Mailbox(dinas); len(got) != 0 {
				t.Errorf("%s an agency off the list was written to: %q", when, got[0].Text)
			}
		}
		silent("in mode pilot")
		k.silent(telegramToken, "90210777", "90210778", stranger.Name, "gelap banget", dinas)

		k = city(config.Live)
		tg.Write(sim.TelegramDraft{From: stranger, Text: "pohon tumbang menutup jalan di Bukit Duri"})
		k.until("the receipt after going live", func() bool { return len(fromBot(tg, stranger.ID)) == 1 })
		if got := fromBot(tg, stranger.ID)[0]; strings.Contains(got, tickets.Reference(strangers.Reference).String()) {
			t.Errorf("going live sends what was of the pilot: %q", got)
		}
		live := k.queue("", 3)[0]
		var shown struct{ Test bool }
		if k.call("GET", "/api/v1/tickets/"+live.Reference, nil, &shown); shown.Test {
			t.Error("a live ticket is marked as a test")
		}
		due, err := k.app.Store().Claim(context.Background(), "mail", 10, time.Minute)
		if err != nil || len(due) != 0 || len(box.Mailbox(dinas)) != 0 {
			t.Errorf("agencies are told of tests after going live: %d wait, %d got: %v", len(due), len(box.Mailbox(dinas)), err)
		}
	})
}

// fromBot is what the bot wrote into a chat.
func fromBot(tg *sim.Telegram, chat int64) (texts []string) {
	for _, m := range tg.Chat(chat) {
		if m.FromBot {
			texts = append(texts, m.Text)
		}
	}
	return texts
}
