package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"tanggap/internal/backup"
	"tanggap/internal/dbtest"
)

func TestBackupAndRestore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		path, file := configFile(t, url, ""), filepath.Join(t.TempDir(), "city.zip")
		status, out, errs := tanggap(t, "backup", "--config", path, file)
		if status != done || !strings.HasPrefix(out, file+": schema ") || errs != "" {
			t.Fatalf("status %d: %s%s", status, out, errs)
		}
		if status, _, errs := tanggap(t, "backup", "--config", path, file); status != failed || !strings.Contains(errs, "is there already") {
			t.Errorf("twice: status %d: %s", status, errs)
		}
		other := configFile(t, dbtest.Empty(t, dbtest.SQLite), "")
		status, out, errs = tanggap(t, "restore", "--config", other, file)
		if status != done || !strings.HasPrefix(out, "restored the city as of ") {
			t.Errorf("status %d: %s%s", status, out, errs)
		}
		status, out, errs = tanggap(t, "restore", "--config", other, path)
		if status != failed || out != "" || !strings.Contains(errs, "the file is no backup of tanggap") {
			t.Errorf("what is no backup: status %d: %s%s", status, out, errs)
		}
		_, out, _ = tanggap(t, "backup", "--config", other, "--json", file+"2")
		var m backup.Manifest
		if err := json.Unmarshal([]byte(out), &m); err != nil || m.Schema == 0 {
			t.Errorf("%s: %v", out, err)
		}
	})
}

func TestBackupOfNothing(t *testing.T) {
	path := configFile(t, "sqlite:"+t.TempDir()+"/not.db", "")
	if status, _, errs := tanggap(t, "backup", "--config", path, t.TempDir()+"/b.zip"); status != failed || !strings.Contains(errs, "no such file") {
		t.Errorf("status %d: %s", status, errs)
	}
}
