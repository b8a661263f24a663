package tickets

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"tanggap/internal/dbtest"
)

// The sizes between which no hot statement may read more, and what they are made of.
const (
	smallCity = 1_000
	largeCity = 20_000
	agencies  = 8
)

// TestNoHotStatementReadsMoreAsTablesGrow runs everything that happens with every message, every reply
// and every look at a queue, in a small and in a large city (DESIGN.md, section 5.2). On PostgreSQL it
// compares the rows that were read, with plans made for the values and with generic ones; on SQLite no
// plan may scan a table that grows.
func TestNoHotStatementReadsMoreAsTablesGrow(t *testing.T) {
	for _, tt := range []struct {
		mode    string
		backlog bool
	}{{"force_custom_plan", false}, {"force_generic_plan", false}, {"force_generic_plan", true}} {
		t.Run(fmt.Sprintf("postgres/%s/backlog=%v", tt.mode, tt.backlog), func(t *testing.T) {
			g := newGrown(t, dbtest.New(t, dbtest.Postgres)+"&plan_cache_mode="+tt.mode)
			g.backlog = tt.backlog
			g.grow(smallCity)
			small := g.rowsRead()
			g.grow(largeCity)
			large := g.rowsRead()
			for name, before := range small {
				if after := large[name]; after > before+before/4+60 {
					t.Errorf("%s reads %d rows of %d tickets, and %d of %d", name, before, smallCity, after, largeCity)
				}
			}
		})
	}
	t.Run("sqlite", func(t *testing.T) {
		g := newGrown(t, dbtest.New(t, dbtest.SQLite))
		g.grow(2 * smallCity) // the plan is the same for more
		g.plans(t)
	})
	t.Run("sqlite without statistics", func(t *testing.T) { // as a city runs it
		g := newGrown(t, dbtest.New(t, dbtest.SQLite))
		g.grow(2 * smallCity)
		if _, err := g.write.Exec(`DELETE FROM sqlite_stat1; ANALYZE sqlite_schema`); err != nil {
			t.Fatal(err)
		}
		g.plans(t)
	})
}

// plans looks at how SQLite runs each statement.
func (g *grown) plans(t *testing.T) {
	t.Helper()
	rec := g.record()
	for _, op := range g.operations() {
		g.run(op)
		ran := rec.take()
		if len(ran) == 0 {
			t.Errorf("%s: no statement was seen", op.name)
		}
		for _, q := range ran {
			lines := g.plan(q)
			for _, line := range lines {
				name, scans := strings.CutPrefix(line, "SCAN ")
				if bounded := scans && slices.Contains(lines, "CO-ROUTINE "+name); !bounded && scansGrowing(unaliased(q.text, line)) {
					t.Errorf("%s: %s in\n%s", op.name, line, q.text)
				}
			}
		}
	}
}

// grown is a store whose tables grow.
type grown struct {
	*Store
	t     *testing.T
	ctx   context.Context
	size  int
	lease Lease
	calls int
	// backlog leaves all of it waiting, in inbox and outbox.
	backlog bool
}

