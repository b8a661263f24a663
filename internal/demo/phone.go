package demo

import (
	"context"
	"slices"
	"strings"

	"tanggap/channels/sms"
	"tanggap/internal/sim"
)

// phoneView is the phone of a citizen, in the conversation with one of the city's two numbers.
type phoneView struct {
	Account string // sms or smsc
	Number  string // the city's
	Other   int    // messages in the conversation with the other number
	Bubbles []bubble
	Count   counted // of what stands in the field
}

// counted is what a text costs.
type counted struct {
	Segments int
	Encoding string // of the family playground.encoding
}

func countOf(text string) counted {
	n, encoding := sms.Count(text)
	return counted{n, string(encoding)}
}

// phoneWrite sends an SMS to the number of an account.
func (d *Demo) phoneWrite(ctx context.Context, c citizen, account string, w draft) error {
	write, again := d.gateway.Write, d.gateway.Redeliver
	if account == "sms" {
		write = func(ctx context.Context, from, text string) (string, error) { return d.twilio.Write(ctx, from, text) }
		again = d.twilio.Redeliver
	}
	id, err := write(ctx, c.Phone, w.Text)
	d.note(c, written{Account: account, Event: id, Text: w.Text})
	if err == nil && d.switches.on("twice") {
		err = again(ctx, id)
	}
	return err
}

func (d *Demo) phone(ctx context.Context, c citizen, account, text string) phoneView {
	v := phoneView{Account: account, Number: numberOf(account), Count: countOf(text)}
	short, long := d.gatewayMessages(c), d.twilioMessages(c)
	v.Bubbles, v.Other = short, len(long)
	if account == "sms" {
		v.Bubbles, v.Other = long, len(short)
	}
	v.Bubbles = latest(v.Bubbles)
	for i, b := range v.Bubbles {
		if !b.Ours {
			v.Bubbles[i].Taken = d.taken(ctx, account, strings.TrimPrefix(b.ID, "sms-"))
		}
	}
	return v
}

// numberOf is the city's number of an account.
func numberOf(account string) string {
	if account == "sms" {
		return twilioNumber
	}
	return shortCode
}

func (d *Demo) gatewayMessages(c citizen) (all []bubble) {
	for _, m := range d.gateway.Messages() {
		if m.From == c.Phone || m.To == c.Phone {
			b := d.text(m.ID, m.Text, !m.Inbound)
			b.At = d.clock(m.At)
			all = append(all, b)
		}
	}
	return all
}

func (d *Demo) twilioMessages(c citizen) (all []bubble) {
	mine := slices.DeleteFunc(d.twilio.Messages(), func(m sim.TwilioMessage) bool { return m.From != c.Phone && m.To != c.Phone })
	for _, m := range mine {
		b := d.text(m.SID, m.Body, !m.Inbound)
		b.At = d.clock(m.At)
		all = append(all, b)
	}
	return all
}

func (d *Demo) text(id, text string, ours bool) bubble {
	n := countOf(text)
	return bubble{ID: "sms-" + id, Ours: ours, Text: text, Segments: n.Segments, Encoding: n.Encoding}
}
