package twilio

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tanggap/channels"
	"tanggap/channels/sms"
)

// messageSID is what names a message: https://www.twilio.com/docs/glossary/what-is-a-sid.
var messageSID = regexp.MustCompile(`^(SM|MM)[0-9A-Za-z]{1,64}$`)

// inbound is what a signed call says; of kind Unknown where it is none of a message.
// https://www.twilio.com/docs/messaging/guides/webhook-request
func (a *Adapter) inbound(r *http.Request, body []byte) channels.Inbound {
	in := channels.Inbound{Account: a.name, Raw: body, RawType: r.Header.Get("Content-Type")}
	if in.RawType == "" {
		in.RawType = "application/octet-stream"
	}
	if len(body) == 0 {
		in.Raw = []byte(r.URL.RawQuery + "\n")
	}
	form, err := url.ParseQuery(string(body))
	sid := first(form, "MessageSid", "SmsMessageSid", "SmsSid")
	number, _ := strings.CutPrefix(form.Get("From"), whatsapp)
	in.From, in.Mute = sms.Sender(number, a.config.Region)
	if err != nil || !messageSID.MatchString(sid) || in.From.Value == "" {
		sum := sha256.Sum256(in.Raw)
		in.Kind, in.EventID = channels.Unknown, "raw:"+hex.EncodeToString(sum[:16])
		return in
	}
	in.EventID, in.MessageID = sid, sid
	in.Mute = in.Mute || in.From.Value == a.config.From // an echo of ours
	in.Name = channels.Clean(form.Get("ProfileName"))
	in.Text = channels.Clean(form.Get("Body"))
	in.Kind = opting(form)
	if replied := form.Get("OriginalRepliedMessageSid"); replied != "" {
		in.ReplyTo = []string{replied}
	}
	if choice := form.Get("ButtonPayload"); choice != "" {
		in.Kind, in.Choice = channels.Button, choice
		in.MessageID = first(form, "OriginalRepliedMessageSid", "MessageSid")
	}
	in.Media = media(form)
	in.Point = point(form)
	return in
}

// stops are the words on which Twilio itself stops us from writing to the citizen, whatever we think of
// them (https://help.twilio.com/articles/223134027); those that sms.Opting knows are left out.
var stops = []string{"CANCEL", "END", "QUIT", "REVOKE"}

// opting says whether a message opts out or in. Twilio tells where it keeps the list itself (OptOutType).
func opting(form url.Values) channels.InboundKind {
	switch form.Get("OptOutType") {
	case "STOP":
		return channels.Blocked
	case "START":
		return channels.Unblocked
	case "HELP":
		return channels.Message
	}
	if slices.Contains(stops, sms.Word(form.Get("Body"))) {
		return channels.Blocked
	}
	return sms.Opting(form.Get("Body"))
}

// mediaPath is where Twilio keeps what came with a message.
var mediaPath = regexp.MustCompile(`/Messages/((?:SM|MM)[0-9A-Za-z]+)/Media/(ME[0-9A-Za-z]+)$`)

// media are the references to what came along: ids only, as a URL may carry credentials. One that is
// not where Twilio keeps media is still listed; Fetch will say so.
func media(form url.Values) []channels.Media {
	n, err := strconv.Atoi(form.Get("NumMedia"))
	if err != nil {
		return nil
	}
	var list []channels.Media
	for i := range min(n, 32) { // more than any message on Twilio has
		index := strconv.Itoa(i)
		m := channels.Media{Ref: "elsewhere/" + index, Type: form.Get("MediaContentType" + index)}
		if u, err := url.Parse(form.Get("MediaUrl" + index)); err == nil {
			if ids := mediaPath.FindStringSubmatch(u.Path); ids != nil {
				m.Ref = ids[1] + "/" + ids[2]
			}
		}
		list = append(list, m)
	}
	return list
}

// point is a shared location of WhatsApp.
func point(form url.Values) *channels.Point {
	lat, err1 := strconv.ParseFloat(form.Get("Latitude"), 64)
	lng, err2 := strconv.ParseFloat(form.Get("Longitude"), 64)
	if err1 != nil || err2 != nil || !(lat >= -90 && lat <= 90) || !(lng >= -180 && lng <= 180) {
		return nil
	}
	label := channels.Clean(strings.TrimSpace(form.Get("Label") + "\n" + form.Get("Address")))
	return &channels.Point{Lat: lat, Lng: lng, Label: label}
}
