package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tanggap/channels"
	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

var utterances = []string{
	lamp, "sampah menumpuk di Bukit Duri", "selokan mampet", "kebakaran di Tebet Timur", "petugas minta uang", "anak dipukuli", "entah apa",
	"SUDAH", "BELUM", "belum, masih gelap", "SUDAH tapi masih bau", "sudah 5", "STATUS", "BATAL", "MENU", "LAPOR", "ENGLISH", "BERHENTI", "terima kasih", "ya", "tidak",
	"masih mati", "kapan?", "yang kemarin bagaimana", "di Tebet Timur", "halo", "belum, petugas minta uang", "the street light is broken", "yes", "no",
}

// TestAnyInterleavingKeepsTheRules lets a citizen, a clerk, timers and failing platforms act in any
// order, with duplicates, and holds the store to the rules after each run.
func TestAnyInterleavingKeepsTheRules(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		name := rapid.SampledFrom([]string{"chat", "sms", "mail"}).Draw(r, "account")
		p := play{town: w, account: name, from: channels.Address{Kind: addresses[name].Kind, Value: fmt.Sprintf("%s-%d", name, run)}}
		for range rapid.IntRange(1, 14).Draw(r, "steps") {
			p.step(r)
		}
		w.pass(time.Minute)
		w.process()
		p.judge(r)
	})
}

type play struct {
	*town
	account string
	from    channels.Address
	heard   []channels.Inbound
}

// mine are the tickets of this run's citizen.
func (p *play) mine() []tickets.Ticket {
	var mine []tickets.Ticket
	for _, n := range p.all() {
		if n.Return.Address.Value == p.from.Value {
			mine = append(mine, n)
		}
	}
	return mine
}

func (p *play) step(r *rapid.T) {
	switch rapid.IntRange(0, 9).Draw(r, "what") {
	case 0, 1, 2, 3:
		p.speak(r, rapid.SampledFrom(utterances).Draw(r, "says"))
	case 4:
		if len(p.heard) > 0 {
			p.accept(rapid.SampledFrom(p.heard).Draw(r, "again"))
		}
	case 5:
		p.press(r)
	case 6, 7:
		p.staff(r)
	case 8:
		p.deliver(rapid.SampledFrom([]string{"sent", "delivered", "failed"}).Draw(r, "fate"))
		p.fire()
	case 9:
		p.pass(time.Duration(rapid.SampledFrom([]int{1, 60, 26 * 60, 6 * 24 * 60, 16 * 24 * 60, 61 * 24 * 60}).Draw(r, "minutes")) * time.Minute)
		p.fire()
	}
}

func (p *play) speak(r *rapid.T, text string) {
	in := p.inbound(p.account, text)
	in.From = p.from
	mine := p.mine()
	if len(mine) > 0 && rapid.Bool().Draw(r, "quotes") {
		n := rapid.SampledFrom(mine).Draw(r, "quoted")
		if lines := p.thread(n.ID); p.names[lines[len(lines)-1].ID] != "" {
			in.ReplyTo = []string{p.names[lines[len(lines)-1].ID]}
		} else {
			in.Text += " " + n.Reference.String()
		}
	}
	if rapid.IntRange(0, 9).Draw(r, "kind") == 0 && len(p.heard) > 0 {
		in.Kind, in.MessageID = channels.Edit, rapid.SampledFrom(p.heard).Draw(r, "edited").MessageID
	}
	in.Unverified = p.account == "mail" && rapid.IntRange(0, 4).Draw(r, "forged") == 0
	p.heard = append(p.heard, in)
	p.accept(in)
}

func (p *play) accept(in channels.Inbound) {
	p.t.Helper()
	if err := p.inbox.Accept(p.t.Context(), in, in); err != nil {
		p.t.Fatal(err)
	}
	p.process()
}

