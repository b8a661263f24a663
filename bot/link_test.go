package bot

import (
	"testing"
	"time"

	"tanggap/channels/sms"
	"tanggap/tickets"
)

const unread = "https://maps.app.goo.gl/3kf8Z1xY9abc"

func TestAMapLinkThatCannotBeReadIsAskedAboutOnce(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", "selokan mampet "+unread)
		n := w.wants(w.only().ID, tickets.Triage, "kota")
		if p := w.hears("receipt", "tidak bisa kami baca"); sms.Segments(p.Text) != 1 || n.Question != tickets.AskPlace || n.Questions != 1 {
			w.t.Errorf("question %q, %d asked: %s", n.Question, n.Questions, p.Text)
		}
		w.says("chat", "lampu jalan mati "+unread)
		lamp := w.wants(w.all()[0].ID, tickets.Assigned, "binamarga.selatan")
		w.hears("receipt", "Sudin BM Selatan", "Tautan peta itu tidak terbaca")
		w.pass(5 * time.Minute)
		w.says("chat", "di Bukit Duri dekat mushola")
		if after := w.wants(lamp.ID, tickets.Assigned, "binamarga.selatan"); after.Area != "31.74.02" || after.Question != tickets.NoQuestion {
			w.t.Errorf("%+v", after)
		}
	})
}

func TestALinkAsAnAnswerIsToldToBeUnreadable(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", "selokan mampet baunya minta ampun")
		n := w.wants(w.only().ID, tickets.Triage, "kota")
		w.pass(5 * time.Minute)
		w.says("sms", unread)
		if p := w.hears("notice", "tidak bisa kami baca"); sms.Segments(p.Text) != 1 {
			w.t.Errorf("%s", p.Text)
		}
		n = w.wants(n.ID, tickets.Triage, "kota")
		if n.Question != tickets.AskPlace || n.Questions != 2 {
			w.t.Errorf("question %q, %d asked", n.Question, n.Questions)
		}
		w.pass(5 * time.Minute)
		sent := len(w.sent)
		w.says("sms", "ini "+unread)
		if len(w.sent) != sent {
			w.t.Error("a third question by SMS")
		}
		w.says("sms", "di Bukit Duri")
		w.wants(n.ID, tickets.Assigned, "kel.bukit")
	})
}

func TestALinkThatNamesNothingNewIsNotAskedAbout(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", "lampu jalan mati di Tebet Timur "+unread)
		if n := w.only(); n.Question != tickets.NoQuestion || n.Area == "" {
			w.t.Errorf("%+v", n)
		}
		w.says("sms", "sampah menumpuk https://maps.google.com/?q=-6.2088,106.8456")
		if n := w.all()[0]; n.Question != tickets.NoQuestion || !n.Located {
			w.t.Errorf("%+v", n)
		}
	})
}
