package blobs

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestPutAndGet(t *testing.T) {
	root := t.TempDir()
	f, err := Open("file:" + filepath.Join(root, "a"))
	if err != nil {
		t.Fatal(err)
	}
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...)
	for range 2 {
		s, err := f.Put(bytes.NewReader(png), 1000)
		if err != nil || s.Type != "image/png" || s.Size != int64(len(png)) {
			t.Fatalf("%+v %v", s, err)
		}
		r, err := f.Get(s.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		r.Close()
		if err != nil || !bytes.Equal(got, png) {
			t.Fatal("not what was put", err)
		}
	}
	if _, err := f.Put(bytes.NewReader(png), 10); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	left, err := os.ReadDir(filepath.Join(root, "a", "new"))
	if err != nil || len(left) != 0 {
		t.Errorf("%d half files left, %v", len(left), err)
	}
	for _, bad := range []string{"", "../../etc/passwd", "zz"} {
		if _, err := f.Get(bad); err == nil {
			t.Errorf("%q opened", bad)
		}
	}
	if _, err := Open("s3://bucket"); err == nil {
		t.Error("an unknown kind of store opened")
	}
}

func TestWhatWasLeftHalfWrittenGoes(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open("file:" + dir); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"old": 25 * time.Hour, "young": time.Hour} {
		path := filepath.Join(dir, "new", name)
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open("file:" + dir); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "new"))
	if err != nil || len(left) != 1 || left[0].Name() != "young" {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestFreeIsOfTheFoldersDisk(t *testing.T) {
	f, err := Open("file:" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	free, err := f.Free()
	if runtime.GOOS != "linux" {
		return
	}
	if err != nil || free == 0 {
		t.Errorf("%d, %v", free, err)
	}
	f.root = filepath.Join(f.root, "nowhere")
	if _, err := f.Free(); err == nil {
		t.Error("a folder that is not there has a disk")
	}
}
