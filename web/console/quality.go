package console

import (
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"tanggap/tickets/quality"
)

// periods are the days that the quality page looks back; the second for who asks for none.
var periods = []int{7, 30, 90}

const (
	mostPairs   = 30 // confusions that are shown
	mostNamed   = 20 // reports that are named with each
	mostTossed  = 50
	wantedFirst = 95 // of 100, for who asks for no other accuracy
)

// qualityPage is how often the router was right.
type qualityPage struct {
	Periods  []tab
	Days     int
	Reports  int
	Full     bool // there were more
	Alone    measured
	Left     measured // to a person, of all
	First    measured // of those: where the first guess was taken
	Three    measured // or any of the three
	Wanted   int      // of 100
	Meant    meant
	InForce  trusted
	Wrong    string // of the family "trust", "" nothing
	Bands    []band
	Pairs    []pair
	Tossed   []tossed
	Category []group
	Channel  []group
	CSV      string
}

// measured is a share with the bounds of chance around it, in percent.
type measured struct{ Of, In, Percent, Low, High int }

// meant is what an accuracy that is wanted would have meant.
type meant struct {
	Found      bool
	Confidence int
	Right      measured
	Alone      measured
	Wrong      string // a day
}

type band struct {
	From, To int
	measured
}

type pair struct {
	From, To string
	Below    bool // To is a part of From
	Count    int
	Reports  []link
}

type link struct{ Reference, Path string }

type tossed struct {
	link
	Way []string
}

type group struct {
	Name string
	measured
}

var sampleQuality = qualityPage{
	Periods: []tab{{"7", "/", true}}, Days: 7, Reports: 1, Full: true, Wanted: 95, Meant: meant{Found: true, Wrong: "x"}, InForce: trusted{1, 1, "x", time.Unix(1, 0), 1, true}, Wrong: "few", Bands: []band{{50, 60, measured{1, 1, 1, 1, 1}}},
	Pairs: []pair{{"x", "x", true, 1, []link{{"x", "/"}}}}, Tossed: []tossed{{link{"x", "/"}, []string{"x", "x"}}, {link{}, []string{"x"}}},
	Category: []group{{"x", measured{1, 1, 1, 1, 1}}}, Channel: []group{{"x", measured{1, 1, 1, 1, 1}}}, CSV: "/",
}

func (c *console) showQuality(v *visit) {
	days, all, err := c.judged(v)
	if c.failed(v, err) {
		return
	}
	wanted := wantedFirst
	if n, err := strconv.Atoi(v.r.URL.Query().Get("wanted")); err == nil && n >= 50 && n <= 100 {
		wanted = n
	}
	c.writeQuality(v, 0, days, all, wanted, "")
}

func (c *console) writeQuality(v *visit, status, days int, all []quality.Judgement, wanted int, wrong string) {
	p := qualityPage{Days: days, Reports: len(all), Full: len(all) >= quality.Most, Wanted: wanted, Wrong: wrong, CSV: "/console/quality/pairs.csv?days=" + strconv.Itoa(days)}
	var err error
	if p.InForce, err = c.trusted(v); c.failed(v, err) {
		return
	}
	for _, n := range periods {
		p.Periods = append(p.Periods, tab{strconv.Itoa(n), fmt.Sprintf("/console/quality?days=%d&wanted=%d", n, p.Wanted), n == days})
	}
	right := func(j *quality.Judgement) bool { return j.Right }
	p.Alone = measure(quality.Count(all, (*quality.Judgement).Alone, right))
	p.Left = measure(quality.Count(all, func(j *quality.Judgement) bool { return !j.Emergency }, func(j *quality.Judgement) bool { return j.Abstained }))
	p.First = measure(quality.Count(all, (*quality.Judgement).Left, func(j *quality.Judgement) bool { return j.Among(1) }))
	p.Three = measure(quality.Count(all, (*quality.Judgement).Left, func(j *quality.Judgement) bool { return j.Among(3) }))
	p.Meant = meaning(all, p.Wanted, days)
	for _, b := range quality.Bands(all) {
		p.Bands = append(p.Bands, band{int(math.Round(100 * b.From)), int(math.Round(100 * b.To)), measure(b.Share)})
	}
	p.Pairs = c.confusions(all)
	for _, j := range quality.Tossed(all) {
		if len(p.Tossed) < mostTossed {
			p.Tossed = append(p.Tossed, c.tossed(&j))
		}
	}
	p.Category = groups(all, func(j *quality.Judgement) string { return c.category(j.Category, v.lang) })
	p.Channel = groups(all, func(j *quality.Judgement) string {
		if slices.Contains(channelNames, j.Channel) {
			return c.UI.Say(v.lang, "channel."+j.Channel)
		}
		return c.UI.Say(v.lang, "channel.other")
	})
	frame := c.frame(v, "quality")
	frame.Status = status
	c.pages.quality.Write(v.w, v.r, frame, p)
}

