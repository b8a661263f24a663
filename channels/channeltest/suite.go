package channeltest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/channels"
)

// Run holds the adapter that o.New's platforms make to the contract of package channels: one subtest
// for each behaviour that applies to it, each on a fresh Platform.
func Run(t *testing.T, o Options) {
	t.Helper()
	probe := newSession(t, t, o)
	adapter := probe.make()
	for _, b := range behaviours {
		if b.applies == nil || b.applies(o, adapter) {
			t.Run(b.name, func(t *testing.T) { hold(t, t, o, b) })
		}
	}
}

// verdict is where a behaviour says what it found: a *testing.T, or a recorder in the suite's own tests.
type verdict interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// behaviour is one named rule of the contract.
type behaviour struct {
	name    string
	applies func(Options, channels.Adapter) bool // nil: to every adapter
	check   func(*session)
}

var behaviours = []behaviour{
	{"AcknowledgesOnlyAfterAccept", nil, acknowledgesOnlyAfterAccept},
	{"RedeliversAfterCrash", redelivers, redeliversAfterCrash},
	{"KeepsOrderPerThread", nil, keepsOrderPerThread},
	{"DuplicatesKeepTheirID", nil, duplicatesKeepTheirID},
	{"DeliversTheUnknown", nil, deliversTheUnknown},
	{"StopsWithContext", nil, stopsWithContext},
	{"RidesOutOutage", nil, ridesOutOutage},
	{"RejectsBadSignature", isWebhook, rejectsBadSignature},
	{"ReplayIsHarmless", isWebhook, replayIsHarmless},
	{"BoundsBodies", isWebhook, boundsBodies},
	{"SendsAtTheLimit", nil, sendsAtTheLimit},
	{"RejectsOverTheLimit", isLimited, rejectsOverTheLimit},
	{"KeepsUnicode", nil, keepsUnicode},
	{"ClassifiesFailures", nil, classifiesFailures},
	{"UnknownOutcomeIsReported", canBreakOff, unknownOutcomeIsReported},
	{"KeepsSecrets", nil, keepsSecrets},
	{"ReceiptMatchesReport", nil, receiptMatchesReport},
	{"SafeForConcurrentUse", nil, safeForConcurrentUse},
	{"TalksOnlyToTheFake", nil, talksOnlyToTheFake},
}

func redelivers(o Options, _ channels.Adapter) bool { return o.Redelivers }

func isWebhook(_ Options, a channels.Adapter) bool {
	_, ok := a.(channels.Webhook)
	return ok
}

func isLimited(_ Options, a channels.Adapter) bool { return a.Capabilities().Text.Max > 0 }

func canBreakOff(o Options, _ channels.Adapter) bool {
	return slices.Contains(o.Failures, FailReset) || slices.Contains(o.Failures, FailHang)
}

// hold checks one behaviour on a fresh platform; t owns what it starts, v hears what it finds.
func hold(t *testing.T, v verdict, o Options, b behaviour) {
	s := newSession(t, v, o)
	b.check(s)
	s.stop()
	for _, wrong := range slices.Compact(s.inbox.Broken()) {
		v.Errorf("%s", wrong)
	}
}

// session is one behaviour's platform, Inbox and adapter.
type session struct {
	verdict
	t        *testing.T
	o        Options
	p        Platform
	inbox    *Inbox
	log      *record
	net      *network
	client   *http.Client
	patience time.Duration

	adapter  channels.Adapter // of the process that runs now
	handler  *recordedHandler // of a webhook
	cancel   context.CancelFunc
	polled   chan error
	attempts int
}

func newSession(t *testing.T, v verdict, o Options) *session {
	s := &session{verdict: v, t: t, o: o, p: o.New(t), inbox: NewInbox(), log: &record{}, patience: o.patience}
	if s.patience == 0 {
		s.patience = 2 * time.Minute
	}
	s.net = &network{}
	s.client = s.net.client()
	t.Cleanup(s.client.CloseIdleConnections)
	t.Cleanup(s.stop)
	return s
}

