package fetch

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// shelf is an Inbox that keeps what was not read yet, as the store does.
type shelf struct {
	*inbox
	lying map[string][]channels.Kept
}

func (s *shelf) Keep(_ ctx, name string, all []channels.Kept) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range all {
		at := slices.IndexFunc(s.lying[name], func(k channels.Kept) bool { return string(k.Raw) == string(all[i].Raw) })
		if at < 0 {
			s.lying[name], at = append(s.lying[name], all[i]), len(s.lying[name])
		}
		s.lying[name][at].Tried++
		all[i].Tried = s.lying[name][at].Tried
	}
	return nil
}

func (s *shelf) Kept(_ ctx, name string) ([]channels.Kept, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lying[name]), nil
}

func (s *shelf) Release(_ ctx, name string, all []channels.Kept) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lying[name] = slices.DeleteFunc(s.lying[name], func(k channels.Kept) bool {
		return slices.ContainsFunc(all, func(gone channels.Kept) bool { return string(gone.Raw) == string(k.Raw) })
	})
	return nil
}

// TestAMailThatEndsWhoReadsIt: every mail is kept before it is read; one that ends the process each time is set
// aside, those beside it arrive once, in order, and nothing stays on the shelf.
func TestAMailThatEndsWhoReadsIt(t *testing.T) {
	b := serve(t)
	in := &shelf{inbox: newInbox(), lying: map[string][]channels.Kept{}}
	stop := follow(t, b, in, nil)
	begun(t, in.inbox)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	for uid, text := range []string{"satu", "celaka", "dua"} {
		b.put(uint32(uid+1), text)
	}
	ended := 0
	for range channels.MostTries + 1 {
		dies(t, b, in, func(m wire.Mail) {
			if kept, _ := in.Kept(t.Context(), "mail"); !slices.ContainsFunc(kept, func(k channels.Kept) bool { return string(k.Raw) == string(m.Raw) }) {
				t.Errorf("%q is read and was not kept", m.Raw)
			}
			if strings.Contains(string(m.Raw), "celaka") {
				ended++
				panic("reading it ends the process")
			}
		})
	}
	if ended != channels.MostTries {
		t.Errorf("it was read %d times", ended)
	}
	var got []string
	for _, m := range in.Messages() {
		got = append(got, string(m.Kind)+" "+m.Text)
	}
	if want := []string{"message satu", "unknown ", "message dua"}; !slices.Equal(got, want) {
		t.Errorf("the inbox has %q, want %q", got, want)
	}
	if left, _ := in.Kept(t.Context(), "mail"); len(left) != 0 {
		t.Errorf("%d are still kept", len(left))
	}
}

// dies polls until reading ends it, or until all three have come.
func dies(t *testing.T, b *mailbox, in *shelf, reading func(wire.Mail)) {
	t.Helper()
	ended := make(chan struct{})
	r := reader(t, b, nil)
	read := r.Inbound
	r.Inbound = func(m wire.Mail) channels.Inbound { reading(m); return read(m) }
	polling, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		defer close(ended)
		defer func() { _ = recover() }()
		_ = r.Poll(polling, in)
	}()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		select {
		case <-ended:
			return
		default:
		}
		if kept, _ := in.Kept(t.Context(), "mail"); len(in.Messages()) >= 3 && len(kept) == 0 {
			cancel()
			<-ended
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the mails do not come")
		}
	}
}
