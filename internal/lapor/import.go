package lapor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tanggap/internal/sheet"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/history"
)

// store is what an import needs; history.Store has both.
type store interface {
	Known(ctx context.Context, account string, numbers []string) (map[string]bool, error)
	Add(ctx context.Context, by, account string, reports []history.Report) (int, error)
}

// Import is one to be done.
type Import struct {
	City     *router.City
	Store    store
	Map      Map
	By       string // who imports, for the reports' histories
	DryRun   bool   // write nothing
	Now      time.Time
	Progress func(Result) // called after each few hundred rows; nil for nobody
}

// Result is what an import did, or would do. Rows is the sum of the counts that follow it.
type Result struct {
	DryRun     bool      `json:"dry_run"`
	Rows       int       `json:"rows"`
	Imported   int       `json:"imported"`
	Known      int       `json:"already_there"`
	Open       int       `json:"open_skipped"`
	Unmatched  int       `json:"unknown_agency_skipped"`
	LeftOut    int       `json:"left_out_by_map"`
	Bad        int       `json:"bad"`
	Sealed     int       `json:"sealed"` // of those imported
	Agencies   []Count   `json:"unknown_agencies"`
	Categories []Count   `json:"unknown_categories"`
	Problems   []Problem `json:"problems"` // the first 1,000
}

// Problem is a row that cannot be taken.
type Problem struct {
	Line int    `json:"line"`
	What string `json:"what"`
}

const mostProblems = 1000

// run is an import under way.
type run struct {
	Import
	at         map[string]int
	wide       int // columns of the heading
	zone       *time.Location
	last       string // word of the city's name
	agencies   names
	categories names
	closed     map[string]bool
	unknown    [2]map[string]int
	batch      []history.Report
	seen       map[string]bool // numbers that a dry run has met
	res        Result
}

// Run reads an export from where its heading is looked for. What it counts so far is in the result also where it fails.
func (im Import) Run(ctx context.Context, r *sheet.Reader) (Result, error) {
	p := &run{
		Import: im, agencies: agencyNames(im.City, im.Map.Agencies), categories: categoryNames(im.City, im.Map.Categories), closed: map[string]bool{},
		last: lastWord(im.City), unknown: [2]map[string]int{{}, {}}, seen: map[string]bool{}, res: Result{DryRun: im.DryRun, Problems: []Problem{}},
	}
	for _, s := range im.Map.Closed {
		p.closed[sheet.Normal(s)] = true
	}
	if slices.Contains(im.Map.Closed, "*") {
		p.closed = nil
	}
	err := p.start(r)
	if err == nil {
		err = each(r, func(row sheet.Row) error {
			p.row(row)
			if len(p.batch) == history.Most {
				return p.flush(ctx)
			}
			return nil
		})
	}
	if err == nil {
		err = p.flush(ctx)
	}
	p.res.Agencies, p.res.Categories = common(p.unknown[0]), common(p.unknown[1])
	if err != nil {
		return p.res, fmt.Errorf("importing reports: %w", err)
	}
	return p.res, nil
}

// each calls f with every row below.
func each(r *sheet.Reader, f func(sheet.Row) error) error {
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(row)
		}
		if err != nil {
			return err
		}
	}
}

