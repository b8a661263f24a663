// Package nameserver is a DNS server on loopback for tests. It takes records as lines of a zone file, so that
// what the program tells a person to add can be added.
package nameserver

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// Server answers until it is closed. It is safe for concurrent use.
type Server struct {
	conn net.PacketConn
	done chan struct{}

	mu      sync.Mutex
	records []dnsmessage.Resource
	silent  bool
	asked   int
}

// Start serves the records, each such as `kota.go.id. IN TXT "v=spf1 -all"`; A, AAAA, MX and TXT.
func Start(records ...string) (*Server, error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{conn: conn, done: make(chan struct{})}
	if err := s.Add(records...); err != nil {
		conn.Close()
		return nil, err
	}
	go s.serve()
	return s, nil
}

// Close ends the server.
func (s *Server) Close() {
	s.conn.Close()
	<-s.done
}

// Address is where it answers, host:port over UDP.
func (s *Server) Address() string { return s.conn.LocalAddr().String() }

// Resolver asks this server and no other.
func (s *Server) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", s.Address())
	}}
}

// Silence keeps the server from answering, as a network does that is cut off.
func (s *Server) Silence(silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = silent
}

// Asked counts the questions.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Add adds records.
func (s *Server) Add(records ...string) error {
	var all []dnsmessage.Resource
	for _, line := range records {
		r, err := parse(line)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = append(s.records, all...)
	return nil
}

// Remove takes away all records of a name, which ends in a dot, and a type such as TXT.
func (s *Server) Remove(name, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []dnsmessage.Resource
	for _, r := range s.records {
		if r.Header.Name.String() != name || r.Header.Type != types()[kind] {
			left = append(left, r)
		}
	}
	s.records = left
}

func types() map[string]dnsmessage.Type {
	return map[string]dnsmessage.Type{"A": dnsmessage.TypeA, "AAAA": dnsmessage.TypeAAAA, "MX": dnsmessage.TypeMX, "TXT": dnsmessage.TypeTXT}
}

var line = regexp.MustCompile(`^(\S+\.)\s+IN\s+(A|AAAA|MX|TXT)\s+(.+)$`)

func parse(text string) (dnsmessage.Resource, error) {
	m := line.FindStringSubmatch(text)
	if m == nil {
		return dnsmessage.Resource{}, fmt.Errorf("reading a record: %q is none", text)
	}
	name, err := dnsmessage.NewName(strings.ToLower(m[1]))
	if err != nil {
		return dnsmessage.Resource{}, fmt.Errorf("reading a record: %w", err)
	}
	r := dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: name, Type: types()[m[2]], Class: dnsmessage.ClassINET, TTL: 60}}
	r.Body, err = body(m[2], m[3])
	if err != nil {
		return r, fmt.Errorf("reading the record %q: %w", text, err)
	}
	return r, nil
}

func body(kind, value string) (dnsmessage.ResourceBody, error) {
	switch kind {
	case "A", "AAAA":
		ip, err := netip.ParseAddr(value)
		if err != nil {
			return nil, err
		}
		if kind == "A" {
			return &dnsmessage.AResource{A: ip.As4()}, nil
		}
		return &dnsmessage.AAAAResource{AAAA: ip.As16()}, nil
	case "MX":
		first, host, _ := strings.Cut(value, " ")
		n, err := strconv.ParseUint(first, 10, 16)
		if err != nil {
			return nil, err
		}
		name, err := dnsmessage.NewName(host)
		return &dnsmessage.MXResource{Pref: uint16(n), MX: name}, err
	}
	var texts []string
	for value != "" {
		quoted, err := strconv.QuotedPrefix(value)
		if err != nil {
			return nil, err
		}
		text, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		texts, value = append(texts, text), strings.TrimSpace(value[len(quoted):])
	}
	return &dnsmessage.TXTResource{TXT: texts}, nil
}

func (s *Server) serve() {
	defer close(s.done)
	buffer := make([]byte, 4096)
	for {
		n, from, err := s.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		if reply := s.answer(buffer[:n]); reply != nil {
			s.conn.WriteTo(reply, from)
		}
	}
}

// answer is nil where there is to be none.
func (s *Server) answer(packet []byte) []byte {
	var q dnsmessage.Message
	if q.Unpack(packet) != nil || len(q.Questions) != 1 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.silent {
		return nil
	}
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: q.ID, Response: true, Authoritative: true, RecursionAvailable: true, RCode: dnsmessage.RCodeNameError},
		Questions: q.Questions,
	}
	for _, r := range s.records {
		if !strings.EqualFold(r.Header.Name.String(), q.Questions[0].Name.String()) {
			continue
		}
		reply.RCode = dnsmessage.RCodeSuccess // of a name that there is, whatever its records
		if r.Header.Type == q.Questions[0].Type {
			reply.Answers = append(reply.Answers, r)
		}
	}
	packed, err := reply.Pack()
	if err != nil {
		return nil
	}
	return packed
}
