package channeltest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/channels"
)

// loft is a platform in memory: carrier pigeons, that a keeper fetches (Poll) or that fly to him (Webhook).
type loft struct {
	flaw    string // of the adapters it makes
	flies   bool
	mu      sync.Mutex
	letters []letter
	seq     int
	acked   int
	handler http.Handler
	taken   []Taken
	fail    Failure
	fails   int
	outage  bool
	calls   int
	refused int
	dozing  chan struct{} // closed when something changes
}

type letter struct {
	Seq  int    `json:"seq"`
	ID   string `json:"id"`
	From int    `json:"from"`
	Text string `json:"text"`
	Junk string `json:"junk,omitempty"`
}

const loftSecret = "rahasia-merpati-5501"

var errAway = errors.New("the loft is closed")

func (l *loft) Adapter(_ *testing.T, client *http.Client, log *slog.Logger) channels.Adapter {
	k := &keeper{loft: l, client: client, log: log, flaw: l.flaw}
	if l.flies {
		return &called{k}
	}
	return &caller{k}
}

func (l *loft) Connect(h http.Handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.handler = h
}

func (l *loft) Write(t *testing.T, n int, text string) string {
	return l.deliver(t, letter{From: n, Text: text})
}

func (l *loft) WriteBytes(t *testing.T, body []byte) { l.deliver(t, letter{Junk: string(body)}) }

func (l *loft) Redeliver(t *testing.T, id string) {
	l.mu.Lock()
	i := slices.IndexFunc(l.letters, func(m letter) bool { return m.ID == id })
	m := l.letters[i]
	l.mu.Unlock()
	m.Seq = 0
	l.deliver(t, m)
}

// lay numbers a letter that has no number and lays it out, in one step: a keeper who has taken a number
// takes none below it any more.
func (l *loft) lay(m letter) letter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.Seq == 0 {
		l.seq++
		m.Seq = l.seq
		if m.ID == "" && m.Junk == "" {
			m.ID = "m" + strconv.Itoa(m.Seq)
		}
	}
	l.letters = append(l.letters, m)
	l.wake()
	return m
}

// deliver lays the letter out, or flies it to the handler until that says 2xx; it returns the letter's id.
func (l *loft) deliver(t *testing.T, m letter) string {
	m = l.lay(m)
	if !l.flies {
		return m.ID
	}
	for range 100_000 {
		l.mu.Lock()
		h := l.handler
		l.mu.Unlock()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, l.request(m, loftSecret, 0))
		if w.Code/100 == 2 {
			return m.ID
		}
		<-time.After(time.Millisecond)
	}
	t.Errorf("nobody ever took a letter")
	return m.ID
}

func (l *loft) wake() {
	if l.dozing != nil {
		close(l.dozing)
		l.dozing = nil
	}
}

func (l *loft) request(m letter, secret string, padding int) *http.Request {
	body, _ := json.Marshal(m)
	body = append(body, bytes.Repeat([]byte(" "), padding)...)
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("Signature", sign(secret, body))
	return r
}

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (l *loft) Forged(*testing.T) *http.Request {
	return l.request(letter{Seq: 900, ID: "m900", Text: "palsu"}, "salah", 0)
}

func (l *loft) Signed(_ *testing.T, padding int) *http.Request {
	return l.request(letter{Seq: 901, ID: "m901", Text: "asli"}, loftSecret, padding)
}

func (l *loft) Address(n int) channels.Address {
	return channels.Address{Kind: "pigeon", Value: fmt.Sprintf("dara-7%d7", n)}
}

func (l *loft) Taken() []Taken {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.taken)
}

func (l *loft) Fail(f Failure, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail, l.fails = f, n
}

func (l *loft) Outage(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outage = on
	l.wake()
}

func (l *loft) Refused() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused
}

func (l *loft) Confirm(t *testing.T, id string) bool {
	if !l.flies {
		return false
	}
	l.deliver(t, letter{Seq: -1, ID: id})
	return true
}

func (l *loft) Secrets() []string { return []string{loftSecret} }

