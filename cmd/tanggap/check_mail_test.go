package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/internal/dovecot"
	"tanggap/internal/nameserver"
	"tanggap/internal/sim"
	"tanggap/tickets"
)

const mailPassword = "rahasia-kotak"

// mailbox is the simulated server of an address, and the account in a configuration.
func mailbox(t *testing.T, address string) (m *sim.Mail, account string) {
	t.Helper()
	m = sim.NewMail(sim.MailOptions{Address: address, Password: mailPassword, Stamp: "mail.sim.test; spf=pass; dkim=none; dmarc=pass"})
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

// A mailbox writes to itself while the program reads it: what the mail went through is told, and it is nobody's
// report. A citizen's after it is one.
func TestAMailboxProvesItsWayWhileItIsRead(t *testing.T) {
	m, account := mailbox(t, "pengaduan@kota.test")
	database := dbtest.New(t, dbtest.SQLite)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan int, 1)
	live := configFile(t, database, "server.listen = '127.0.0.1:0'\nserver.admin_listen = ''\n"+account)
	go func() {
		served <- run(ctx, []string{"serve", "--config", live}, strings.NewReader(""), io.Discard, io.Discard)
	}()
	path := configFile(t, database, "server.mode = 'pilot'\nserver.pilot = ['7']\n"+account)
	status, out, errs := tanggap(t, "check", "--config", path, "--send", "mail")
	for _, want := range []string{
		"ok   test message mail, arrival: the mail was in INBOX after ",
		"look test message mail, authentication: mail.sim.test found: SPF pass, DKIM none, DMARC pass. DKIM: the mail was not signed",
		"look test message mail, authserv_id: ", "       authserv_id = \"mail.sim.test\"",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output has no %q", want)
		}
	}
	if status != done || strings.Contains(out, mailPassword) {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	if _, err := m.Write(sim.MailLetter{From: "warga@kampung.test", Subject: "Lampu", Text: "Lampu jalan mati di depan SDN 01 Tebet Timur"}); err != nil {
		t.Fatal(err)
	}
	receipt := func() bool {
		return slices.ContainsFunc(m.Taken(), func(taken sim.MailTaken) bool { return taken.To[0] == "warga@kampung.test" })
	}
	for end := time.Now().Add(patienceOfTests); !receipt(); time.Sleep(20 * time.Millisecond) { // the simulated server has no event to wait for
		if time.Now().After(end) {
			t.Fatal("the citizen's mail had no answer")
		}
	}
	if n := len(m.Taken()); n != 2 {
		t.Errorf("%d mails went out, want the test message and the receipt", n)
	}
	stop()
	if status := <-served; status != done {
		t.Errorf("serve: status %d", status)
	}
	store, err := tickets.Open(t.Context(), database, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	all, _, err := store.List(t.Context(), tickets.Filter{})
	if err != nil || len(all) != 1 || all[0].Subject != "Lampu" {
		t.Errorf("%v, tickets %+v, want the citizen's alone", err, all)
	}
}

// The mailbox of the guide, on a real Dovecot with the guide's settings.
func TestDovecotAsTheGuideHasIt(t *testing.T) {
	settings, err := os.ReadFile("../../docs/dovecot.conf")
	if err != nil {
		t.Fatal(err)
	}
	server := dovecot.StartWith(t, string(settings))
	m, account := mailbox(t, dovecot.Address)
	account = strings.Replace(account, m.IMAPURL(), server.IMAPURL(), 1)
	account = strings.Replace(account, mailPassword, dovecot.Password, 1)
	status, by := ofMail(t, configFile(t, "sqlite:"+t.TempDir()+"/t.db", account))
	for subject, want := range map[string]string{
		"IMAP": "announces new mail", "folder": "INBOX holds 0 mails", "quota": "0 % used (0.0 of 20480.0 MB)", "Junk": "Junk is empty",
		"Sent": "stands on no ticket", "SMTP": "it takes mails of up to", "sender": "lets us write as " + dovecot.Address, "domain": "kota.test is no name of the public DNS",
	} {
		if f := by[subject]; !f.OK || f.Doubt || !strings.Contains(f.Detail, want) {
			t.Errorf("%s: %+v, want %q", subject, f, want)
		}
	}
	if items := by["Sent"].Items; status != done || !slices.Equal(items, []string{`sent = "Sent"`}) {
		t.Errorf("status %d, %q", status, items)
	}
}
