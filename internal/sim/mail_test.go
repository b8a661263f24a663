package sim

import (
	"strings"
	"testing"
)

func TestMailKeepsBounds(t *testing.T) {
	m := NewMail(MailOptions{Address: "kotak@kota.test", Password: "p", Keep: 3})
	var ids []string
	for range 5 {
		id, err := m.Write(MailLetter{From: "warga@x.test", Subject: "s", Text: "isi"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if box := m.mailbox(); len(box) != 3 || box[0].messageID != ids[2] || box[2].uid != 5 {
		t.Errorf("the mailbox keeps %d mails, want the last 3 with their UIDs", len(box))
	}
	if m.Redeliver(ids[0]) == nil {
		t.Error("a mail that is gone was delivered again")
	}
	for i := range 5 {
		again, err := m.take("", []string{"warga@x.test"}, []byte("Subject: x\r\n\r\nisi"))
		if err != nil || again != (i > 0) {
			t.Fatal(again, err)
		}
	}
	if n := len(m.Mailbox("warga@x.test")); n != 3 {
		t.Errorf("%d mails are kept of those sent, want 3", n)
	}
}

func TestMailRedeliversWithAnotherTrace(t *testing.T) {
	m := NewMail(MailOptions{Address: "kotak@kota.test", Password: "p"})
	id, err := m.Write(MailLetter{From: "warga@x.test", Text: "isi"})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Redeliver(id); err != nil {
		t.Fatal(err)
	}
	box := m.mailbox()
	first, second := string(box[0].raw), string(box[1].raw)
	if first == second || strings.Count(second, "Received: ") != 1 {
		t.Error("the second delivery has the trace of the first")
	}
	_, a, _ := strings.Cut(first, "From: ")
	_, b, _ := strings.Cut(second, "From: ")
	if a != b {
		t.Error("the second delivery is another mail")
	}
}
