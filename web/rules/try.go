package rules

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"tanggap/bot"
	"tanggap/cities/amend"
	"tanggap/tickets"
)

const (
	tryOn       = 1000             // reports that a change is tried on
	tryFor      = 10 * time.Second // and how long at most
	mostMoves   = 20
	mostExample = 10 // reports that are named with each
)

// tryPage is what a change would have done, before it is saved.
type tryPage struct {
	Name, Path string
	ruleDraft
	Looked, Moved, Topics int
	Cut                   bool // time was up before all were looked at
	Moves                 []moveRow
	Why                   string
	Wrong                 string // of the family "rule_wrong", "" nothing
}

type moveRow struct {
	From, To      string
	Count, Sealed int
	Reports       []link
}

var sampleTry = tryPage{"x", "/", sampleDraft, 1, 1, 1, true, []moveRow{{"x", "x", 1, 1, []link{{"x", "/"}}}}, "x", "why"}

// asking reads what the form wants, and answers where it cannot be had.
func (k *Book) asking(v *Visit) (p rulePage, rule amend.Rule, wish amend.Wish, ok bool) {
	key := v.R.PathValue("rule")
	if p.New = key == "new"; p.New {
		key = strings.TrimSpace(v.R.PostFormValue("key"))
	}
	p.ruleDraft = v.draft(key)
	last, rule, err := k.written(v, key)
	switch {
	case err != nil && !errors.Is(err, amend.ErrNoRule) && last.Version == 0:
		k.failed(v, err)
		return p, rule, wish, false
	case err != nil && !p.New && last.Version == 0:
		k.UI.Fail(v.W, v.R, http.StatusNotFound)
		return p, rule, wish, false
	case err == nil && p.New:
		p.Wrong = "taken"
	}
	p.Faults = k.faults(&p.ruleDraft)
	if p.Wrong == "" {
		p.Wrong = k.wrong(&p, &rule)
	}
	if p.Wrong != "" {
		k.writeRule(v, http.StatusUnprocessableEntity, p, &rule)
		return p, rule, wish, false
	}
	wish = amend.Wish{Section: amend.Categories, Key: key}
	if !p.Back {
		if wish, err = p.rule(rule).Wish(k.Pack(), last.Value); k.failed(v, err) {
			return p, rule, wish, false
		}
	}
	wish.Seen = &p.Seen
	return p, rule, wish, true
}

// refuse answers a change that is not taken with the form, and all that was written in it; it reports whether
// there was an error. Who was too late reads what is new, and may save over it then.
func (k *Book) refuse(v *Visit, p rulePage, rule *amend.Rule, err error) bool {
	if err == nil {
		return false
	}
	var status int
	if p.Wrong, p.Detail, status = refused(err); p.Wrong == "" {
		k.UI.Unexpected(v.W, v.R, err)
		return true
	}
	if p.Wrong == "stale" {
		last, _, err := k.written(v, p.Key)
		if err != nil && last.Version == 0 {
			k.UI.Unexpected(v.W, v.R, err)
			return true
		}
		p.Seen = last.Version
	}
	k.writeRule(v, status, p, rule)
	return true
}

func (k *Book) writer() amend.Writer {
	return amend.Writer{Pack: k.Pack(), Edits: k.Edits}
}

// tryRule shows what a change would have done. One is tried at a time, so that nobody's report waits for it.
func (k *Book) tryRule(v *Visit) {
	p, rule, wish, ok := k.asking(v)
	if !ok {
		return
	}
	k.writeTry(v, 0, p, &rule, wish, "")
}

func (k *Book) writeTry(v *Visit, status int, p rulePage, rule *amend.Rule, wish amend.Wish, wrong string) {
	ctx := v.R.Context()
	select {
	case k.trying <- struct{}{}:
		defer func() { <-k.trying }()
	case <-ctx.Done():
		return
	}
	draft, err := k.writer().Draft(ctx, amend.Signed{By: v.Login}, wish)
	if k.refuse(v, p, rule, err) {
		return
	}
	reports, err := k.Asked(ctx, tryOn)
	if k.failed(v, err) {
		return
	}
	soon, stop := context.WithTimeout(ctx, tryFor)
	defer stop()
	e := amend.Compare(soon, draft.Before.City, draft.After.City, k.Mind(), reports)
	t := tryPage{
		Name: k.category(p.Key, v.Lang), Path: "/console/rules/" + p.Key, ruleDraft: p.ruleDraft, Looked: e.Looked, Moved: e.Moved, Topics: e.Topics, Cut: e.Cut,
		Why: cut(v.R.PostFormValue("why")), Wrong: wrong,
	}
	if p.New {
		t.Name, t.Path = p.NameID, "/console/rules/new"
	}
	for i := range e.Moves[:min(mostMoves, len(e.Moves))] {
		t.Moves = append(t.Moves, k.moveRow(v, &e.Moves[i], &draft))
	}
	frame := v.Frame()
	frame.Status = status
	k.pages.try.Write(v.W, v.R, frame, t)
}

func (k *Book) moveRow(v *Visit, m *amend.Move, d *amend.Draft) moveRow {
	name := func(id string) string {
		if a, ok := d.After.City.Agency(id); ok {
			return a.Name
		}
		return k.agency(id)
	}
	row := moveRow{From: name(m.From), To: name(m.To), Count: m.Count, Sealed: m.Sealed}
	for _, r := range m.Reports {
		t := tickets.Ticket{Reference: r.Reference, Agency: r.Agency}
		if len(row.Reports) < mostExample && bot.MaySee(k.City(), &t, v.Agency) {
			row.Reports = append(row.Reports, link{t.Reference.String(), ticketPath(&t)})
		}
	}
	return row
}

// saveRule keeps a change, with who wanted it and why.
func (k *Book) saveRule(v *Visit) {
	p, rule, wish, ok := k.asking(v)
	if !ok {
		return
	}
	why := strings.TrimSpace(cut(v.R.PostFormValue("why")))
	if why == "" {
		k.writeTry(v, http.StatusUnprocessableEntity, p, &rule, wish, "why")
		return
	}
	ctx := v.R.Context()
	_, err := k.writer().Save(ctx, amend.Signed{By: v.Login, Why: why}, wish)
	if k.refuse(v, p, &rule, err) {
		return
	}
	if err := k.Heed(ctx); err != nil { // it is saved: this node follows a moment later, as the others do
		k.Log.Error("taking over an edit", "cause", err)
	}
	to := "/console/rules/" + p.Key
	if p.Back && rule.Own {
		to = "/console/rules"
	}
	k.UI.Redirect(v.W, v.R, to, "rule_saved")
}
