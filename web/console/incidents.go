package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tanggap/channels/sms"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/incidents"
)

const (
	incidentsHome = "/console/incidents"
	perPast       = 20
	defaultHours  = 12
	oneSMS        = 160 // characters of GSM-7
)

// hours are how long an incident may hold reports from now on.
var hours = []int{3, 6, 12, 24, 48}

type incidentsPage struct {
	Open  []incidentRow
	Past  []incidentRow
	Next  string
	Opens bool // the person may open one
}

// incidentRow is an incident in a list.
type incidentRow struct {
	Path             string
	Category, Area   string
	Text             string
	OpenedAt, EndsAt time.Time
	Over             bool // its end has come
	Held, Confirmed  int
}

// incidentForm is the form that opens an incident.
type incidentForm struct {
	From       string // the report it is opened for, "" none
	Category   string
	Categories []choice
	Code       string   // of the area chosen
	Areas      []choice // of that report, the smallest first
	Area       string   // typed
	ID, EN     string   // the text
	Hours      int
	Choices    []int
	Wrong      string // of the family "incident_fault"
	Left       int    // characters that fit a receipt, at most
}

var (
	incidentFaults    = []string{"category", "area", "text", "long", "there", "ended"}
	sampleIncidentRow = incidentRow{"/", "x", "x", "x", time.Unix(1, 0), time.Unix(1, 0), true, 1, 1}
	sampleIncidents   = incidentsPage{[]incidentRow{sampleIncidentRow}, []incidentRow{sampleIncidentRow}, "/", true}
	sampleNewIncident = incidentForm{"x", "x", []choice{{"x", "x"}}, "x", []choice{{"x", "x"}}, "x", "x", "x", 12, hours, "area", 80}
)

func (c *console) showIncidents(v *visit) {
	all, err := c.Crowd.Current(v.r.Context())
	if c.failed(v, err) {
		return
	}
	before, _ := strconv.ParseInt(v.r.URL.Query().Get("before"), 36, 64)
	past, err := c.Crowd.Past(v.r.Context(), before, perPast)
	if c.failed(v, err) {
		return
	}
	p := incidentsPage{Opens: !v.reads()}
	for i := range all {
		row, err := c.incidentRow(v, &all[i])
		if c.failed(v, err) {
			return
		}
		p.Open = append(p.Open, row)
	}
	for i := range past {
		row, err := c.incidentRow(v, &past[i])
		if c.failed(v, err) {
			return
		}
		p.Past = append(p.Past, row)
	}
	if len(past) == perPast {
		p.Next = incidentsHome + "?before=" + strconv.FormatInt(past[perPast-1].ID, 36)
	}
	c.pages.incidents.Write(v.w, v.r, c.frame(v, "incidents"), p)
}

func incidentPath(id int64) string { return incidentsHome + "/" + strconv.FormatInt(id, 36) }

func (c *console) incidentRow(v *visit, i *incidents.Incident) (incidentRow, error) {
	n, err := c.Crowd.Counts(v.r.Context(), i.ID)
	return incidentRow{
		Path: incidentPath(i.ID), Category: c.category(i.Category, v.lang), Area: c.areaNamed(i.Area), Text: i.Says(v.lang),
		OpenedAt: i.OpenedAt, EndsAt: i.EndsAt, Over: !c.Now().Before(i.EndsAt), Held: n.Held, Confirmed: n.Confirmed(),
	}, err
}

// areaNamed is an area with its level, which tells a kelurahan from the kecamatan of the same name.
func (c *console) areaNamed(code string) string {
	a, ok := c.City().Area(code)
	if !ok {
		return code
	}
	return strings.TrimSpace(a.Name + " (" + a.Level + ")")
}

func (c *console) showNewIncident(v *visit) {
	f := c.newIncidentForm(v)
	if ref, ok := tickets.ParseReference(v.r.URL.Query().Get("from")); ok {
		t, err := c.seen(v, ref)
		if c.failed(v, err) {
			return
		}
		if t != nil {
			f.From, f.Category, f.Code = string(ref), t.Category, t.Area
			f.Areas = c.around(t.Area)
		}
	}
	c.pages.newIncident.Write(v.w, v.r, c.frame(v, "incidents"), f)
}

