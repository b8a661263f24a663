package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tanggap/router"
	"tanggap/router/classify"
	"tanggap/tickets"
	"tanggap/tickets/history"
	"tanggap/tickets/learned"
	"tanggap/tickets/lessons"
)

const (
	// learnEvery is the time between two looks for what staff passed on.
	learnEvery = 2 * time.Second
	// overlap is how far back each look goes once more: rows of two nodes become visible in any order.
	overlap = time.Minute
	// renewAfter is how many corrections are added to a model before a new one is made of all.
	renewAfter = 200
	// mostImported is how many imported reports a model is made of, the newest.
	mostImported = 20_000
	importPage   = 2_000
)

// teacher keeps what the router has learned up to date on one node: the newest text model that is in the
// database, and what staff passed on since. All nodes read the same rows, and know the same.
type teacher struct {
	app     *App
	lessons *lessons.Store
	history *history.Store
	models  *learned.Store
	train   func(context.Context, []classify.Example) (*classify.Model, error)
	now     func() time.Time
	after   int // corrections, a new model is made

	pack     *pack // that was in force at the last look
	known    []lessons.Passed
	saved    learned.Model // the newest, without its body
	model    *classify.Model
	imported int64  // the newest id of what was imported and is complete
	tried    string // the basis on which this node has tried to make a model
}

// learn teaches the bot, again and again. It ends with ctx.
func (t *teacher) learn(ctx context.Context) {
	for wait(ctx, learnEvery) {
		t.tryLook(ctx)
	}
}

func (a *App) teacher() *teacher {
	return &teacher{app: a, lessons: lessons.New(a.store), history: history.New(a.store), models: learned.New(a.store), train: a.train, now: a.store.Now, after: renewAfter}
}

func (t *teacher) tryLook(ctx context.Context) {
	if err := t.look(ctx); err != nil && ctx.Err() == nil {
		t.app.log.Error("learning from what staff passed on", "cause", err)
	}
}

// Mind is what the router has learned.
func (a *App) Mind() *router.Mind { return a.bot.Mind() }

// look teaches the bot what is new, and makes the next model where that is due.
func (t *teacher) look(ctx context.Context) error {
	more, err := t.read(ctx)
	if err != nil {
		return err
	}
	renewed, err := t.fetch(ctx)
	if err != nil {
		return err
	}
	if p := t.app.pack.Load(); more || renewed || p != t.pack {
		t.pack = p
		t.teach()
	}
	made, err := t.renew(ctx)
	if err != nil || !made {
		return err
	}
	if _, err := t.fetch(ctx); err != nil {
		return err
	}
	t.teach()
	return nil
}

// teach hands the bot what is known.
func (t *teacher) teach() {
	model := t.model
	if model != nil { // a few corrections alone are no model
		model = t.pack.city.Learn(model, taught(t.known, t.saved.LearnedTo))
	}
	t.app.bot.SetMind(t.pack.city.Mind(model, taught(t.known, 0), router.Trust{Version: t.saved.Version}))
}

// read takes in what staff passed on since the last look.
func (t *teacher) read(ctx context.Context) (more bool, err error) {
	from := int64(0)
	if n := len(t.known); n > 0 {
		from = min(tickets.FirstID(t.now().Add(-overlap)), t.known[n-1].Event)
	}
	found, err := t.lessons.Since(ctx, from)
	if err != nil {
		return false, err
	}
	return merge(&t.known, found), nil
}

// fetch takes the newest model, if another was made.
func (t *teacher) fetch(ctx context.Context) (renewed bool, err error) {
	saved, ok, err := t.models.After(ctx, t.saved.Version)
	if err != nil || !ok {
		return false, err
	}
	body := saved.Body
	saved.Body = nil
	t.saved = saved // one that cannot be read is not read again
	model, err := classify.Read(body)
	if err != nil {
		t.model, t.saved.Basis = nil, "" // by a program of another form: this one makes its own
		return true, fmt.Errorf("model %d: %w", saved.Version, err)
	}
	t.model = model
	return true, nil
}

