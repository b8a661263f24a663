package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
)

// TestAgenciesHearOfTheirWork: a citizen writes to the bot; the agency's mailbox and its Telegram group
// hear of it, the agency it is moved to hears of it, and what they answer opens no ticket.
func TestAgenciesHearOfTheirWork(t *testing.T) {
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
		const dinas, other, group = "binamarga@jakarta.test", "dsda@jakarta.test", int64(-1001234567890)
		store, err := tickets.Open(t.Context(), database, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []tickets.AgencyContact{{Agency: "dki.binamarga", Mail: dinas, Chat: "-1001234567890"}, {Agency: "dki.dsda", Mail: other}} {
			if err := store.SetAgencyContact(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		k := run(t, configure(t, database, freeAddr(t),
			config.Account{Name: "bot", Channel: &config.Telegram{Token: config.NewSecret(telegramToken), Mode: config.Poll, APIURL: api}},
			config.Account{Name: "mail", Channel: &config.Email{
				Address: "lapor@kota.test", MaxMessage: 20 << 20, IdleFor: config.Duration(time.Minute), PollEvery: config.Duration(time.Second),
				IMAP: config.Mailbox{URL: box.IMAPURL(), Username: "lapor@kota.test", Password: config.NewSecret("hush")},
				SMTP: config.Outgoing{URL: box.SMTPURL(), Username: "lapor@kota.test", Password: config.NewSecret("hush")},
			}}))
		clerk := sim.TelegramUser{ID: 90210778, Name: "Budi", Language: "id"}
		tg.Write(sim.TelegramDraft{From: clerk, Group: &sim.TelegramChat{ID: group, Title: "Bina Marga"}, Text: "sampah menumpuk di Bukit Duri, lihat berita"})
		siti := sim.TelegramUser{ID: 90210777, Name: "Siti Nurhaliza", Language: "id"}
		tg.Write(sim.TelegramDraft{From: siti, Text: complaint})
		listed := k.queue("agency=dki.binamarga", 1)[0]
		k.until("the mail to the agency", func() bool { return len(box.Mailbox(dinas)) == 1 })
		k.until("the message to its group", func() bool { return len(tg.Chat(group)) == 2 })
		k.call("POST", "/api/v1/tickets/"+listed.Reference+"/transfer", map[string]string{"agency": "dki.dsda", "reason": "bukan urusan kami, lihat rumah cat hijau"}, nil)
		k.until("the mail to the other agency", func() bool { return len(box.Mailbox(other)) == 1 })
		first := box.Mailbox(dinas)[0]
		for _, text := range []string{first.Subject + first.Text, tg.Chat(group)[1].Text, box.Mailbox(other)[0].Subject + box.Mailbox(other)[0].Text} {
			if !strings.Contains(text, tickets.Reference(listed.Reference).String()) || !strings.Contains(text, "Tebet Timur") ||
				!strings.Contains(text, k.url+"/console/tickets/"+listed.Reference) {
				t.Errorf("the notice says\n%s", text)
			}
			for _, secret := range []string{"Siti", "90210777", "gelap", "SDN", "cat hijau", "bukan urusan"} {
				if strings.Contains(text, secret) {
					t.Errorf("the notice tells %q:\n%s", secret, text)
				}
			}
		}
		if first.ReturnPath != "lapor@kota.test" || !strings.Contains(string(first.Raw), "Auto-Submitted: auto-generated") {
			t.Errorf("return path %q", first.ReturnPath)
		}
		if _, err := box.Write(sim.MailLetter{From: dinas, Subject: "Re: laporan", Text: "Lampu jalan sudah kami perbaiki.", ReplyTo: first.MessageID}); err != nil {
			t.Fatal(err)
		}
		k.until("the agency's answer to be set aside", func() bool {
			var page json.RawMessage
			code := k.call("GET", "/api/v1/quarantine", nil, &page)
			return code == http.StatusOK && strings.Contains(string(page), "an answer to a notice")
		})
		k.queue("", 1)
		k.silent(telegramToken, siti.Name, "90210777", "90210778", "gelap banget", dinas, other)
	})
}
