package portal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"tanggap/bot"
	"tanggap/tickets"
	"tanggap/tickets/pass"
)

// stages are what the public reads of a case's state: the family "stage".
var stages = []string{
	"triage", "assigned", "in_progress", "pending", "resolved", "confirmed", "unanswered", "not_reached", "rejected", "withdrawn", "merged",
}

// facts are all that a reference tells.
type facts struct {
	Stage                           string
	Agency                          string // short name, "" where it is not told
	Received, Due, Resolved, Closed time.Time
}

// facts are what may be read of a ticket that is not sealed by everyone, and of a sealed one by its citizen:
// of that neither agency nor date is told anywhere.
func (p *Portal) facts(k *tickets.Ticket) facts {
	f := facts{Stage: string(k.State), Received: k.CreatedAt}
	if k.State == tickets.Closed {
		switch k.Outcome {
		case tickets.Unanswered:
			f.Stage = "unanswered"
		case tickets.NotReached:
			f.Stage = "not_reached"
		default:
			f.Stage = "confirmed"
		}
	}
	f.Agency, f.Due = p.desk.Standing(*k)
	if !k.State.Open() || k.State == tickets.Triage || k.Sealed {
		f.Due = time.Time{}
	}
	if k.State == tickets.Triage {
		f.Agency = ""
	}
	f.Resolved, f.Closed = k.ResolvedAt, k.ClosedAt
	return f
}

type trackView struct {
	Typed   string // as typed; of a number that is none nothing is shown
	Found   *facts
	Unknown bool
	Fault   string // "slow" or ""
	Minutes int
}

// nobody is a reference that no ticket has: looking it up costs what looking up another one costs.
const nobody = tickets.Reference("0000000000")

// reference is what somebody typed, or nobody.
func reference(text string) tickets.Reference {
	if len(text) > 64 {
		return nobody
	}
	if ref, ok := tickets.ParseReference(text); ok {
		return ref
	}
	return nobody
}

// public finds the ticket of a reference: one statement for whatever was typed, and tickets.ErrNotFound alike for
// a number that is none, that nobody has, and that is a sealed ticket's, which those whom it accuses look for.
func (p *Portal) public(ctx context.Context, typed string) (tickets.Ticket, error) {
	k, err := p.store.Ticket(ctx, reference(typed))
	if err == nil && k.Sealed {
		return tickets.Ticket{}, fmt.Errorf("finding a ticket: %w", tickets.ErrNotFound)
	}
	return k, err
}

// track is GET /track: state, agency and dates of a reference, and one answer for all that are unknown.
func (p *Portal) track(w http.ResponseWriter, r *http.Request) {
	typed := r.URL.Query().Get("ref")
	if typed == "" {
		p.pages.track.Write(w, r, frame("track", 0), trackView{})
		return
	}
	who, now := p.caller(r), p.o.Now()
	wait, ok := p.limits.track.take(who, now)
	if more, spent := p.limits.miss.spent(who, now); spent {
		wait, ok = max(wait, more), false
	}
	if !ok {
		p.o.Count("track_limited")
		retryAfter(w, wait)
		p.pages.track.Write(w, r, private("track", http.StatusTooManyRequests), trackView{Fault: "slow", Minutes: minutes(wait)})
		return
	}
	k, err := p.public(r.Context(), typed)
	switch {
	case errors.Is(err, tickets.ErrNotFound):
		p.limits.miss.take(who, now)
		p.o.Count("track_unknown")
		p.pages.track.Write(w, r, private("track", http.StatusNotFound), trackView{Unknown: true})
	case err != nil:
		p.ui.Unexpected(w, r, err)
	default:
		p.o.Count("track_found")
		f := p.facts(&k)
		p.pages.track.Write(w, r, private("track", 0), trackView{Typed: k.Reference.String(), Found: &f})
	}
}

const (
	codeFor     = 10 * time.Minute // that a code is good
	sessionFor  = 30 * time.Minute // that it opens the case
	mostWanted  = 64               // codes that wait to be sent
	codesADay   = 3                // of a case, and of an address however many cases it has
	paidADay    = 1                // of a case where each costs
	codeTimeout = 10 * time.Second
)

type codeView struct {
	Typed   string
	Fault   string // "code", "slow" or ""
	Minutes int
	Sent    bool
}

func (p *Portal) codeForm(w http.ResponseWriter, r *http.Request) {
	p.pages.code.Write(w, r, private("track", 0), codeView{})
}

