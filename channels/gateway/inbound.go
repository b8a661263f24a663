package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"tanggap/channels"
	"tanggap/channels/sms"
)

func (a *Adapter) receive(r *http.Request, inbox channels.Inbox, d delivery) error {
	return inbox.Accept(r.Context(), a.inbound(d, time.Now()))
}

// inbound is what a call says; of kind Unknown where it is none of a message.
func (a *Adapter) inbound(d delivery, now time.Time) channels.Inbound {
	fields := a.config.Receive
	in := channels.Inbound{Account: a.name, Kind: channels.Unknown, Raw: d.raw, RawType: d.rawType}
	in.From, in.Mute = sms.Sender(d.get(fields.From), a.config.Region)
	text, hasText := d.find(fields.Text)
	if in.From.Value == "" || !hasText {
		sum := sha256.Sum256(d.raw)
		in.EventID = "raw:" + hex.EncodeToString(sum[:16])
		return in
	}
	in.SentAt = clock(d.get(fields.Time), fields.TimeFormat)
	body := sms.Decode(text, d.get(fields.Charset), d.get(fields.Coding))
	udh := d.get(fields.UDH)
	in.EventID = d.get(fields.ID)
	if in.EventID == "" {
		in.EventID = fingerprint(in, body+"\x00"+udh, now)
	}
	in.MessageID = in.EventID
	if a.config.SMSC == "*" {
		in.Thread = d.get(fields.SMSC)
	}
	in.Text = channels.Clean(body)
	// A city's own gateway holds nobody to opt-out words: STOP is a word to the bot, and answers go on.
	in.Kind = channels.Message
	if ref, part, parts, ok := sms.Concatenated(udh); ok {
		in.Album, in.Part, in.Parts = fmt.Sprintf("%s:%d", ref, parts), part, parts
		edged := channels.Clean("|" + body + "|") // the spaces at a part's ends are between words
		in.Text = edged[1 : len(edged)-1]
	}
	return in
}

// fingerprint names a message that the gateway gives no name: by sender, words and time. Where it tells no
// time either, the hour of arrival stands for it: what is equal within the hour is taken for a repetition.
func fingerprint(in channels.Inbound, body string, now time.Time) string {
	at := in.SentAt
	if at.IsZero() {
		at = now.UTC().Truncate(time.Hour)
	}
	sum := sha256.Sum256([]byte(in.From.Value + "\x00" + strconv.FormatInt(at.UnixMilli(), 10) + "\x00" + body))
	return "sum:" + hex.EncodeToString(sum[:16])
}
