package bot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/tickets"
)

// What people of a group say to each other is nobody's report, and leaves no citizen behind.
func TestOverheardIsIgnored(t *testing.T) {
	converse(t, func(w *town) {
		talk := w.inbound("chat", "")
		talk.Kind, talk.Matter, talk.Group, talk.Thread, talk.Raw, talk.RawType = channels.Ignored, "talk", true, "-5", nil, ""
		w.receives(talk)
		edit := w.inbound("chat", lamp)
		edit.Kind, edit.Overheard, edit.Group, edit.Thread, edit.MessageID = channels.Edit, true, true, "-5", "never seen"
		w.receives(edit)
		for _, in := range []channels.Inbound{talk, edit} {
			if got := w.became(in); got != tickets.BecameIgnored {
				w.t.Errorf("%s became %q", in.Kind, got)
			}
		}
		if len(w.all()) != 0 || len(w.sent) != 0 {
			w.t.Fatalf("%d tickets, %d answers", len(w.all()), len(w.sent))
		}

		// An album is ours where one of its pictures is, and its mended text too.
		var album []channels.Inbound
		for i := range 2 {
			in := w.inbound("chat", "")
			in.Album, in.Group, in.Thread, in.Overheard = "g", true, "-5", i == 0
			in.Media = []channels.Media{{Ref: string(rune('a' + i)), Type: "image/jpeg"}}
			album = append(album, in)
		}
		album[1].Text = lamp
		w.receives(album...)
		w.pass(3 * time.Second)
		w.process()
		w.deliver("sent")
		n := w.only()
		if files := w.thread(n.ID)[0].Files; len(files) != 2 || n.Return.Thread != "-5" {
			w.t.Errorf("%d files, answered in %q", len(files), n.Return.Thread)
		}
		mended := w.inbound("chat", "lampu jalan mati di Bukit Duri")
		mended.Kind, mended.Overheard, mended.Group, mended.Thread, mended.MessageID = channels.Edit, true, true, "-5", album[0].MessageID
		w.receives(mended)
		if got := w.became(mended); got != tickets.BecameFollowUp || len(w.texts(n.ID)) != 2 {
			w.t.Errorf("the mended one became %q: %q", got, w.texts(n.ID))
		}
	})
}

// Passed-on words open a report like any, are shown as such, and order nothing.
func TestForwardedWordsAreNoOrder(t *testing.T) {
	converse(t, func(w *town) {
		in := w.inbound("chat", lamp)
		in.Forwarded = &channels.Forwarded{Kind: "person", Name: "Budi Santoso"}
		w.receives(in)
		n := w.only()
		line := w.thread(n.ID)[0]
		if line.Text != lamp || line.Quoted != "Diteruskan dari orang lain" {
			w.t.Errorf("text %q, beside it %q", line.Text, line.Quoted)
		}
		order := w.inbound("chat", "BATAL")
		order.Forwarded = in.Forwarded
		w.receives(order)
		if now := w.wants(n.ID, n.State, n.Agency); now.State == tickets.Withdrawn {
			w.t.Error("somebody else's word withdrew it")
		}
	})
}

// A contact, a die or a story goes onto the case that is going on, and opens none.
func TestDescribedOpensNothing(t *testing.T) {
	converse(t, func(w *town) {
		card := func() channels.Inbound {
			in := w.inbound("chat", "Budi Santoso\n+6281234567890")
			in.Described = true
			w.receives(in)
			return in
		}
		first := card()
		if got := w.became(first); got != tickets.BecameCommand || len(w.all()) != 0 {
			w.t.Fatalf("a contact alone became %q, with %d tickets", got, len(w.all()))
		}
		w.says("chat", lamp)
		card()
		if got := w.texts(w.only().ID); len(got) != 2 || !strings.Contains(got[1], "Budi Santoso") {
			w.t.Errorf("thread %q", got)
		}
	})
}

// The first point of a live location says where it is; where its sender goes on to is kept, a point a minute, and
// answers nothing.
func TestLiveLocationIsKeptByTheMinute(t *testing.T) {
	converse(t, func(w *town) {
		start := w.inbound("chat", "")
		start.Live, start.Point = true, &channels.Point{Lat: -6.2251, Lng: 106.8549}
		w.receives(start)
		n, heard := w.only(), len(w.sent)
		step := func(i int) string {
			in := w.inbound("chat", "")
			in.Kind, in.MessageID, in.Live = channels.Edit, start.MessageID, true
			in.Point = &channels.Point{Lat: -6.2251 + float64(i)/1000, Lng: 106.8549}
			w.receives(in)
			return w.became(in)
		}
		var got []string
		for i, pause := range []time.Duration{5 * time.Second, time.Minute, 5 * time.Second, time.Minute, 13 * time.Hour} {
			w.pass(pause)
			got = append(got, step(i+1))
		}
		want := []string{"ignored", "follow_up", "ignored", "follow_up", "ignored"}
		if !slices.Equal(got, want) {
			w.t.Errorf("became %q, want %q", got, want)
		}
		now := w.only()
		if now.Lat != n.Lat || now.Lng != n.Lng || now.State != n.State || len(w.sent) != heard {
			w.t.Errorf("the case is at %v, %v in state %s, %d more answers", now.Lat, now.Lng, now.State, len(w.sent)-heard)
		}
		for _, l := range w.thread(n.ID) {
			if l.Direction == tickets.In && l.Replaces == 0 && l.ExternalID != start.MessageID {
				w.t.Errorf("a message of its own: %+v", l)
			}
		}
		// One that belongs to nothing we have opens nothing.
		lost := w.inbound("chat", "")
		lost.Kind, lost.MessageID, lost.Live, lost.Point = channels.Edit, "never seen", true, start.Point
		w.receives(lost)
		if got := w.became(lost); got != tickets.BecameIgnored || len(w.all()) != 1 {
			w.t.Errorf("an unknown one became %q", got)
		}
	})
}

func TestCommandWithAReportBehindIt(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", "/lapor "+lamp)
		if got := w.texts(w.only().ID); !slices.Equal(got, []string{lamp}) {
			w.t.Errorf("thread %q", got)
		}
	})
}