// start finds the columns.
func (p *run) start(r *sheet.Reader) (err error) {
	if p.zone, err = time.LoadLocation(p.City.Facts().Zone); err != nil {
		return err
	}
	heading, err := r.Heading(func(cells []string) int { return len(positions(cells, &p.Map.Columns)) })
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	p.at, p.wide = positions(heading.Cells, &p.Map.Columns), len(heading.Cells)
	var missing []string
	for _, f := range p.Map.Columns.fields() {
		if _, ok := p.at[f.key]; !ok && *f.heading != "" {
			missing = append(missing, fmt.Sprintf("%s = %q", f.key, *f.heading))
			continue
		}
		if *f.heading == "" {
			p.at[f.key] = -1
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("the export has no such columns: %s", strings.Join(missing, ", "))
	}
	return nil
}

// positions are where the columns are, by their keys.
func positions(cells []string, c *Columns) map[string]int {
	at := map[string]int{}
	for _, f := range c.fields() {
		for i, cell := range cells {
			if _, found := at[f.key]; !found && *f.heading != "" && sheet.Normal(cell) == sheet.Normal(*f.heading) {
				at[f.key] = i
			}
		}
	}
	return at
}

// row takes one row up, or counts why not.
func (p *run) row(row sheet.Row) {
	p.res.Rows++
	cell := func(key string) string { return row.Cell(p.at[key]) }
	bad := func(what string) {
		p.res.Bad++
		if len(p.res.Problems) < mostProblems {
			p.res.Problems = append(p.res.Problems, Problem{row.Line, what})
		}
	}
	if row.Err != nil {
		bad(row.Err.Error())
		return
	}
	if n := len(row.Cells); n > p.wide {
		bad(fmt.Sprintf("it has %d cells, the heading %d: a separator within a cell?", n, p.wide))
		return
	}
	if p.closed != nil && !p.closed[sheet.Normal(cell("status"))] {
		p.res.Open++
		return
	}
	report := history.Report{
		Number: cell("id"), Title: cell("title"), Text: cell("text"), Category: p.categories[sheet.Normal(cell("category"))], Answer: cell("answer"),
	}
	if report.Text == "" {
		report.Title, report.Text = "", report.Title
	}
	if what := p.dates(&report, cell); what != "" {
		bad(what)
		return
	}
	switch {
	case report.Number == "" || len(report.Number) > 200:
		bad("no number of the report, or one that is too long")
		return
	case report.Text == "":
		bad("neither text nor title")
		return
	}
	switch report.Agency = p.agencies.find(cell("agency"), p.last); report.Agency {
	case "-":
		p.res.LeftOut++
		return
	case "":
		p.res.Unmatched++
		note(p.unknown[0], cell("agency"))
		return
	}
	if report.Category == "-" {
		report.Category = ""
	} else if name := cell("category"); report.Category == "" && name != "" {
		note(p.unknown[1], name)
	}
	p.decide(&report, cell("kind"), cell("location"))
	p.batch = append(p.batch, report)
}

func note(names map[string]int, name string) {
	if runes := []rune(name); len(runes) > 100 {
		name = string(runes[:100]) + "…"
	}
	if _, there := names[name]; there || len(names) < mostNames {
		names[name]++
	}
}

// dates reads those of a report, and says what is wrong with them. Only the first there must be.
func (p *run) dates(r *history.Report, cell func(string) string) string {
	for _, d := range []struct {
		key  string
		into *time.Time
	}{{"date", &r.At}, {"answered", &r.AnsweredAt}, {"closed", &r.ClosedAt}} {
		text := cell(d.key)
		at, err := sheet.Date(text, p.zone)
		switch {
		case err == nil:
			*d.into = at
		case d.key == "date" && text == "":
			return "no date"
		case d.key == "date":
			return "the date is none that can be read"
		}
		if err == nil && (at.Year() < 2000 || at.After(p.Now.Add(24*time.Hour))) {
			return "a date before 2000 or in the future"
		}
	}
	return ""
}

// The national system's words for what a report wants.
var kinds = map[string]tickets.Kind{
	"pengaduan": tickets.Complaint, "permintaan informasi": tickets.Information, "aspirasi": tickets.Suggestion, "complaint": tickets.Complaint,
	"information": tickets.Information, "suggestion": tickets.Suggestion,
}

// decide lets the router say where the report lies, and whether it must be sealed: then it is held by whom the
// router says, whoever dealt with it there, since that may be whom it accuses.
func (p *run) decide(r *history.Report, kind, location string) {
	asked := router.Report{Subject: r.Title, Text: r.Text, At: r.At}
	if location != "" {
		asked.Text += "\n" + location
	}
	d := p.City.Decide(asked)
	r.Language, r.Kind, r.Sealed = d.Language, kinds[sheet.Normal(kind)], d.Sealed
	if r.Kind == "" || d.Sealed {
		r.Kind = tickets.Kind(d.Kind)
	}
	if d.Area != nil && !d.Area.Outside {
		r.Area = d.Area.Code
	}
	if !d.Sealed {
		return
	}
	r.Agency, r.Category = d.Agency, d.Category
	data, err := json.Marshal(d)
	if err != nil {
		panic("lapor: marshalling a decision: " + err.Error())
	}
	r.Decision = tickets.Decision{Agency: d.Agency, Confidence: d.Confidence, Abstained: d.Abstained, Data: data}
}

// flush writes what was gathered.
func (p *run) flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	numbers := make([]string, len(p.batch))
	for i := range p.batch {
		p.batch[i].Number = tickets.Clean(p.batch[i].Number)
		numbers[i] = p.batch[i].Number
	}
	known, err := p.Store.Known(ctx, p.Map.Account, numbers)
	if err != nil {
		return err
	}
	fresh := p.batch[:0]
	for i := range p.batch {
		n := p.batch[i].Number
		if known[n] || p.seen[n] {
			p.res.Known++
			continue
		}
		known[n] = true
		if p.DryRun { // nothing else remembers it
			p.seen[strings.Clone(n)] = true
		}
		fresh = append(fresh, p.batch[i])
	}
	added := len(fresh)
	if !p.DryRun && added > 0 {
		if added, err = p.Store.Add(ctx, p.By, p.Map.Account, fresh); err != nil {
			return err
		}
	}
	p.res.Imported += added
	p.res.Known += len(fresh) - added
	for i := range fresh {
		if fresh[i].Sealed {
			p.res.Sealed++
		}
	}
	p.batch = p.batch[:0]
	if p.Progress != nil {
		p.Progress(p.res)
	}
	return nil
}

// Short is a name as it is printed: one line, not too long.
func Short(name string) string {
	name = oneLine(name)
	if utf8.RuneCountInString(name) > 80 {
		name = string([]rune(name)[:79]) + "…"
	}
	return name
}
