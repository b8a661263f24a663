package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/internal/blobs"
	"tanggap/internal/config"
	"tanggap/tickets"
)

// Seeded is what Seed did.
type Seeded struct {
	Reports int
	Acts    int      // of staff
	Refused []string // acts that the rules of the desk did not allow, and that were left out
}

// Seed gives an empty database the city's week before now. It comes in as all messages do, by Accept and
// Process, and staff act through the desk: only the clock is another, and the platforms, which took in
// their time what was said to citizens. A database with tickets is left as it is.
func Seed(ctx context.Context, cfg *config.Config, b *bot.Bot, now time.Time) (Seeded, error) {
	done, err := seed(ctx, cfg, b, now)
	if err != nil {
		return done, fmt.Errorf("seeding the demo: %w", err)
	}
	return done, nil
}

func seed(ctx context.Context, cfg *config.Config, b *bot.Bot, now time.Time) (done Seeded, err error) {
	w, err := readWeek()
	if err != nil {
		return done, err
	}
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		return done, err
	}
	scenes, err := w.scenes(now.In(zone).Truncate(time.Second))
	if err != nil {
		return done, err
	}
	p := &player{week: w, bot: b, told: make([]report, len(w.Story)), said: map[string]int{}, clock: scenes[0].at.Add(-time.Hour)}
	if p.store, err = tickets.Open(ctx, cfg.Database.URL.Reveal(), tickets.Options{Now: func() time.Time { return p.clock }}); err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, p.store.Close()) }()
	if mark, err := p.store.Demo(ctx, true); err != nil || !mark {
		return done, err // somebody's real database is not ours to fill; the app refuses it
	}
	if had, _, err := p.store.List(ctx, tickets.Filter{Limit: 1}); err != nil || len(had) > 0 {
		return done, err
	}
	if p.files, err = blobs.Open(cfg.Attachments.URL); err != nil {
		return done, err
	}
	p.inbox, p.desk = bot.NewInbox(p.store), bot.NewDesk(b, p.store)
	return p.play(ctx, scenes, now)
}

// report is what is known of a story while it is told.
type report struct {
	ticket int64
	event  string // of its first message
}

// player plays the week through.
type player struct {
	week  *week
	bot   *bot.Bot
	store *tickets.Store
	files *blobs.Folder
	inbox channels.Inbox
	desk  *bot.Desk
	lease tickets.Lease
	clock time.Time // what the store takes for now; nothing of it works beside us
	told  []report
	said  map[string]int // messages of each person, who numbers them
	done  Seeded
}

// leaseTime outlasts the whole of the past.
const leaseTime = 90 * 24 * time.Hour

func (p *player) play(ctx context.Context, scenes []scene, now time.Time) (Seeded, error) {
	var ok bool
	var err error
	if p.lease, ok, err = p.store.Take(ctx, "processor", "seed", leaseTime); err != nil || !ok {
		return p.done, errors.Join(err, errors.New("the lease of the processor is taken"))
	}
	for _, s := range scenes {
		if err := p.advance(ctx, s.at); err != nil {
			return p.done, err
		}
		if err := p.scene(ctx, s); err != nil {
			return p.done, err
		}
		if err := p.settle(ctx); err != nil {
			return p.done, err
		}
	}
	return p.done, p.advance(ctx, now)
}

