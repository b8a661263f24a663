package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tanggap/channels"
	"tanggap/router"
	"tanggap/tickets"
)

// urgentGap is the least time between two messages to an agency, of which the later tells of an emergency.
const urgentGap = time.Minute

// NoticeOptions of NewNotices.
type NoticeOptions struct {
	URL    string        // of the console's server, without a slash at its end; "" for messages without links
	Gather time.Duration // an agency is written to at most once in this time, but for emergencies; 0 means 10 minutes
	// Daily is the time of day, since midnight and before noon, of the list of what is due and late; 0 for none.
	Daily time.Duration
	// Account is what messages to a kind of address leave through; ok is false where nothing reaches such.
	Account func(kind channels.AddressKind) (name string, caps channels.Capabilities, ok bool)
	// Allow says whom this installation may write to; nil is everyone.
	Allow func(tickets.Address) bool
	// Workday puts an instant on the wall clock of a zone ("" is the city's), and tells whether offices
	// work on that day. nil knows no holiday but Saturday and Sunday.
	Workday func(at time.Time, zone string) (local time.Time, works bool)
	// Groups are chats of other people who work here; nil is none.
	Groups func() []string
	Now    func() time.Time // nil is time.Now
}

// Notices tells agencies of their work: what came in, moved to them, was opened again, is due and late.
// It says nothing of what citizens wrote or who they are. It is safe for concurrent use, but for Tell.
type Notices struct {
	bot     *Bot
	store   *tickets.Store
	options NoticeOptions
}

