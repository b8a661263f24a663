package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/internal/blobs"
	"tanggap/internal/dbtest"
	"tanggap/migrations"
	"tanggap/tickets"
	"tanggap/tickets/dump"
)

// town is a small city: a store, and a desk that opens a ticket for whatever comes.
type town struct {
	t     *testing.T
	place Place
	store *tickets.Store
	lease tickets.Lease
	files *blobs.Folder
}

func newTown(t *testing.T, url string) *town {
	t.Helper()
	w := &town{t: t, place: Place{Database: url, Attachments: "file:" + t.TempDir()}}
	var err error
	if w.files, err = blobs.Open(w.place.Attachments); err != nil {
		t.Fatal(err)
	}
	w.open()
	return w
}

func (w *town) open() {
	w.t.Helper()
	var err error
	if w.store, err = tickets.Open(context.Background(), w.place.Database, tickets.Options{}); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { w.store.Close() })
	var ok bool
	if w.lease, ok, err = w.store.Take(context.Background(), "processor", "test", time.Minute); err != nil || !ok {
		w.t.Fatalf("taking the lease: %v %v", ok, err)
	}
}

// write is a citizen's message with a picture; it is durable when write returns.
func (w *town) write(event string) {
	payload, err := json.Marshal("Lampu jalan mati \u2028 <" + event + ">")
	if err != nil {
		w.t.Error(err)
	}
	in := tickets.Incoming{Account: "bot", EventID: event, Kind: "message", Sender: "telegram:" + event, Payload: payload, Raw: []byte{0, 0xff, '\n', event[0]}}
	if err := w.store.Receive(context.Background(), in); err != nil {
		w.t.Error(err)
	}
}

func desk(sit tickets.Situation) (tickets.Change, error) {
	row := sit.Rows[0]
	via := tickets.Return{Channel: "telegram", Account: row.Account, Address: sit.Contact.Address, ReplyTo: row.EventID}
	return tickets.Change{
		Take: []int64{row.ID}, Became: tickets.BecameTicket, Return: &via,
		In: &tickets.Message{
			Direction: tickets.In, Account: row.Account, Channel: "telegram", ExternalID: row.EventID, Author: "citizen", Text: string(row.Payload),
			Files: []tickets.Attachment{{Account: row.Account, Ref: row.EventID, State: "pending"}},
		},
		New: &tickets.Ticket{
			Kind: tickets.Complaint, State: tickets.Assigned, Agency: "dsda", Language: "id", Subject: "lampu", Return: via,
			Lat: -6.2088 + float64(len(row.EventID))/3, Lng: 106.8456, Located: true, Decision: tickets.Decision{Agency: "dsda", Confidence: 0.9},
		},
		Events: []tickets.Event{{Actor: "citizen", Type: "created"}, {Actor: "router", Type: "routed"}},
		Say:    []tickets.Intent{{Purpose: "receipt", Via: via, Author: "bot", Text: "Terima kasih. " + sit.Reference.String(), Automatic: true, Tell: "told"}},
	}, nil
}

// work makes tickets of what came, stores pictures, and sends some of what is to be said.
func (w *town) work() {
	w.t.Helper()
	ctx := context.Background()
	if _, err := w.store.Process(ctx, w.lease, tickets.Share{Max: 20}, nil, desk); err != nil {
		w.t.Error(err)
	}
	pending, err := w.store.PendingFiles(ctx, 20)
	if err != nil {
		w.t.Error(err)
	}
	for _, f := range pending {
		stored, err := w.files.Put(strings.NewReader("picture "+f.Ref), 1<<20)
		if err != nil {
			w.t.Error(err)
		}
		f.State, f.SHA256, f.Size, f.Type = "stored", stored.SHA256, stored.Size, stored.Type
		if err := w.store.SetFile(ctx, f); err != nil {
			w.t.Error(err)
		}
	}
}

// send begins to send what is due, and leaves every third open, as a crash would.
func (w *town) send(n int) (texts []string) {
	w.t.Helper()
	ctx := context.Background()
	parcels, err := w.store.Claim(ctx, "bot", n, time.Minute)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, p := range parcels {
		if err := w.store.Render(ctx, &p, []string{p.Text}); err != nil {
			w.t.Fatal(err)
		}
		attempt, err := w.store.Begin(ctx, &p, &p.Parts[0], time.Minute)
		if err != nil {
			w.t.Fatal(err)
		}
		texts = append(texts, p.Text)
		if i%3 == 2 {
			continue
		}
		if err := w.store.End(ctx, &p, &p.Parts[0], attempt, tickets.Fate{State: "sent", ExternalID: fmt.Sprint(p.ID)}); err != nil {
			w.t.Fatal(err)
		}
	}
	return texts
}

