package tickets

import (
	"path/filepath"
	"testing"
	"time"

	"tanggap/migrations"
)

// TestNoTicketComesBeforeTheMark: what a slow call of Process is still to write lies behind the ids that
// count as settled, however long it takes.
func TestNoTicketComesBeforeTheMark(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "t.db")
	if err := migrations.UpURL(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	s, err := Open(t.Context(), url, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if id := s.ids.next(); s.settled() >= id {
		t.Error("an id that was just drawn counts as settled")
	}
	drawn := s.ids.next()
	now = now.Add(time.Hour)
	if s.settled() < drawn {
		t.Error("an id of an hour ago is not settled")
	}
	now = now.Add(-time.Hour).Add(time.Second)
	first := s.ids.next()
	s.planning[1].Store(first)
	now = now.Add(time.Hour)
	if s.settled() >= first {
		t.Error("what is being written counts as settled")
	}
	s.planning[1].Store(0)
	if s.settled() < first {
		t.Error("what was written is not settled")
	}
}
