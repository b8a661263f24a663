package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"tanggap/internal/config"
)

// shellBlocks are the lines of a guide that a reader types.
func shellBlocks(t *testing.T, guide string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../docs", guide))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		lines = append(lines, strings.Split(strings.TrimSpace(m[1]), "\n")...)
	}
	if len(lines) < 10 {
		t.Fatalf("%s has %d commands", guide, len(lines))
	}
	return lines
}

func TestBothGuidesHaveTheSameCommands(t *testing.T) {
	for english, indonesian := range map[string]string{"install.md": "pasang.md", "mail.md": "surat.md"} {
		if diff := cmp.Diff(shellBlocks(t, english), shellBlocks(t, indonesian)); diff != "" {
			t.Errorf("%s and %s differ (-English +Indonesian):\n%s", english, indonesian, diff)
		}
	}
}

// Every command of ours in the guides and the units is one that the program takes.
func TestCommandsOfTheGuidesParse(t *testing.T) {
	lines := append(shellBlocks(t, "install.md"), shellBlocks(t, "mail.md")...)
	for _, unit := range []string{"tanggap.service", "tanggap-backup.service"} {
		text, err := os.ReadFile(filepath.Join("../../docs", unit))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Split(string(text), "\n")...)
	}
	found := 0
	ours := regexp.MustCompile(`(?:^|=|-- |exec )(?:/usr/local/bin/)?tanggap ([a-z].*)$`)
	for _, line := range lines {
		m := ours.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		found++
		args := strings.Fields(strings.TrimSuffix(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(m[1], "FILE"), "'"))
		parser, err := kong.New(&commands{}, kong.Name("tanggap"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(args); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if found < 8 {
		t.Errorf("only %d commands of ours were found", found)
	}
}

// The files that the guides copy are there, and the configuration is one that the program takes.
func TestFilesOfTheGuides(t *testing.T) {
	for _, line := range append(shellBlocks(t, "install.md"), shellBlocks(t, "mail.md")...) {
		for _, file := range regexp.MustCompile(`docs/[a-z.-]+`).FindAllString(line, -1) {
			if _, err := os.Stat("../../" + file); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	text, err := os.ReadFile("../../docs/tanggap.toml")
	if err != nil {
		t.Fatal(err)
	}
	mail, err := os.ReadFile("../../docs/mail.toml")
	if err != nil {
		t.Fatal(err)
	}
	secrets := t.TempDir()
	for _, name := range []string{"bot", "mail"} {
		if err := os.WriteFile(filepath.Join(secrets, name), []byte("123456:example\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	whole := strings.ReplaceAll(string(text)+string(mail), "/etc/tanggap/secrets", secrets) // as the guide appends it
	cfg, err := config.Parse("docs/tanggap.toml", []byte(whole), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Accounts) != 2 {
		t.Errorf("%d accounts", len(cfg.Accounts))
	}
	if !slices.Contains(cfg.Server.Pilot, "123456789") || cfg.Server.Mode != config.Pilot {
		t.Errorf("the example does not begin as a pilot: %+v", cfg.Server)
	}
}

// systemd itself understands the units: what it does not know it would ignore, and say so.
func TestSystemdUnderstandsTheUnits(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"verify", "--man=no"}
	for _, unit := range []string{"tanggap.service", "tanggap-backup.service", "tanggap-backup.timer"} {
		text, err := os.ReadFile(filepath.Join("../../docs", unit))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, unit)
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "ExecStart=/usr/local/bin/tanggap", "ExecStart="+self)), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	verify := func() string {
		t.Helper()
		out, err := exec.Command("systemd-analyze", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("systemd-analyze (apt-get install systemd): %v\n%s", err, out)
		}
		return string(out)
	}
	if said := verify(); said != "" {
		t.Errorf("systemd says\n%s", said)
	}
	if err := os.WriteFile(args[2], []byte("[Service]\nExecStart="+self+"\nProtectClok=yes\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if said := verify(); !strings.Contains(said, "ProtectClok") {
		t.Errorf("of a key that there is not it says %q", said)
	}
}
