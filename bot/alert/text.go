package alert

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/router"
	"tanggap/tickets"
)

// mostItems is how many emergencies one message names, and mostTopics how many topics are counted.
const (
	mostItems  = 15
	mostTopics = 3
)

// words are what those on call read, in a language.
type words struct {
	one, many, unopened, again, sealed, newest, open, queue, more, noTopic, noPlace, foot string
}

var languages = map[string]words{
	"id": {
		one: "DARURAT", many: "DARURAT: %d laporan", unopened: "BELUM DIBUKA: %d", again: "belum dibuka", sealed: "laporan tertutup", newest: "Terbaru", open: "Buka", queue: "Antrean",
		more: "dan %d lainnya", noTopic: "topik belum jelas", noPlace: "lokasi belum jelas",
		foot: "Pesan otomatis untuk petugas piket. Buka laporannya di konsol: selama belum dibuka, petugas berikutnya ikut dikabari.",
	},
	"en": {
		one: "EMERGENCY", many: "EMERGENCY: %d reports", unopened: "NOT OPENED: %d", again: "not opened yet", sealed: "a sealed report", newest: "Newest", open: "Open", queue: "Queue",
		more: "and %d more", noTopic: "topic not clear yet", noPlace: "place not clear yet",
		foot: "Automatic message to those on call. Open the report in the console: as long as nobody has, the next in line are told too.",
	},
}

// sheet is a message in the making: references, topics and places, and nothing of a citizen.
type sheet struct {
	words
	lang string
	city *router.City
	url  string
	*call
}

// intent is the message to one address, fitted to what carries it.
func (a *Alerts) intent(c *call, to Contact) tickets.Intent {
	s := sheet{words: languages[to.Language], lang: to.Language, city: a.options.City(), url: a.options.URL, call: c}
	i := tickets.Intent{Author: "bot", Via: tickets.Return{Channel: to.caps.Channel, Account: to.account, Address: to.Address}}
	if to.caps.Text.Unit == channels.Segments {
		i.Text = s.short()
		return i
	}
	head := s.head()
	if i.Text = s.long(); to.caps.Subject {
		i.Subject = head
	} else {
		i.Text = head + "\n\n" + i.Text
	}
	return i
}

// all are the emergencies, the new ones first.
func (s *sheet) all() []news { return slices.Concat(s.fresh, s.call.again) }

// head counts.
func (s *sheet) head() string {
	switch {
	case len(s.all()) == 1 && len(s.fresh) == 1:
		return s.one
	case len(s.all()) == 1:
		return s.one + ", " + s.words.again
	case len(s.call.again) == 0:
		return fmt.Sprintf(s.many, len(s.fresh))
	case len(s.fresh) == 0:
		return s.one + ". " + fmt.Sprintf(s.unopened, len(s.call.again))
	}
	return fmt.Sprintf(s.many, len(s.fresh)) + ". " + fmt.Sprintf(s.unopened, len(s.call.again))
}

// short is one SMS, whatever has to be left out for it.
func (s *sheet) short() string {
	all := s.all()
	first := &all[0]
	where := s.link(first)
	var tries [][]string
	if len(all) == 1 {
		tries = [][]string{{s.what(first), s.place(first), first.Reference.String()}, {s.what(first), first.Reference.String()}, {first.Reference.String()}}
	} else {
		newest := s.newest + " " + first.Reference.String()
		tries = [][]string{{s.topics(), newest + ", " + s.what(first) + ", " + s.place(first)}, {s.topics(), newest}, {newest}}
		if s.url != "" {
			where = s.queue + ": " + s.url + "/console/"
		}
	}
	text := ""
	for _, link := range slices.Compact([]string{where, ""}) {
		for _, parts := range tries {
			parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
			text = s.head() + ": " + strings.Join(parts, ". ")
			if link != "" {
				text += ". " + link
			}
			if text = sms.Fit(text); sms.Segments(text) == 1 {
				return text
			}
		}
	}
	return text
}

// long names each, as far as there is room.
func (s *sheet) long() string {
	var b strings.Builder
	all := s.all()
	for i := range all[:min(len(all), mostItems)] {
		n := &all[i]
		b.WriteString(strings.Join(slices.DeleteFunc([]string{n.Reference.String(), s.what(n), s.place(n)}, func(p string) bool { return p == "" }), ", "))
		if n.before > 0 {
			b.WriteString(" (" + s.words.again + ")")
		}
		b.WriteByte('\n')
		if link := s.link(n); link != "" {
			b.WriteString(link + "\n")
		}
	}
	if more := len(all) - mostItems; more > 0 {
		fmt.Fprintf(&b, s.more+": %s\n", more, s.topics())
	}
	if s.url != "" {
		b.WriteString(s.queue + ": " + s.url + "/console/\n")
	}
	b.WriteString("\n" + s.foot)
	return b.String()
}

// topics counts the commonest.
func (s *sheet) topics() string {
	counts := map[string]int{}
	for _, n := range s.all() {
		counts[s.what(&n)]++
	}
	names := slices.SortedFunc(maps.Keys(counts), func(x, y string) int {
		return cmp.Or(cmp.Compare(counts[y], counts[x]), cmp.Compare(x, y))
	})
	var parts []string
	for _, name := range names[:min(len(names), mostTopics)] {
		parts = append(parts, strconv.Itoa(counts[name])+" "+name)
	}
	return strings.Join(parts, ", ")
}

// what is the topic in a few words; of a sealed one only that it is sealed.
func (s *sheet) what(n *news) string {
	if n.Sealed {
		return s.sealed
	}
	c, ok := s.city.Category(n.Category)
	if !ok {
		return s.noTopic
	}
	name, _, _ := strings.Cut(cmp.Or(c.Name[s.lang], c.Name["id"]), ",")
	return name
}

// place is where, "" of a sealed one.
func (s *sheet) place(n *news) string {
	if n.Sealed {
		return ""
	}
	area, ok := s.city.Area(n.Area)
	if !ok {
		return s.noPlace
	}
	if o, ok := s.city.Agency(s.city.Office(n.Area)); ok {
		return o.Short // "Kel. Bukit Duri"
	}
	return area.Name
}

func (s *sheet) link(n *news) string {
	if s.url == "" {
		return ""
	}
	return s.url + "/console/tickets/" + string(n.Reference)
}
