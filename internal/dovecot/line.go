package dovecot

import (
	"io"
	"math"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// Line is a bad line to the server's IMAP: a proxy that breaks connections after a random number of bytes
// or a random time, also in the middle of a word. Until it is told to, it breaks none. It is safe for
// concurrent use.
type Line struct {
	to     string
	listen net.Listener
	ended  sync.WaitGroup

	mu     sync.Mutex
	random *rand.Rand
	plan   Breaks
	made   int
	open   map[net.Conn]bool // both ends of every connection
	closed bool
}

// Breaks says how a Line breaks.
type Breaks struct {
	Count       int           // how many times
	Least, Most int           // after how many bytes
	After       time.Duration // or after how long, at most; 0 for no such limit
}

const never = 1000 * time.Hour

// Line makes a line that lasts until the test ends. Equal seeds draw equal breaks.
func (s *Server) Line(t testing.TB, random *rand.Rand) *Line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	line := &Line{to: s.imap, listen: l, random: random, open: map[net.Conn]bool{}}
	line.ended.Go(line.serve)
	t.Cleanup(line.close)
	return line
}

// IMAPURL is where the mailbox is read over the line.
func (l *Line) IMAPURL() string { return "imap://" + l.listen.Addr().String() + "/INBOX" }

// Break makes the line break so, from now on; what is open counts as new.
func (l *Line) Break(b Breaks) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.plan, l.made = b, 0
	for c := range l.open { // else they would outlive the plan
		c.Close()
	}
}

// Broken is how many connections were broken since Break.
func (l *Line) Broken() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.made
}

func (l *Line) close() {
	l.listen.Close()
	l.mu.Lock()
	l.closed = true
	for c := range l.open {
		c.Close()
	}
	l.mu.Unlock()
	l.ended.Wait()
}

func (l *Line) serve() {
	for {
		near, err := l.listen.Accept()
		if err != nil {
			return
		}
		l.ended.Go(func() { l.carry(near) })
	}
}

// keep notes a connection's end; false where the line is no more.
func (l *Line) keep(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[c] = true
	return !l.closed
}

func (l *Line) drop(c net.Conn) {
	c.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
}

// carry is one connection from its beginning to its end.
func (l *Line) carry(near net.Conn) {
	defer l.drop(near)
	if !l.keep(near) {
		return
	}
	far, err := net.Dial("tcp", l.to)
	if err != nil {
		return // the server is away: so the caller sees it
	}
	defer l.drop(far)
	if !l.keep(far) {
		return
	}
	bytes, after, breaks := l.draw()
	b := &budget{left: bytes, endless: !breaks}
	ends := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		l.ended.Go(func() {
			io.Copy(way[1], &metered{way[0], b})
			ends <- struct{}{}
		})
	}
	timer := time.NewTimer(after)
	defer timer.Stop()
	if !breaks {
		timer.Stop()
	}
	select {
	case <-ends:
	case <-timer.C:
		b.spend()
	}
	if b.spent() && l.count() {
		for _, c := range []net.Conn{near, far} {
			c.(*net.TCPConn).SetLinger(0) // a reset: what is under way is lost, as on a line that is cut
		}
	}
}

// draw says when the next connection breaks, if it does.
func (l *Line) draw() (bytes int, after time.Duration, breaks bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	// By their logarithm, so that the greeting, the login and the folder are cut too, and with more great ones than
	// small, so that there is something to cut.
	least, most := float64(max(1, l.plan.Least)), float64(max(1, l.plan.Least, l.plan.Most))
	bytes = int(math.Round(least * math.Pow(most/least, math.Sqrt(l.random.Float64()))))
	if after = never; l.plan.After > 0 {
		after = time.Duration(l.random.Float64() * float64(l.plan.After))
	}
	return bytes, after, l.made < l.plan.Count
}

// count counts a break; false where there were enough.
func (l *Line) count() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made >= l.plan.Count {
		return false
	}
	l.made++
	return true
}

// budget is how many bytes a connection may still carry, in both directions together.
type budget struct {
	mu      sync.Mutex
	left    int
	endless bool
}

func (b *budget) take(n int) (allowed int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.endless {
		return n
	}
	n = min(n, b.left)
	b.left -= n
	return n
}

func (b *budget) spend()      { b.take(math.MaxInt) }
func (b *budget) spent() bool { b.mu.Lock(); defer b.mu.Unlock(); return !b.endless && b.left == 0 }

// metered ends where the budget does, with the bytes that it still allowed.
type metered struct {
	net.Conn
	budget *budget
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if allowed := m.budget.take(n); allowed < n {
		return allowed, io.EOF
	}
	return n, err
}
