package letter

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// figure is one measured number of a corpus.
type figure struct {
	corpus, what string
	got, of      int
	atLeast      int
	missed       []string // which of the corpus's files fell short
}

// TestCorpora measures the reading of mail on collections that are no part of the project; TANGGAP_DATA
// names the folder that holds them. Their figures are printed one a line, tab-separated.
func TestCorpora(t *testing.T) {
	dir := os.Getenv("TANGGAP_DATA")
	if dir == "" {
		t.Log("TANGGAP_DATA is not set: nothing to measure")
		return
	}
	dir = filepath.Join(dir, "email")
	var figures []figure
	figures = append(figures, fields(t, filepath.Join(dir, "zammad"))...)
	figures = append(figures, returns(t, filepath.Join(dir, "bounces"))...)
	figures = append(figures, replies(t, filepath.Join(dir, "reply_trimming"))...)
	figures = append(figures, malformed(t, filepath.Join(dir, "malformed"))...)
	for _, f := range figures {
		fmt.Printf("%s\t%s\t%d\t%d\n", f.corpus, f.what, f.got, f.of)
		if f.got < f.atLeast {
			t.Errorf("%s, %s: %d of %d, want %d", f.corpus, f.what, f.got, f.of, f.atLeast)
		}
		if testing.Verbose() {
			t.Logf("%s, %s: missed %v", f.corpus, f.what, f.missed)
		}
	}
}

func (f *figure) count(ok bool, name string) {
	f.of++
	if ok {
		f.got++
	} else {
		f.missed = append(f.missed, name)
	}
}

func load(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fields(t *testing.T, dir string) []figure {
	var expected map[string]struct {
		Address     string `json:"from_email"`
		Subject     string
		Attachments []struct {
			Size        int
			Preferences map[string]any
		}
	}
	if err := json.Unmarshal(load(t, filepath.Join(dir, "expected.json")), &expected); err != nil {
		t.Fatal(err)
	}
	subject := figure{corpus: "fields", what: "subjects", atLeast: 52}
	sender := figure{corpus: "fields", what: "senders", atLeast: 51}
	attached := figure{corpus: "fields", what: "attachments by size"}
	for name, want := range expected {
		l, _ := Read(load(t, filepath.Join(dir, name)))
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		subject.count(squeeze(l.Subject) == squeeze(want.Subject), fmt.Sprintf("%s: %q, want %q", name, l.Subject, want.Subject))
		sender.count(l.From == strings.ToLower(want.Address), fmt.Sprintf("%s: %q, want %q", name, l.From, want.Address))
		for _, a := range want.Attachments {
			if a.Preferences["content-alternative"] == true {
				continue // the HTML that we turn into text
			}
			ok := slices.ContainsFunc(l.Attached, func(got Attachment) bool { return len(got.Data) == a.Size })
			attached.count(ok, fmt.Sprintf("%s: %d", name, a.Size))
		}
	}
	attached.atLeast = attached.of * 95 / 100
	return []figure{subject, sender, attached}
}

func returns(t *testing.T, dir string) []figure {
	var expected map[string][]struct {
		Reason string
		Hard   bool
	}
	if err := json.Unmarshal(load(t, filepath.Join(dir, "expected.json")), &expected); err != nil {
		t.Fatal(err)
	}
	never := figure{corpus: "bounces", what: "not taken for a person's", atLeast: len(expected)}
	seen := figure{corpus: "bounces", what: "seen as bounces", atLeast: len(expected) * 98 / 100}
	hard := figure{corpus: "bounces", what: "hard or soft"}
	for name, want := range expected {
		l, err := Read(load(t, filepath.Join(dir, name)))
		never.count(l.Bounce != nil || l.Robot != "" || err != nil, name+": "+l.Subject)
		seen.count(l.Bounce != nil, name+": "+l.Subject)
		wantHard := slices.ContainsFunc(want, func(e struct {
			Reason string
			Hard   bool
		},
		) bool {
			return e.Hard
		})
		hard.count(l.Bounce != nil && l.Bounce.Hard == wantHard, fmt.Sprintf("%s: want %v %s", name, wantHard, want[0].Reason))
	}
	hard.atLeast = hard.of * 94 / 100
	return []figure{never, seen, hard}
}

func replies(t *testing.T, dir string) []figure {
	files, err := os.ReadDir(filepath.Join(dir, "emails"))
	if err != nil {
		t.Fatal(err)
	}
	exact := figure{corpus: "replies", what: "exact", atLeast: 31}
	for _, f := range files {
		text := strings.ReplaceAll(string(load(t, filepath.Join(dir, "emails", f.Name()))), "\r\n", "\n")
		want := strings.TrimSpace(string(load(t, filepath.Join(dir, "trimmed", f.Name()))))
		got, _ := Split(strings.TrimSpace(text))
		exact.count(strings.TrimSpace(got) == want, f.Name())
	}
	return []figure{exact}
}

func malformed(t *testing.T, dir string) []figure {
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	bounded := figure{corpus: "malformed", what: "under 1 s and 64 MB", atLeast: len(files)}
	for _, f := range files {
		raw := load(t, filepath.Join(dir, f.Name()))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		Read(raw) // only its cost counts here
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		bounded.count(took < time.Second && after.TotalAlloc-before.TotalAlloc < 64<<20, fmt.Sprintf("%s: %v", f.Name(), took))
	}
	return []figure{bounded}
}
