package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/internal/dovecot"
	"tanggap/internal/sim"
	"tanggap/migrations"
	"tanggap/tickets"
)

const mailConfig = `
[server]
listen = "%[1]s"
admin_listen = ""
public_url = "http://%[1]s"
[database]
url = "%[2]s"
[attachments]
url = "file:%[3]s"
[city]
pack = "jakarta"
[answers]
per_address = 0
per_domain = 0
per_account = 0
[channels.mail]
type = "email"
address = "%[4]s"
[channels.mail.imap]
url = "%[5]s"
username = "%[4]s"
password = "%[6]s"
[channels.mail.smtp]
url = "%[7]s"
username = "%[4]s"
password = "%[8]s"
`

// firstLook counts the mailboxes that were looked into: what comes from then on is new.
const firstLook = `SELECT count(*) FROM account WHERE name = 'mail' AND cursor <> ''`

// hardship is what a mailbox goes through.
type hardship struct {
	letters, cuts, kills, restarts int
	lasts                          time.Duration // a connection, at most
	collected                      bool          // also the mails of others
}

// TestSoakMail delivers mails to a real Dovecot in random order while its connections are cut, it is restarted and
// numbered anew, and we are killed: every mail is found once, and nobody is answered twice for one. The great
// one runs with make soak, with the mails of others where TANGGAP_DATA names them.
func TestSoakMail(t *testing.T) {
	if os.Getenv("TANGGAP_SOAK") == "" {
		endure(t, dbtest.New(t, dbtest.SQLite), hardship{letters: 30, cuts: 5, kills: 2, restarts: 1, lasts: time.Second})
		return // the short form stays alive in every run
	}
	dbtest.Each(t, func(t *testing.T, database string) {
		endure(t, database, hardship{letters: 900, cuts: 200, kills: 50, restarts: 3, lasts: 3 * time.Second, collected: true})
	})
}

// mailbox is a server with one mailbox that is killed, and its mail servers.
type mailbox struct {
	siege
	database string
	server   *dovecot.Server
	line     *dovecot.Line
	out      *sim.Mail
	random   *rand.Rand
	all      []posted
	open     sync.RWMutex // held by who delivers; to write by who stops the mail server
}

func newMailbox(t testing.TB, database string, seed uint64) *mailbox {
	t.Helper()
	const password = "sandi-surat-99"
	m := &mailbox{database: database, server: dovecot.Start(t), random: rand.New(rand.NewPCG(seed, 1))}
	m.siege = siege{t: t, listen: freeAddr(t), config: filepath.Join(t.TempDir(), "tanggap.toml")}
	m.line = m.server.Line(t, rand.New(rand.NewPCG(seed, 2)))
	m.out = sim.NewMail(sim.MailOptions{Address: dovecot.Address, Password: password, Keep: 1_000_000, Memory: 1 << 30})
	if err := m.out.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.out.Close() })
	text := fmt.Sprintf(mailConfig, m.listen, database, t.TempDir(), dovecot.Address, m.line.IMAPURL(), dovecot.Password, m.out.SMTPURL(), password)
	if err := os.WriteFile(m.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return m
}

func endure(t *testing.T, database string, h hardship) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("TANGGAP_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("TANGGAP_SEED=%d", seed)
	m := newMailbox(t, database, seed)
	m.all = letters(m.random, h.letters)
	if h.collected {
		m.all = append(m.all, collected(t)...)
	}
	child := m.start()
	m.await("the first look into the mailbox", firstLook, 1)

	began := time.Now()
	m.line.Break(dovecot.Breaks{Count: h.cuts, Least: 60, Most: 4_000_000, After: h.lasts})
	var post sync.WaitGroup
	order := rand.New(rand.NewPCG(seed, 3))
	post.Go(func() { m.deliver(order) })
	for i := range h.kills {
		time.Sleep(time.Duration(50+m.random.IntN(900)) * time.Millisecond)
		if strings.HasPrefix(database, "postgres") && i%4 == 3 {
			time.Sleep(7 * time.Second) // there leases outlive their holder for some seconds
		}
		child.Process.Kill()
		child.Wait()
		if i == h.kills/2 {
			m.rest(true)
		}
		child = m.start()
		if h.restarts > 0 && i%(h.kills/h.restarts) == 0 {
			m.rest(false)
		}
	}
	post.Wait()
	m.t.Logf("%v: delivered, %d cuts so far", time.Since(began).Round(time.Second), m.line.Broken())
	for end := time.Now().Add(time.Hour); m.line.Broken() < h.cuts && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond) // each connection ends by itself
	}
	if got := m.line.Broken(); got != h.cuts {
		t.Errorf("%d cuts, want %d", got, h.cuts)
	}
	// What comes last in the mailbox shows that all before it was seen, also what was numbered anew.
	last := letters(m.random, h.letters+sortCount)[h.letters:]
	last = slices.DeleteFunc(last, func(p posted) bool { return p.want != aMessage || p.same || p.id == "" })[:1]
	m.all = append(m.all, last...)
	m.post(&last[0])
	m.settle()
	child.Process.Signal(syscall.SIGTERM)
	if err := child.Wait(); err != nil {
		t.Errorf("the last stop was not orderly: %v", err)
	}
	m.t.Logf("%v: settled", time.Since(began).Round(time.Second))
	m.audit()
}

