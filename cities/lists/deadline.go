package lists

import (
	"maps"
	"regexp"
	"strconv"
	"strings"

	"tanggap/router"
)

var span = regexp.MustCompile(`^(\d{1,4}) ?(?:x ?)?([a-z ]+)$`)

// deadline is a promise in working time, such as "5 hari kerja".
func (c *categories) deadline(l line, w *writer, isNew bool) {
	text := strings.ToLower(l.text("deadline"))
	switch {
	case text == "" && (isNew || l.cleared("deadline")):
		c.plan.fault(l, "deadline", "is empty: a topic has a deadline, such as 5 hari kerja")
		return
	case text == "" && !l.has("deadline_source"):
		return
	}
	was, _ := w.entry.values["deadline"].(map[string]any)
	is := map[string]any{}
	maps.Copy(is, was)
	if text != "" {
		value, unit := inWords(text)
		switch {
		case unit == "hari":
			c.plan.fault(l, "deadline", "%q may be working days or all days: write hari kerja or hari kalender", text)
			return
		case unit == "":
			c.plan.fault(l, "deadline", "%q is no deadline: such as 5 hari kerja, 3 hari kalender, 24 jam", text)
			return
		}
		is["value"], is["unit"] = value, unit
	}
	// What vouched for another deadline does not vouch for this one.
	if changed := is["value"] != was["value"] || is["unit"] != was["unit"]; changed || l.cleared("deadline_source") {
		delete(is, "source")
		is["example"] = true
	}
	if l.text("deadline_source") != "" {
		source, ok := c.source(l, "deadline_source", "checked")
		if !ok {
			return
		}
		is["source"] = source
		delete(is, "example")
	}
	w.put("deadline", is)
}

// inWords reads a number and its unit; "hari" where it is not said which days, "" where it is no deadline.
func inWords(text string) (value int64, unit string) {
	m := span.FindStringSubmatch(strings.Join(strings.Fields(text), " "))
	if m == nil {
		return 0, ""
	}
	value, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || value == 0 {
		return 0, ""
	}
	switch strings.TrimSpace(m[2]) {
	case "hari kerja", "hk", "working days", "working day", "business days":
		unit = router.WorkingDays
	case "hari kalender", "calendar days", "calendar day":
		unit = router.CalendarDays
	case "jam", "hours", "hour":
		unit = router.Hours
	case "hari", "days", "day":
		unit = "hari"
	}
	return value, unit
}
