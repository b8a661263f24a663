package sim

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"tanggap/channels/sms"
)

// GatewayOptions is one SMS gateway with one number.
type GatewayOptions struct {
	Username string
	Password string
	Number   string       // of the city: a short code or in E.164
	GetURL   string       // where messages from citizens go, with Kannel's escapes (%p %P %b %c %C %T %I %i %u)
	Tries    int          // how often that is tried (Kannel's http-request-retry and one); 0 means once
	Delivers bool         // every message taken is reported accepted, then delivered
	Client   *http.Client // of our calls to GetURL and dlr-url; nil means one with a timeout
	Keep     int          // messages kept, 0 means 10,000
}

// Gateway is a Kannel with an operator behind it: sendsms at /cgi-bin/sendsms, get-url and dlr-url, and the
// citizens' phones. It is safe for concurrent use; memory is bounded to the last messages. Behaviour follows
// Kannel 1.4.5 and its user's guide, chapters 6.6 and 10.
type Gateway struct {
	smsServer
	options GatewayOptions

	lock     sync.Mutex
	messages []*GatewayMessage // the oldest first
}

// GatewayMessage is one SMS, from a citizen or to one.
type GatewayMessage struct {
	ID       string // the gateway's own
	From, To string
	Text     string
	Parts    []string // the segments a phone gets
	Inbound  bool     // from a citizen
	At       time.Time

	dlr  string // dlr-url
	mask int
}

const gatewayKeep = 10_000

// gatewayCentre is what the simulated SMS centre is called.
const gatewayCentre = "sim"

var errNoGatewayMessage = errors.New("the gateway has no such message")

// NewGateway makes a gateway that has seen no message.
func NewGateway(o GatewayOptions) *Gateway {
	o.Keep = cmp.Or(o.Keep, gatewayKeep)
	o.Tries = cmp.Or(o.Tries, 1)
	g := &Gateway{options: o}
	g.prepare(g, o.Client)
	return g
}

// Write makes the citizen with number from send text to the city. It returns the gateway's id of the
// message once GetURL has taken it; with an error the gateway has given up on it.
func (g *Gateway) Write(ctx context.Context, from, text string) (string, error) {
	m := &GatewayMessage{
		ID: gatewayID(), From: from, To: g.options.Number, Text: text, Parts: sms.Parts(text), Inbound: true, At: time.Now(),
	}
	g.add(m)
	return m.ID, g.deliver(ctx, m)
}

// Redeliver hands a citizen's message on once more.
func (g *Gateway) Redeliver(ctx context.Context, id string) error {
	m := g.find(func(m *GatewayMessage) bool { return m.Inbound && m.ID == id })
	if m == nil {
		return errNoGatewayMessage
	}
	return g.deliver(ctx, m)
}

// Call is the call of GetURL for a message that the gateway does not remember.
func (g *Gateway) Call(ctx context.Context, from, text string) (*http.Request, error) {
	m := &GatewayMessage{ID: gatewayID(), From: from, To: g.options.Number, Text: text, At: time.Now()}
	return http.NewRequestWithContext(ctx, http.MethodGet, gatewayExpand(g.options.GetURL, m, 0, ""), nil)
}

// deliver calls GetURL, and sends to the citizen what it answers with, as Kannel does.
func (g *Gateway) deliver(ctx context.Context, m *GatewayMessage) error {
	answer, err := g.call(ctx, g.options.Tries, func(ctx context.Context) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, http.MethodGet, gatewayExpand(g.options.GetURL, m, 0, ""), nil)
	})
	if err != nil {
		return err
	}
	if len(answer) > 0 {
		text := string(answer)
		g.add(&GatewayMessage{ID: gatewayID(), From: m.To, To: m.From, Text: text, Parts: sms.Parts(text), At: time.Now()})
	}
	return nil
}

// Report calls the dlr-url of the message to a citizen whose id or dlr-url's key it is, if it asked for
// this event: 1 delivered, 2 failed, 4 buffered, 8 accepted, 16 refused. detail is the operator's receipt.
func (g *Gateway) Report(ctx context.Context, id string, event int, detail string) error {
	m := g.find(func(m *GatewayMessage) bool { return !m.Inbound && (m.ID == id || gatewayKey(m.dlr) == id) })
	if m == nil {
		return errNoGatewayMessage
	}
	if m.dlr == "" || m.mask&event == 0 {
		return nil
	}
	_, err := g.call(ctx, g.options.Tries, func(ctx context.Context) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, http.MethodGet, gatewayExpand(m.dlr, m, event, detail), nil)
	})
	return err
}

// Messages are those of all phones, the oldest first.
func (g *Gateway) Messages() []GatewayMessage {
	g.lock.Lock()
	defer g.lock.Unlock()
	list := make([]GatewayMessage, 0, len(g.messages))
	for _, m := range g.messages {
		list = append(list, *m)
	}
	return list
}

