package e2e

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
)

// publicName is the host of the guides.
const publicName = "lapor.example.go.id"

// nginx is a real one (Debian's package nginx-light) with the site of the guides in front of an upstream.
type nginx struct {
	plain  string       // host:port
	client *http.Client // for https://lapor.example.go.id, by the certificate that signs itself
	dir    string       // with tanggap.log and error.log
}

// startNginx serves docs/nginx.conf: only addresses, certificate and upstream are others.
func startNginx(t *testing.T, upstream string) *nginx {
	t.Helper()
	program := "/usr/sbin/nginx"
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("finding nginx (apt-get install nginx-light): %v", err)
	}
	site, err := os.ReadFile("../../docs/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "tanggap-nginx-") // t.TempDir's parents are closed to another user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	pool := certify(t, dir)
	plain, secure := freeAddr(t), freeAddr(t)
	text := string(site)
	for _, change := range [][2]string{
		{"\tlisten [::]:80;\n", ""},
		{"\tlisten [::]:443 ssl http2;\n", ""},
		{"listen 80;", "listen " + plain + ";"},
		{"listen 443 ssl http2;", "listen " + secure + " ssl http2;"},
		{"/etc/ssl/tanggap/", dir + "/"},
		{"http://127.0.0.1:8080;", "http://" + upstream + ";"},
		{"/var/log/nginx/", dir + "/"},
	} {
		if strings.Count(text, change[0]) == 0 {
			t.Fatalf("docs/nginx.conf has no %q", change[0])
		}
		text = strings.ReplaceAll(text, change[0], change[1])
	}
	whole := "daemon off;\nworker_processes 1;\nerror_log stderr notice;\npid " + dir + "/pid;\nevents {}\nhttp {\naccess_log off;\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		whole += kind + "_temp_path " + dir + "/" + kind + ";\n"
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(whole+text+"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	who := nobody(t, dir)
	check := exec.Command(program, "-t", "-c", file, "-p", dir)
	check.SysProcAttr = who
	if out, err := check.CombinedOutput(); err != nil {
		t.Fatalf("nginx -t: %v\n%s", err, out)
	}
	cmd := exec.Command(program, "-c", file, "-p", dir)
	var said safeBuffer
	cmd.Stderr, cmd.SysProcAttr = &said, who
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if t.Failed() {
			t.Logf("nginx said:\n%s", said.String())
		}
	})
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, secure)
	}
	n := &nginx{plain: plain, dir: dir, client: &http.Client{
		Transport:     &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	t.Cleanup(n.client.CloseIdleConnections)
	for end := time.Now().Add(patience); ; {
		conn, err := net.Dial("tcp", secure)
		if err == nil {
			conn.Close()
			return n
		}
		if time.Now().After(end) {
			t.Fatalf("nginx does not listen: %v\n%s", err, said.String())
		}
	}
}

// nobody is who runs nginx where the tests are run by root, and gives him the folder.
func nobody(t *testing.T, dir string) *syscall.SysProcAttr {
	t.Helper()
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		return attr
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range append(entries, nil) {
		path := dir
		if e != nil {
			path = filepath.Join(dir, e.Name())
		}
		if err := os.Chown(path, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	return attr
}

// certify writes the two files of a certificate that signs itself, as the guide's openssl does.
func certify(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: publicName}, DNSNames: []string{publicName}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, content := range map[string][]byte{"fullchain.pem": chain, "privkey.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(chain)
	return pool
}

// TestTheGuidesNginx: what the site of the guides passes on is what we need of it.
func TestTheGuidesNginx(t *testing.T) {
	type seen struct {
		uri, host, from, proto string
		length                 int64
	}
	arrived := make(chan seen, 10)
	read := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		arrived <- seen{r.RequestURI, r.Host, strings.Join(r.Header.Values("X-Forwarded-For"), "|"), r.Header.Get("X-Forwarded-Proto"), n}
	})
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 2 {
			fmt.Fprintf(w, "data: %d\n\n", i)
			http.NewResponseController(w).Flush()
			select {
			case <-read: // nothing more is said before the first was read
			case <-r.Context().Done():
			}
		}
	})
	upstream := httptest.NewServer(mux)
	defer upstream.Close()
	n := startNginx(t, upstream.Listener.Addr().String())
	do := func(method, url string, body io.Reader) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, url, body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-For", "6.6.6.6")
		req.Header.Set("X-Forwarded-Proto", "gopher")
		res, err := n.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}

	req, err := http.NewRequest("GET", "http://"+n.plain+"/track?x=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = publicName
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusMovedPermanently || got != "https://"+publicName+"/track?x=1" {
		t.Errorf("without TLS: %d %q", res.StatusCode, got)
	}

	// The path goes through byte for byte, since signatures are over it; what a client claims to be does not.
	const uri = "/channels/smsc?text=a%20b%2Fc&coding=%FF&x=%7E"
	res = do("GET", "https://"+publicName+uri, nil)
	res.Body.Close()
	if got, want := <-arrived, (seen{uri, publicName, "127.0.0.1", "https", 0}); got != want {
		t.Errorf("arrived %+v, want %+v", got, want)
	}
	if res.ProtoMajor != 2 || res.Header.Get("Server") != "nginx" {
		t.Errorf("answered by HTTP/%d, server %q", res.ProtoMajor, res.Header.Get("Server"))
	}

	// Pictures go through, what is larger than any form of ours does not.
	const megabyte = 1 << 20
	res = do("POST", "https://"+publicName+"/report", bytes.NewReader(make([]byte, 29*megabyte)))
	res.Body.Close()
	if got := <-arrived; res.StatusCode != http.StatusOK || got.length != 29*megabyte {
		t.Errorf("29 MB: %d, %d bytes arrived", res.StatusCode, got.length)
	}
	res = do("POST", "https://"+publicName+"/report", bytes.NewReader(make([]byte, 31*megabyte)))
	res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge || len(arrived) != 0 {
		t.Errorf("31 MB: %d, %d arrived", res.StatusCode, len(arrived))
	}

	res = do("GET", "https://"+publicName+"/events", nil)
	defer res.Body.Close()
	for i := range 2 {
		line := make([]byte, len("data: 0\n\n"))
		if _, err := io.ReadFull(res.Body, line); err != nil || string(line) != fmt.Sprintf("data: %d\n\n", i) {
			t.Fatalf("event %d came as %q: %v", i, line, err)
		}
		read <- struct{}{}
	}
}