// NewNotices tells the agencies of b's city what is in the store.
func NewNotices(b *Bot, store *tickets.Store, o NoticeOptions) *Notices {
	if o.Gather <= 0 {
		o.Gather = 10 * time.Minute
	}
	if o.Account == nil {
		o.Account = func(channels.AddressKind) (string, channels.Capabilities, bool) {
			return "", channels.Capabilities{}, false
		}
	}
	if o.Allow == nil {
		o.Allow = func(tickets.Address) bool { return true }
	}
	if o.Workday == nil {
		o.Workday = b.plainWorkday
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Notices{bot: b, store: store, options: o}
}

func (b *Bot) plainWorkday(at time.Time, zone string) (time.Time, bool) {
	loc := b.settings.Load().zone
	if other, err := time.LoadLocation(zone); zone != "" && err == nil {
		loc = other
	}
	local := at.In(loc)
	return local, local.Weekday() != time.Saturday && local.Weekday() != time.Sunday
}

// Tell writes what there is to tell now into the outbox, and returns how many messages those are. An agency
// that cannot be written to is told later of all that came meanwhile. Only the holder of the lease
// "processor" may call it, one call at a time.
func (n *Notices) Tell(ctx context.Context, lease tickets.Lease) (int, error) {
	contacts, err := n.contacts(ctx)
	if err != nil {
		return 0, fmt.Errorf("telling agencies: %w", err)
	}
	n.heed(contacts)
	due, err := n.due(ctx, contacts)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	marks := make([]tickets.NoticeMark, len(due))
	for i, d := range due {
		marks[i] = d.mark
	}
	bulletins, err := n.store.Bulletins(ctx, marks)
	if err != nil {
		return 0, fmt.Errorf("telling agencies: %w", err)
	}
	sent := 0
	var failed []error
	for i, d := range due {
		k, err := n.tell(ctx, lease, d, bulletins[i])
		sent += k
		if errors.Is(err, tickets.ErrLost) || ctx.Err() != nil {
			return sent, err
		}
		failed = append(failed, err) // one agency holds up no other
	}
	return sent, errors.Join(failed...)
}

// telling is an agency that may be written to now.
type telling struct {
	contact *Contact
	mark    tickets.NoticeMark
	local   time.Time // now, on its wall clock
	urgent  bool      // only since there is an emergency
	list    int       // the day of the daily list that is due, 0 for none
}

// due finds the agencies that may be written to now.
func (n *Notices) due(ctx context.Context, contacts []Contact) ([]telling, error) {
	var ids []string
	for i := range contacts {
		if len(contacts[i].ways()) > 0 {
			ids = append(ids, contacts[i].Agency.ID)
		}
	}
	marks, err := n.store.NoticeMarks(ctx, ids)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	urgent, err := n.store.Urgent(ctx)
	if err != nil {
		return nil, err
	}
	now := n.options.Now()
	var all []telling
	for i := range contacts {
		t := telling{contact: &contacts[i]}
		var ok bool
		if t.mark, ok = marks[t.contact.Agency.ID]; !ok {
			continue
		}
		gap := now.Sub(t.mark.ToldAt)
		t.urgent = gap < n.options.Gather
		if t.urgent && (gap < urgentGap || !slices.Contains(urgent, t.contact.Agency.ID)) {
			continue
		}
		local, works := n.options.Workday(now, t.contact.Agency.Zone)
		t.local = local
		if at := sinceMidnight(local); works && n.options.Daily > 0 && at >= n.options.Daily && at < 12*time.Hour && t.mark.Listed != dayNumber(local) {
			t.list = dayNumber(local)
		}
		all = append(all, t)
	}
	return all, nil
}

func sinceMidnight(t time.Time) time.Duration {
	h, m, s := t.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
}

// dayNumber is 20261125 for the 25th of November 2026.
func dayNumber(t time.Time) int { return t.Year()*10000 + int(t.Month())*100 + t.Day() }

// tell writes one agency's message, if there is anything to say.
func (n *Notices) tell(ctx context.Context, lease tickets.Lease, t telling, b tickets.Bulletin) (int, error) {
	s := n.sheet(t)
	for _, notice := range b.Notices {
		s.add(notice)
	}
	if t.urgent && len(s.urgent) == 0 {
		return 0, nil // the emergency went elsewhere: all else waits for its time
	}
	s.cut = b.Cut
	if t.list != 0 {
		y, m, d := t.local.Date()
		tomorrow := time.Date(y, m, d+1, 0, 0, 0, 0, t.local.Location())
		owed, err := n.store.Owed(ctx, t.contact.Agency.ID, tomorrow)
		if err != nil {
			return 0, err
		}
		s.owe(owed)
	}
	a := tickets.Announcement{Bulletin: b, Listed: t.list}
	if !s.empty() {
		for _, w := range t.contact.ways() {
			a.Say = append(a.Say, s.intent(w))
		}
	} else if t.list == 0 && !b.Stale() {
		return 0, nil
	}
	if err := n.store.Announce(ctx, lease, a); err != nil {
		return 0, err
	}
	return len(a.Say), nil
}

// sheet begins the message to an agency.
func (n *Notices) sheet(t telling) *sheet {
	return &sheet{
		city: n.bot.settings.Load().city, agency: t.contact.Agency, lang: t.contact.Language, url: n.options.URL,
		now: t.local, tests: n.bot.options.Test,
	}
}

// heed makes the bot know the chats that are agencies', whose members are no citizens there.
func (n *Notices) heed(contacts []Contact) {
	groups := map[string]bool{}
	for _, c := range contacts {
		if len(c.Chat.Value) > 1 && c.Chat.Value[0] == '-' {
			groups[c.Chat.Value] = true
		}
	}
	if n.options.Groups != nil {
		for _, chat := range n.options.Groups() {
			groups[chat] = true
		}
	}
	n.bot.groups.Store(&groups)
}

// Heed reads the agencies' chats, so that what is said there is taken for no report. It is to be called
// before the first Decide; Tell does it again.
func (n *Notices) Heed(ctx context.Context) error {
	contacts, err := n.contacts(ctx)
	if err != nil {
		return fmt.Errorf("reading agencies' chats: %w", err)
	}
	n.heed(contacts)
	return nil
}

// category is the topic in words.
func category(city *router.City, id, lang string) string {
	c, ok := city.Category(id)
	if !ok {
		return say(noticeNoTopic, lang)
	}
	if name := c.Name[lang]; name != "" {
		return name
	}
	return c.Name[indonesian]
}
