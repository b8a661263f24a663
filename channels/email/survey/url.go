package survey

import (
	"net"
	"net/url"
	"strconv"
)

// The lines for the configuration's section imap or smtp. A folder that goes without saying is left out.

// url is the server's own, with TLS from the first byte (s) or not.
func (e *end) url(s, folder string) string { return e.line(s, e.Address(), folder) }

// urlOn is on another port of the host.
func (e *end) urlOn(s, port string) string {
	return e.line(s, net.JoinHostPort(e.Host(), port), e.Folder)
}

// urlAt is on another host.
func (e *end) urlAt(host string) string {
	s := ""
	if e.Implicit() {
		s = "s"
	}
	_, port, _ := net.SplitHostPort(e.Address())
	return e.line(s, net.JoinHostPort(host, port), e.Folder)
}

func (e *end) line(s, at, folder string) string {
	u := url.URL{Scheme: e.protocol + s, Host: at}
	if e.protocol == "imap" && folder != "INBOX" {
		u.Path = "/" + folder
	}
	return "url = " + strconv.Quote(u.String())
}
