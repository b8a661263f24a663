package sim

import (
	"net"
	"sync"
)

// mailDoor is a listener that can shut its door in a caller's face, and throw everybody out.
type mailDoor struct {
	net.Listener
	closed func() bool

	mu    sync.Mutex
	conns map[*mailConn]bool
}

func mailOpenDoor(closed func() bool) (*mailDoor, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &mailDoor{Listener: l, closed: closed, conns: map[*mailConn]bool{}}, nil
}

func (d *mailDoor) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := d.admit(conn); c != nil {
			return c, nil
		}
		mailReset(conn)
	}
}

// admit lets a caller in, or nobody. It holds the lock throughout, so that cut, after the door was
// closed, misses none who just came through it.
func (d *mailDoor) admit(conn net.Conn) net.Conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed() {
		return nil
	}
	c := &mailConn{Conn: conn, door: d}
	d.conns[c] = true
	return c
}

func (d *mailDoor) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.conns {
		mailReset(c.Conn)
	}
	clear(d.conns)
}

// mailReset ends a connection as a crash does, without a goodbye.
func mailReset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

type mailConn struct {
	net.Conn
	door *mailDoor
}

func (c *mailConn) Close() error {
	c.door.mu.Lock()
	delete(c.door.conns, c)
	c.door.mu.Unlock()
	return c.Conn.Close()
}