// judged reads the days that the call asks for.
func (c *console) judged(v *visit) (days int, all []quality.Judgement, err error) {
	return c.judgedIn(v, v.r.URL.Query().Get("days"))
}

func (c *console) judgedIn(v *visit, asked string) (days int, all []quality.Judgement, err error) {
	days, _ = strconv.Atoi(asked)
	if !slices.Contains(periods, days) {
		days = periods[1]
	}
	all, err = c.Judged(v.r.Context(), c.Now().AddDate(0, 0, -days))
	return days, all, err
}

func measure(s quality.Share) measured {
	low, high := s.Bounds()
	return measured{s.Of, s.In, percent(s.Rate()), int(math.Floor(100 * low)), int(math.Ceil(100 * high))}
}

func meaning(all []quality.Judgement, wanted, days int) meant {
	t := quality.Wanted(all, float64(wanted)/100)
	wrong := float64(t.Right.In-t.Right.Of) / float64(days)
	return meant{t.Found, above(t.Confidence), measure(t.Right), measure(t.Alone), strconv.FormatFloat(wrong, 'f', 1, 64)}
}

func groups(all []quality.Judgement, name func(*quality.Judgement) string) (found []group) {
	for _, g := range quality.By(all, name) {
		found = append(found, group{g.Name, measure(g.Share)})
	}
	return found
}

// confusions name no sealed report: it counts, and that is all.
func (c *console) confusions(all []quality.Judgement) (pairs []pair) {
	for _, x := range quality.Pairs(all) {
		if len(pairs) == mostPairs {
			break
		}
		p := pair{From: c.agency(x.From), To: c.agency(x.To), Below: slices.Contains(c.City().Children(x.From), x.To), Count: len(x.Reports)}
		for i := range x.Reports {
			if l := linkTo(&x.Reports[i]); l.Path != "" && len(p.Reports) < mostNamed {
				p.Reports = append(p.Reports, l)
			}
		}
		pairs = append(pairs, p)
	}
	return pairs
}

func linkTo(j *quality.Judgement) link {
	if j.Sealed {
		return link{}
	}
	return link{j.Reference.String(), "/console/tickets/" + string(j.Reference)}
}

func (c *console) tossed(j *quality.Judgement) tossed {
	x := tossed{link: linkTo(j), Way: []string{c.agency(j.Path[0].From)}}
	for _, p := range j.Path {
		x.Way = append(x.Way, c.agency(p.To))
	}
	return x
}

// savePairs is all confusions as a file for a spreadsheet.
func (c *console) savePairs(v *visit) {
	days, all, err := c.judged(v)
	if c.failed(v, err) {
		return
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="pairs-%d-%s.csv"`, days, c.Now().Format(time.DateOnly)))
	h.Set("Cache-Control", "no-store")
	w := csv.NewWriter(v.w)
	_ = w.Write([]string{"from", "from_name", "to", "to_name", "count"})
	for _, p := range quality.Pairs(all) {
		_ = w.Write([]string{plainCell(p.From), plainCell(c.agency(p.From)), plainCell(p.To), plainCell(c.agency(p.To)), strconv.Itoa(len(p.Reports))})
	}
	w.Flush() // an error is the caller's hanging up
}

// plainCell is text that no spreadsheet takes for a formula (OWASP, CSV injection).
func plainCell(text string) string {
	if text != "" && strings.ContainsAny(text[:1], "=+-@\t\r") {
		return "'" + text
	}
	return text
}