func newGrown(t *testing.T, url string) *grown {
	t.Helper()
	if strings.HasPrefix(url, "postgres") && !strings.Contains(url, "?") {
		url = strings.Replace(url, "&", "?", 1)
	}
	s, err := Open(context.Background(), url, Options{MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	g := &grown{Store: s, t: t, ctx: context.Background()}
	var ok bool
	if g.lease, ok, err = s.Take(g.ctx, "processor", "test", time.Hour); err != nil || !ok {
		t.Fatal(ok, err)
	}
	return g
}

// The values of the n-th ticket.
func (g *grown) agency(n int) string { return fmt.Sprintf("agency%d", n%agencies) }
func (g *grown) name(n int) string   { return fmt.Sprintf("x%d", n) }
func (g *grown) id(n int) int64      { return int64(n+1) << 24 }
func (g *grown) reference(n int) string {
	d := fmt.Sprintf("%09d", 100_000_000+n)
	return d + string(dammDigit(d))
}

// grow fills the tables up to n tickets. Most are closed; every hundredth is the same citizen's; what
// waits, in inbox and outbox, does not grow unless there is a backlog.
func (g *grown) grow(n int) {
	g.t.Helper()
	const step = 1000
	for ; g.size < n; g.size += step {
		if err := g.inTx(g.ctx, machine, g.fill); err != nil {
			g.t.Fatal(err)
		}
	}
	if g.dialect == postgres {
		if _, err := g.write.Exec(`VACUUM ANALYZE`); err != nil {
			g.t.Fatal(err)
		}
	} else if _, err := g.write.Exec(`ANALYZE`); err != nil {
		g.t.Fatal(err)
	}
}

func (g *grown) fill(x *tx) error {
	rows := map[*table][][]any{}
	add := func(t *table, row []any) { rows[t] = append(rows[t], row) }
	var rest []string
	for n := g.size; n < g.size+1000; n++ {
		id, at := g.id(n), g.now().Add(-time.Hour)
		owner := id
		if n%100 == 0 {
			owner = g.id(0)
		}
		who := Citizen{ID: id, CreatedAt: at}
		tk := Ticket{
			ID: id, Reference: Reference(g.reference(n)), Version: 1, Kind: Complaint, State: Closed, Agency: g.agency(n), CitizenID: owner, chain: make([]byte, 32), CreatedAt: at,
			Return: Return{Channel: "sms", Account: "sms", Address: Address{"tel", g.name(n)}},
		}
		if n < 200 {
			tk.State = Assigned
		}
		in := Message{ID: id + 1, TicketID: id, CitizenID: owner, Direction: In, Account: "sms", ExternalID: g.name(n), Text: "lampu mati"}
		out := Message{ID: id + 2, TicketID: id, CitizenID: owner, Direction: Out, Account: "sms", Text: "terima kasih"}
		file := Attachment{ID: id + 3, MessageID: in.ID, TicketID: id, Account: "sms", State: "stored"}
		if n < 30 {
			file.State = "pending"
		}
		done, state := micros(at), int64(1)
		if n < 40 || g.backlog {
			done, state = 0, 0
		}
		add(citizenTable, who.row())
		add(contactTable, []any{id, owner, "tel", g.name(n), "", "", micros(at), "sms", ""})
		add(ticketTable, tk.row())
		add(messageTable, in.row())
		add(messageTable, out.row())
		add(attachmentTable, file.row(at))
		for k := range 3 {
			add(eventTable, (&Event{ID: id + 4 + int64(k), TicketID: id, At: at, Type: "moved", Data: []byte("{}"), Hash: []byte{}}).row())
		}
		add(outboxTable, []any{out.ID, id, "receipt", "sms", "tel", g.name(n), "", "", "", true, "", "sent", "", micros(at), int64(0), int64(0), done})
		add(partTable, []any{id + 8, out.ID, int64(1), "sms", g.name(n), "terima kasih", "sent", int64(1), int64(0), "out" + g.name(n), int64(1), "", "", "", micros(at), done})
		add(inboxTable, []any{id + 9, "sms", g.name(n), "message", micros(at), "{}", []byte{}})
		rest = append(rest, fmt.Sprintf("INSERT INTO inbox_work VALUES (%d, 'tel:%s', %d, %d, '', 0, 0, '')", id+9, g.name(n), micros(at), state),
			fmt.Sprintf("INSERT INTO attempt VALUES (%d, %d, 1, %d, %d, 'sent', '')", id+10, id+8, micros(at), micros(at)),
			fmt.Sprintf("INSERT INTO report VALUES ('sms', '%s', 'gone%d', '', 'delivered', '', '', '', %d, 0)", g.name(n), n, micros(at)),
			fmt.Sprintf("INSERT INTO timer VALUES ('silence', %d, %d, '', 0)", id, micros(at.AddDate(1, 0, 0))),
			fmt.Sprintf("INSERT INTO idempotency VALUES ('t', '%s', 'r', '{}', %d)", g.name(n), micros(g.now())))
	}
	for _, t := range tables() {
		if t != workTable && t != waitTable {
			if err := x.insertAll(t, rows[t]); err != nil {
				return err
			}
		}
	}
	_, err := x.ExecContext(x.ctx, strings.Join(rest, ";"))
	return err
}

// operation is something that happens all the time.
type operation struct {
	name string
	run  func() error
}

func (g *grown) operations() []operation {
	var parcel Parcel
	var attempt int64
	read := func(name string, f func() error) operation { return operation{name, f} }
	list := func(f Filter) func() error {
		return func() error { _, _, err := g.List(g.ctx, f); return err }
	}
	var below []string
	for n := range agencies {
		below = append(below, g.agency(n))
	}
	id := g.id(150)
	act := func() Act {
		g.calls++
		return Act{Ticket: id, Once: Once{"t", fmt.Sprint("new", g.calls), "r"}}
	}
	work := func(sit Situation) (Change, error) {
		k := sit.Cases[0].Ticket
		return Change{Tickets: []Ticket{k}, Events: []Event{{TicketID: k.ID, Type: "noted"}}, Timers: []Timer{{Kind: "due", Subject: k.ID, Due: sit.Now}}}, nil
	}
	return []operation{
		read("receiving", func() error {
			g.calls++
			return g.Receive(g.ctx, Incoming{Account: "sms", EventID: fmt.Sprint("new", g.calls), Sender: fmt.Sprint("tel:", g.name(g.calls%20)), Payload: []byte("{}"), Cursor: "1"})
		}),
		read("processing", func() error {
			mentions := func(r Row) []Mention { return []Mention{{"sms", g.name(150)}, {"sms", "out" + g.name(150)}} }
			_, err := g.Process(g.ctx, g.lease, Share{Of: Workers, Max: 10}, mentions, func(sit Situation) (Change, error) {
				return Change{Take: []int64{sit.Rows[0].ID}, Became: BecameFollowUp, In: &Message{Direction: In, TicketID: sit.Cases[0].ID}, Tickets: []Ticket{sit.Cases[0].Ticket}}, nil
			})
			return err
		}),
		read("walking along the senders", func() error { _, err := g.dueOf(g.ctx, Share{Max: 4}); return err }),
		read("claiming", func() error {
			all, err := g.Claim(g.ctx, "sms", 1, time.Hour)
			if err == nil && len(all) != 1 {
				return fmt.Errorf("claimed %d", len(all))
			}
			if err == nil {
				parcel = all[0]
			}
			return err
		}),
		read("beginning", func() (err error) { attempt, err = g.Begin(g.ctx, &parcel, &parcel.Parts[0], time.Hour); return err }),
		read("ending", func() error {
			return g.End(g.ctx, &parcel, &parcel.Parts[0], attempt, Fate{State: "sent", ExternalID: parcel.Parts[0].ExternalID})
		}),
		read("a delivery receipt", func() error {
			g.calls++
			return g.Report(g.ctx, Report{Account: "sms", EventID: fmt.Sprint("new", g.calls), MessageID: parcel.Parts[0].ExternalID, State: "delivered"})
		}),
		read("a stray receipt", func() error {
			g.calls++
			return g.Report(g.ctx, Report{Account: "sms", EventID: fmt.Sprint("new", g.calls), MessageID: "none", State: "delivered"})
		}),
		read("hurrying", func() error { return g.Hurry(g.ctx, "other") }),
		read("gate", func() error { _, _, err := g.Gate(g.ctx, "sms"); return err }),
		read("what was said before a message", func() error { _, err := g.Chain(g.ctx, &parcel, &parcel.Parts[0]); return err }),
		read("the references of a thread", func() error { _, err := g.References(g.ctx, id, "sms"); return err }),
		read("a clerk's work", func() error { _, _, err := g.Work(g.ctx, act(), work); return err }),
		read("timers", func() error {
			due, err := g.Due(g.ctx, 100)
			for _, d := range due {
				if err == nil {
					err = g.Fire(g.ctx, d, func(Situation) (Change, error) { return Change{}, nil })
				}
			}
			return err
		}),
		read("sweeping", func() error { _, err := g.Sweep(g.ctx); return err }),
		read("pending files", func() error { _, err := g.PendingFiles(g.ctx, 20); return err }),
		read("accounts", func() error { _, err := g.Accounts(g.ctx); return err }),
		read("a ticket", func() error { _, err := g.Ticket(g.ctx, Reference(g.reference(150))); return err }),
		read("a thread", func() error { _, err := g.Thread(g.ctx, id); return err }),
		read("events", func() error { _, err := g.Events(g.ctx, id); return err }),
		read("the fate of a message", func() error { _, _, err := g.Fate(g.ctx, "sms", g.name(150)); return err }),
		read("quarantine", func() error { _, _, err := g.Quarantine(g.ctx, 50, ""); return err }),
		read("the newest tickets", list(Filter{})),
		read("an agency's tickets", list(Filter{Agencies: below[:1]})),
		read("an agency's open tickets", list(Filter{Agencies: below[:1], States: []State{Assigned, InProgress}})),
		read("a tree of agencies", list(Filter{Agencies: below})),
		read("a tree of agencies, rare states", list(Filter{Agencies: below, States: []State{Triage, Pending}})),
		read("rare states of all agencies", list(Filter{States: []State{Triage, Pending}})),
		read("open tickets of all agencies", list(Filter{States: []State{Assigned}, Limit: 20})),
		read("telling agencies", func() error {
			marks, err := g.NoticeMarks(g.ctx, below)
			if err != nil {
				return err
			}
			var all []NoticeMark
			for _, id := range below {
				all = append(all, marks[id])
			}
			bulletins, err := g.Bulletins(g.ctx, all)
			for i := 0; i < len(bulletins) && err == nil; i++ {
				to := Return{Channel: "email", Account: "mail", Address: Address{"email", bulletins[i].Agency + "@kota.test"}}
				err = g.Announce(g.ctx, g.lease, Announcement{Bulletin: bulletins[i], Say: []Intent{{Via: to, Text: "ada laporan baru"}}})
			}
			return err
		}),
		read("agencies with an emergency", func() error { _, err := g.Urgent(g.ctx); return err }),
		read("what an agency owes", func() error { _, err := g.Owed(g.ctx, below[0], g.now()); return err }),
		read("who holds tickets", func() error { _, err := g.Holders(g.ctx, below); return err }),
		read("where agencies hear", func() error { _, err := g.NoticeAddresses(g.ctx); return err }),
		read("a reference in a list", list(Filter{Text: g.reference(150)})),
		read("a reference in an agency's list", list(Filter{Text: g.reference(150), Agencies: below})),
	}
}

func (g *grown) run(op operation) {
	g.t.Helper()
	if err := op.run(); err != nil {
		g.t.Fatalf("%s: %v", op.name, err)
	}
}

// rowsRead is how many rows and index entries each operation reads, by PostgreSQL's own count.
func (g *grown) rowsRead() map[string]int {
	g.t.Helper()
	count := func() (n int) {
		g.t.Helper()
		if _, err := g.read.Exec(`SELECT pg_stat_force_next_flush()`); err != nil {
			g.t.Fatal(err)
		}
		if err := g.read.Get(&n, `SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables) + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)`); err != nil {
			g.t.Fatal(err)
		}
		return n
	}
	read := map[string]int{}
	for _, op := range g.operations() {
		before := count()
		g.run(op)
		read[op.name] = count() - before
	}
	return read
}

// scansGrowing reports a line of a plan that reads a whole table or index of those that grow.
func scansGrowing(line string) bool {
	at := wholeScan.FindStringSubmatch(line)
	small := []string{"account", "token", "lease", "meta", "s", "x", "q", "CONSTANT", "notice_mark", "notice_address"}
	if strings.Contains(line, "INDEX notice_urgent") {
		return false // of emergencies that nobody was told of yet
	}
	return at != nil && !slices.Contains(small, at[1])
}

// unaliased names the table of a line that the statement calls otherwise.
func unaliased(text, line string) string {
	at := wholeScan.FindStringSubmatchIndex(line)
	if at == nil {
		return line
	}
	named := regexp.MustCompile(`(?:FROM|JOIN) (\w+) (?:AS )?` + line[at[2]:at[3]] + `\b`).FindStringSubmatch(text)
	if named == nil {
		return line
	}
	return line[:at[2]] + named[1] + line[at[3]:]
}

var wholeScan = regexp.MustCompile(`^SCAN (?:TABLE )?(\w+)`)

// plan is how SQLite runs a statement, a line for each step.
func (g *grown) plan(q recorded) []string {
	g.t.Helper()
	rows, err := g.read.QueryContext(g.ctx, "EXPLAIN QUERY PLAN "+q.text, q.args...)
	if err != nil {
		g.t.Fatalf("%v in %s", err, q.text)
	}
	var lines []string
	err = drain(rows, func() error {
		var id, parent, unused int
		var detail string
		err := rows.Scan(&id, &parent, &unused, &detail)
		lines = append(lines, detail)
		return err
	})
	if err != nil || len(lines) == 0 && !strings.HasPrefix(q.text, "INSERT") {
		g.t.Fatalf("no plan for %s: %v", q.text, err)
	}
	return lines
}

// recorder notes the statements that run through its connections.
type recorder struct {
	mu   sync.Mutex
	seen []recorded
	base driver.Driver
	dsn  string
}

type recorded struct {
	text string
	args []any
}

// record lets everything that the store runs pass through a recorder.
func (g *grown) record() *recorder {
	g.t.Helper()
	path := strings.TrimPrefix(g.url, "sqlite:")
	r := &recorder{base: g.read.Driver(), dsn: "file:" + path + "?_txlock=immediate&_pragma=busy_timeout(10000)"}
	for _, db := range []**sqlx.DB{&g.read, &g.write} {
		old := *db
		g.t.Cleanup(func() { old.Close() })
		*db = sqlx.NewDb(sql.OpenDB(r), "sqlite")
	}
	if err := g.prepareAll(g.ctx); err != nil {
		g.t.Fatal(err)
	}
	r.take()
	return r
}

func (r *recorder) take() []recorded {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.seen
	r.seen = nil
	return all
}

func (r *recorder) note(text string, args []driver.NamedValue) {
	if strings.HasPrefix(text, "EXPLAIN") {
		return
	}
	q := recorded{text: text}
	for _, a := range args {
		q.args = append(q.args, a.Value)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, q)
}

// Connect and Driver make it a driver.Connector.
func (r *recorder) Connect(context.Context) (driver.Conn, error) {
	c, err := r.base.Open(r.dsn)
	return &recordedConn{c, r}, err
}

func (r *recorder) Driver() driver.Driver { return r.base }

type recordedConn struct {
	driver.Conn
	to *recorder
}

func (c *recordedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c *recordedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	return &recordedStmt{s, text, c.to}, err
}

type recordedStmt struct {
	driver.Stmt
	text string
	to   *recorder
}

func (s *recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.to.note(s.text, args)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s *recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.to.note(s.text, args)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}
