package app

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tanggap/channels"
	"tanggap/internal/blobs"
	"tanggap/internal/dbtest"
	"tanggap/migrations"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// bench is an app without city, platforms and servers, in a bubble of its own time.
func bench(t *testing.T) *App {
	t.Helper()
	dir := t.TempDir()
	url := "sqlite:" + filepath.Join(dir, "t.db")
	if err := migrations.UpURL(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	store, err := tickets.Open(t.Context(), url, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := blobs.Open("file:" + dir)
	if err != nil {
		t.Fatal(err)
	}
	return &App{log: quiet(), store: store, files: files, holder: "test", adapters: map[string]channels.Adapter{}}
}

// oddity is an adapter that polls and fetches as its functions say.
type oddity struct {
	name  string
	poll  func(context.Context) error
	fetch func(context.Context, string) (io.ReadCloser, error)
}

func (o *oddity) Name() string                        { return o.name }
func (o *oddity) Capabilities() channels.Capabilities { return channels.Capabilities{} }
func (o *oddity) Send(context.Context, channels.Outbound) (channels.Receipt, error) {
	return channels.Receipt{}, nil
}
func (o *oddity) Poll(ctx context.Context, _ channels.Inbox) error { return o.poll(ctx) }
func (o *oddity) Fetch(ctx context.Context, ref string) (io.ReadCloser, error) {
	return o.fetch(ctx, ref)
}

// TestAnAccountThatWasRefusedWorksAgainByItself: the mail server took no password for a minute.
func TestAnAccountThatWasRefusedWorksAgainByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := bench(t)
		defer a.store.Close()
		var calls atomic.Int32
		p := &oddity{name: "mail", poll: func(ctx context.Context) error {
			switch calls.Add(1) {
			case 1:
				return channels.Errorf(channels.Suspended, "535", "the login was refused")
			case 2:
				panic("hush")
			case 3:
				return errors.New("https://api.example/bot1:hush/getUpdates: refused")
			case 4:
				return channels.Errorf(channels.Suspended, "535", "the login was refused")
			}
			<-ctx.Done()
			return nil
		}}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); a.poll(ctx, p) }()
		for _, want := range []struct {
			after         time.Duration
			state, reason string
		}{
			{time.Second, "suspended", "the login was refused"},
			{time.Minute, "", "broke down"},
			{time.Minute, "", "the adapter failed"},
			{time.Minute, "suspended", "the login was refused"},
			{time.Minute, "suspended", "the login was refused"}, // and polls again
			{time.Minute, "", ""},
		} {
			time.Sleep(want.after)
			all, err := a.store.Accounts(ctx)
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			if k := all[0]; k.State != want.state || !strings.Contains(k.Error, want.reason) || strings.Contains(k.Error, "hush") {
				t.Errorf("after %d polls the account is %q: %q, want %q: %q", calls.Load(), k.State, k.Error, want.state, want.reason)
			}
		}
		cancel()
		<-ended
	})
}

// TestAFileThatHangsHoldsUpNoOther, nor one on which the adapter breaks down.
func TestAFileThatHangsHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := bench(t)
		defer a.store.Close()
		tries := map[string]int{}
		a.adapters["bot"] = &oddity{name: "bot", fetch: func(ctx context.Context, ref string) (io.ReadCloser, error) {
			switch ref {
			case "hangs":
				tries[ref]++
				<-ctx.Done()
				return nil, ctx.Err()
			case "breaks":
				panic("hush")
			case "gone":
				return nil, channels.Errorf(channels.Rejected, "404", "gone")
			}
			return io.NopCloser(strings.NewReader("a picture")), nil
		}}
		ctx, cancel := context.WithCancel(t.Context())
		ticket := attach(t, a.store, "hangs", "breaks", "gone", "fine", "fine too")
		ended := make(chan struct{})
		go func() { defer close(ended); a.fetchFiles(ctx, tickets.Lease{}) }()
		states := func() map[string]string {
			t.Helper()
			thread, err := a.store.Thread(ctx, ticket)
			if err != nil || len(thread) != 1 {
				t.Fatal(thread, err)
			}
			all := map[string]string{}
			for _, f := range thread[0].Files {
				all[f.Ref] = f.State
			}
			return all
		}
		time.Sleep(5 * time.Second)
		for ref, want := range map[string]string{"hangs": "pending", "breaks": "gone", "gone": "gone", "fine": "stored", "fine too": "stored"} {
			if got := states()[ref]; got != want {
				t.Errorf("%s is %s, want %s", ref, got, want)
			}
		}
		time.Sleep(20 * time.Minute) // two for each try, and between them 1, 2, 4 and 8
		if tries["hangs"] != 4 {
			t.Errorf("what hangs was tried %d times in twenty minutes", tries["hangs"])
		}
		cancel()
		<-ended
	})
}

// attach makes a ticket whose only message has files.
func attach(t *testing.T, s *tickets.Store, refs ...string) (ticket int64) {
	t.Helper()
	ctx := t.Context()
	if err := s.Receive(ctx, tickets.Incoming{Account: "bot", EventID: "1", Sender: "telegram:1", Payload: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	l, ok, err := s.Take(ctx, "processor", "test", time.Hour)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	_, err = s.Process(ctx, l, tickets.Share{Max: 1}, nil, func(sit tickets.Situation) (tickets.Change, error) {
		in := &tickets.Message{Direction: tickets.In}
		for _, ref := range refs {
			in.Files = append(in.Files, tickets.Attachment{Account: "bot", Ref: ref})
		}
		return tickets.Change{Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameTicket, New: &tickets.Ticket{State: tickets.Triage}, In: in}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := s.List(ctx, tickets.Filter{})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0].ID
}

func TestAPausedAccountStaysPausedWhateverItsPollingSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, database string) {
		a, err := New(t.Context(), settings(t, database), Options{Log: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		people := staff.New(a.store)
		if err := people.Pause(t.Context(), "kepala", "bot", true); err != nil {
			t.Fatal(err)
		}
		for _, said := range []string{"suspended", ""} {
			a.setAccount(t.Context(), "bot", said, "the platform says so")
			if state, _, err := a.store.Gate(t.Context(), "bot"); err != nil || state != "paused" {
				t.Errorf("%q after %q: %v", state, said, err)
			}
		}
		if err := people.Pause(t.Context(), "kepala", "bot", false); err != nil {
			t.Fatal(err)
		}
		a.setAccount(t.Context(), "bot", "suspended", "the platform says so")
		if state, _, err := a.store.Gate(t.Context(), "bot"); err != nil || state != "suspended" {
			t.Errorf("%q after it was resumed: %v", state, err)
		}
	})
}
