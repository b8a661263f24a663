// Package kannel starts a real Kannel for tests: bearerbox, smsbox and, as the operator, fakesmsc, all on free
// loopback ports (Debian's packages kannel and kannel-extras). Where they are not installed the test fails:
// it is never skipped.
package kannel

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"text/template"
	"time"

	"tanggap/internal/loopback"
)

// The login of the one sendsms-user.
const (
	Username = "tanggap"
	Password = "sandi-uji"
)

// MaxMessages is how many segments that user may send in one text.
const MaxMessages = 10

// patience bounds every wait for one of Kannel's programs.
const patience = 2 * time.Minute

// Options is what the tests may want otherwise.
type Options struct {
	// Service is the sms-service group that hands messages from citizens on.
	Service string
	// Retries is smsbox's http-request-retry: how often a call to the service is tried again, each second.
	Retries int
}

// Kannel is a running gateway with an operator. It is safe for concurrent use.
type Kannel struct {
	dir      string
	ports    ports
	operator *operator
}

type ports struct{ Admin, Box, SMSC, Send int }

// Start starts all of it and ends it with the test. It returns once messages can go both ways.
func Start(tb testing.TB, o Options) *Kannel {
	tb.Helper()
	paths := map[string]string{}
	for _, name := range []string{"bearerbox", "smsbox", "fakesmsc"} {
		path, err := find(name)
		if err != nil {
			tb.Fatalf("finding Kannel (apt-get install kannel kannel-extras): %v", err)
		}
		paths[name] = path
	}
	// A port that was free may be taken before it is used: then everything starts anew.
	var err error
	for range 3 {
		k := &Kannel{dir: tb.TempDir()}
		var stop func()
		if stop, err = k.start(paths, o); err == nil {
			tb.Cleanup(stop)
			return k
		}
		stop()
	}
	tb.Fatalf("starting Kannel: %v", err)
	return nil
}

// find looks where Debian puts the programs, which is not in everyone's PATH.
func find(name string) (string, error) {
	for _, dir := range []string{"/usr/sbin", "/usr/lib/kannel/test"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode()&0o111 != 0 {
			return filepath.Join(dir, name), nil
		}
	}
	return exec.LookPath(name)
}

func (k *Kannel) start(paths map[string]string, o Options) (stop func(), err error) {
	var running []*process
	stop = sync.OnceFunc(func() {
		for i := len(running) - 1; i >= 0; i-- {
			running[i].stop()
		}
	})
	if k.ports, err = freePorts(); err != nil {
		return stop, err
	}
	file := filepath.Join(k.dir, "kannel.conf")
	if err := os.WriteFile(file, k.configuration(o), 0o600); err != nil {
		return stop, err
	}
	if err := os.Mkdir(filepath.Join(k.dir, "spool"), 0o700); err != nil {
		return stop, err
	}
	launch := func(ready string, each func(string), name string, args ...string) (*process, error) {
		p, err := run(paths[name], each, args...)
		if err != nil {
			return nil, err
		}
		running = append(running, p)
		return p, p.await(ready)
	}
	// Each program says in its log when it is ready for the next.
	bearerbox, err := launch("entering mainloop", nil, "bearerbox", "-v", "1", file)
	if err != nil {
		return stop, err
	}
	if _, err := launch("Set up send sms service", nil, "smsbox", "-v", "1", file); err != nil {
		return stop, err
	}
	if err := bearerbox.await("Client connected from"); err != nil {
		return stop, err
	}
	k.operator = newOperator()
	p, err := launch("fakesmsc starting", k.operator.read, "fakesmsc", "-i", "0.001", "-H", "127.0.0.1", "-r", fmt.Sprint(k.ports.SMSC))
	if err != nil {
		return stop, err
	}
	k.operator.process = p
	return stop, bearerbox.await("Fakesmsc client connected")
}

var configuration = template.Must(template.New("").Parse(`group = core
admin-port = {{.Ports.Admin}}
admin-interface = 127.0.0.1
admin-password = {{.Password}}
smsbox-port = {{.Ports.Box}}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
store-type = spool
store-location = "{{.Dir}}/spool"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = operator
port = {{.Ports.SMSC}}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {{.Ports.Send}}
sendsms-interface = 127.0.0.1
{{- if .Retries}}
http-request-retry = {{.Retries}}
http-queue-delay = 1
{{- end}}

group = sendsms-user
username = {{.Username}}
password = {{.Password}}
user-allow-ip = 127.0.0.1
max-messages = {{.MaxMessages}}
concatenation = true

{{.Service}}
`))

func (k *Kannel) configuration(o Options) []byte {
	var b bytes.Buffer
	err := configuration.Execute(&b, map[string]any{
		"Ports": k.ports, "Dir": k.dir, "Username": Username, "Password": Password, "MaxMessages": MaxMessages,
		"Retries": o.Retries, "Service": cmp.Or(o.Service, "group = sms-service\nkeyword = default\nmax-messages = 0\ntext = \"\""),
	})
	if err != nil {
		panic(err) // the template is a constant
	}
	return b.Bytes()
}

func freePorts() (ports, error) {
	free, err := loopback.Ports(4)
	if err != nil {
		return ports{}, err
	}
	return ports{Admin: free[0], Box: free[1], SMSC: free[2], Send: free[3]}, nil
}

// SendURL is the sendsms interface.
func (k *Kannel) SendURL() string {
	return fmt.Sprintf("http://127.0.0.1:%d/cgi-bin/sendsms", k.ports.Send)
}
