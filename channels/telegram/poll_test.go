package telegram

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/channels"
	"tanggap/channels/channeltest"
	"tanggap/internal/sim"
)

const patience = 30 * time.Second

// poll runs a poller until it is stopped or the test ends.
func poll(t *testing.T, a channels.Adapter, inbox *channeltest.Inbox) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.(channels.Poller).Poll(ctx, inbox) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Poll: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func await(t *testing.T, inbox *channeltest.Inbox, what string, cond func() bool) {
	t.Helper()
	if !inbox.Await(patience, cond) {
		t.Fatalf("waited in vain for %s", what)
	}
}

func TestConfirmsOnlyWhatTheInboxTook(t *testing.T) {
	p, a := start(t, "poll")
	inbox := channeltest.NewInbox()
	release := inbox.Block()
	poll(t, a, inbox)
	p.Write(t, 0, "banjir")
	await(t, inbox, "a message before the inbox", func() bool { return inbox.Waiting() > 0 })
	if p.sim.Pending() != 1 {
		t.Errorf("the platform believes the message safe while the inbox has not taken it")
	}
	release()
	await(t, inbox, "the confirmation", func() bool { return p.sim.Pending() == 0 })
	if cursor, _ := inbox.Cursor(t.Context(), "bot"); cursor != "700000002" {
		t.Errorf("the cursor is %q, want the offset after update 700000001", cursor)
	}
}

func TestTakesABacklogInOrder(t *testing.T) {
	p, a := start(t, "poll")
	var want []string
	for i := range 250 {
		want = append(want, p.Write(t, i%3, "pesan"))
	}
	inbox := channeltest.NewInbox()
	poll(t, a, inbox)
	await(t, inbox, "the backlog", func() bool { return len(inbox.Messages()) == len(want) })
	for i, in := range inbox.Messages() {
		if in.MessageID != want[i] {
			t.Fatalf("message %d is %s, want %s", i, in.MessageID, want[i])
		}
	}
	if inbox.Calls() > 10 {
		t.Errorf("%d calls for 250 messages: a batch is to be one commit", inbox.Calls())
	}
}

// After a week of silence Telegram numbers updates from another place. The stored offset must not
// confirm what nobody has seen, at a start or between two messages.
func TestSurvivesRenumberedUpdates(t *testing.T) {
	p, a := start(t, "poll")
	inbox := channeltest.NewInbox()
	stop := poll(t, a, inbox)
	p.Write(t, 0, "sebelum")
	await(t, inbox, "the first message", func() bool { return p.sim.Pending() == 0 })
	stop()

	p.sim.Renumber(1_000)
	restarted := p.Adapter(t, &http.Client{}, slog.New(slog.DiscardHandler))
	p.Write(t, 0, "sesudah")
	poll(t, restarted, inbox)
	await(t, inbox, "a message numbered below the stored offset", func() bool { return len(inbox.Messages()) == 2 })
}