// make makes the adapter as a process does at its start, without running it.
func (s *session) make() channels.Adapter {
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.adapter = s.p.Adapter(s.t, s.client, log)
	return s.adapter
}

// start is the start of a process: a new adapter, polling or called.
func (s *session) start() {
	s.make()
	if hook, ok := s.adapter.(channels.Webhook); ok {
		s.handler = &recordedHandler{next: hook.Handler(s.inbox), inbox: s.inbox}
		s.p.Connect(s.handler)
	}
	if poller, ok := s.adapter.(channels.Poller); ok {
		ctx, cancel := context.WithCancel(context.Background())
		s.cancel, s.polled = cancel, make(chan error, 1)
		polled := s.polled
		go func() { polled <- poller.Poll(ctx, s.inbox) }()
	}
}

// stop ends the process, as a crash or an operator does. Stopping twice does nothing.
func (s *session) stop() {
	if s.cancel == nil {
		return
	}
	s.cancel()
	s.cancel = nil
	select {
	case err := <-s.polled:
		if err != nil {
			s.Errorf("Poll returned %v, want nil once its context has ended", err)
		}
	case <-time.After(s.patience):
		s.Errorf("Poll has not returned %v after its context ended", s.patience)
	}
}

// restart is a crash and the next start on the same store.
func (s *session) restart() {
	s.stop()
	s.inbox.Revive()
	s.start()
}

// await fails the behaviour unless cond comes true in the time that any working adapter needs.
func (s *session) await(what string, cond func() bool) {
	s.Helper()
	if !s.inbox.Await(s.patience, cond) {
		s.Fatalf("waited %v in vain: %s", s.patience, what)
	}
}

// arrived is what came in under a MessageID: one Inbound for each EventID.
func (s *session) arrived(messageID string) []channels.Inbound {
	return slices.DeleteFunc(s.inbox.Messages(), func(m channels.Inbound) bool { return m.MessageID != messageID })
}

func (s *session) awaitMessage(what, messageID string) channels.Inbound {
	s.Helper()
	s.await(what, func() bool { return len(s.arrived(messageID)) > 0 })
	return s.arrived(messageID)[0]
}

// settle waits until everything delivered so far has been handled: a last message comes after it.
func (s *session) settle() {
	s.Helper()
	s.awaitMessage("a message written last", s.p.Write(s.t, 0, "penutup"))
}

// outage cuts the platform off. Idle connections go at once, so that the next attempt has to dial.
func (s *session) outage() {
	s.p.Outage(true)
	s.client.CloseIdleConnections()
}

// out is a message to citizen n under a key of its own.
func (s *session) out(n int, text string) channels.Outbound {
	s.attempts++
	o := channels.Outbound{
		Key:      fmt.Sprintf("suite-%d", s.attempts),
		To:       s.p.Address(n),
		Text:     text,
		Language: "id",
		First:    time.Now(),
	}
	if s.adapter.Capabilities().Subject {
		o.Subject = "Laporan Anda"
	}
	return o
}

// send makes one attempt that must end in the suite's time.
func (s *session) send(out channels.Outbound) (channels.Receipt, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.patience)
	defer cancel()
	return s.adapter.Send(ctx, out)
}

// mustSend sends to citizen n what has to arrive.
func (s *session) mustSend(n int, text string) channels.Receipt {
	s.Helper()
	r, err := s.send(s.out(n, text))
	if err != nil {
		s.Fatalf("Send: %v", err)
	}
	return r
}

// taken is what the platform took for citizen n.
func (s *session) taken(n int) []Taken {
	to := s.p.Address(n)
	return slices.DeleteFunc(slices.Clone(s.p.Taken()), func(m Taken) bool { return m.To != to })
}

// same compares texts but for the line ends and outer white space that mail cannot keep.
func same(a, b string) bool {
	plain := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return plain(a) == plain(b)
}

// record keeps every byte that was logged.
type record struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.String()
}
