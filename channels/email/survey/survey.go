// Package survey looks at both servers of a mailbox with the eyes of who sets it up: are they there, do they let
// us in, is there what we need. It says what is wrong in words, and what mends it. It changes nothing in the
// mailbox, and sends nothing to anybody but the mailbox itself.
package survey

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// Account is a mailbox.
type Account struct {
	Address    string // what its mail comes from
	IMAP, SMTP wire.Server
	Helo       string        // how we introduce ourselves to SMTP
	Sent       string        // the folder of what staff answer past us, "" for none
	PollEvery  time.Duration // between two looks where the server has no IDLE
	Largest    int64         // bytes of the longest mail that we may send
}

// The longest wait for one answer of a server, and for what is only tried beside the matter.
const (
	oneAnswer = 10 * time.Second
	aside     = 3 * time.Second
)

// soon is how long before its end a certificate is told of: those that renew themselves are new by then.
const soon = 14 * 24 * time.Hour

// Look asks both servers at once.
func Look(ctx context.Context, a Account) []channels.Finding {
	var read, write []channels.Finding
	var both sync.WaitGroup
	both.Go(func() { read = a.lookIMAP(ctx) })
	both.Go(func() { write = a.lookSMTP(ctx) })
	both.Wait()
	return append(read, write...)
}

// end is one of the servers under observation.
type end struct {
	wire.Server
	protocol    string // imap, smtp
	certificate atomic.Pointer[x509.Certificate]
}

func observe(s wire.Server, protocol string) *end {
	e := &end{Server: s, protocol: protocol}
	e.Wait = min(s.Wait, oneAnswer)
	if protocol == "smtp" {
		e.Wait = min(s.Wait, oneAnswer/2) // of which wire makes a multiple
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		config = s.TLS.Clone()
	}
	config.VerifyConnection = func(state tls.ConnectionState) error {
		e.certificate.Store(state.PeerCertificates[0])
		return nil
	}
	e.TLS = config
	return e
}

// reached begins the finding on a server that let us in.
func (e *end) reached(subject string) channels.Finding {
	f := channels.Finding{Subject: subject, Grade: channels.Fine, Detail: e.Address() + ": logged in"}
	if e.Username == "" {
		f.Detail = e.Address() + ": reached, without a login"
	}
	c := e.certificate.Load()
	if c == nil {
		f.Detail += ", without TLS"
		if !e.Local() {
			f.Grade = channels.Doubtful
			f.Detail += ": who stands on the way reads the password and the reports. Switch TLS on there, and insecure off"
		}
		return f
	}
	f.Detail += ", certificate until " + c.NotAfter.UTC().Format(time.DateOnly)
	if left := time.Until(c.NotAfter); left < soon {
		f.Grade = channels.Doubtful
		f.Detail += fmt.Sprintf(", in %d days: from then on nothing is read or sent. See that it is renewed, and that the mail server loads it", int(left/(24*time.Hour)))
	}
	return f
}