func TestAnswersPressedButtons(t *testing.T) {
	p, a := start(t, "poll")
	inbox := channeltest.NewInbox()
	poll(t, a, inbox)
	out := channels.Outbound{To: p.Address(0), Text: "Selesai?", Choices: []channels.Choice{{ID: "close:yes", Label: "Sudah"}}}
	receipt, err := a.Send(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.sim.Press(citizen(0), citizen(0).ID, p.sim.Sent()[0].ID, "close:yes"); err != nil {
		t.Fatal(err)
	}
	await(t, inbox, "the answer to the press", func() bool { return len(p.sim.Answered()) == 1 })
	in := inbox.Messages()[0]
	if in.Kind != channels.Button || in.Choice != "close:yes" || in.MessageID != receipt.MessageID {
		t.Errorf("the press came in as %s %q on %s", in.Kind, in.Choice, in.MessageID)
	}
}

func TestDeliversBlockAndEdit(t *testing.T) {
	p, a := start(t, "poll")
	inbox := channeltest.NewInbox()
	poll(t, a, inbox)
	id := p.sim.Write(sim.TelegramDraft{From: citizen(0), Text: "Jalan Melti"})
	if err := p.sim.Edit(citizen(0).ID, id, "Jalan Melati"); err != nil {
		t.Fatal(err)
	}
	p.sim.Block(citizen(0), true)
	p.sim.Block(citizen(0), false)
	await(t, inbox, "four events", func() bool { return len(inbox.Messages()) == 4 })
	var kinds []channels.InboundKind
	for _, in := range inbox.Messages() {
		kinds = append(kinds, in.Kind)
		if in.From != p.Address(0) {
			t.Errorf("%s is from %v", in.Kind, in.From)
		}
	}
	want := []channels.InboundKind{channels.Message, channels.Edit, channels.Blocked, channels.Unblocked}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSetsTheMenuInEachLanguage(t *testing.T) {
	p := startPlatform(t, "poll")
	a, err := New("bot", Config{Token: testToken, APIURL: p.url, Commands: map[string][]Command{
		"":   {{Name: "status", Description: "Cek laporan Anda"}},
		"en": {{Name: "status", Description: "Check your reports"}},
	}}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	inbox := channeltest.NewInbox()
	poll(t, a, inbox)
	await(t, inbox, "both menus", func() bool { return len(p.sim.Commands("")) == 1 && len(p.sim.Commands("en")) == 1 })
	if got := p.sim.Commands("en")[0].Description; got != "Check your reports" {
		t.Errorf("the English menu reads %q", got)
	}
}

func TestRemovesTheWebhookThatStandsInTheWay(t *testing.T) {
	p, a := start(t, "poll")
	resp, err := http.PostForm(p.url+"/bot"+testToken+"/setWebhook", map[string][]string{"url": {"http://127.0.0.1:1/"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	inbox := channeltest.NewInbox()
	poll(t, a, inbox)
	p.Write(t, 0, "halo")
	await(t, inbox, "a message past an old webhook", func() bool { return len(inbox.Messages()) == 1 })
}

func TestRidesOutConflictAndNonsense(t *testing.T) {
	p, a := start(t, "poll")
	p.sim.Fail(sim.TelegramFault{Method: "getUpdates", Status: 409, Description: "Conflict: terminated by other getUpdates request"}, 1)
	p.sim.Fail(sim.TelegramFault{Method: "getUpdates", Status: 200, HTML: true}, 1)
	inbox := channeltest.NewInbox()
	poll(t, a, inbox)
	p.Write(t, 0, "halo")
	await(t, inbox, "a message after a conflict and an answer that is no JSON", func() bool { return len(inbox.Messages()) == 1 })
}

func TestGivesUpOnlyWithoutCredentials(t *testing.T) {
	p := startPlatform(t, "poll")
	a, err := New("bot", Config{Token: "7001:lama", APIURL: p.url}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	err = a.(channels.Poller).Poll(t.Context(), channeltest.NewInbox())
	if channels.KindOf(err) != channels.Suspended {
		t.Errorf("Poll with a token that is not accepted: %v, want kind suspended", err)
	}
}

// roundTrip answers in place of a server, inside synctest's time.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestWaitsAsLongAsItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []time.Time
		ctx, cancel := context.WithCancel(t.Context())
		client := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			asked = append(asked, time.Now())
			if len(asked) == 2 {
				cancel()
			}
			w := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"300"}}, Body: http.NoBody}
			return w, nil
		})}
		a, err := New("bot", Config{Token: testToken}, client, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := a.(channels.Poller).Poll(ctx, channeltest.NewInbox()); err != nil {
			t.Fatal(err)
		}
		if wait := asked[1].Sub(asked[0]); wait != 300*time.Second {
			t.Errorf("told to wait 300s, asked again after %v", wait)
		}
	})
}

func TestBackoffIsBounded(t *testing.T) {
	var b backoff
	var last time.Duration
	for range 100 {
		last = b.next(nil)
		if last <= 0 || last > longWait {
			t.Fatalf("a pause of %v", last)
		}
	}
	if last < longWait/2 {
		t.Errorf("after 100 failures the pause is %v", last)
	}
	if !b.reset() || b.reset() || b.next(nil) > firstWait {
		t.Errorf("after a success the pauses do not start anew")
	}
}

// A log at debug level says what is wrong, and holds neither token nor words; the suite looks for
// these, this test that something is said at all.
func TestSaysWhatHoldsItUp(t *testing.T) {
	p := startPlatform(t, "poll")
	var said strings.Builder
	a := p.Adapter(t, &http.Client{}, slog.New(slog.NewTextHandler(&said, nil)))
	p.sim.Fail(sim.TelegramFault{Method: "getUpdates", Status: 409, Description: "Conflict"}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	inbox := channeltest.NewInbox()
	go func() { done <- a.(channels.Poller).Poll(ctx, inbox) }()
	p.Write(t, 0, "halo")
	await(t, inbox, "the message", func() bool { return len(inbox.Messages()) == 1 })
	cancel()
	<-done
	if !strings.Contains(said.String(), "code=409") || !strings.Contains(said.String(), "account=bot") {
		t.Errorf("a conflict is not said: %s", said.String())
	}
}
