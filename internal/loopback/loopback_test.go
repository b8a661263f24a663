package loopback

import (
	"net"
	"slices"
	"strconv"
	"testing"
)

func TestPortsAreDifferentAndStayFree(t *testing.T) {
	ports, err := Ports(50)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(slices.Compact(slices.Sorted(slices.Values(ports)))); n != 50 {
		t.Errorf("%d of 50 ports are different", n)
	}
	for _, p := range ports {
		if p < lowest || p >= highest {
			t.Errorf("port %d is one that a kernel may give away", p)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(ports[0]))
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}
