package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tanggap/internal/nameserver"
	"tanggap/internal/sim"
)

const mailPassword = "rahasia-kotak"

// mailbox is the simulated server of an address, and the account in a configuration.
func mailbox(t *testing.T, address string) (m *sim.Mail, account string) {
	t.Helper()
	m = sim.NewMail(sim.MailOptions{Address: address, Password: mailPassword})
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	login := fmt.Sprintf("username = '%s', password = '%s'", address, mailPassword)
	return m, fmt.Sprintf("[channels.mail]\ntype = 'email'\naddress = '%s'\nimap = { url = '%s', %s }\nsmtp = { url = '%s', %s }\n",
		address, m.IMAPURL(), login, m.SMTPURL(), login)
}

// ofMail runs check and returns its findings about the account mail, by subject.
func ofMail(t *testing.T, path string, more ...string) (status int, by map[string]finding) {
	t.Helper()
	status, out, errs := tanggap(t, append([]string{"check", "--config", path, "--json"}, more...)...)
	var all []finding
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatalf("%v: %s%s", err, out, errs)
	}
	by = map[string]finding{}
	for _, f := range all {
		if subject, ok := strings.CutPrefix(f.Subject, "account mail, "); ok {
			by[subject] = f
		}
	}
	return status, by
}

func TestCheckLooksAtTheDomainOfAMailbox(t *testing.T) {
	dns, err := nameserver.Start("kota.go.id. IN MX 10 surat.kota.go.id.", "surat.kota.go.id. IN A 203.0.113.5",
		`_dmarc.kota.go.id. IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@kota.go.id"`)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dns.Close)
	_, account := mailbox(t, "pengaduan@kota.go.id")
	path := configFile(t, "sqlite:"+t.TempDir()+"/t.db", account)
	status, by := ofMail(t, path, "--dns", dns.Address())
	spf := by["SPF"]
	if status != failed || spf.OK || len(spf.Items) != 1 || !strings.HasPrefix(spf.Items[0], `kota.go.id. IN TXT "v=spf1 `) {
		t.Fatalf("without SPF: status %d, %+v", status, by)
	}
	if err := dns.Add(spf.Items[0]); err != nil {
		t.Fatal(err)
	}
	// What is only doubtful is shown, and is no failure.
	status, out, errs := tanggap(t, "check", "--config", path, "--dns", dns.Address())
	for _, want := range []string{"ok   account mail, SPF: ", "ok   account mail, MX: mail to kota.go.id goes to surat.kota.go.id", "look account mail, DMARC: ", "look account mail, DKIM: "} {
		if !slices.ContainsFunc(strings.Split(out, "\n"), func(l string) bool { return strings.HasPrefix(l, want) }) {
			t.Errorf("no line %q", want)
		}
	}
	if status != done {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	if strings.Contains(out, mailPassword) {
		t.Error("the output tells the password")
	}
	asked := dns.Asked()
	if status, _ := ofMail(t, path, "--dns", dns.Address(), "--offline"); status != done || dns.Asked() != asked {
		t.Errorf("--offline: status %d, %d questions", status, dns.Asked()-asked)
	}
	if status, _, errs := tanggap(t, "check", "--config", path, "--dns", "dns.kota.go.id"); status != wrong || !strings.Contains(errs, "--dns: ") {
		t.Errorf("a name as --dns: status %d, %s", status, errs)
	}
}
