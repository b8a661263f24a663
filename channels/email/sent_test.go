package email

import (
	"strings"
	"testing"

	"tanggap/channels"
	"tanggap/channels/email/wire"
	"tanggap/internal/dovecot"
)

func TestAFolderThatIsNotThereStopsNothing(t *testing.T) {
	s := dovecot.Start(t)
	c := Config{
		Address: dovecot.Address, Sent: "Tidak Ada",
		IMAP: Server{URL: s.IMAPURL(), Username: dovecot.Address, Password: dovecot.Password},
		SMTP: Server{URL: "smtp://127.0.0.1:1"},
	}
	in := newMarkingInbox()
	poll(t, newAdapter(t, c), in)
	for i, id := range []string{"a@x.test", "b@x.test"} {
		if err := s.Deliver(plainMail("warga@kampung.test", id, "banjir")); err != nil {
			t.Fatal(err)
		}
		await(t, in.Inbox, "a mail", func() bool { return len(in.Messages()) == i+1 })
	}
}

func TestWhatIsCopiedFromTheSentFolder(t *testing.T) {
	a := newAdapter(t, Config{
		Address: "lapor@kota.test",
		IMAP:    Server{URL: "imap://127.0.0.1:1", Username: "u", Password: "p"},
		SMTP:    Server{URL: "smtp://127.0.0.1:1"},
	})
	for name, tt := range map[string]struct {
		head string
		want string // to whom, in order
	}{
		"an answer":         {"From: Lapor <lapor@kota.test>\nTo: Warga <Warga@Kampung.test>\nMessage-ID: <a@kantor>\n", "warga@kampung.test"},
		"to several":        {"From: lapor@kota.test\nTo: a@x.test, \"B, C\" <b@x.test>,\n lapor@kota.test\nCc: a@x.test, c@x.test\n", "a@x.test b@x.test c@x.test"},
		"to nobody known":   {"From: lapor@kota.test\nTo: undisclosed-recipients:;\n", ""},
		"ours":              {"From: lapor@kota.test\nTo: warga@kampung.test\nMessage-ID: <" + a.messageID("kunci-1") + ">\n", ""},
		"ours, renamed":     {"From: lapor@kota.test\nTo: warga@kampung.test\nMessage-ID: <x@server>\nX-Loop: lapor@kota.test\n", ""},
		"a forger's":        {"From: lapor@kota.test\nTo: warga@kampung.test\nMessage-ID: <kunci-1.aaaaaaaaaaaaaaaa@kota.test>\n", "warga@kampung.test"},
		"a vacation's note": {"From: lapor@kota.test\nTo: warga@kampung.test\nAuto-Submitted: auto-replied\n", ""},
	} {
		raw := strings.ReplaceAll(tt.head+"Date: Tue, 17 Mar 2026 10:00:00 +0700\nIn-Reply-To: <tanya@kampung.test>\n\nBaik.\n", "\n", "\r\n")
		var got []string
		events := map[string]bool{}
		for _, in := range a.copied(wire.Mail{Raw: []byte(raw)}) {
			got = append(got, in.From.Value)
			events[in.EventID] = true
			if in.Kind != channels.Copied || in.Text != "Baik." || in.MessageID == "" || len(in.ReplyTo) != 1 || in.Name != "" || in.Account != "mail" {
				t.Errorf("%s: %+v", name, in)
			}
		}
		if strings.Join(got, " ") != tt.want || len(events) != len(got) {
			t.Errorf("%s: to %q, want %q, in %d events", name, got, tt.want, len(events))
		}
	}
}