// renew makes the next model where the examples are others, or where much was passed on.
func (t *teacher) renew(ctx context.Context) (made bool, err error) {
	done := tickets.FirstID(t.now().Add(-overlap)) // nothing older can still become visible
	newest, err := t.history.Newest(ctx)
	if err != nil {
		return false, err
	}
	if newest < done {
		t.imported = newest // an import that goes on is waited for
	}
	basis := t.pack.basis + "/" + strconv.FormatInt(t.imported, 36)
	due := 0
	for _, p := range t.known {
		if p.Event > t.saved.LearnedTo && p.Event < done {
			due++
		}
	}
	if (basis == t.saved.Basis || basis == t.tried) && due < t.after {
		return false, nil
	}
	t.tried = basis
	m, err := t.make(ctx, done)
	if err != nil {
		t.tried = ""
		return false, err
	}
	if m.Examples == 0 {
		return false, nil
	}
	m.Version, m.Basis, m.LearnedTo, m.MadeAt = t.saved.Version+1, basis, done, t.now()
	first, err := t.models.Add(ctx, m)
	if err != nil || !first {
		t.tried = "" // where another node was first, its model is the one: made of the same, or there is one more to make
		return err == nil, err
	}
	t.app.log.Info("the router has a new text model", "version", m.Version, "examples", m.Examples, "lessons", m.Lessons, "bytes", len(m.Body))
	return true, nil
}

// make trains a model: on the pack's examples, on imported reports, and on what staff passed on up to the event done.
func (t *teacher) make(ctx context.Context, done int64) (m learned.Model, err error) {
	city, all := t.pack.city, slices.Clone(t.pack.examples)
	var model *classify.Model // it also says which topic of an agency it was, where nobody did
	if len(all) > 0 {
		if model, err = t.train(ctx, all); err != nil {
			return m, err
		}
	}
	imported, err := t.importedLessons(ctx)
	if err != nil {
		return m, err
	}
	passed := taught(t.known, 0)
	passed = passed[:len(passed)-len(taught(t.known, done-1))]
	corrections := city.Examples(model, passed)
	all = append(append(all, city.Examples(model, imported)...), corrections...)
	m.Examples, m.Lessons = len(all), len(corrections)
	if m.Examples == 0 {
		return m, nil
	}
	if m.Examples > len(t.pack.examples) {
		if model, err = t.train(ctx, all); err != nil {
			return m, err
		}
	}
	m.Body, err = model.MarshalBinary()
	return m, err
}

// importedLessons are the newest reports that another system closed.
func (t *teacher) importedLessons(ctx context.Context) (all []router.Lesson, err error) {
	for after := int64(0); ; {
		page, err := t.history.Examples(ctx, after, importPage)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if after = e.ID; e.ID <= t.imported {
				all = append(all, router.Lesson{Report: router.Report{Text: e.Text}, Agency: e.Agency, Category: e.Category})
			}
		}
		if n := len(all) - mostImported; n > 0 {
			all = slices.Delete(all, 0, n)
		}
		if len(page) < importPage {
			return all, nil
		}
	}
}

// merge adds what is new, by time, and keeps the newest; it reports whether there was any.
func merge(known *[]lessons.Passed, found []lessons.Passed) bool {
	more := false
	for _, p := range found {
		i, there := slices.BinarySearchFunc(*known, p.Event, func(k lessons.Passed, id int64) int {
			return int(max(-1, min(1, k.Event-id)))
		})
		if !there {
			*known, more = slices.Insert(*known, i, p), true
		}
	}
	if n := len(*known) - lessons.Most; n > 0 {
		*known = slices.Delete(*known, 0, n)
	}
	return more
}

// taught are the last decisions about each report, of those after an event, in their order.
func taught(known []lessons.Passed, after int64) []router.Lesson {
	last := map[int64]int64{}
	for _, p := range known {
		last[p.Ticket] = p.Event
	}
	all := make([]router.Lesson, 0, len(last))
	for _, p := range known {
		if last[p.Ticket] != p.Event || p.Event <= after {
			continue
		}
		r := router.Report{Subject: p.Subject, Text: p.Text, Language: p.Language}
		if p.At != nil {
			r.Point = &router.Point{Lat: p.At.Lat, Lng: p.At.Lng}
		}
		all = append(all, router.Lesson{Reference: string(p.Reference), Report: r, Agency: p.Agency, Category: p.Category})
	}
	return all
}

// digest names examples: others have another name.
func digest(examples []classify.Example) string {
	h := sha256.New()
	for _, e := range examples {
		fmt.Fprintf(h, "%s\t%s\n", e.Label, e.Text)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