func (w *town) backup() (string, *Manifest) {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "city.zip")
	m, err := Write(context.Background(), w.place, path, "test")
	if err != nil {
		w.t.Fatal(err)
	}
	return path, m
}

func elsewhere(t *testing.T, dialect string) Place {
	return Place{Database: dbtest.Empty(t, dialect), Attachments: "file:" + filepath.Join(t.TempDir(), "files")}
}

// audit holds every ticket's history against its chain, and its pictures against their names.
func (w *town) audit() {
	w.t.Helper()
	ctx := context.Background()
	for f := (tickets.Filter{Limit: 200}); ; {
		page, next, err := w.store.List(ctx, f)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, tk := range page {
			history, err := w.store.Events(ctx, tk.ID)
			if err != nil || len(history) == 0 {
				w.t.Fatal(len(history), err)
			}
			if err := tickets.VerifyChain(tk, history); err != nil {
				w.t.Error(err)
			}
			thread, err := w.store.Thread(ctx, tk.ID)
			if err != nil {
				w.t.Fatal(err)
			}
			for _, l := range thread {
				for _, a := range l.Files {
					if a.State == "stored" {
						w.opens(a.SHA256)
					}
				}
			}
		}
		if f.After = next; next == "" {
			return
		}
	}
}

func (w *town) opens(hash string) {
	w.t.Helper()
	r, err := w.files.Get(hash)
	if err != nil {
		w.t.Errorf("a stored file is not there: %v", err)
		return
	}
	r.Close()
}

// TestBackupUnderLoad backs up while citizens write and the desk works, and restores on either database.
func TestBackupUnderLoad(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		for i := range 30 {
			w.write(fmt.Sprintf("%d:0", i))
		}
		w.work()
		sent := w.send(10)
		var mu sync.Mutex
		accepted := map[string]bool{}
		ctx, stop := context.WithCancel(t.Context())
		var load sync.WaitGroup
		started := make(chan struct{}, 4)
		for c := range 4 {
			load.Go(func() {
				for n := 1; ctx.Err() == nil; n++ {
					event := fmt.Sprintf("%d:%d", c, n)
					w.write(event)
					mu.Lock()
					accepted[event] = true
					mu.Unlock()
					if n == 5 {
						started <- struct{}{}
					}
				}
			})
		}
		load.Go(func() {
			for ctx.Err() == nil {
				w.work()
			}
		})
		for range 4 {
			<-started
		}
		mu.Lock()
		before := make([]string, 0, len(accepted))
		for event := range accepted {
			before = append(before, event)
		}
		mu.Unlock()
		path, m := w.backup()
		stop()
		load.Wait()
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info.Mode(), err)
		}
		if len(m.Missing)+len(m.Damaged) > 0 || m.Files == 0 {
			t.Errorf("files %d, missing %d, damaged %d", m.Files, len(m.Missing), len(m.Damaged))
		}
		for _, dialect := range []string{dbtest.SQLite, dbtest.Postgres} {
			t.Run("onto "+dialect, func(t *testing.T) { comesBack(t, path, dialect, before, sent) })
		}
	})
}

func comesBack(t *testing.T, path, dialect string, before, sent []string) {
	place := elsewhere(t, dialect)
	done, err := Restore(t.Context(), path, place)
	if err != nil {
		t.Fatal(err)
	}
	if len(done.Held) == 0 {
		t.Error("nothing was held back")
	}
	w := &town{t: t, place: place}
	if w.files, err = blobs.Open(place.Attachments); err != nil {
		t.Fatal(err)
	}
	w.open()
	for _, event := range before {
		if _, _, err := w.store.Fate(t.Context(), "bot", event); err != nil {
			t.Errorf("%s was accepted before the backup: %v", event, err)
		}
	}
	w.audit()
	due, err := w.store.Claim(t.Context(), "bot", 1000, time.Minute)
	if err != nil || len(due) != 0 {
		t.Errorf("%d old messages would be sent again: %v", len(due), err)
	}
	// What was accepted and not looked at yet goes its way; what is old is not said again.
	for range 100 {
		w.work()
	}
	for _, text := range w.send(1000) {
		for _, old := range sent {
			if text == old {
				t.Errorf("%q is sent again", text)
			}
		}
	}
	w.seesWhatWasHeld(done.Held)
}

