package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tanggap/internal/dbtest"
)

// tanggap runs the program.
func tanggap(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	status = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

// configFile writes a configuration on this database.
func configFile(t *testing.T, url, more string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "tanggap.toml")
	text := "database.url = '" + url + "'\ncity.pack = 'jakarta'\nattachments.url = 'file:" + dir + "/not/yet'\n" + more
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWrongUsageIsStatus2(t *testing.T) {
	good := configFile(t, "sqlite:"+t.TempDir()+"/t.db", "")
	for _, args := range [][]string{
		{},
		{"no-such-command"},
		{"migrate"},
		{"migrate", "--config"},
		{"check", "--config", good, "--colour"},
		{"check", "--config", "/nonexistent.toml"},
		{"check", "--config", configFile(t, "sqlite:t.db", "colour = 'red'")},
	} {
		if status, out, errs := tanggap(t, args...); status != wrong || errs == "" || out != "" {
			t.Errorf("tanggap %q: status %d, output %q, error %q", args, status, out, errs)
		}
	}
}

func TestEveryMistakeOfTheConfigurationHasItsLine(t *testing.T) {
	path := configFile(t, "mysql:hush", "colour = 'red'\n[channels.bot]\ntype = 'telegram'\n")
	status, _, errs := tanggap(t, "check", "--config", path, "--offline")
	if status != wrong {
		t.Errorf("status %d, want %d", status, wrong)
	}
	for _, want := range []string{path + ":1: database.url", path + ":4: colour: no such key", path + ":5: channels.bot.token: is missing"} {
		if !strings.Contains(errs, "tanggap: "+want) {
			t.Errorf("standard error has no %q:\n%s", want, errs)
		}
	}
	if strings.Contains(errs, "hush") {
		t.Errorf("standard error tells a secret:\n%s", errs)
	}
}

func TestHelpIsStatus0(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"check", "--help"}} {
		if status, out, _ := tanggap(t, args...); status != done || !strings.Contains(out, "Usage: tanggap") {
			t.Errorf("tanggap %q: status %d, output %q", args, status, out)
		}
	}
}

func TestVersion(t *testing.T) {
	if status, out, _ := tanggap(t, "version"); status != done || !strings.HasPrefix(out, "tanggap ") || !strings.Contains(out, "(go1.") {
		t.Errorf("status %d, output %q", status, out)
	}
	_, out, _ := tanggap(t, "version", "--json")
	var b build
	if err := json.Unmarshal([]byte(out), &b); err != nil || b.Go == "" {
		t.Errorf("%q: %v", out, err)
	}
}

func TestMigrateAndItsStatus(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.db")
	path := configFile(t, "sqlite:"+file, "")
	status, out, errs := tanggap(t, "migrate", "--config", path, "--status")
	if status != done || !strings.HasPrefix(out, "schema 0 of ") || !strings.Contains(out, "pending 0001_") {
		t.Errorf("before: status %d, %q, %q", status, out, errs)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Error("looking made the database")
	}
	if status, _, errs := tanggap(t, "migrate", "--config", path); status != done {
		t.Fatalf("status %d, %q", status, errs)
	}
	status, out, _ = tanggap(t, "migrate", "--config", path, "--status", "--json")
	var state struct {
		Version, Known int64
		Pending        []string
	}
	if err := json.Unmarshal([]byte(out), &state); err != nil || status != done || state.Version == 0 || state.Version != state.Known || len(state.Pending) != 0 {
		t.Errorf("after: status %d, %q", status, out)
	}
}

func TestCheckFindsAllWell(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		status, out, errs := tanggap(t, "check", "--config", configFile(t, url, ""), "--offline")
		if status != done {
			t.Errorf("status %d\n%s%s", status, out, errs)
		}
		for _, subject := range []string{"configuration", "database", "disk of the attachments", "clock"} {
			if !strings.Contains(out, "ok   "+subject+": ") {
				t.Errorf("no line about %s:\n%s", subject, out)
			}
		}
	})
}

func TestCheckFindsWhatIsBroken(t *testing.T) {
	path := configFile(t, "postgres://u:hush@127.0.0.1:1/d", "")
	status, out, errs := tanggap(t, "check", "--config", path, "--offline")
	if status != failed || !strings.Contains(out, "FAIL database: postgres") || strings.Contains(out+errs, "hush") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	_, out, _ = tanggap(t, "check", "--config", path, "--offline", "--json")
	var findings []finding
	if err := json.Unmarshal([]byte(out), &findings); err != nil || findings[1].OK {
		t.Errorf("%v: %s", err, out)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, _ = tanggap(t, "check", "--config", configFile(t, "sqlite:"+file+"/t.db", ""), "--offline")
	if status != failed || !strings.Contains(out, "FAIL disk of the database") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs strings.Builder
	if status := run(ctx, []string{"migrate", "--config", configFile(t, "sqlite:"+t.TempDir()+"/t.db", "")}, nil, &out, &errs); status != failed {
		t.Errorf("status %d, %s", status, errs.String())
	}
}
