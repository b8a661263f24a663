package main

import (
	"encoding/json"
	"strings"
	"testing"

	"tanggap/internal/dbtest"
)

func TestOnCall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		path := configFile(t, url, botAccount)
		call := func(want int, args ...string) string {
			t.Helper()
			status, out, errs := tanggap(t, append([]string{"oncall", args[0], "--config", path}, args[1:]...)...)
			if status != want {
				t.Errorf("oncall %q: status %d, want %d: %s%s", args, status, want, out, errs)
			}
			return out
		}
		point := func() string {
			t.Helper()
			_, out, _ := tanggap(t, "check", "--config", path, "--offline")
			for line := range strings.Lines(out) {
				if strings.Contains(line, "go-live, on call: ") {
					return line
				}
			}
			t.Fatalf("no line about who is on call in\n%s", out)
			return ""
		}
		if line := point(); !strings.HasPrefix(line, "todo") || !strings.Contains(line, "nobody is told") {
			t.Error(line)
		}
		call(done, "set", "--chat", "-1001234567890")
		if line := point(); !strings.HasPrefix(line, "ok ") {
			t.Error(line)
		}
		call(done, "set", "--agency", "dki.gulkarmat", "--sms", "+628123456789", "--step", "2", "--language", "en")
		if line := point(); !strings.HasPrefix(line, "todo") || !strings.Contains(line, "1 of 2 addresses do not work") {
			t.Error(line)
		}
		var lines []onCallLine
		if err := json.Unmarshal([]byte(call(done, "list", "--json")), &lines); err != nil || len(lines) != 2 {
			t.Fatalf("%+v, %v", lines, err)
		}
		if l := lines[0]; l.Agency != "" || l.Step != 1 || l.Kind != "telegram" || l.State != "" || l.Language != "id" {
			t.Errorf("%+v", l)
		}
		if l := lines[1]; l.Agency != "dki.gulkarmat" || l.Step != 2 || l.Kind != "tel" || l.State != "no_account" || l.Language != "en" {
			t.Errorf("%+v", l)
		}
		if out := call(done, "list"); !strings.Contains(out, "+628123456789 (no_account)") || !strings.Contains(out, "the whole city") {
			t.Error(out)
		}
		for _, wrongly := range [][]string{
			{"set"},
			{"set", "--sms", "+628123456789", "--mail", "a@b.example"},
			{"set", "--sms", "08123456789"},
			{"set", "--chat", "@piket"},
			{"set", "--chat", "1", "--step", "4"},
			{"set", "--chat", "1", "--language", "jv"},
			{"set", "--chat", "1", "--agency", "dki.nowhere"},
			{"drop"},
		} {
			call(wrong, wrongly...)
		}
		call(done, "drop", "--chat", "-1001234567890")
		call(failed, "drop", "--chat", "-1001234567890")
	})
}