// codeWanted is POST /track/code. The answer is the same whatever becomes of it, and given before anybody
// has looked: neither its words nor its time tell whether there is such a case.
func (p *Portal) codeWanted(w http.ResponseWriter, r *http.Request) {
	if !p.ui.Form(w, r) {
		return
	}
	if wait, ok := p.limits.code.take(p.caller(r), p.o.Now()); !ok {
		p.o.Count("code_limited")
		retryAfter(w, wait)
		p.pages.code.Write(w, r, private("track", http.StatusTooManyRequests), codeView{Typed: short(r.PostFormValue("ref")), Fault: "slow", Minutes: minutes(wait)})
		return
	}
	select {
	case p.wanted <- short(r.PostFormValue("ref")):
		p.o.Count("code_wanted")
	default:
		p.o.Count("code_dropped") // so many at once are nobody's citizens
	}
	p.pages.code.Write(w, r, private("track", 0), codeView{Typed: short(r.PostFormValue("ref")), Sent: true})
}

// Run sends the codes that were asked for, until ctx ends.
func (p *Portal) Run(ctx context.Context) {
	for {
		select {
		case typed := <-p.wanted:
			p.sendCode(ctx, typed)
		case <-ctx.Done():
			return
		}
	}
}

func (p *Portal) sendCode(ctx context.Context, typed string) {
	ctx, cancel := context.WithTimeout(ctx, codeTimeout)
	defer cancel()
	k, err := p.public(ctx, typed)
	var contact tickets.Contact
	if err == nil {
		contact, err = p.passes.Known(ctx, k.Return.Address)
	}
	if err == nil {
		err = p.desk.Code(ctx, k, contact, func(paid bool) (string, error) { return p.draw(ctx, &k, paid) })
	}
	switch {
	case err == nil:
		p.o.Count("code_sent")
	case errors.Is(err, tickets.ErrNotFound), errors.Is(err, bot.ErrNoCode), errors.Is(err, errEnough):
		p.o.Count("code_refused")
	case ctx.Err() == nil:
		p.o.Log.Error("sending a code", "kind", "store")
	}
}

// draw makes a code, unless the case or the address has had its share for today.
func (p *Portal) draw(ctx context.Context, k *tickets.Ticket, paid bool) (string, error) {
	most := codesADay
	if paid {
		most = paidADay
	}
	now := p.o.Now()
	item := now.UTC().Format(time.RFC3339Nano)
	for _, u := range []pass.Use{
		{Key: string(k.Reference), Most: most},
		{Key: k.Return.Address.String(), Most: codesADay}, // whoever typed it may have made many cases
	} {
		u.Scope, u.Item, u.Within = "code", item, 24*time.Hour
		left, err := p.passes.Spend(ctx, u)
		if err != nil {
			return "", err
		}
		if !left {
			return "", errEnough
		}
	}
	return p.passes.Draw(ctx, k.ID, now.Add(codeFor))
}

// caseCookie holds the token that a code opened a case with.
const caseCookie = "tanggap_case"

// codeOpen is POST /track/open: the same statements for a number that is none.
func (p *Portal) codeOpen(w http.ResponseWriter, r *http.Request) {
	if !p.ui.Form(w, r) {
		return
	}
	v := codeView{Typed: short(r.PostFormValue("ref")), Sent: true}
	if wait, ok := p.limits.try.take(p.caller(r), p.o.Now()); !ok {
		p.o.Count("code_limited")
		retryAfter(w, wait)
		v.Fault, v.Minutes = "slow", minutes(wait)
		p.pages.code.Write(w, r, private("track", http.StatusTooManyRequests), v)
		return
	}
	k, err := p.public(r.Context(), r.PostFormValue("ref"))
	if err != nil && !errors.Is(err, tickets.ErrNotFound) {
		p.ui.Unexpected(w, r, err)
		return
	}
	right, err := p.passes.Try(r.Context(), k.ID, digits(r.PostFormValue("code"))) // k.ID is 0 where there is none
	switch {
	case err != nil:
		p.ui.Unexpected(w, r, err)
	case !right:
		p.o.Count("code_wrong")
		v.Fault = "code"
		p.pages.code.Write(w, r, private("track", http.StatusUnprocessableEntity), v)
	default:
		p.open(w, r, &k)
	}
}

// open begins the half hour in which a code lets its citizen read the case.
func (p *Portal) open(w http.ResponseWriter, r *http.Request, k *tickets.Ticket) {
	token := pass.NewToken()
	if err := p.passes.Issue(r.Context(), token, pass.Pass{Ticket: k.ID, Kind: pass.Code, Expires: p.o.Now().Add(sessionFor)}); err != nil {
		p.ui.Unexpected(w, r, err)
		return
	}
	p.o.Count("code_right")
	p.setCookie(w, caseCookie, token, "/track", sessionFor)
	p.ui.Redirect(w, r, "/track/case", "")
}

// digits are those of a code as people type it.
func digits(text string) string {
	var all []byte
	for i := 0; i < len(text) && len(all) < 16; i++ {
		if c := text[i]; c >= '0' && c <= '9' {
			all = append(all, c)
		}
	}
	return string(all)
}
