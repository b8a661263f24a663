package fetch

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/channeltest"
	"tanggap/channels/email/wire"
)

const patience = 2 * time.Minute

// mailbox is a server of one mailbox with the manners that it is given.
type mailbox struct {
	t    *testing.T
	addr string

	mu       sync.Mutex
	validity uint32
	mails    []stored
	hidesTop bool // UIDNEXT
	idles    bool
	chatters bool // says what nobody asked
	// manner is asked how to treat a FETCH of the body or header of a UID: "" well, or NO, cut, mid, nothing, whole,
	// gone.
	manner func(uid uint32, header bool) string
	login  func() string // "" for a good one
	asked  []string      // commands, without their tags
	wake   chan struct{} // closed where something came
}

type stored struct {
	uid     uint32
	raw     string
	arrived time.Time
}

func serve(t *testing.T) *mailbox {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &mailbox{t: t, addr: l.Addr().String(), validity: 7, idles: true, wake: make(chan struct{})}
	b.manner = func(uint32, bool) string { return "" }
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go b.talk(conn)
		}
	}()
	return b
}

// put lets a mail arrive.
func (b *mailbox) put(uid uint32, text string) { b.putAt(uid, text, time.Now()) }

func (b *mailbox) putAt(uid uint32, text string, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = append(b.mails, stored{uid, "Message-ID: <" + text + "@x.test>\r\n\r\n" + text, at})
	close(b.wake)
	b.wake = make(chan struct{})
}

func (b *mailbox) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	close(b.wake)
	b.wake = make(chan struct{})
}

var (
	fetching   = regexp.MustCompile(`^UID FETCH (\d+) .*BODY\.PEEK\[(HEADER)?\]<0\.(\d+)>`)
	searching  = regexp.MustCompile(`^UID SEARCH .*?UID (\d+):(\d+)`)
	single     = regexp.MustCompile(`^UID SEARCH .*?UID (\d+)$`)
	since      = regexp.MustCompile(`^UID SEARCH .*?SINCE "?(\d+-\w+-\d+)`)
	bySequence = regexp.MustCompile(`^UID SEARCH (\d+)$`)
	dated      = regexp.MustCompile(`^UID FETCH ([0-9,:]+) `)
)

func (b *mailbox) talk(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewScanner(conn)
	say := func(format string, args ...any) { fmt.Fprintf(conn, format+"\r\n", args...) }
	caps := "IMAP4rev1"
	if b.idles {
		caps += " IDLE"
	}
	say("* OK [CAPABILITY %s] ready", caps)
	seen := b.changed() // closed where something is new since the folder was opened
	for in.Scan() {
		tag, command, _ := strings.Cut(in.Text(), " ")
		b.mu.Lock()
		b.asked = append(b.asked, command)
		b.mu.Unlock()
		if b.chatters {
			say("* OK still here")
			say("* 1 FETCH (FLAGS (\\Seen))")
		}
		switch verb := strings.Fields(command)[0]; {
		case verb == "CAPABILITY":
			say("* CAPABILITY %s", caps)
		case verb == "LOGIN" && b.login != nil && b.login() != "":
			say("%s %s", tag, b.login())
			continue
		case verb == "EXAMINE":
			seen = b.changed()
			b.examine(say)
		case verb == "IDLE":
			say("+ idling")
			news := seen
			go func() { // a stray announcement after the end does no harm
				<-news
				say("* 1 EXPUNGE")
				say("* %d EXISTS", b.count())
			}()
			if !in.Scan() { // DONE
				return
			}
		default:
			if !b.answer(conn, say, tag, command) {
				continue
			}
		}
		say("%s OK done", tag)
	}
}

func (b *mailbox) changed() chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wake
}

func (b *mailbox) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.mails)
}

func (b *mailbox) examine(say func(string, ...any)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := uint32(1)
	for _, m := range b.mails {
		next = max(next, m.uid+1)
	}
	say("* %d EXISTS", len(b.mails))
	say("* OK [UIDVALIDITY %d] numbered", b.validity)
	if !b.hidesTop {
		say("* OK [UIDNEXT %d] next", next)
	}
}

