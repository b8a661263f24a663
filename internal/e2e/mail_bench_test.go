package e2e

import (
	"database/sql"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tanggap/internal/dovecot"

	"tanggap/internal/dbtest"
)

// mostMemory is what the process may hold at its greatest, in kB: its code, its heap and what SQLite takes.
const mostMemory = 256 << 10

// TestSoakMailMemory lets 20,000 mails come at once, some with files of 10 to 25 MB, and asks the system how much memory
// the program took at its greatest.
func TestSoakMailMemory(t *testing.T) {
	if os.Getenv("TANGGAP_SOAK") == "" {
		remember(t, 60, []int{1}) // the short form stays alive in every run
		return
	}
	remember(t, 20_000, []int{10, 12, 14, 16, 18, 20, 25, 25, 10, 25})
}

// remember lets so many mails come, with files of so many MB among them.
func remember(t *testing.T, mails int, big []int) {
	m := newMailbox(t, dbtest.New(t, dbtest.SQLite), 7)
	m.program = built(t)
	child := m.start()
	m.await("the first look into the mailbox", firstLook, 1)
	t.Logf("at rest: %d kB, at most %d kB", memory(t, child, "VmRSS"), memory(t, child, "VmHWM"))
	m.all = letters(m.random, mails)
	every := mails / len(big)
	began := time.Now()
	for i := range m.all {
		p := &m.all[i]
		if i%every == every/2 {
			p.raw = withFile(p, i, randomBytes(m.random, big[i/every%len(big)]<<20))
		}
		if err := m.server.Deposit(p.raw, time.Now(), i); err != nil {
			t.Fatal(err)
		}
		p.raw = nil // not ours to keep: this process is not what is measured, but shares the machine
	}
	t.Logf("%v: delivered", time.Since(began).Round(time.Second))
	m.stored(mails)
	took := memory(t, child, "VmHWM")
	t.Logf("%v: all %d are in, %d kB at most, %d kB now", time.Since(began).Round(time.Second), mails, took, memory(t, child, "VmRSS"))
	if took > mostMemory {
		t.Errorf("%d kB of memory at most, want %d", took, mostMemory)
	}
	child.Process.Signal(syscall.SIGTERM)
	if err := child.Wait(); err != nil {
		t.Errorf("the stop was not orderly: %v", err)
	}
}

// built is the program as a city runs it, in a file.
func built(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tanggap")
	build := exec.Command("go", "build", "-trimpath", "-o", path, "tanggap/cmd/tanggap")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return path
}

// stored waits until so many mails became something and their files are kept, as long as there is progress.
func (m *mailbox) stored(mails int) {
	before := ""
	for progress := time.Now(); time.Since(progress) < patience; time.Sleep(500 * time.Millisecond) {
		var done, files int
		m.query(func(r *sql.Rows) error { return r.Scan(&done, &files) },
			`SELECT (SELECT count(*) FROM inbox_work WHERE state <> 0), (SELECT count(*) FROM attachment WHERE state = 'pending')`)
		if done >= mails && files == 0 {
			return
		}
		if now := fmt.Sprint(done, " of ", mails, " mails are in, ", files, " files to be kept"); now != before {
			before, progress = now, time.Now()
		}
	}
	m.t.Error("nothing moves: ", before)
}

// memory is a line of /proc/PID/status, in kB.
func memory(t *testing.T, c *exec.Cmd, field string) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if name, value, _ := strings.Cut(line, ":"); name == field {
			n, err := strconv.Atoi(strings.Fields(value)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("no %s in /proc", field)
	return 0
}

// ordinary is a mail as people send it: from a phone or a web mailer, in text and HTML, every tenth with a photo.
func ordinary(r *rand.Rand, i int) []byte {
	p := &posted{from: fmt.Sprintf("warga%d@kampung.test", i), id: fmt.Sprintf("%d.%x@mail.kampung.test", i, r.Uint64()), word: word(i)}
	trace := fmt.Sprintf("Return-Path: <%s>\r\nDelivered-To: %s\r\nReceived: from mx.kampung.test (mx.kampung.test [192.0.2.7])\r\n\tby mail.kota.test with ESMTPS id %d\r\n\tfor <%s>; %s\r\n"+
		"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=kampung.test; s=k1;\r\n\th=from:to:subject:date:message-id; bh=%s;\r\n\tb=%s\r\n",
		p.from, dovecot.Address, r.Uint64(), dovecot.Address, time.Now().Format(time.RFC1123Z), base64.StdEncoding.EncodeToString(randomBytes(r, 32)), base64.StdEncoding.EncodeToString(randomBytes(r, 256)))
	if i%10 == 9 {
		return append([]byte(trace), withFile(p, i, randomBytes(r, 100_000))...)
	}
	text := p.text(i) + strings.Repeat("Sudah kami laporkan ke ketua RT, tetapi belum ada tindak lanjut.\r\n", 3)
	return []byte(trace + p.head(i) + "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"0000000000004c2f5e0612\"\r\n\r\n" +
		"--0000000000004c2f5e0612\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\n\r\n" + text + "\r\n--0000000000004c2f5e0612\r\nContent-Type: text/html; charset=\"UTF-8\"\r\n\r\n" +
		"<div dir=\"ltr\">" + strings.ReplaceAll(text, "\r\n", "<br>\r\n") + "</div>\r\n\r\n--0000000000004c2f5e0612--\r\n")
}

// BenchmarkMail is from a mailbox in a real Dovecot to tickets with their receipts in the outbox: b.N ordinary mails
// that lie there at once, to the program as a city runs it, in its default settings.
func BenchmarkMail(b *testing.B) {
	dbtest.EachB(b, func(b *testing.B, database string) {
		m := newMailbox(b, database, 5)
		m.program = built(b)
		child := m.start()
		m.await("the first look into the mailbox", firstLook, 1)
		m.server.Stop()
		for i := range b.N {
			if err := m.server.Deposit(ordinary(m.random, i), time.Now(), i); err != nil {
				b.Fatal(err)
			}
		}
		if err := m.server.Run(); err != nil {
			b.Fatal(err)
		}
		m.await("the first mail", `SELECT count(*) FROM inbox`, 1)
		early := m.number(`SELECT count(*) FROM inbox`)
		b.ResetTimer()
		m.await("all mails", `SELECT count(*) FROM inbox_work WHERE state <> 0`, b.N)
		b.StopTimer()
		b.ReportMetric(float64(b.N-early)/b.Elapsed().Seconds(), "mails/s")
		b.ReportMetric(0, "ns/op")
		child.Process.Kill()
		child.Wait()
	})
}
