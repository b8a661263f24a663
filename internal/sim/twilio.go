package sim

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tanggap/channels/sms"
)

// TwilioOptions is one Twilio account with one sender.
type TwilioOptions struct {
	AccountSID string       // AC…
	AuthToken  string       // letters and digits
	Number     string       // the account's sender, in E.164; WhatsApp senders begin with "whatsapp:"
	Webhook    string       // where messages from citizens are posted, without a fragment
	Tries      int          // how often a webhook is tried (Twilio's connection override rc); 0 means once
	Delivers   bool         // every message taken is reported sent, then delivered
	Client     *http.Client // of our webhooks; nil means one with a timeout
	Keep       int          // messages kept, 0 means 10,000
}

// Twilio is the Messages resource of one account as api.twilio.com serves it, with its signed webhooks,
// and the citizens' phones. It is safe for concurrent use; memory is bounded to the last messages, and to
// 32 MB of media. Behaviour follows https://www.twilio.com/docs/messaging/api/message-resource.
type Twilio struct {
	smsServer
	options TwilioOptions

	lock     sync.Mutex
	messages []*TwilioMessage // the oldest first
	bySID    map[string]*TwilioMessage
	media    []twilioMedia
}

// TwilioMessage is one entry of the account's log.
type TwilioMessage struct {
	SID       string
	From, To  string
	Body      string
	Parts     []string // the segments a phone gets
	Inbound   bool     // from a citizen
	Status    string   // as Twilio names it: received, queued, sent, delivered, undelivered, failed
	ErrorCode int
	At        time.Time

	service  string
	callback string
	call     url.Values // the webhook's form, of an Inbound
}

// TwilioMedia is a picture or file in a message from a citizen.
type TwilioMedia struct {
	Type string
	Data []byte
}

type twilioMedia struct {
	message, sid string
	TwilioMedia
}

const (
	twilioKeepMessages = 10_000
	twilioKeepMedia    = 32 << 20
)

var errNoTwilioMessage = errors.New("the account's log has no such message")

// NewTwilio makes an account with an empty log.
func NewTwilio(o TwilioOptions) *Twilio {
	o.Keep = cmp.Or(o.Keep, twilioKeepMessages)
	o.Tries = cmp.Or(o.Tries, 1)
	t := &Twilio{options: o, bySID: map[string]*TwilioMessage{}}
	t.prepare(t, o.Client)
	return t
}

// Write makes the citizen with number from send body to the account. It returns the message's SID once
// the webhook has taken it; with an error the message stands in the log all the same, as at Twilio.
func (t *Twilio) Write(ctx context.Context, from, body string, media ...TwilioMedia) (string, error) {
	m := t.inbound(from, body, media)
	return m.SID, t.deliver(ctx, m)
}

// Redeliver posts a citizen's message once more.
func (t *Twilio) Redeliver(ctx context.Context, sid string) error {
	t.lock.Lock()
	m := t.bySID[sid]
	t.lock.Unlock()
	if m == nil || !m.Inbound {
		return errNoTwilioMessage
	}
	return t.deliver(ctx, m)
}

// Call is the webhook call that Twilio makes for form: signed, whatever it holds.
func (t *Twilio) Call(ctx context.Context, form url.Values) (*http.Request, error) {
	return t.signed(ctx, t.options.Webhook, form.Encode())
}

// CallRaw is Call with a body that need not be a form of Twilio's.
func (t *Twilio) CallRaw(ctx context.Context, body string) (*http.Request, error) {
	return t.signed(ctx, t.options.Webhook, body)
}

// Form is what Twilio would post for a message from a citizen that is in no log.
func (t *Twilio) Form(from, body string) url.Values {
	return t.form(&TwilioMessage{SID: twilioSID("SM"), From: from, To: t.options.Number, Body: body}, nil)
}

// Report sets the status of a message to a citizen and reports it to its status callback.
func (t *Twilio) Report(ctx context.Context, sid, status string, code int) error {
	t.lock.Lock()
	m := t.bySID[sid]
	if m == nil || m.Inbound {
		t.lock.Unlock()
		return errNoTwilioMessage
	}
	m.Status, m.ErrorCode = status, code
	form := url.Values{
		"MessageSid": {m.SID}, "SmsSid": {m.SID}, "MessageStatus": {status}, "SmsStatus": {status},
		"AccountSid": {t.options.AccountSID}, "From": {m.From}, "To": {m.To}, "ApiVersion": {"2010-04-01"},
	}
	if code != 0 {
		form.Set("ErrorCode", strconv.Itoa(code))
	}
	callback := m.callback
	t.lock.Unlock()
	if callback == "" {
		return nil
	}
	_, err := t.call(ctx, t.options.Tries, func(ctx context.Context) (*http.Request, error) {
		return t.signed(ctx, callback, form.Encode())
	})
	return err
}