// TestAPlatformCallsThroughNginx: a signed webhook and its receipt, by the public address and TLS.
func TestAPlatformCallsThroughNginx(t *testing.T) {
	listen := freeAddr(t)
	n := startNginx(t, listen)
	twilio := sim.NewTwilio(sim.TwilioOptions{
		AccountSID: "AC1", AuthToken: "hush", Number: "+6281110001000", Webhook: "https://" + publicName + "/channels/sms", Delivers: true, Client: n.client,
	})
	api, err := twilio.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer twilio.Close()
	c := configure(t, dbtest.New(t, dbtest.SQLite), listen,
		config.Account{Name: "sms", Channel: &config.Twilio{AccountSID: "AC1", AuthToken: config.NewSecret("hush"), From: "+6281110001000", APIURL: api, Region: "ID", Segments: 3}})
	c.Server.PublicURL = "https://" + publicName
	k := run(t, c)
	if _, err := twilio.Write(t.Context(), "+6281234567890", complaint); err != nil {
		t.Fatal(err)
	}
	listed := k.queue("channel=sms", 1)[0]
	k.until("the receipt to be delivered", func() bool {
		for _, m := range k.ticket(listed.Reference).Messages {
			if m.Direction == "out" && m.State == "delivered" {
				return true
			}
		}
		return false
	})
}

// TestNginxWritesDownNoCitizen: what a gateway says in an address, what a clerk looks for, and what opens a
// page stands in none of its logs, nor when the program is away.
func TestNginxWritesDownNoCitizen(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	n := startNginx(t, upstream.Listener.Addr().String())
	paths := []string{"/channels/smsc?from=%2B6281234567890&text=rahasia", "/console/queue?q=rahasia", "/t/rahasia", "/t/rahasia/message", "/console/link/rahasia", "/console/link/rahasia?next=%2Fconsole%2F"}
	for _, when := range []string{"in service", "away"} {
		for _, path := range paths {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+publicName+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Referer", "https://"+publicName+"/console/queue?q=rahasia")
			res, err := n.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if away := res.StatusCode == http.StatusBadGateway; away != (when == "away") {
				t.Fatalf("%s, %s: %d", when, path, res.StatusCode)
			}
		}
		upstream.Close()
	}
	kept := ""
	for end := time.Now().Add(patience); strings.Count(kept, "/channels/smsc") < 2; {
		for _, name := range []string{"tanggap.log", "error.log"} {
			text, err := os.ReadFile(filepath.Join(n.dir, name))
			if err != nil {
				t.Fatal(err)
			}
			kept += string(text)
		}
		if time.Now().After(end) {
			t.Fatalf("the log does not tell of the calls:\n%s", kept)
		}
	}
	if strings.Contains(kept, "rahasia") || strings.Contains(kept, "6281234567890") {
		t.Errorf("nginx wrote down:\n%s", kept)
	}
}
