package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/tickets"
	"tanggap/tickets/incidents"
)

const lampEnglish = "the street light is broken at Tebet Timur"

// crowd is a town with an incident of street lights in Tebet Timur.
type crowd struct {
	*town
	store *incidents.Store
	crowd *Crowd
	id    int64
}

func (w *town) gathers() *crowd {
	w.t.Helper()
	c := &crowd{town: w, store: incidents.New(w.store), crowd: NewCrowd(w.desk)}
	var err error
	c.id, err = c.store.Open(w.t.Context(), incidents.Incident{
		Category: "lampu", Area: "31.74.01", By: "Siti", EndsAt: w.now.Add(6 * time.Hour),
		Text: map[string]string{"id": "Gardu PLN rusak, sedang diperbaiki.", "en": "A transformer failed and is being repaired."},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	c.reload()
	return c
}

// reload is what the app does every other second.
func (c *crowd) reload() {
	c.t.Helper()
	all, err := c.store.Current(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	c.bot.SetIncidents(all)
}

// hearsFrom lets the n-th citizen of an account say something, and returns his newest ticket.
func (c *crowd) hearsFrom(account string, n int, text string) tickets.Ticket {
	c.t.Helper()
	in := c.inbound(account, text)
	in.From.Value = fmt.Sprint(in.From.Value, n)
	in.Thread = in.From.Value
	c.receives(in)
	return c.all()[0]
}

func (c *crowd) counts() incidents.Counts {
	c.t.Helper()
	n, err := c.store.Counts(c.t.Context(), c.id)
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// does carries out a task.
func (c *crowd) does(what string, reply incidents.Reply) incidents.Task {
	c.t.Helper()
	task, err := c.store.Begin(c.t.Context(), incidents.Task{Incident: c.id, What: what, Reply: reply, By: "Siti"})
	if err == nil {
		err = c.crowd.Run(c.t.Context(), task)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.deliver("sent")
	all, err := c.store.Tasks(c.t.Context(), c.id, 1)
	if err != nil {
		c.t.Fatal(err)
	}
	if all[0].DoneAt.IsZero() || all[0].ID != task.ID {
		c.t.Errorf("%+v is not finished", all[0])
	}
	return all[0]
}

func gathering(t *testing.T, play func(*crowd)) {
	converse(t, func(w *town) { play(w.gathers()) })
}

func TestReportsThatFitAreHeldWithTheIncidentsText(t *testing.T) {
	gathering(t, func(c *crowd) {
		a := c.hearsFrom("sms", 1, lamp)
		p := c.hears("receipt", a.Reference.String(), "Gardu PLN rusak")
		if sms.Segments(p.Text) != 1 {
			t.Errorf("the receipt takes %d segments: %s", sms.Segments(p.Text), p.Text)
		}
		b := c.hearsFrom("chat", 1, lampEnglish)
		c.hears("receipt", b.Reference.String(), "A transformer failed")
		for _, n := range []tickets.Ticket{a, b} {
			c.wants(n.ID, tickets.Merged, "binamarga.selatan")
			c.has(c.events(n), "citizen created", "router routed", "bot held")
		}
		for text, state := range map[string]tickets.State{
			"lampu jalan mati di Bukit Duri":               tickets.Assigned, // elsewhere
			"sampah menumpuk di Tebet Timur":               tickets.Assigned, // another topic
			"kebakaran rumah di Tebet Timur":               tickets.Assigned, // an emergency
			"petugas minta uang di kelurahan Tebet Timur":  tickets.Assigned, // sealed
			"lampu jalan mati, saya tidak tahu namanya ya": tickets.Assigned, // nowhere
		} {
			if n := c.hearsFrom("chat", 20+len(text), text); n.State == tickets.Merged || n.State != state && n.State != tickets.Triage {
				t.Errorf("%q is %s", text, n.State)
			}
		}
		if got := c.counts(); got != (incidents.Counts{Held: 2}) {
			t.Errorf("%+v", got)
		}
		c.pass(7 * time.Hour)
		if n := c.hearsFrom("chat", 9, "lampu jalan gelap di Tebet Timur"); n.State != tickets.Assigned {
			t.Errorf("after its end the incident holds reports: %s", n.State)
		}
	})
}

func TestHeldReportsTakeFollowUps(t *testing.T) {
	gathering(t, func(c *crowd) {
		n := c.hearsFrom("chat", 1, lamp)
		c.pass(10 * time.Minute)
		c.hearsFrom("chat", 1, "masih gelap pak")
		c.hearsFrom("chat", 1, "kapan selesai?")
		c.hears("notice", n.Reference.String(), "digabung")
		if got := c.texts(n.ID); len(got) != 3 || len(c.all()) != 1 {
			t.Errorf("%d tickets, thread %q", len(c.all()), got)
		}
		c.hearsFrom("chat", 1, "laporan "+n.Reference.String()+" ada kebakaran di tiangnya")
		if now := c.wants(n.ID, tickets.Assigned, "binamarga.selatan"); !now.Emergency {
			t.Error("what became urgent is not urgent")
		}
		if got := c.counts(); got != (incidents.Counts{}) {
			t.Errorf("an emergency is held: %+v", got)
		}
		m := c.hearsFrom("sms", 2, lamp)
		c.hearsFrom("sms", 2, "batal")
		c.wants(m.ID, tickets.Withdrawn, "")
	})
}

// standing is what undoing restores of a ticket: all of it, but for what counts writes and times.
func standing(t *testing.T, a, b tickets.Ticket) {
	t.Helper()
	if diff := cmp.Diff(a, b, cmpopts.IgnoreFields(tickets.Ticket{}, "Version", "UpdatedAt"), cmpopts.IgnoreUnexported(tickets.Ticket{})); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestWhatIsConfirmedInBulkIsUndoneExactly(t *testing.T) {
	converse(t, func(w *town) {
		// These came before anybody knew; one waits to be told where it is, and is worked on elsewhere.
		c := &crowd{town: w}
		early := []tickets.Ticket{c.hearsFrom("sms", 1, lamp), c.hearsFrom("sms", 2, "selokan mampet"), c.hearsFrom("chat", 3, lamp)}
		if early[1].State != tickets.Triage || early[1].Question != tickets.AskPlace {
			t.Fatalf("%+v", early[1])
		}
		w.move(early[2], tickets.Step{To: tickets.InProgress})
		early[2] = w.wants(early[2].ID, tickets.InProgress, "")
		c = w.gathers()
		for _, n := range early {
			if err := w.desk.Hold(t.Context(), tickets.Act{Ticket: n.ID, By: "Siti", Version: n.Version}, c.id); err != nil {
				t.Fatal(err)
			}
		}
		var late []tickets.Ticket
		for i := range 5 {
			late = append(late, c.hearsFrom("chat", 10+i, lamp))
		}
		before := len(w.sent)
		if got := c.does(incidents.Confirm, incidents.Reply{}); got.Done != 8 || got.Failed != 0 {
			t.Errorf("%+v", got)
		}
		if got := c.counts(); got != (incidents.Counts{Joined: 7, Lead: 1}) {
			t.Errorf("confirmed %+v", got)
		}
		lead := w.wants(early[0].ID, tickets.Assigned, "binamarga.selatan")
		standing(t, early[0], lead)
		w.wants(late[4].ID, tickets.Merged, "")
		c.does(incidents.Undo, incidents.Reply{})
		if got := c.counts(); got != (incidents.Counts{Held: 8}) {
			t.Errorf("undone %+v", got)
		}
		w.wants(early[0].ID, tickets.Merged, "")
		for _, n := range late {
			standing(t, n, w.wants(n.ID, tickets.Merged, ""))
		}
		if len(w.sent) != before {
			t.Error("citizens heard of what staff sort out")
		}
		c.does(incidents.Release, incidents.Reply{})
		for _, n := range early {
			standing(t, n, w.wants(n.ID, n.State, n.Agency))
		}
		for _, n := range late {
			w.wants(n.ID, tickets.Assigned, "binamarga.selatan")
		}
		w.hears("notice", "sekarang ditangani Sudin BM Selatan")
		if got := c.counts(); got != (incidents.Counts{}) {
			t.Errorf("released %+v", got)
		}
	})
}

func TestOneAnswerGoesToEachReporterOnce(t *testing.T) {
	gathering(t, func(c *crowd) {
		ways := []struct{ account, text string }{{"sms", lamp}, {"chat", lamp}, {"mail", lamp}, {"chat", lampEnglish}, {"sms", lampEnglish}}
		var all []tickets.Ticket
		for i := range 10 {
			w := ways[i%len(ways)]
			all = append(all, c.hearsFrom(w.account, i, w.text))
		}
		c.does(incidents.Confirm, incidents.Reply{})
		gone := c.hearsFrom("sms", 0, "batal") // he withdraws the one that is worked on
		stays := c.hearsFrom("chat", 99, lamp) // nobody has confirmed it
		from := len(c.sent)

		reply := incidents.Reply{
			Text:  map[string]string{"id": "Gardu sudah diganti " + strings.Repeat("dan lampu menyala ", 8), "en": "The transformer was replaced."},
			Short: map[string]string{"id": "Lampu sudah menyala."}, Resolve: true,
		}
		task, err := c.store.Begin(t.Context(), incidents.Task{Incident: c.id, What: incidents.Answer, Reply: reply, By: "Siti"})
		if err != nil {
			t.Fatal(err)
		}
		// It ends in the middle, and is begun again; and twice at once.
		for _, n := range all[3:6] {
			m, err := c.store.Of(t.Context(), n.ID)
			if err == nil {
				err = c.desk.Answer(t.Context(), m[n.ID], task)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		failed := make(chan error, 2)
		for range cap(failed) {
			go func() { failed <- c.crowd.Run(t.Context(), task) }()
		}
		for range cap(failed) {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		c.deliver("sent")

		heard := map[int64][]tickets.Parcel{}
		for _, p := range c.sent[from:] {
			heard[p.TicketID] = append(heard[p.TicketID], p)
		}
		for i, n := range all {
			if n.ID == gone.ID || i == 0 {
				continue
			}
			got := heard[n.ID]
			if len(got) != 1 {
				t.Errorf("%s of %s heard %d answers", n.Reference, ways[i%len(ways)].account, len(got))
				continue
			}
			p, w := got[0], ways[i%len(ways)]
			want := map[string]string{"sms" + lamp: "Lampu sudah menyala.", "chat" + lamp: "Gardu sudah diganti", "mail" + lamp: "Gardu sudah diganti"}[w.account+w.text]
			if want == "" {
				want = "The transformer was replaced."
			}
			if !strings.Contains(p.Text, want) || !strings.Contains(p.Text, n.Reference.String()) || p.Via.Account != w.account || p.Via.Address != n.Return.Address {
				t.Errorf("%s by %s: %+v", n.Reference, w.account, p)
			}
			if w.account == "sms" && sms.Segments(p.Text) != 1 {
				t.Errorf("%d segments: %s", sms.Segments(p.Text), p.Text)
			}
			c.wants(n.ID, tickets.Resolved, "")
		}
		if len(heard[all[0].ID])+len(heard[stays.ID]) != 0 {
			t.Error("who withdrew, or waits to be confirmed, heard the answer")
		}
		// Each goes on by himself.
		c.hearsFrom("chat", 1, "belum, masih gelap")
		c.wants(all[1].ID, tickets.Assigned, "")
		c.hearsFrom("chat", 6, "sudah")
		c.wants(all[6].ID, tickets.Closed, "")
	})
}

// TestNobodyIsForgottenUnderAnIncident: where the report that is worked on is withdrawn, the next one is; what nobody
// confirmed goes on by itself long after the end.
func TestNobodyIsForgottenUnderAnIncident(t *testing.T) {
	gathering(t, func(c *crowd) {
		a, b := c.hearsFrom("chat", 1, lamp), c.hearsFrom("chat", 2, lamp)
		c.does(incidents.Confirm, incidents.Reply{})
		waits := c.hearsFrom("chat", 3, lamp)
		tend := func(want incidents.Counts) {
			t.Helper()
			if err := c.crowd.Tend(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := c.counts(); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
		tend(incidents.Counts{Held: 1, Joined: 1, Lead: 1})
		c.hearsFrom("chat", 1, "batal")
		c.wants(a.ID, tickets.Withdrawn, "")
		c.wants(b.ID, tickets.Merged, "")
		tend(incidents.Counts{Held: 1, Lead: 1})
		c.wants(b.ID, tickets.Assigned, "binamarga.selatan")
		c.pass(12 * time.Hour)
		tend(incidents.Counts{Held: 1, Lead: 1})
		c.pass(7 * time.Hour)
		tend(incidents.Counts{Lead: 1})
		c.wants(waits.ID, tickets.Assigned, "binamarga.selatan")
	})
}

func TestNothingSealedOrUrgentIsHeldByHand(t *testing.T) {
	gathering(t, func(c *crowd) {
		for i, text := range []string{"kebakaran rumah di Tebet Timur", "petugas minta uang di kelurahan Tebet Timur", "anak dipukuli di Tebet Timur"} {
			n := c.hearsFrom("chat", i, text)
			if err := c.desk.Hold(t.Context(), tickets.Act{Ticket: n.ID, By: "Siti"}, c.id); err == nil {
				t.Errorf("%q is held", text)
			}
		}
	})
}

func TestNoteworthyReceiptsFitOneMessage(t *testing.T) {
	b := New(smallTown(t, nil), Options{Accounts: func(string) (channels.Capabilities, bool) { return channels.Capabilities{}, false }})
	for _, lang := range []string{"id", "en"} {
		if n := sms.Segments(b.Hears(lang, strings.Repeat("x", 80))); n != 1 {
			t.Errorf("%s: %d segments", lang, n)
		}
	}
}
