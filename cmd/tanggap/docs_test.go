package main

import (
	"os"
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
	if diff := cmp.Diff(shellBlocks(t, "install.md"), shellBlocks(t, "pasang.md")); diff != "" {
		t.Errorf("install.md and pasang.md differ (-install +pasang):\n%s", diff)
	}
}

// Every command of ours in the guides and the units is one that the program takes.
func TestCommandsOfTheGuidesParse(t *testing.T) {
	lines := shellBlocks(t, "install.md")
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
	for _, line := range shellBlocks(t, "install.md") {
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
	token := filepath.Join(t.TempDir(), "bot")
	if err := os.WriteFile(token, []byte("123456:example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse("docs/tanggap.toml", []byte(strings.ReplaceAll(string(text), "/etc/tanggap/secrets/bot", token)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(cfg.Server.Pilot, "123456789") || cfg.Server.Mode != config.Pilot {
		t.Errorf("the example does not begin as a pilot: %+v", cfg.Server)
	}
}
