// Package loopback finds ports of this machine that stay free while nobody listens on them.
package loopback

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// The ports that Listen tries. Kernels give others to whoever listens on port 0 or calls out: Linux from
// 32768 on, the rest from 49152 on (RFC 6335, section 6). A port of those, once closed, may be somebody
// else's a moment later.
const (
	lowest  = 15_000
	highest = 32_000
)

// Listen listens on a free port of 127.0.0.1 that may be closed and listened on again later, or be
// named to another program that will listen on it: no kernel gives it away in between.
func Listen() (net.Listener, error) {
	var last error
	for range 200 { // each finds a free one but where thousands are in use
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(lowest+rand.IntN(highest-lowest)))
		if err == nil {
			return l, nil
		}
		last = err
	}
	return nil, fmt.Errorf("looking for a free port: %w", last)
}

// Ports are n different ones that were free a moment ago.
func Ports(n int) ([]int, error) {
	var ports []int
	for range n {
		l, err := Listen()
		if err != nil {
			return nil, err
		}
		defer l.Close() // not before the last is found
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
