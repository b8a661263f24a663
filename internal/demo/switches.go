package demo

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"

	"tanggap/internal/sim"
)

// switchNames are what can be made to go wrong, in the order of the page; "blocked" is of one citizen,
// the others of everybody.
var switchNames = []string{"telegram", "sms", "mail", "slow", "lost", "twice", "blocked"}

// always is as often as a fault is asked for while its switch is on.
const always = math.MaxInt32

// waitSeconds is how long a platform that is in a hurry asks us to wait, as the simulated SMS platforms do.
const waitSeconds = 7

var (
	errBlocked = errors.New("the citizen has blocked the bot")
	errButton  = errors.New("there is no such button")
	errSwitch  = errors.New("there is no such switch")
)

// switches is what is switched on. It is safe for concurrent use.
type switches struct {
	mu      sync.Mutex
	set     map[string]bool
	blocked map[int64]bool // by chat
}

func newSwitches() *switches { return &switches{set: map[string]bool{}, blocked: map[int64]bool{}} }

func (s *switches) on(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.set[name]
}

func (s *switches) isBlocked(c citizen) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blocked[c.Chat]
}

func (s *switches) turn(c citizen, name string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "blocked" {
		s.blocked[c.Chat] = on
		return
	}
	s.set[name] = on
}

// flip turns a switch, and does to the platforms what it says.
func (d *Demo) flip(ctx context.Context, c citizen, name string, on bool) error {
	if !slices.Contains(switchNames, name) {
		return errSwitch
	}
	d.switches.turn(c, name, on)
	var err error
	switch name {
	case "telegram":
		err = d.telegram.Outage(on)
	case "sms":
		err = errors.Join(d.twilio.Outage(on), d.gateway.Outage(on))
	case "mail":
		d.mail.Outage(on)
	case "blocked":
		d.telegram.Block(c.telegram(), on)
	}
	d.arm()
	if err != nil || on {
		return err
	}
	// The outbox would find out at its next try; who watches the queue drain need not wait for that.
	for _, account := range []string{"bot", "mail", "sms", "smsc"} {
		err = errors.Join(err, d.store.Hurry(ctx, account))
	}
	return err
}

// arm makes the platforms fail as the switches say.
func (d *Demo) arm() {
	d.telegram.Mend()
	d.twilio.Mend()
	d.gateway.Mend()
	d.mail.Mend()
	switch {
	case d.switches.on("slow"):
		d.telegram.Fail(sim.TelegramFault{Status: 429, Description: "Too Many Requests: retry after 7", RetryAfter: waitSeconds}, always)
		d.twilio.Fail(sim.SMSThrottled, always)
		d.gateway.Fail(sim.SMSThrottled, always)
		d.mail.Fail(sim.MailThrottled, always)
	case d.switches.on("lost"):
		// A second try goes well; on the SMS platforms the receipt comes before there is one.
		d.telegram.Fail(sim.TelegramFault{Reset: true, Anew: true}, always)
		d.twilio.Fail(sim.SMSReset, always)
		d.gateway.Fail(sim.SMSReset, always)
		d.mail.Fail(sim.MailLost, always)
	}
}

// lever is a switch as the page shows it.
type lever struct {
	Name string // of the families playground.switch and playground.switch_help
	On   bool
}

func (d *Demo) levers(c citizen) (all []lever) {
	for _, name := range switchNames {
		l := lever{name, d.switches.on(name)}
		if name == "blocked" {
			l.On = d.switches.isBlocked(c)
		}
		all = append(all, l)
	}
	return all
}

// waiting is how many messages wait to go out on a channel.
type waiting struct {
	Channel string // of the family playground.channel
	N       int
}

// queues counts what waits to go out, and what Telegram still has for us.
func (d *Demo) queues(ctx context.Context) ([]waiting, error) {
	accounts, err := d.store.Accounts(ctx)
	n := map[string]int{}
	for _, a := range accounts {
		n[map[string]string{"bot": "telegram", "sms": "sms", "smsc": "sms", "mail": "mail"}[a.Name]] += a.Queue
	}
	return []waiting{{"telegram", n["telegram"]}, {"sms", n["sms"]}, {"mail", n["mail"]}}, err
}
