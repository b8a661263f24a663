package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/internal/loopback"
	"tanggap/tickets"
)

// patienceOfTests bounds every wait; it is no measure of speed.
const patienceOfTests = 2 * time.Minute

// built is the program as a city runs it, in a file.
func built(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tanggap")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return path
}

// server is the program as a process of its own.
type server struct {
	t   *testing.T
	cmd *exec.Cmd
	log chan string // lines, as they come
	url string
}

// serving starts the program, and waits until it is ready.
func serving(t *testing.T, program, database, pack string) *server {
	t.Helper()
	listen, err := loopback.Listen()
	if err != nil {
		t.Fatal(err)
	}
	addr := listen.Addr().String()
	path := configFile(t, database, "server.listen = '"+addr+"'\nserver.admin_listen = ''\nlog.format = 'json'\n")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte("'jakarta'"), []byte("'"+pack+"'"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, cmd: exec.Command(program, "serve", "--config", path), log: make(chan string, 1000), url: "http://" + addr}
	errs, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	listen.Close()
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(errs); lines.Scan(); {
			s.log <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		<-ended
		s.cmd.Wait()
	})
	s.says("ready")
	return s
}

// says waits for a line of the log.
func (s *server) says(words string) {
	s.t.Helper()
	end := time.After(patienceOfTests)
	for {
		select {
		case line := <-s.log:
			if strings.Contains(line, words) {
				return
			}
		case <-end:
			s.t.Fatalf("the log never said %q", words)
		}
	}
}

// agencyOf reports something by the API, and returns who got it.
func (s *server) agencyOf(token, text string) string {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequest("POST", s.url+"/api/v1/reports", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	var ticket struct{ Agency string }
	if err != nil || res.StatusCode != http.StatusCreated || json.Unmarshal(answer, &ticket) != nil {
		s.t.Fatalf("reporting: %d %v %s", res.StatusCode, err, answer)
	}
	return ticket.Agency
}

// A hangup makes the running program read its city pack anew; of a bad one the old stays, and the program
// goes on.
func TestAHangupReadsTheCityPackAnew(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../../cities/jakarta")); err != nil {
		t.Fatal(err)
	}
	database := dbtest.New(t, dbtest.SQLite)
	store, err := tickets.Open(t.Context(), database, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	token, err := store.CreateToken(t.Context(), tickets.Token{Name: "test", Agency: "*", Scopes: []string{"tickets:read", "tickets:write"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	s := serving(t, built(t), database, folder)
	const report = "lampu jalan mati di depan SDN 01 Tebet Timur"
	if got := s.agencyOf(token, report); got != "dki.binamarga" {
		t.Errorf("at first: %s", got)
	}
	path := filepath.Join(folder, "categories", "jalan.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	hangup := func(pack string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(pack), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	hangup(strings.Replace(string(text), "agency = \"dki.binamarga\"", "agency = \"dki.dlh\"", 1))
	s.says("the city pack was read anew")
	if got := s.agencyOf(token, report); got != "dki.dlh" {
		t.Errorf("after a hangup: %s", got)
	}
	hangup("[[category")
	s.says("the city pack stays as it was")
	if got := s.agencyOf(token, report); got != "dki.dlh" {
		t.Errorf("after a bad pack: %s", got)
	}
	hangup(string(text))
	s.says("the city pack was read anew")
	if got := s.agencyOf(token, report); got != "dki.binamarga" {
		t.Errorf("after a good one: %s", got)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if state, err := s.cmd.Process.Wait(); err != nil || !state.Success() {
		t.Errorf("told to stop: %v %v", state, err)
	}
}