// Taken are the messages to citizens, the oldest first.
func (g *Gateway) Taken() []GatewayMessage {
	return slices.DeleteFunc(g.Messages(), func(m GatewayMessage) bool { return m.Inbound })
}

// Key is what our side named the message in its dlr-url, "" where it asked for no report.
func (m GatewayMessage) Key() string { return gatewayKey(m.dlr) }

func (g *Gateway) add(m *GatewayMessage) {
	g.lock.Lock()
	defer g.lock.Unlock()
	g.messages = append(g.messages, m)
	if len(g.messages) > g.options.Keep {
		g.messages = slices.Delete(g.messages, 0, 1)
	}
}

// find is the newest message that match likes. Messages never change once added.
func (g *Gateway) find(match func(*GatewayMessage) bool) *GatewayMessage {
	g.lock.Lock()
	defer g.lock.Unlock()
	for _, m := range slices.Backward(g.messages) {
		if match(m) {
			return m
		}
	}
	return nil
}

// ServeHTTP is sendsms, with the answers of Kannel's smsbox.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	say := func(status int, words string) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		w.Write([]byte(words))
	}
	login := q.Get("username") + "\x00" + q.Get("password")
	fault := SMSFault("")
	if q.Get("text") != "" {
		fault = g.fault()
	}
	mask, err := strconv.Atoi(cmp.Or(q.Get("dlr-mask"), "0"))
	switch {
	case r.URL.Path != "/cgi-bin/sendsms":
		say(http.StatusNotFound, "Unknown request.")
	case r.Method != http.MethodGet:
		say(http.StatusBadRequest, "Invalid content-type")
	case subtle.ConstantTimeCompare([]byte(login), []byte(g.options.Username+"\x00"+g.options.Password)) != 1, fault == SMSSuspended:
		say(http.StatusForbidden, "Authorization failed for sendsms")
	case fault == SMSTemporary:
		say(http.StatusServiceUnavailable, "Temporal failure, try again later.")
	case fault == SMSThrottled: // a proxy's: Kannel itself has no such answer
		w.Header().Set("Retry-After", "7")
		say(http.StatusTooManyRequests, "Slow down")
	case fault == SMSUnreachable:
		say(http.StatusForbidden, "Not routable. Do not try again.")
	case fault == SMSRejected, err != nil, q.Get("coding") != "" && q.Get("coding") != "0" && q.Get("coding") != "2":
		say(http.StatusBadRequest, "Coding field misformed, rejected")
	case q.Get("to") == "":
		say(http.StatusBadRequest, "Missing receiver number, rejected")
	default:
		g.take(&GatewayMessage{
			ID: gatewayID(), From: q.Get("from"), To: q.Get("to"), Text: gatewayText(q), Parts: sms.Parts(gatewayText(q)),
			At: time.Now(), dlr: q.Get("dlr-url"), mask: mask,
		})
		if fault != "" {
			g.breakOff(w, r, fault)
			return
		}
		say(http.StatusAccepted, "0: Accepted for delivery")
	}
}

// gatewayText is the text as it arrives: what GSM 03.38 does not have becomes a question mark there.
func gatewayText(q url.Values) string {
	text := q.Get("text")
	if q.Get("coding") == "2" {
		return text
	}
	return strings.Map(func(r rune) rune {
		if !sms.IsGSM7(string(r)) {
			return '?'
		}
		return r
	}, text)
}

func (g *Gateway) take(m *GatewayMessage) {
	g.add(m)
	if g.options.Delivers {
		g.background(func(ctx context.Context) {
			for _, event := range []int{8, 1} {
				// A report that fails is lost, as at Kannel.
				_ = g.Report(ctx, m.ID, event, "ACK/")
			}
		})
	}
}

// gatewayExpand fills in Kannel's escapes, as far as get-url and dlr-url use them.
func gatewayExpand(pattern string, m *GatewayMessage, event int, detail string) string {
	text, coding, charset := m.Text, "0", "UTF-8"
	if !sms.IsGSM7(text) {
		coding, charset = "2", "UTF-16BE"
		var raw []byte
		for _, unit := range utf16.Encode([]rune(text)) {
			raw = append(raw, byte(unit>>8), byte(unit))
		}
		text = string(raw)
	}
	return strings.NewReplacer(
		"%%", "%", "%p", url.QueryEscape(m.From), "%P", url.QueryEscape(m.To), "%b", url.QueryEscape(text), "%c", coding, "%C", charset,
		"%T", strconv.FormatInt(m.At.Unix(), 10), "%I", m.ID, "%i", gatewayCentre, "%u", "",
		"%d", strconv.Itoa(event), "%A", url.QueryEscape(detail), "%F", m.ID,
	).Replace(pattern)
}

// gatewayKey is the key in a dlr-url.
func gatewayKey(dlr string) string {
	u, err := url.Parse(gatewayExpand(dlr, &GatewayMessage{}, 0, ""))
	if err != nil {
		return ""
	}
	return u.Query().Get("key")
}

func gatewayID() string {
	var b [16]byte
	rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