// answer is for what reads mails. It returns false where it has ended the command itself, or the connection.
func (b *mailbox) answer(conn net.Conn, say func(string, ...any), tag, command string) bool {
	b.mu.Lock()
	mails := b.mails // grows and is replaced, but is never written to
	manner := b.manner
	b.mu.Unlock()
	number := func(s string) uint32 { n, _ := strconv.ParseUint(s, 10, 32); return uint32(n) }
	if m := fetching.FindStringSubmatch(command); m != nil {
		uid, header, limit := number(m[1]), m[2] != "", number(m[3])
		i := slices.IndexFunc(mails, func(s stored) bool { return s.uid == uid })
		how := manner(uid, header)
		switch {
		case how == "cut":
			conn.Close()
			return false
		case how == "NO":
			say("%s NO [SERVERBUG] cannot", tag)
			return false
		case how == "gone":
			b.set(func() {
				b.mails = slices.DeleteFunc(slices.Clone(b.mails), func(s stored) bool { return s.uid == uid })
			})
			return true
		case how == "nothing" || i < 0:
			return true
		}
		raw := mails[i].raw
		if header {
			raw, _, _ = strings.Cut(raw, "\r\n\r\n")
			raw += "\r\n\r\n"
		}
		if how != "whole" {
			raw = raw[:min(len(raw), int(limit))]
		}
		section := "BODY[" + m[2] + "]<0>"
		fmt.Fprintf(conn, "* %d FETCH (UID %d INTERNALDATE %q %s {%d}\r\n", i+1, uid, mails[i].arrived.Format("_2-Jan-2006 15:04:05 -0700"), section, len(raw))
		if how == "mid" {
			io.WriteString(conn, raw[:len(raw)/2])
			conn.Close()
			return false
		}
		io.WriteString(conn, raw+")\r\n")
		return true
	}
	first, last := uint32(1), uint32(1<<32-1)
	if m := searching.FindStringSubmatch(command); m != nil {
		first, last = number(m[1]), number(m[2])
	} else if m := single.FindStringSubmatch(command); m != nil {
		first, last = number(m[1]), number(m[1])
	} else if strings.HasPrefix(command, "FETCH 1 (INTERNALDATE)") {
		say("* 1 FETCH (INTERNALDATE %q)", mails[0].arrived.Format("_2-Jan-2006 15:04:05 -0700"))
		return true
	} else if m := dated.FindStringSubmatch(command); m != nil {
		for i, s := range mails {
			if !among(m[1], s.uid) {
				continue
			}
			say("* %d FETCH (UID %d INTERNALDATE %q)", i+1, s.uid, s.arrived.Format("_2-Jan-2006 15:04:05 -0700"))
		}
		return true
	}
	after := time.Time{}
	if m := since.FindStringSubmatch(command); m != nil {
		after, _ = time.Parse("2-Jan-2006", m[1])
	} else if strings.HasSuffix(command, "UID *") && len(mails) > 0 {
		first = mails[len(mails)-1].uid
	}
	if m := bySequence.FindStringSubmatch(command); m != nil {
		first = mails[number(m[1])-1].uid
		last = first
	}
	var found strings.Builder
	at, _ := slices.BinarySearchFunc(mails, first, func(s stored, uid uint32) int { return cmp.Compare(s.uid, uid) })
	for _, s := range mails[at:] {
		if s.uid <= last && s.arrived.After(after) {
			fmt.Fprintf(&found, " %d", s.uid)
		}
	}
	say("* SEARCH%s", found.String())
	return true
}

// among reports whether a set of UIDs, such as 1,3:5, holds one.
func among(set string, uid uint32) bool {
	for _, part := range strings.Split(set, ",") {
		var first, last uint32
		if n, _ := fmt.Sscanf(part, "%d:%d", &first, &last); n < 2 {
			last = first
		}
		if uid >= first && uid <= last {
			return true
		}
	}
	return false
}

// commands are those asked so far that begin with a word.
func (b *mailbox) commands(beginning string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.asked {
		if strings.HasPrefix(c, beginning) {
			n++
		}
	}
	return n
}

// inbox is one that commits cursors by themselves, as the real one does.
type inbox struct {
	*channeltest.Inbox
	mu    sync.Mutex
	marks map[string]string
}

func newInbox() *inbox { return &inbox{Inbox: channeltest.NewInbox(), marks: map[string]string{}} }

func (b *inbox) Accept(ctx ctx, in ...channels.Inbound) error {
	if err := b.Inbox.Accept(ctx, in...); err != nil {
		return err
	}
	if cursor := in[len(in)-1].Cursor; cursor != "" {
		return b.Mark(ctx, in[0].Account, cursor)
	}
	return nil
}

func (b *inbox) Mark(_ ctx, name, cursor string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.marks[name] = cursor
	return nil
}

func (b *inbox) Cursor(_ ctx, name string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.marks[name], nil
}

func (b *inbox) texts() []string {
	var all []string
	for _, m := range b.Messages() {
		all = append(all, m.Text)
	}
	return all
}

func (b *inbox) await(t *testing.T, want ...string) {
	t.Helper()
	if !b.Await(patience, func() bool { return len(b.Messages()) >= len(want) }) || !slices.Equal(b.texts(), want) {
		t.Fatalf("took %q, want %q", b.texts(), want)
	}
}

// follow polls a mailbox into an inbox until the test ends or stop is called, which gives what Poll ended with.
func follow(t *testing.T, b *mailbox, in channels.Inbox, change func(*Options)) (stop func() error) {
	t.Helper()
	return start(t, reader(t, b, change), in)
}

func reader(t *testing.T, b *mailbox, change func(*Options)) *Reader {
	t.Helper()
	server, err := wire.Parse("imap://"+b.addr, "imap")
	if err != nil {
		t.Fatal(err)
	}
	server.Username, server.Password, server.Wait = "u", "p", 10*time.Second
	o := Options{
		Account: "mail", Server: server, MaxMessage: 1 << 20, IdleFor: time.Hour, PollEvery: 10 * time.Millisecond, Retry: 5 * time.Millisecond,
		Log: slog.New(slog.DiscardHandler),
		Inbound: func(m wire.Mail) channels.Inbound {
			head, text, _ := strings.Cut(string(m.Raw), "\r\n\r\n")
			kind := channels.Message
			if m.Truncated {
				kind = channels.Unknown
			}
			var written time.Time
			if _, date, dated := strings.Cut(head, "Date: "); dated {
				written, _ = time.Parse(time.RFC1123Z, date)
			}
			return channels.Inbound{Account: "mail", Kind: kind, EventID: head + strconv.FormatBool(m.Truncated), Text: text, Raw: m.Raw, SentAt: written}
		},
	}
	if change != nil {
		change(&o)
	}
	return New(o)
}