func (p *play) press(r *rapid.T) {
	mine := p.mine()
	if len(mine) == 0 {
		return
	}
	in := p.inbound(p.account, "")
	in.From, in.Kind, in.MessageID = p.from, channels.Button, "gone"
	in.Choice = rapid.SampledFrom([]string{"sudah:", "belum:"}).Draw(r, "button") + string(rapid.SampledFrom(mine).Draw(r, "of").Reference)
	p.heard = append(p.heard, in)
	p.accept(in)
}

// staff tries any move or transfer; what is refused must be refused for a reason that we know.
func (p *play) staff(r *rapid.T) {
	mine := p.mine()
	if len(mine) == 0 {
		return
	}
	n := rapid.SampledFrom(mine).Draw(r, "ticket")
	act := tickets.Act{Ticket: n.ID, By: "Siti"}
	var err error
	switch rapid.IntRange(0, 3).Draw(r, "act") {
	case 0:
		err = p.desk.Transfer(p.t.Context(), act, rapid.SampledFrom([]string{"lh", "kota", "inspektorat", "kel.tebet"}).Draw(r, "to"), "alasan")
	case 1:
		_, err = p.desk.Reply(p.t.Context(), act, "Kami periksa.")
	default:
		to := rapid.SampledFrom(tickets.States()).Draw(r, "state")
		err = p.desk.Move(p.t.Context(), act, tickets.Step{To: to, Reason: "alasan", Text: "Kata kami."})
		if err == nil && !tickets.CanMove(n.State, to) {
			r.Fatalf("moved from %s to %s", n.State, to)
		}
	}
	known := []error{tickets.ErrMove, ErrSealed, ErrAsk}
	if err != nil && !slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) }) {
		r.Fatal(err)
	}
}

// judge holds everything that is left to the rules.
func (p *play) judge(r *rapid.T) {
	on := map[string]int{} // of how many threads a message is part
	for _, n := range p.mine() {
		p.judgeTicket(r, n)
		for _, l := range p.thread(n.ID) {
			if l.Direction != tickets.In {
				continue
			}
			on[l.Text+"\x00"+l.ExternalID]++
			if strings.Contains(l.Text, "petugas minta uang") && !n.Sealed {
				r.Fatalf("a report about conduct lies on a ticket of %s", n.Agency)
			}
		}
	}
	threaded := 0
	events := map[string]bool{}
	for _, in := range p.heard {
		if events[in.EventID] {
			continue
		}
		events[in.EventID] = true
		switch became := p.became(in); became {
		case tickets.BecameTicket, tickets.BecameFollowUp:
			threaded++
		case tickets.BecameCommand:
		default:
			r.Fatalf("%q became %q", in.Text, became)
		}
	}
	total := 0
	for _, n := range maps.All(on) {
		total += n
	}
	if total != threaded {
		r.Fatalf("%d messages are on threads, want %d", total, threaded)
	}
}

func (p *play) judgeTicket(r *rapid.T, n tickets.Ticket) {
	if !n.State.Valid() || (n.State == tickets.Closed) != (n.Outcome != tickets.NoOutcome) {
		r.Fatalf("ticket in state %q with outcome %q", n.State, n.Outcome)
	}
	if n.Sealed && n.Agency != "inspektorat" && n.Agency != "kota" && n.Agency != "pppa" {
		r.Fatalf("a sealed ticket lies with %s", n.Agency)
	}
	if p.account == "sms" && n.Questions > mostQuestions {
		r.Fatalf("%d questions by SMS", n.Questions)
	}
	events, err := p.store.Events(p.t.Context(), n.ID)
	if err != nil {
		r.Fatal(err)
	}
	if err := tickets.VerifyChain(n, events); err != nil {
		r.Fatal(err)
	}
	var at tickets.State
	for _, e := range events {
		if e.Type != "moved" {
			continue
		}
		var move struct{ From, To tickets.State }
		if err := json.Unmarshal(e.Data, &move); err != nil || !tickets.CanMove(move.From, move.To) || at != "" && move.From != at {
			r.Fatalf("moved from %s to %s at %s: %v", move.From, move.To, at, err)
		}
		at = move.To
	}
	if at != "" && at != n.State {
		r.Fatalf("the events end in %s, the ticket is %s", at, n.State)
	}
}
