package app

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"tanggap/internal/dbtest"
)

// A client that dribbles holds a connection for the time that it is given, however busy it looks, and keeps
// nobody else from being served.
func TestSlowClientsAreCutOff(t *testing.T) {
	c := settings(t, dbtest.New(t, dbtest.SQLite))
	a, _ := start(t, c, Options{Headers: 300 * time.Millisecond, Request: 600 * time.Millisecond})
	begin := "POST /channels/sms HTTP/1.1\r\nHost: x\r\n"
	whole := begin + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n"
	var ended []<-chan error
	for range 40 {
		ended = append(ended, dribble(t, a.Addr(), begin+"X-Slow: "), dribble(t, a.Addr(), whole+"From="))
	}
	res, err := http.Get("http://" + a.Addr() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("beside them: %d", res.StatusCode)
	}
	for i, end := range ended {
		select {
		case err := <-end:
			if err == nil {
				t.Errorf("connection %d was not ended", i)
			}
		case <-time.After(time.Minute):
			t.Fatalf("connection %d is still open", i)
		}
	}
	if q, err := a.store.InboxQueue(t.Context()); err != nil || q.Waiting != 0 {
		t.Errorf("%d messages came of it: %v", q.Waiting, err)
	}
}

// dribble says something, and then a byte now and again until it cannot any more; the channel tells why.
func dribble(t *testing.T, addr, begin string) <-chan error {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	ended := make(chan error, 1)
	closed := make(chan struct{})
	go func() { // the server's side is over when there is no more to read
		io.Copy(io.Discard, conn)
		close(closed)
	}()
	go func() {
		_, err := io.WriteString(conn, begin)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for err == nil {
			select {
			case <-tick.C:
				_, err = io.WriteString(conn, "a")
			case <-closed:
				err = io.EOF
			}
		}
		ended <- err
	}()
	return ended
}
