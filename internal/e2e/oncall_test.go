package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
	"tanggap/tickets/oncall"
)

// TestThoseOnCallHearOfAnEmergencyOnce: a citizen cries for help; the group and the mailbox of those on call
// hear of it, once, also where the server starts anew meanwhile; what is said in the group opens no ticket,
// and the citizen is told the number at once, as ever.
func TestThoseOnCallHearOfAnEmergencyOnce(t *testing.T) {
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
		const group, post = int64(-1001234567890), "piket@jakarta.test"
		store, err := tickets.Open(t.Context(), database, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []oncall.Contact{
			{Step: 1, Address: tickets.Address{Kind: oncall.Telegram, Value: "-1001234567890"}, Language: "id"},
			{Agency: "dki.gulkarmat", Step: 1, Address: tickets.Address{Kind: oncall.Mail, Value: post}, Language: "en"},
		} {
			if err := oncall.New(store).Set(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		settings := configure(t, database, freeAddr(t),
			config.Account{Name: "bot", Channel: &config.Telegram{Token: config.NewSecret(telegramToken), Mode: config.Poll, APIURL: api}},
			config.Account{Name: "mail", Channel: &config.Email{
				Address: "lapor@kota.test", MaxMessage: 20 << 20, IdleFor: config.Duration(time.Minute), PollEvery: config.Duration(time.Second),
				IMAP: config.Mailbox{URL: box.IMAPURL(), Username: "lapor@kota.test", Password: config.NewSecret("hush")},
				SMTP: config.Outgoing{URL: box.SMTPURL(), Username: "lapor@kota.test", Password: config.NewSecret("hush")},
			}})
		k := run(t, settings)
		budi := sim.TelegramUser{ID: 90210778, Name: "Budi", Language: "id"}
		tg.Write(sim.TelegramDraft{From: budi, Group: &sim.TelegramChat{ID: group, Title: "Piket"}, Text: "kebakaran kemarin di Bukit Duri sudah padam, sampah menumpuk"})
		siti := sim.TelegramUser{ID: 90210777, Name: "Siti Nurhaliza", Language: "id"}
		tg.Write(sim.TelegramDraft{From: siti, Text: "tolong kebakaran rumah di Tebet Timur gang cat hijau, api gede"})
		listed := k.queue("", 1)[0]
		k.until("the message to those on call", func() bool { return len(tg.Chat(group)) == 2 && len(box.Mailbox(post)) == 1 })
		chat, letter := tg.Chat(group)[1].Text, box.Mailbox(post)[0]
		for _, text := range []string{chat, letter.Subject + letter.Text} {
			if !strings.Contains(text, tickets.Reference(listed.Reference).String()) || !strings.Contains(text, "Tebet Timur") {
				t.Errorf("those on call are told\n%s", text)
			}
			for _, secret := range []string{"Siti", "90210777", "cat hijau", "api gede"} {
				if strings.Contains(text, secret) {
					t.Errorf("those on call are told %q:\n%s", secret, text)
				}
			}
		}
		if !strings.HasPrefix(chat, "DARURAT") || !strings.HasPrefix(letter.Subject, "EMERGENCY") {
			t.Errorf("%q, %q", chat, letter.Subject)
		}
		k.until("the number", func() bool {
			return slices.ContainsFunc(tg.Chat(siti.ID), func(m sim.TelegramMessage) bool { return strings.Contains(m.Text, "112") })
		})

		k.stop()
		k = run(t, settings)
		tg.Write(sim.TelegramDraft{From: budi, Group: &sim.TelegramChat{ID: group, Title: "Piket"}, Text: "siap, kebakaran di Tebet, kami meluncur"})
		tg.Write(sim.TelegramDraft{From: budi, Text: complaint})
		k.queue("", 2) // the second is what Budi reported himself, after what he said in the group
		if n := len(tg.Chat(group)); n != 3 || len(box.Mailbox(post)) != 1 {
			t.Errorf("%d messages in the group, %d letters", n, len(box.Mailbox(post)))
		}
		k.silent(telegramToken, siti.Name, "90210777", "90210778", "cat hijau", post)
	})
}
