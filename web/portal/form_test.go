package portal

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestOnlyWhatCamerasAndScannersMakeIsAFile(t *testing.T) {
	for head, want := range map[string]bool{
		"\xff\xd8\xff\xe0\x00\x10JFIF\x00":             true,
		"\x89PNG\r\n\x1a\n":                            true,
		"GIF89a":                                       true,
		"RIFF\x10\x00\x00\x00WEBPVP8 ":                 true,
		"%PDF-1.7":                                     true,
		"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00":     true,
		"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00":     true,
		"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00":     false,
		"<svg xmlns='http://www.w3.org/2000/svg'>":     false,
		"<!doctype html><script>alert(1)</script>":     false,
		"PK\x03\x04":                                   false,
		"MZ\x90\x00":                                   false,
		"#!/bin/sh\n":                                  false,
		"":                                             false,
		"\x00\x00\x00\x18ftyp":                         false,
		"RIFF\x10\x00\x00\x00WAVEfmt \x10\x00\x00\x00": false,
	} {
		if got := picture([]byte(head)); got != want {
			t.Errorf("%q: %v", head, got)
		}
	}
}

func TestFileNamesAreNoPaths(t *testing.T) {
	for name, want := range map[string]string{
		"a.png": "a.png", "../../etc/passwd": "passwd", `C:\Users\Siti\foto.jpg`: "foto.jpg", "a\x00b.png": "ab.png", strings.Repeat("é", 200): strings.Repeat("é", 100),
	} {
		if got := fileName(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func FuzzForm(f *testing.F) {
	part := func(head, body string) string {
		return "--b\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + body + "\r\n"
	}
	f.Add([]byte(part(`name="text"`, "lampu mati")+part(`name="files"; filename="a.png"`, "\x89PNG\r\n\x1a\n")+"--b--\r\n"), true)
	f.Add([]byte("text=lampu+mati&place=Tebet"), false)
	f.Add([]byte("--b\r\n\r\n--b"), true)
	f.Fuzz(func(t *testing.T, body []byte, multi bool) {
		r := httptest.NewRequest("POST", "/report", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if multi {
			r.Header.Set("Content-Type", `multipart/form-data; boundary=b`)
		}
		kept := 0
		var a filled
		a.read(httptest.NewRecorder(), r, func(r io.Reader, limit int64) (Stored, error) {
			n, err := io.Copy(io.Discard, io.LimitReader(r, limit+1))
			kept++
			return Stored{SHA256: "x", Size: n}, err
		})
		in := a.inbound("id")
		if kept > mostFiles || len(in.Media) > mostFiles {
			t.Errorf("%d files kept, %d on the report", kept, len(in.Media))
		}
		if strings.TrimSpace(a.Text) == "" && !slices.Contains(a.faults, "text") {
			t.Error("a report without words has no fault")
		}
		for _, fault := range a.faults {
			if !slices.Contains(faults, fault) {
				t.Errorf("the fault %q has no words", fault)
			}
		}
		if status(a.faults) < http.StatusBadRequest {
			t.Error("a fault is told as a success")
		}
	})
}