// rest restarts the mail server, if told to with new numbers for all mails.
func (m *mailbox) rest(renumber bool) {
	m.open.Lock()
	defer m.open.Unlock()
	m.server.Stop()
	if renumber {
		if err := m.server.Renumber(); err != nil {
			m.t.Error(err)
		}
	}
	if err := m.server.Run(); err != nil {
		m.t.Error(err)
	}
}

// deliver posts all letters, in random order.
func (m *mailbox) deliver(r *rand.Rand) {
	var order []int
	for i := range m.all {
		for range m.all[i].times {
			order = append(order, i)
		}
	}
	r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for _, i := range order {
		m.post(&m.all[i])
	}
}

func (m *mailbox) post(p *posted) {
	m.open.RLock()
	defer m.open.RUnlock()
	if err := m.server.Deliver(p.raw); err != nil {
		m.t.Errorf("%s: %v", p.name, err)
	}
}

// query reads from the database beside the server.
func (m *mailbox) query(f func(*sql.Rows) error, query string) {
	m.t.Helper()
	db, _, err := migrations.Open(m.database)
	if err != nil {
		m.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		m.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			m.t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		m.t.Fatal(err)
	}
}

func (m *mailbox) number(query string) (n int) {
	m.t.Helper()
	m.query(func(r *sql.Rows) error { return r.Scan(&n) }, query)
	return n
}