func (c *console) newIncidentForm(v *visit) incidentForm {
	f := incidentForm{Hours: defaultHours, Choices: hours, Left: c.room()}
	for _, cat := range c.City().Categories() {
		if !cat.Conduct && !cat.Sensitive && !cat.Emergency {
			f.Categories = append(f.Categories, choice{cat.ID, c.category(cat.ID, v.lang)})
		}
	}
	return f
}

// room is how many characters of a text fit a receipt of one SMS, in either language.
func (c *console) room() int {
	return oneSMS - max(len(sms.Fold(c.Crowd.Hears("id", ""))), len(sms.Fold(c.Crowd.Hears("en", ""))))
}

// around are an area and those that it lies in, the smallest first.
func (c *console) around(code string) (all []choice) {
	a, ok := c.City().Area(code)
	if !ok {
		return nil
	}
	for _, code := range append([]string{code}, a.Parents...) {
		all = append(all, choice{code, c.areaNamed(code)})
	}
	return all
}

func (c *console) openIncident(v *visit) {
	r := v.r
	f := c.newIncidentForm(v)
	f.From, f.Category, f.Code, f.Area = r.PostFormValue("from"), r.PostFormValue("category"), r.PostFormValue("code"), strings.TrimSpace(cut(r.PostFormValue("area"), mostQuery))
	f.ID, f.EN = strings.TrimSpace(r.PostFormValue("text_id")), strings.TrimSpace(r.PostFormValue("text_en"))
	f.Areas = c.around(f.Code)
	f.Hours, _ = strconv.Atoi(r.PostFormValue("hours"))
	i := incidents.Incident{Category: f.Category, By: v.who.Login, Text: map[string]string{"id": f.ID, "en": f.EN}}
	i.Area = c.areaOf(f.Code, f.Area)
	switch {
	case !slices.ContainsFunc(f.Categories, func(x choice) bool { return x.ID == f.Category }):
		f.Wrong = "category"
	case i.Area == "":
		f.Wrong = "area"
	default:
		f.Wrong = c.wrongText(i.Text)
	}
	if !slices.Contains(hours, f.Hours) {
		f.Hours = defaultHours
	}
	i.EndsAt = c.Now().Add(time.Duration(f.Hours) * time.Hour)
	if f.Wrong == "" {
		id, err := c.Crowd.Open(r.Context(), i)
		if err == nil {
			err = c.Crowd.Heed(r.Context())
		}
		if err == nil {
			c.UI.Redirect(v.w, r, incidentPath(id), "incident_opened")
			return
		}
		if !errors.Is(err, incidents.ErrThere) {
			c.UI.Unexpected(v.w, r, err)
			return
		}
		f.Wrong = "there"
	}
	frame := c.frame(v, "incidents")
	frame.Status = http.StatusUnprocessableEntity
	c.pages.newIncident.Write(v.w, r, frame, f)
}

// areaOf is the code of an area that was chosen, or else typed; "" where there is none such in the city.
func (c *console) areaOf(code, name string) string {
	if a, ok := c.City().Area(code); ok && code != "" && !a.Outside {
		return code
	}
	if a, ok := c.City().Area(name); ok && name != "" && !a.Outside {
		return name
	}
	if a, _ := c.City().Place(router.Report{Text: name}); a != nil && !a.Outside {
		return a.Code
	}
	return ""
}

// wrongText tells, of the family "incident_fault", what is wrong with a text that every receipt is to carry.
func (c *console) wrongText(text map[string]string) string {
	if text["id"] == "" {
		return "text"
	}
	for _, lang := range []string{"id", "en"} {
		said := text[lang]
		if said == "" {
			said = text["id"]
		}
		if sms.Segments(sms.Fit(c.Crowd.Hears(lang, said))) > 1 {
			return "long"
		}
	}
	return ""
}