// advance lets time pass, and timers fire in the hour that they are due.
func (p *player) advance(ctx context.Context, to time.Time) error {
	for p.clock.Before(to) {
		if p.clock = p.clock.Add(time.Hour); p.clock.After(to) {
			p.clock = to
		}
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle does what the app's loops do: timers that are due, the outbox, and timers that its outcome set.
func (p *player) settle(ctx context.Context) error {
	for range 2 {
		due, err := p.store.Due(ctx, 100)
		if err != nil {
			return err
		}
		for _, t := range due {
			if err := p.store.Fire(ctx, t, p.bot.Timer(t)); err != nil {
				return err
			}
		}
		select {
		case <-p.store.Dirty():
			if err := p.post(ctx); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

func (p *player) scene(ctx context.Context, s scene) error {
	switch {
	case s.odd != nil:
		return p.hear(ctx, channels.Inbound{Account: s.odd.Via, Kind: channels.Unknown, EventID: "seed:" + s.odd.At, Raw: []byte(s.odd.Raw), RawType: "text/plain"})
	case s.first:
		return p.open(ctx, s.story)
	case p.told[s.story].ticket == 0:
		return nil // the message became no ticket: a word of command, or one more of an earlier one
	case s.step.What == "says":
		return p.answer(ctx, s.story, s.step.Text)
	}
	p.done.Acts++
	err := p.act(ctx, p.told[s.story].ticket, s.step)
	for _, refusal := range []error{tickets.ErrMove, tickets.ErrNotFound, bot.ErrSealed, bot.ErrAgency, bot.ErrAsk, bot.ErrReason, bot.ErrText} {
		if errors.Is(err, refusal) {
			// A city pack that changed; the rest of the week is as good without.
			p.done.Refused = append(p.done.Refused, p.week.Story[s.story].At+" "+s.step.What)
			return nil
		}
	}
	return err
}

// open is the first message of a story.
func (p *player) open(ctx context.Context, i int) error {
	s := p.week.Story[i]
	in := p.message(s.By)
	in.Text, in.Subject = strings.TrimSpace(s.Text), s.Subject
	if len(s.Place) == 2 {
		in.Point = &channels.Point{Lat: s.Place[0], Lng: s.Place[1]}
	}
	if s.Picture != "" {
		in.Media = []channels.Media{{Ref: s.Picture, Name: s.Picture + ".jpg", Type: "image/jpeg"}}
	}
	if err := p.hear(ctx, in); err != nil {
		return err
	}
	became, id, err := p.store.Fate(ctx, in.Account, in.EventID)
	if err != nil {
		return err
	}
	if became == tickets.BecameTicket {
		p.done.Reports++
		p.told[i] = report{ticket: id, event: in.EventID}
	}
	return p.fetch(ctx)
}

// answer is what the citizen says to the latest of what we said about the ticket.
func (p *player) answer(ctx context.Context, i int, text string) error {
	in := p.message(p.week.Story[i].By)
	in.Text = text
	thread, err := p.store.Thread(ctx, p.told[i].ticket)
	if err != nil {
		return err
	}
	for _, l := range thread {
		// A phone cannot quote, so that an SMS answers what was said last.
		if l.Direction == tickets.Out && l.Sent.ExternalID != "" && in.From.Kind != channels.Tel {
			in.ReplyTo, in.Subject = []string{l.Sent.ExternalID}, l.Subject
		}
	}
	return p.hear(ctx, in)
}

// message is one of a person's, still without words.
func (p *player) message(by string) channels.Inbound {
	who := p.week.Person[by]
	p.said[by]++
	id := "seed:" + by + ":" + strconv.Itoa(p.said[by])
	kind := map[string]channels.AddressKind{"bot": channels.TelegramID, "mail": channels.Mail}[who.Via]
	if kind == "" {
		kind = channels.Tel
	}
	if kind == channels.TelegramID {
		id = who.Address + ":" + strconv.Itoa(p.said[by])
	}
	return channels.Inbound{
		Account: who.Via, Kind: channels.Message, EventID: id, MessageID: id, From: channels.Address{Kind: kind, Value: who.Address},
		Name: who.Name, Language: who.Language, SentAt: p.clock,
	}
}

// hear takes a message in and lets it be decided.
func (p *player) hear(ctx context.Context, in channels.Inbound) error {
	if in.Raw == nil {
		in.Raw, in.RawType = []byte(in.Text), "text/plain"
	}
	if err := p.inbox.Accept(ctx, in); err != nil {
		return err
	}
	for {
		round, err := p.store.Process(ctx, p.lease, tickets.Share{Max: 100}, bot.Mentions, p.bot.Decide)
		if err != nil || round.Senders == 0 {
			return err
		}
	}
}

// fetch stores the pictures that came along.
func (p *player) fetch(ctx context.Context) error {
	pending, err := p.store.PendingFiles(ctx, 20)
	for _, f := range pending {
		if err == nil {
			var stored blobs.Stored
			stored, err = p.files.Put(bytes.NewReader(picture(f.Ref)), 1<<20)
			f.State, f.SHA256, f.Size, f.Type = "stored", stored.SHA256, stored.Size, stored.Type
		}
		if err == nil {
			err = p.store.SetFile(ctx, f)
		}
	}
	return err
}

// post lets the platforms of the past take what waits for them.
func (p *player) post(ctx context.Context) error {
	for _, account := range []string{"bot", "mail", "sms", "smsc"} {
		for {
			parcels, err := p.store.Claim(ctx, account, 20, time.Hour)
			if err != nil {
				return err
			}
			for i := range parcels {
				if err := p.send(ctx, &parcels[i]); err != nil {
					return err
				}
			}
			if len(parcels) == 0 {
				break
			}
		}
	}
	return nil
}

func (p *player) send(ctx context.Context, parcel *tickets.Parcel) error {
	text, fate := parcel.Text, tickets.Fate{State: "sent"}
	if parcel.Via.Address.Kind == string(channels.Tel) {
		text = sms.Fit(text)
		fate.State, fate.Segments = "delivered", sms.Segments(text)
	}
	if p.unreachable(parcel.Via.Address.Value) {
		fate = tickets.Fate{State: "failed", Kind: string(channels.Unreachable), Reason: "the number is not in use", Address: "unreachable"}
	}
	if err := p.store.Render(ctx, parcel, []string{text}); err != nil {
		return err
	}
	part := &parcel.Parts[0]
	attempt, err := p.store.Begin(ctx, parcel, part, time.Hour)
	if err != nil {
		return err
	}
	if fate.State != "failed" {
		fate.ExternalID = "seed:" + part.Key
	}
	return p.store.End(ctx, parcel, part, attempt, fate)
}

func (p *player) unreachable(address string) bool {
	for _, who := range p.week.Person {
		if who.Address == address {
			return who.Unreachable
		}
	}
	return false
}