func (m *mailbox) await(what, query string, want int) {
	m.t.Helper()
	for end := time.Now().Add(10 * patience); m.number(query) < want; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			m.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// settle waits until every mail is accounted for and every answer is out, as long as there is progress.
func (m *mailbox) settle() {
	want, before := len(m.all), ""
	for progress := time.Now(); time.Since(progress) < patience; time.Sleep(200 * time.Millisecond) {
		rows, waits := m.number(`SELECT count(*) FROM inbox`), m.number(`SELECT count(*) FROM inbox_work WHERE state = 0`)
		unsent, files := m.number(`SELECT count(*) FROM outbox WHERE done_at = 0`), m.number(`SELECT count(*) FROM attachment WHERE state = 'pending'`)
		if rows >= want && waits+unsent+files == 0 {
			return
		}
		if now := fmt.Sprint(rows, " of ", want, " mails are in, ", waits, " wait to be read, ", unsent, " answers to be sent, ", files, " files to be kept"); now != before {
			before, progress = now, time.Now()
		}
	}
	m.t.Error("nothing moves: ", before)
}

// found is an inbox row and what became of it.
type found struct {
	id, message           int64
	kind, outcome, reason string
}

// trace is what the mail server writes above a mail that it delivers.
var trace = regexp.MustCompile(`\AReturn-Path: .*\r?\nDelivered-To: .*\r?\nReceived: .*\r?\n(?:\t.*\r?\n)*`)

// audit holds the store and what was sent against what was posted.
func (m *mailbox) audit() {
	inbox := map[string][]found{}
	m.query(func(r *sql.Rows) error {
		var f found
		var raw []byte
		if err := r.Scan(&f.id, &f.message, &f.kind, &f.outcome, &f.reason, &raw); err != nil {
			return err
		}
		key := contentKey(trace.ReplaceAll(raw, nil))
		inbox[key] = append(inbox[key], f)
		return nil
	}, `SELECT i.id, w.message_id, i.kind, w.outcome, w.reason, i.raw FROM inbox i JOIN inbox_work w ON w.id = i.id`)
	texts, files := m.messages()
	became := map[string]int{}
	for i := range m.all {
		p := &m.all[i]
		rows := inbox[p.key()]
		delete(inbox, p.key())
		if len(rows) != 1 {
			m.t.Errorf("%s is in the inbox %d times", p.name, len(rows))
			continue
		}
		became[rows[0].outcome]++
		m.auditFate(p, rows[0], texts, files)
	}
	for _, rows := range inbox {
		m.t.Errorf("the inbox holds %d rows of what nobody wrote, one of kind %s, %s", len(rows), rows[0].kind, rows[0].outcome)
	}
	if len(texts) > 0 {
		m.t.Errorf("%d messages of citizens belong to no mail", len(texts))
	}
	repeated := m.auditAnswers()
	m.auditChains()
	m.t.Logf("%d mails became %v; %d answers, %d of them twice, each marked; %d cuts", len(m.all), became, len(m.out.Taken()), repeated, m.line.Broken())
}

// messages are the texts of what citizens said, by id, and the digests of the files with them.
func (m *mailbox) messages() (texts map[int64]string, files map[int64][]string) {
	texts, files = map[int64]string{}, map[int64][]string{}
	m.query(func(r *sql.Rows) error {
		var id int64
		var text string
		err := r.Scan(&id, &text)
		texts[id] = text
		return err
	}, `SELECT id, text || ' ' || quoted FROM message WHERE direction = 'in'`)
	m.query(func(r *sql.Rows) error {
		var id int64
		var sum, state string
		err := r.Scan(&id, &state, &sum)
		if state != "stored" {
			m.t.Errorf("a file is %s", state)
		}
		files[id] = append(files[id], sum)
		return err
	}, `SELECT message_id, state, sha256 FROM attachment`)
	return texts, files
}

// auditFate checks what became of one mail, and takes its message out of texts: what is left there is doubled.
func (m *mailbox) auditFate(p *posted, f found, texts map[int64]string, files map[int64][]string) {
	text, there := texts[f.message]
	delete(texts, f.message)
	fate := f.outcome
	switch fate {
	case tickets.BecameTicket, tickets.BecameFollowUp:
		fate = aMessage
		if !there {
			m.t.Errorf("%s became a message that is not there, or another mail's", p.name)
		}
	case tickets.BecameIgnored:
		fate = aRobot
		if f.reason == "" || f.kind != "robot" && f.kind != "bounce" {
			m.t.Errorf("%s, a %s, was ignored because %q", p.name, f.kind, f.reason)
		}
	case tickets.BecameQuarantine:
		fate = quarantine
	case tickets.BecameCommand:
		if p.want == talk || p.want == anything { // "Yes.", and nothing that it could be said to: he is told how to report
			return
		}
		m.t.Errorf("%s was taken for a word of command", p.name)
	default:
		m.t.Errorf("%s became %q", p.name, f.outcome)
	}
	if p.want == anything {
		return
	}
	if fate != p.want && !(p.want == talk && fate == aMessage) {
		m.t.Errorf("%s became %s (%s), want %s", p.name, f.outcome, f.reason, p.want)
		return
	}
	if p.word != "" && fate == aMessage && !strings.Contains(text, p.word) {
		m.t.Errorf("%s has lost its text", p.name)
	}
	if p.file != "" && !slices.Contains(files[f.message], p.file) {
		m.t.Errorf("%s has lost its file", p.name)
	}
}

// auditAnswers checks that every citizen was answered, once for each mail that opened a ticket, and nobody else.
func (m *mailbox) auditAnswers() (repeated int) {
	copies, answered, heard, receipts := map[string]int{}, map[string]string{}, map[string]bool{}, map[string]int{}
	for _, a := range m.out.Taken() {
		copies[a.MessageID]++
		answered[a.MessageID] = a.ReplyTo
		for _, to := range a.To {
			heard[to] = true
		}
	}
	m.query(func(r *sql.Rows) error {
		var id, purpose string
		var doubts int
		err := r.Scan(&id, &doubts, &purpose)
		if purpose == "receipt" {
			receipts[answered[id]]++
		}
		if n := copies[id]; n == 0 {
			m.t.Errorf("%s is noted as sent and never went out", id)
		} else if n > 1 {
			if repeated++; doubts < n-1 {
				m.t.Errorf("%s went out %d times with %d doubts noted", id, n, doubts)
			}
		}
		delete(copies, id)
		return err
	}, `SELECT p.external_id, p.doubts, o.purpose FROM outbox_part p JOIN outbox o ON o.id = p.outbox_id WHERE p.state IN ('sent', 'delivered')`)
	for id := range copies {
		m.t.Errorf("%s went out and is not noted as sent", id)
	}
	m.query(func(r *sql.Rows) error {
		var ticket int64
		var n int
		err := r.Scan(&ticket, &n)
		m.t.Errorf("ticket %d has %d receipts", ticket, n)
		return err
	}, `SELECT t.id, count(o.id) FROM ticket t LEFT JOIN outbox o ON o.ticket_id = t.id AND o.purpose = 'receipt' GROUP BY t.id HAVING count(o.id) <> 1`)
	for i := range m.all {
		p := &m.all[i]
		switch {
		case p.want == aMessage && !p.same && p.id != "" && receipts[p.id] != 1:
			m.t.Errorf("%s has %d receipts", p.name, receipts[p.id])
		case (p.want == aMessage || p.want == talk) && !heard[p.from]:
			m.t.Errorf("%s was not answered", p.name)
		case (p.want == aRobot || p.want == quarantine) && heard[p.from] && p.from != "":
			m.t.Errorf("%s was answered, want %s", p.name, p.want)
		}
	}
	return repeated
}

func (m *mailbox) auditChains() {
	ctx := context.Background()
	store, err := tickets.Open(ctx, m.database, tickets.Options{})
	if err != nil {
		m.t.Fatal(err)
	}
	defer store.Close()
	for f := (tickets.Filter{Limit: 200}); ; {
		page, next, err := store.List(ctx, f)
		if err != nil {
			m.t.Fatal(err)
		}
		for _, tk := range page {
			events, err := store.Events(ctx, tk.ID)
			if err != nil {
				m.t.Fatal(err)
			}
			if err := tickets.VerifyChain(tk, events); err != nil {
				m.t.Error(err)
			}
		}
		if f.After = next; next == "" {
			return
		}
	}
}
