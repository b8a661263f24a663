package demo

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"tanggap/internal/app"
	"tanggap/tickets"
)

// TestASecondRunTakesEverything: the platforms begin anew with each run, the store goes on, and nothing
// that a citizen writes is taken for what he wrote in the run before.
func TestASecondRunTakesEverything(t *testing.T) {
	dir := t.TempDir()
	var before []string
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for run := range 2 {
		door, err := net.Listen("tcp", "127.0.0.1:0") // platforms must know where to call before the app listens
		if err != nil {
			t.Fatal(err)
		}
		listen := door.Addr().String()
		door.Close()
		d, err := Start(listen, dir)
		if err != nil {
			t.Fatal(err)
		}
		a, err := app.New(t.Context(), d.Config(), app.Options{Log: slog.New(slog.DiscardHandler), Demo: true, Examples: true, Train: models.Train})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Begin(t.Context(), a.Store()); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		const devices = 4
		for i := range devices {
			w := draft{Text: fmt.Sprintf("lampu jalan mati di Jalan Melati nomor %d%d, sudah seminggu", run+1, i), Subject: "Lampu"}
			me := d.town.find("siti")
			write := []func() error{
				func() error { return d.chatWrite(t.Context(), me, w) },
				func() error { return d.phoneWrite(t.Context(), me, "sms", w) },
				func() error { return d.phoneWrite(t.Context(), me, "smsc", w) },
				func() error { return d.mailWrite(t.Context(), me, w) },
			}[i]
			if err := write(); err != nil {
				t.Error(err)
			}
		}
		for begun := time.Now(); len(before) < (run+1)*devices; {
			before = heard(t, a.Store())
			if time.Since(begun) > time.Minute {
				t.Fatalf("run %d: %d messages came in, want %d: %q", run+1, len(before), (run+1)*devices, before)
			}
			<-look.C
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		d.Close()
	}
}

// heard is every text of a citizen on a ticket.
func heard(t *testing.T, store *tickets.Store) (texts []string) {
	t.Helper()
	all, _, err := store.List(t.Context(), tickets.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range all {
		lines, err := store.Thread(t.Context(), k.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Direction == tickets.In {
				texts = append(texts, l.Text)
			}
		}
	}
	return texts
}
