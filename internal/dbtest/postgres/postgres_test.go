package postgres

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// envStarter makes this test binary a process that starts a server and is killed.
const envStarter = "TANGGAP_TEST_STARTER"

func TestMain(m *testing.M) {
	if os.Getenv(envStarter) != "" {
		s, err := Start(context.Background(), Options{})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(s.URL)
		select {}
	}
	os.Exit(m.Run())
}

func TestServerAnswersAndStops(t *testing.T) {
	s, err := Start(t.Context(), Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	var fsync string
	var likeACity bool // 'a' before 'B', unlike in the C locale
	if err := conn.QueryRow(t.Context(), `SELECT current_setting('fsync'), 'a' < 'B'`).Scan(&fsync, &likeACity); err != nil {
		t.Error(err)
	}
	if fsync != "on" || !likeACity {
		t.Errorf("fsync is %s in a durable server, a sorts before B: %v", fsync, likeACity)
	}
	conn.Close(t.Context())
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if dir := folderOf(t, s.URL); exists(dir) {
		t.Errorf("%s is left", dir)
	}
}

func TestServerEndsWithAStarterThatIsKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), envStarter+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	cmd.Process.Kill()
	cmd.Wait()
	line = strings.TrimSpace(line)
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		t.Fatalf("the starter said %q, %v", line, err)
	}
	dir := folderOf(t, line)
	for deadline := time.Now().Add(2 * time.Minute); exists(dir); {
		if time.Now().After(deadline) {
			t.Fatalf("%s is still there", dir)
		}
		<-time.After(10 * time.Millisecond)
	}
}

func folderOf(t *testing.T, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("host")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !os.IsNotExist(err)
}

func TestVersionIsRead(t *testing.T) {
	for text, want := range map[string]int{
		"postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 18beta1\n":                      18,
		"postgres (EnterpriseDB) 9.6.1\n":                      9,
		"":                                                     0,
	} {
		if got := major(text); got != want {
			t.Errorf("major(%q) = %d, want %d", text, got, want)
		}
	}
}