// Messages is the log, the oldest first: what citizens wrote and what they got.
func (t *Twilio) Messages() []TwilioMessage {
	t.lock.Lock()
	defer t.lock.Unlock()
	list := make([]TwilioMessage, 0, len(t.messages))
	for _, m := range t.messages {
		list = append(list, *m)
	}
	return list
}

// Taken is what the account has sent to citizens, the oldest first.
func (t *Twilio) Taken() []TwilioMessage {
	return slices.DeleteFunc(t.Messages(), func(m TwilioMessage) bool { return m.Inbound })
}

func (t *Twilio) inbound(from, body string, media []TwilioMedia) *TwilioMessage {
	kind := "SM"
	if len(media) > 0 {
		kind = "MM"
	}
	m := &TwilioMessage{
		SID: twilioSID(kind), From: from, To: t.options.Number, Body: body, Parts: sms.Parts(body),
		Inbound: true, Status: "received", At: time.Now(),
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	var kept []twilioMedia
	for _, file := range media {
		kept = append(kept, twilioMedia{message: m.SID, sid: twilioSID("ME"), TwilioMedia: file})
	}
	m.call = t.form(m, kept)
	t.media = append(t.media, kept...)
	for size := t.mediaSize(); size > twilioKeepMedia; t.media = t.media[1:] {
		size -= len(t.media[0].Data)
	}
	t.add(m)
	return m
}

// add puts m into the log. The caller holds the lock.
func (t *Twilio) add(m *TwilioMessage) {
	t.messages = append(t.messages, m)
	t.bySID[m.SID] = m
	if len(t.messages) > t.options.Keep {
		delete(t.bySID, t.messages[0].SID)
		t.messages = slices.Delete(t.messages, 0, 1)
	}
}

func (t *Twilio) mediaSize() (n int) {
	for _, m := range t.media {
		n += len(m.Data)
	}
	return n
}

func (t *Twilio) form(m *TwilioMessage, media []twilioMedia) url.Values {
	form := url.Values{
		"MessageSid": {m.SID}, "SmsSid": {m.SID}, "SmsMessageSid": {m.SID}, "SmsStatus": {"received"},
		"AccountSid": {t.options.AccountSID}, "From": {m.From}, "To": {m.To}, "Body": {m.Body},
		"NumMedia": {strconv.Itoa(len(media))}, "NumSegments": {strconv.Itoa(max(len(m.Parts), 1))},
		"ApiVersion": {"2010-04-01"}, "ToCountry": {""}, "ToState": {""}, "ToCity": {""}, "ToZip": {""},
	}
	for i, file := range media {
		form.Set(fmt.Sprintf("MediaContentType%d", i), file.Type)
		form.Set(fmt.Sprintf("MediaUrl%d", i), fmt.Sprintf("https://api.twilio.com/2010-04-01/Accounts/%s/Messages/%s/Media/%s",
			t.options.AccountSID, m.SID, file.sid))
	}
	return form
}

// deliver posts m to the webhook, and sends what its answer asks for.
func (t *Twilio) deliver(ctx context.Context, m *TwilioMessage) error {
	answer, err := t.call(ctx, t.options.Tries, func(ctx context.Context) (*http.Request, error) { return t.Call(ctx, m.call) })
	if err != nil {
		return err
	}
	var response struct {
		Messages []string `xml:"Message"`
	}
	if len(answer) > 0 && xml.Unmarshal(answer, &response) != nil {
		return errors.New("the webhook's answer is no TwiML") // Twilio's error 12100
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	for _, text := range response.Messages {
		t.add(&TwilioMessage{SID: twilioSID("SM"), From: m.To, To: m.From, Body: text, Parts: sms.Parts(text), Status: "sent", At: time.Now()})
	}
	return nil
}

// signed is a call of address with body as Twilio signs it:
// https://www.twilio.com/docs/usage/security#validating-requests.
func (t *Twilio) signed(ctx context.Context, address, body string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil, err
	}
	text := address
	for _, key := range slices.Sorted(maps.Keys(form)) {
		values := slices.Sorted(slices.Values(form[key]))
		for _, value := range slices.Compact(values) {
			text += key + value
		}
	}
	mac := hmac.New(sha1.New, []byte(t.options.AuthToken))
	mac.Write([]byte(text))
	req.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	return req, nil
}

func twilioSID(kind string) string {
	var id [16]byte
	rand.Read(id[:])
	return kind + hex.EncodeToString(id[:])
}