// seesWhatWasHeld: staff see that it failed, and why; the clock that waited for its fate runs.
func (w *town) seesWhatWasHeld(held []dump.Held) {
	w.t.Helper()
	ctx := w.t.Context()
	for _, h := range held {
		tk, err := w.store.Ticket(ctx, tickets.Reference(h.Reference))
		if err != nil {
			w.t.Fatal(err)
		}
		thread, err := w.store.Thread(ctx, tk.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		last := thread[len(thread)-1]
		if last.Sent.State != "failed" || last.Sent.Reason != dump.Restored {
			w.t.Fatalf("a held message of %s is %+v", h.Reference, last.Sent)
		}
	}
	due, err := w.store.Due(ctx, 1000)
	if err != nil || len(due) < min(len(held), 1000) {
		w.t.Errorf("%d clocks run, %d messages were held: %v", len(due), len(held), err)
	}
}

// TestEveryRowComesBack compares the tables themselves, on every pair of databases.
func TestEveryRowComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		for i := range 5 {
			w.write(fmt.Sprintf("%d:é\u2028\"\\", i))
		}
		w.work()
		path, m := w.backup()
		want := tablesOf(t, w.place.Database)
		if len(m.Tables) < 10 || m.Rows() == 0 || m.Schema == 0 {
			t.Fatalf("%+v", m)
		}
		for _, dialect := range []string{dbtest.SQLite, dbtest.Postgres} {
			place := elsewhere(t, dialect)
			if _, err := Restore(t.Context(), path, place); err != nil {
				t.Fatal(err)
			}
			got := tablesOf(t, place.Database)
			for _, settled := range []string{"outbox", "timer"} {
				delete(got, settled)
				delete(want, settled)
			}
			for _, tables := range []map[string]string{want, got} { // how far agencies were told is settled too
				tables["meta"] = regexp.MustCompile(`\["notices",\d+\]\n`).ReplaceAllString(tables["meta"], "")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("onto %s (-want +got):\n%s", dialect, diff)
			}
			files, err := blobs.Open(place.Attachments)
			if err != nil {
				t.Fatal(err)
			}
			empty, err := files.Empty()
			if err != nil || empty {
				t.Error(empty, err)
			}
		}
	})
}