// after waits for letters after seq that nobody has acknowledged; ack acknowledges everything up to seq.
func (l *loft) after(ctx context.Context, ack int) ([]letter, error) {
	for {
		l.mu.Lock()
		if l.outage {
			l.refused++
			l.mu.Unlock()
			return nil, errAway
		}
		l.acked = max(l.acked, ack)
		var out []letter
		for _, m := range l.letters {
			if m.Seq > l.acked {
				out = append(out, m)
			}
		}
		if l.dozing == nil {
			l.dozing = make(chan struct{})
		}
		dozing := l.dozing
		l.mu.Unlock()
		if len(out) > 0 {
			return out, nil
		}
		select {
		case <-dozing:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// post takes a message, or fails as told.
func (l *loft) post(ctx context.Context, out channels.Outbound) (string, Failure) {
	l.mu.Lock()
	fail := Failure("")
	if l.fails > 0 {
		l.fails--
		fail = l.fail
	}
	if l.outage {
		l.refused++
		fail = FailDial
	}
	id := ""
	if fail == "" || fail == FailReset || fail == FailHang {
		id = "s" + strconv.Itoa(len(l.taken)+1)
		l.taken = append(l.taken, Taken{MessageID: id, To: out.To, Text: out.Text, ReplyTo: out.ReplyTo, At: time.Now()})
	}
	l.mu.Unlock()
	if fail == FailHang {
		<-ctx.Done()
	}
	return id, fail
}

// keeper is the adapter; its flaw makes it a broken twin.
type keeper struct {
	loft   *loft
	client *http.Client
	log    *slog.Logger
	flaw   string
}

const pigeonMax, pigeonBody = 200, 1 << 10

func (k *keeper) Name() string { return "merpati" }

func (k *keeper) Capabilities() channels.Capabilities {
	return channels.Capabilities{
		Channel: "pigeon", Addresses: "pigeon", Receipts: k.loft.flies,
		Text: channels.Limit{Max: pigeonMax, Unit: channels.Runes},
	}
}

func (k *keeper) Send(ctx context.Context, out channels.Outbound) (channels.Receipt, error) {
	if k.flaw == "sends late" {
		ctx = context.WithoutCancel(ctx)
	}
	if ctx.Err() != nil {
		return channels.Receipt{}, &channels.Error{Kind: channels.Temporary, Err: ctx.Err()}
	}
	if k.flaw == "talks to strangers" {
		if resp, err := k.client.Get("http://192.0.2.1:9/"); err == nil {
			resp.Body.Close()
		}
	}
	switch k.flaw {
	case "logs words":
		k.log.Debug("sending", "text", out.Text)
	case "logs addresses":
		k.log.Debug("sending", "to", out.To.Value)
	case "drops emoji":
		out.Text = strings.ReplaceAll(out.Text, "😀", "")
	case "forgets the world":
		out.Text = strings.Map(func(r rune) rune {
			if r > 0x2000 {
				return '?'
			}
			return r
		}, out.Text)
	}
	if len([]rune(out.Text)) > pigeonMax {
		if k.flaw != "cuts" {
			return channels.Receipt{}, channels.Errorf(channels.Rejected, "", "too heavy for a pigeon")
		}
		out.Text = string([]rune(out.Text)[:pigeonMax])
	}
	id, failed := k.loft.post(ctx, out)
	if failed == FailReset && k.flaw == "repeats" {
		id, failed = k.loft.post(ctx, out)
	}
	if failed == FailReset && k.flaw == "claims" {
		failed = ""
	}
	if failed == "" {
		if k.flaw == "invents receipts" {
			id = "r" + out.Key
		}
		return channels.Receipt{MessageID: id, State: channels.Sent}, nil
	}
	e := &channels.Error{Kind: outcomes[failed], Reason: string(failed)}
	if failed == FailThrottled {
		e.RetryAfter = 7 * time.Second
	}
	switch k.flaw {
	case "all temporary":
		e.Kind = channels.Temporary
	case "hurries":
		e.RetryAfter = 0
	case "calls unknown temporary":
		if e.Kind == channels.UnknownSent {
			e.Kind = channels.Temporary
		}
	case "tells its secret":
		e.Reason = "with " + loftSecret + ": " + e.Reason
	case "is no error of ours":
		return channels.Receipt{}, errors.New(e.Reason)
	}
	return channels.Receipt{}, e
}

func (k *keeper) inbound(m letter) channels.Inbound {
	raw, _ := json.Marshal(m)
	in := channels.Inbound{
		Account: "merpati", Kind: channels.Message, EventID: m.ID, MessageID: m.ID,
		From: k.loft.Address(m.From), Text: channels.Clean(m.Text), Raw: raw, RawType: "application/json",
		Cursor: strconv.Itoa(m.Seq),
	}
	if m.Junk != "" {
		in = channels.Inbound{
			Account: "merpati", Kind: channels.Unknown, EventID: "junk" + strconv.Itoa(m.Seq),
			Raw: raw, RawType: "application/json", Cursor: strconv.Itoa(m.Seq),
		}
	}
	k.loft.mu.Lock()
	k.loft.calls++
	calls := k.loft.calls
	k.loft.mu.Unlock()
	switch k.flaw {
	case "renumbers":
		in.EventID = "e" + strconv.Itoa(m.Seq)
	case "renumbers calls":
		in.EventID = m.ID + "/" + strconv.Itoa(calls)
	case "merges equals":
		in.EventID = strconv.Itoa(m.From) + m.Text + m.Junk
	case "forgets raw":
		in.Raw = nil
	}
	return in
}

// caller fetches letters.
type caller struct{ *keeper }

func (k *caller) Poll(ctx context.Context, inbox channels.Inbox) error {
	cursor, err := inbox.Cursor(ctx, k.Name())
	if err != nil {
		return err
	}
	at, _ := strconv.Atoi(cursor)
	var late []channels.Inbound
	for ctx.Err() == nil {
		letters, err := k.loft.after(ctx, at)
		if err != nil && k.flaw == "faints" && ctx.Err() == nil {
			return err
		}
		if err != nil {
			<-time.After(time.Millisecond)
			continue
		}
		if k.flaw == "acknowledges first" {
			at = letters[len(letters)-1].Seq
			k.loft.mu.Lock()
			k.loft.acked = at
			k.loft.mu.Unlock()
		}
		for _, m := range letters {
			in := k.inbound(m)
			if in.Kind == channels.Unknown && k.flaw == "drops the unknown" {
				at = m.Seq
				continue
			}
			err := inbox.Accept(ctx, in)
			if err != nil && k.flaw == "comes back later" {
				late = append(late, in)
			} else if err != nil {
				break
			} else if len(late) > 0 && late[0].From == in.From && inbox.Accept(ctx, late[0]) == nil {
				late = late[1:]
			}
			at = max(at, m.Seq)
		}
	}
	if k.flaw == "complains of the end" {
		return ctx.Err()
	}
	return nil
}

// called is flown to.
type called struct{ *keeper }

func (k *called) Handler(inbox channels.Inbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := int64(pigeonBody)
		if k.flaw == "reads for ever" {
			limit = 1 << 40
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		if k.flaw != "trusts everyone" && r.Header.Get("Signature") != sign(loftSecret, body) {
			if k.flaw == "logs the forged" {
				k.log.Warn("bad signature", "want", sign(loftSecret, body), "key", loftSecret)
			}
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var m letter
		if err := json.Unmarshal(body, &m); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if k.flaw == "answers first" {
			w.WriteHeader(http.StatusOK)
		}
		if m.Seq == -1 {
			err = inbox.Report(r.Context(), channels.Report{
				Account: "merpati", EventID: m.ID, MessageID: m.ID, State: channels.Delivered, At: time.Now(),
			})
		} else {
			err = inbox.Accept(r.Context(), k.inbound(m))
		}
		if err != nil && k.flaw != "shrugs" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}
