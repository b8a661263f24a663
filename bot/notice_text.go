package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tanggap/bot/words"
	"tanggap/channels"
	"tanggap/router"
	"tanggap/tickets"
)

// mostItems is how many tickets one message to an agency names.
const mostItems = 40

// sheet is a message to an agency in the making. It is made of references, topics and places alone.
type sheet struct {
	city   *router.City
	agency router.Agency
	lang   string
	url    string
	now    time.Time // on the agency's wall clock
	tests  bool      // tickets of the pilot are told of
	cut    bool      // there is more than was read

	urgent, again, moved, fresh []tickets.Notice
	late, due                   []tickets.Notice
}

func (s *sheet) add(n tickets.Notice) {
	switch {
	case n.Test && !s.tests:
	case n.News == tickets.NewsUrgent:
		s.urgent = append(s.urgent, n)
	case n.News == tickets.NewsReopened:
		s.again = append(s.again, n)
	case n.News == tickets.NewsMoved:
		s.moved = append(s.moved, n)
	default:
		s.fresh = append(s.fresh, n)
	}
}

// owe takes in what is due until the end of the day.
func (s *sheet) owe(owed []tickets.Notice) {
	slices.SortFunc(owed, func(a, b tickets.Notice) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Ticket, b.Ticket))
	})
	for _, n := range owed {
		switch {
		case n.Test && !s.tests:
		case n.DueAt.Before(s.now):
			s.late = append(s.late, n)
		default:
			s.due = append(s.due, n)
		}
	}
}

// news counts what is more than the daily list.
func (s *sheet) news() int { return len(s.urgent) + len(s.again) + len(s.moved) + len(s.fresh) }

func (s *sheet) empty() bool { return s.news()+len(s.late)+len(s.due) == 0 }

func (s *sheet) subject() string {
	p, count := noticeSubjectMixed, s.count(s.news())
	switch {
	case len(s.urgent) > 0:
		p, count = noticeSubjectUrgent, s.count(len(s.urgent))
	case len(s.late)+len(s.due) > 0:
		p = noticeSubjectList
	case len(s.again) == s.news():
		p = noticeSubjectAgain
	case len(s.again) == 0:
		p = noticeSubjectNew
	}
	return say(p, s.lang, "count", count, "agency", s.name(), "date", words.Date(s.lang, s.now, s.now, false),
		"late", strconv.Itoa(len(s.late)), "due", strconv.Itoa(len(s.due)))
}

// longestName is how many characters of an agency's own name stand in a subject.
const longestName = 40

func (s *sheet) name() string {
	if len([]rune(s.agency.Name)) <= longestName {
		return s.agency.Name
	}
	return s.agency.Short
}

// count is a number as far as it is known.
func (s *sheet) count(n int) string {
	if s.cut {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}

// intent is the message, fitted to what the account carries: where nothing can be longer than one platform
// message, only what fits into one is named.
func (s *sheet) intent(to *Reach) tickets.Intent {
	i := tickets.Intent{Via: tickets.Return{
		Channel: to.caps.Channel, Account: to.account, Address: tickets.Address{Kind: string(to.kind), Value: to.Value},
	}, Author: botActor, Subject: s.subject()}
	fits := func(string) bool { return true }
	if limit := to.caps.Text; limit.Unit == channels.UTF16 {
		fits = func(text string) bool { return channels.UTF16Len(text) <= limit.Max }
	}
	head := ""
	if !to.caps.Subject {
		head, i.Subject = i.Subject+"\n\n", ""
	}
	for most := mostItems; ; most-- {
		if i.Text = head + s.text(most); most == 1 || fits(i.Text) {
			return i
		}
	}
}

// text names at most so many tickets, and says how many more there are.
func (s *sheet) text(most int) string {
	var b strings.Builder
	left := most
	for _, section := range []struct {
		head    phrase
		notices []tickets.Notice
		dated   bool
	}{
		{noticeHeadUrgent, s.urgent, false},
		{noticeHeadAgain, s.again, false},
		{noticeHeadMoved, s.moved, false},
		{noticeHeadNew, s.fresh, false},
		{noticeHeadLate, s.late, true},
		{noticeHeadDue, s.due, true},
	} {
		if len(section.notices) == 0 || left == 0 {
			continue
		}
		b.WriteString(say(section.head, s.lang, "agency", s.name(), "count", strconv.Itoa(len(section.notices))) + "\n")
		for _, n := range section.notices[:min(left, len(section.notices))] {
			s.item(&b, n, section.dated)
			left--
		}
		b.WriteByte('\n')
	}
	if more := s.news() + len(s.late) + len(s.due) - most; more > 0 || s.cut {
		b.WriteString(say(noticeMore, s.lang, "count", s.count(max(more, 0))) + "\n")
	}
	if s.url != "" {
		b.WriteString(say(noticeQueue, s.lang, "link", s.url+"/console/") + "\n")
	}
	b.WriteString(say(noticeFoot, s.lang))
	return b.String()
}

// item names one ticket; of a sealed one nothing but that it is there.
func (s *sheet) item(b *strings.Builder, n tickets.Notice, dated bool) {
	text := say(noticeSealed, s.lang, "ref", n.Reference.String())
	if !n.Sealed {
		text = say(noticeItem, s.lang, "ref", n.Reference.String(), "topic", category(s.city, n.Category, s.lang), "place", s.place(n.Area))
	}
	if dated {
		text = say(noticeBy, s.lang, "text", text, "date", words.Date(s.lang, n.DueAt.In(s.now.Location()), s.now, n.Emergency))
		if n.Emergency {
			text = say(noticeAlarm, s.lang, "text", text)
		}
	}
	b.WriteString("- " + text + "\n")
	if s.url != "" {
		b.WriteString("  " + s.url + "/console/tickets/" + string(n.Reference) + "\n")
	}
}

func (s *sheet) place(code string) string {
	a, ok := s.city.Area(code)
	if !ok {
		return say(noticeNoPlace, s.lang)
	}
	if o, ok := s.city.Agency(s.city.Office(code)); ok {
		return o.Name // "Kelurahan Bukit Duri"
	}
	return a.Name
}