// tablesOf are all tables as sorted lines of JSON.
func tablesOf(t *testing.T, url string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := dump.Read(t.Context(), url, func(s *dump.Snapshot) error {
		for _, table := range s.Tables() {
			var b bytes.Buffer
			if _, err := s.WriteTable(t.Context(), table, &b); err != nil {
				return err
			}
			all[table] = b.String()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestDamagedArchivesAreRefused: cut, flipped, foreign, changed and sealed anew.
func TestDamagedArchivesAreRefused(t *testing.T) {
	w := newTown(t, dbtest.New(t, dbtest.SQLite))
	w.write("1:1")
	w.work()
	path, _ := w.backup()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := map[string][]byte{
		"empty": {}, "foreign": []byte(strings.Repeat("a page of text\n", 100)), "one byte short": whole[:len(whole)-1],
		"half": whole[:len(whole)/2], "one byte more": append(bytes.Clone(whole), 0), "the beginning is missing": whole[1:],
		"another's zip": bytes.Replace(whole, []byte(seal), []byte("another backup sha256x"), 1),
	}
	for range 60 {
		at, bit := rand.IntN(len(whole)), byte(1)<<rand.IntN(8)
		flipped := bytes.Clone(whole)
		flipped[at] ^= bit
		damaged[fmt.Sprintf("byte %d of %d, bit %d", at, len(whole), bit)] = flipped
	}
	for name, content := range damaged {
		broken := filepath.Join(t.TempDir(), "broken.zip")
		if err := os.WriteFile(broken, content, 0o600); err != nil {
			t.Fatal(err)
		}
		to := elsewhere(t, dbtest.SQLite)
		_, err := Restore(t.Context(), broken, to)
		if err == nil || !strings.HasPrefix(err.Error(), "reading the backup: the file ") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(strings.TrimPrefix(to.Database, "sqlite:")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a database was made", name)
		}
	}
}

func TestRestoreRefusesAPlaceThatIsInUse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		w.write("1:1")
		w.work()
		path, _ := w.backup()
		empty := elsewhere(t, dbtest.SQLite)
		_, err := Restore(t.Context(), path, Place{Database: w.place.Database, Attachments: empty.Attachments})
		if url[:6] == "sqlite" {
			if err == nil || !strings.Contains(err.Error(), "another process uses this file") {
				t.Errorf("beside its server: %v", err)
			}
			w.store.Close()
			_, err = Restore(t.Context(), path, Place{Database: w.place.Database, Attachments: empty.Attachments})
		}
		if !errors.Is(err, dump.ErrNotEmpty) {
			t.Errorf("onto itself: %v", err)
		}
		_, err = Restore(t.Context(), path, Place{Database: empty.Database, Attachments: w.place.Attachments})
		if err == nil || !strings.Contains(err.Error(), "is not empty: take a new folder") {
			t.Errorf("into a folder in use: %v", err)
		}
		if _, err := Restore(t.Context(), path, empty); err != nil {
			t.Errorf("what was refused left something behind: %v", err)
		}
		if _, err := Write(t.Context(), w.place, path, "test"); err == nil || !strings.Contains(err.Error(), "is there already") {
			t.Errorf("over another backup: %v", err)
		}
	})
}

func TestANewerBackupIsRefused(t *testing.T) {
	w := newTown(t, dbtest.New(t, dbtest.SQLite))
	w.store.Close()
	db, _, err := migrations.Open(w.place.Database)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	path, m := w.backup()
	if m.Schema != 9999 {
		t.Errorf("schema %d", m.Schema)
	}
	_, err = Restore(t.Context(), path, elsewhere(t, dbtest.SQLite))
	if !errors.Is(err, migrations.ErrNewer) || !strings.Contains(err.Error(), "the program that made it, test, or a newer one") {
		t.Errorf("%v", err)
	}
}

// What an older program wrote is brought up to this one's schema.
func TestAnOlderBackupIsMigrated(t *testing.T) {
	for _, dialect := range []string{dbtest.SQLite, dbtest.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			old := "sqlite:" + filepath.Join(t.TempDir(), "old.db")
			db, _, err := migrations.Open(old)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := migrations.UpTo(t.Context(), db, migrations.SQLite, 1); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(`INSERT INTO citizen (id, name, language, quiet, created_at) VALUES (7, 'Siti', 'id', 1, 5)`); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "old.zip")
			m, err := Write(t.Context(), Place{old, "file:" + t.TempDir()}, path, "old")
			if err != nil || m.Schema != 1 {
				t.Fatal(m, err)
			}
			place := elsewhere(t, dialect)
			if _, err := Restore(t.Context(), path, place); err != nil {
				t.Fatal(err)
			}
			restored, kind, err := migrations.Open(place.Database)
			if err != nil {
				t.Fatal(err)
			}
			defer restored.Close()
			state, err := migrations.Status(t.Context(), restored, kind)
			if err != nil || len(state.Pending) != 0 {
				t.Errorf("%+v %v", state, err)
			}
			var quiet bool
			if err := restored.QueryRow(`SELECT quiet FROM citizen WHERE id = 7`).Scan(&quiet); err != nil || !quiet {
				t.Error(quiet, err)
			}
		})
	}
}

// A restore that fails leaves nothing, and can be done again.
func TestAFailedRestoreLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		w.write("1:1")
		w.work()
		path, _ := w.backup()
		to := elsewhere(t, dbtest.SQLite)
		if strings.HasPrefix(url, "postgres") {
			to = elsewhere(t, dbtest.Postgres)
		}
		folder := strings.TrimPrefix(to.Attachments, "file:")
		if err := os.MkdirAll(filepath.Join(folder, "new"), 0o700); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Restore(ctx, path, to); err == nil {
			t.Fatal("a cancelled restore succeeded")
		}
		if _, err := Restore(t.Context(), path, to); err != nil {
			t.Errorf("again: %v", err)
		}
	})
}

func TestFilesThatAreNotThereAreTold(t *testing.T) {
	w := newTown(t, dbtest.New(t, dbtest.SQLite))
	w.write("1:1")
	w.write("2:2")
	w.work()
	_, m := w.backup()
	if m.Files != 2 {
		t.Fatalf("%+v", m)
	}
	root := strings.TrimPrefix(w.place.Attachments, "file:")
	all, err := filepath.Glob(filepath.Join(root, "??", "*"))
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	if err := os.Remove(all[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(all[1], []byte("rotten"), 0o600); err != nil {
		t.Fatal(err)
	}
	path, m := w.backup()
	if len(m.Missing) != 1 || len(m.Damaged) != 1 || m.Files != 0 {
		t.Errorf("%+v", m)
	}
	if _, err := Restore(t.Context(), path, elsewhere(t, dbtest.SQLite)); err != nil {
		t.Errorf("what is left comes back: %v", err)
	}
}
