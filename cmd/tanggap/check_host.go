package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tanggap/internal/config"
	"tanggap/migrations"
)

func checkDatabase(ctx context.Context, cfg *config.Config) []finding {
	engine, _, _ := strings.Cut(cfg.Database.URL.Reveal(), ":")
	state, err := schema(ctx, cfg)
	f := finding{Subject: "database", Detail: engine}
	switch {
	case err != nil:
		f.Detail += ": " + oneLine(err)
	case state.Version > state.Known:
		f.Detail += fmt.Sprintf(": schema %d is newer than this program, which knows %d", state.Version, state.Known)
	case len(state.Pending) > 0:
		f.OK = true
		f.Detail += fmt.Sprintf(": reachable, schema %d of %d: the rest is applied at start", state.Version, state.Known)
	default:
		f.OK = true
		f.Detail += fmt.Sprintf(": reachable, schema %d", state.Version)
	}
	return []finding{f}
}

// oneLine is the error as a finding shows it. Errors of the drivers hold no password.
func oneLine(err error) string { return flat(err.Error()) }

func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// leastFree is below how many bytes a disk is called full.
const leastFree = 1 << 30

// checkDisk looks at the folders that the configuration writes to.
func checkDisk(_ context.Context, cfg *config.Config) []finding {
	var all []finding
	if folder, ok := strings.CutPrefix(cfg.Attachments.URL, "file:"); ok {
		all = append(all, checkFolder("disk of the attachments", folder))
	}
	if path, ok := strings.CutPrefix(cfg.Database.URL.Reveal(), "sqlite:"); ok {
		all = append(all, checkFolder("disk of the database", filepath.Dir(path)))
	}
	return all
}

func checkFolder(subject, folder string) finding {
	at := existing(folder)
	f := finding{Subject: subject, Detail: folder}
	probe, err := os.CreateTemp(at, ".tanggap-check-")
	if err != nil {
		f.Detail += ": cannot be written to: " + err.Error()
		return f
	}
	probe.Close()
	os.Remove(probe.Name())
	free, err := freeBytes(at)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		f.OK = true
		f.Detail += ": can be written to"
	case err != nil:
		f.Detail += ": " + err.Error()
	case free < leastFree:
		f.Detail += fmt.Sprintf(": only %.1f GB free", float64(free)/1e9)
	default:
		f.OK = true
		f.Detail += fmt.Sprintf(": can be written to, %.0f GB free", float64(free)/1e9)
	}
	return f
}

// existing is the folder, or the nearest above it: what is missing below is made at start.
func existing(folder string) string {
	for {
		if _, err := os.Stat(folder); !os.IsNotExist(err) || folder == filepath.Dir(folder) {
			return folder
		}
		folder = filepath.Dir(folder)
	}
}

// mostSkew is how far our clock may be from the database's: deadlines and leases are computed on both.
const mostSkew = 5 * time.Second

// checkClock compares the clock with whatever knows the time: this build, the kernel's
// synchronisation and a database server.
func checkClock(ctx context.Context, cfg *config.Config) []finding {
	now := time.Now()
	f := finding{Subject: "clock", OK: true, Detail: now.Format(time.RFC3339)}
	if built, err := time.Parse(time.RFC3339, thisBuild().Time); err == nil && now.Before(built) {
		f.OK = false
		f.Detail += ": is before this program was made"
		return []finding{f}
	}
	if skew, known := databaseSkew(ctx, cfg); known {
		f.OK = skew.Abs() <= mostSkew
		f.Detail += fmt.Sprintf(", %s from the database's", skew.Abs().Round(time.Millisecond))
	}
	if synchronised, known := clockSynchronised(); known && synchronised {
		f.Detail += ", synchronised"
	} else if known {
		f.Detail += ", not synchronised by the system: run chrony or systemd-timesyncd"
	}
	return []finding{f}
}

func databaseSkew(ctx context.Context, cfg *config.Config) (time.Duration, bool) {
	db, dialect, err := migrations.Open(cfg.Database.URL.Reveal())
	if err != nil {
		return 0, false
	}
	defer db.Close()
	if dialect != migrations.Postgres {
		return 0, false // the same machine
	}
	return serverSkew(ctx, db)
}

// serverSkew takes the middle of the question as our time; the first question also dials.
func serverSkew(ctx context.Context, db *sql.DB) (time.Duration, bool) {
	var theirs time.Time
	var ours time.Time
	for range 2 {
		before := time.Now()
		if err := db.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&theirs); err != nil {
			return 0, false
		}
		ours = before.Add(time.Since(before) / 2)
	}
	return theirs.Sub(ours), true
}
