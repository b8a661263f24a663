package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

func lastLine(out string) string {
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	return lines[len(lines)-1]
}

func TestTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		// A server is running on the database.
		store, err := tickets.Open(context.Background(), url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		lease, ok, err := store.Take(t.Context(), "processor", "server", time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		path := configFile(t, url, "")
		status, out, errs := tanggap(t, "token", "create", "--config", path, "--name", "hotline", "--scope", "tickets:read,tickets:write", "--agency", "dki.dsda", "--expires", "90d")
		if status != done {
			t.Fatalf("status %d: %s", status, errs)
		}
		token, err := store.Token(t.Context(), lastLine(out))
		if err != nil {
			t.Fatalf("the last line %q is no token: %v", lastLine(out), err)
		}
		if token.Name != "hotline" || token.Agency != "dki.dsda" || !token.May("tickets:write") || token.May("accounts:read") {
			t.Errorf("token %+v", token)
		}
		if left := time.Until(token.ExpiresAt); left < 89*24*time.Hour || left > 90*24*time.Hour {
			t.Errorf("valid for %v", left)
		}
		if again, ok, err := store.Take(t.Context(), "processor", "another", time.Minute); ok || err != nil {
			t.Errorf("the command ended the server's lease: %+v %v, was %+v", again, err, lease)
		}
		if status, out, _ := tanggap(t, "token", "create", "--config", path, "--name", "all", "--scope", "accounts:read", "--all-agencies"); status != done {
			t.Error(status)
		} else if token, err := store.Token(t.Context(), lastLine(out)); err != nil || token.Agency != "*" || !token.ExpiresAt.IsZero() {
			t.Errorf("token %+v %v", token, err)
		}

		if status, _, _ := tanggap(t, "token", "revoke", "--config", path, "hotline"); status != done {
			t.Error(status)
		}
		if status, _, errs := tanggap(t, "token", "revoke", "--config", path, "hotline"); status != failed || errs == "" {
			t.Errorf("revoked twice: %d %q", status, errs)
		}
		if _, err := store.Token(t.Context(), lastLine(out)); err == nil {
			t.Error("the revoked token is still valid")
		}
		_, out, _ = tanggap(t, "token", "list", "--config", path, "--json")
		var lines []tokenLine
		if err := json.Unmarshal([]byte(out), &lines); err != nil || len(lines) != 2 || lines[0].State != "revoked" || lines[1].State != "valid" || lines[1].Agency != "*" {
			t.Errorf("list %s: %v", out, err)
		}
		if _, out, _ = tanggap(t, "token", "list", "--config", path); strings.Contains(out, "tgp_") || len(strings.Split(strings.TrimSpace(out), "\n")) != 2 {
			t.Errorf("list %s", out)
		}
	})
}

func TestTokenOnANewDatabase(t *testing.T) {
	file := t.TempDir() + "/new.db"
	status, out, errs := tanggap(t, "token", "create", "--config", configFile(t, "sqlite:"+file, ""), "--name", "first", "--scope", "tickets:read", "--all-agencies", "--json")
	var made struct{ Token string }
	if err := json.Unmarshal([]byte(out), &made); status != done || err != nil || !strings.HasPrefix(made.Token, "tgp_") {
		t.Fatalf("status %d: %s %s", status, out, errs)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestWrongTokens(t *testing.T) {
	path := configFile(t, "sqlite:"+t.TempDir()+"/t.db", "")
	good := []string{"token", "create", "--config", path, "--name", "n"}
	for name, args := range map[string][]string{
		"no scope":          {"--all-agencies"},
		"unknown scope":     {"--all-agencies", "--scope", "tickets:delete"},
		"no agency":         {"--scope", "tickets:read"},
		"unknown agency":    {"--scope", "tickets:read", "--agency", "dki.nowhere"},
		"both":              {"--scope", "tickets:read", "--agency", "dki", "--all-agencies"},
		"wrong expiry":      {"--scope", "tickets:read", "--all-agencies", "--expires", "soon"},
		"expired":           {"--scope", "tickets:read", "--all-agencies", "--expires", "-1d"},
		"not even a verb":   {"--colour"},
		"empty scope":       {"--scope", "", "--all-agencies"},
		"overflowing years": {"--scope", "tickets:read", "--all-agencies", "--expires", "99999999999d"},
	} {
		if status, out, errs := tanggap(t, append(append([]string{}, good...), args...)...); status != wrong || out != "" || errs == "" {
			t.Errorf("%s: status %d, output %q, error %q", name, status, out, errs)
		}
	}
}
