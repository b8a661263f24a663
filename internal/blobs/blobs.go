// Package blobs keeps files by the SHA-256 of their content.
package blobs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gabriel-vasile/mimetype"
)

// Folder is a store of files below one folder. It is safe for concurrent use, also by several
// processes.
type Folder struct{ root string }

// Stored is what Put found out about a file.
type Stored struct {
	SHA256 string // hex
	Size   int64
	Type   string // sniffed, without parameters; never the sender's word
}

// ErrTooLarge says that a file has more bytes than allowed.
var ErrTooLarge = errors.New("the file is too large")

// Open makes sure that the folder of a URL file:PATH is there and can be written.
func Open(url string) (*Folder, error) {
	path, ok := strings.CutPrefix(url, "file:")
	if !ok || path == "" {
		return nil, errors.New("opening the attachments: the URL is not file:FOLDER")
	}
	if err := os.MkdirAll(filepath.Join(path, "new"), 0o700); err != nil {
		return nil, fmt.Errorf("opening the attachments: %w", err)
	}
	f := &Folder{root: path}
	f.tidy(time.Now().Add(-abandoned))
	return f, nil
}

// abandoned is the age at which a file that was never finished is nobody's any more.
const abandoned = 24 * time.Hour

// tidy removes what a process left half written when it died.
func (f *Folder) tidy(before time.Time) {
	left, err := os.ReadDir(filepath.Join(f.root, "new"))
	if err != nil {
		return // it harms nobody
	}
	for _, e := range left {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			os.Remove(filepath.Join(f.root, "new", e.Name()))
		}
	}
}

// Put stores what r holds, at most limit bytes, and returns when it is on the disk. The same content
// is stored once.
func (f *Folder) Put(r io.Reader, limit int64) (Stored, error) {
	tmp, err := os.CreateTemp(filepath.Join(f.root, "new"), "*")
	if err != nil {
		return Stored{}, fmt.Errorf("storing a file: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone already where it was renamed
	defer tmp.Close()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, h), io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return Stored{}, fmt.Errorf("storing a file: %w", err)
	case n > limit:
		return Stored{}, ErrTooLarge
	}
	kind, err := mimetype.DetectFile(tmp.Name())
	if err != nil {
		return Stored{}, fmt.Errorf("storing a file: %w", err)
	}
	s := Stored{SHA256: hex.EncodeToString(h.Sum(nil)), Size: n, Type: strings.TrimSpace(strings.SplitN(kind.String(), ";", 2)[0])}
	return s, f.keep(tmp, s.SHA256)
}

// keep syncs the file and the folders above it, so that a row may name it.
func (f *Folder) keep(tmp *os.File, hash string) error {
	if err := tmp.Sync(); err != nil {
		return fmt.Errorf("storing a file: %w", err)
	}
	dir := filepath.Dir(f.path(hash))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("storing a file: %w", err)
	}
	if err := os.Rename(tmp.Name(), f.path(hash)); err != nil {
		return fmt.Errorf("storing a file: %w", err)
	}
	for _, folder := range []string{dir, f.root} {
		if err := sync(folder); err != nil {
			return fmt.Errorf("storing a file: %w", err)
		}
	}
	return nil
}

func sync(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Get opens a stored file.
func (f *Folder) Get(hash string) (io.ReadCloser, error) {
	if !isHash(hash) {
		return nil, errors.New("opening a file: no such hash")
	}
	return os.Open(f.path(hash))
}

// Remove takes a stored file away; one that is not there is no error.
func (f *Folder) Remove(hash string) error {
	if !isHash(hash) {
		return errors.New("removing a file: no such hash")
	}
	if err := os.Remove(f.path(hash)); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("removing a file: %w", err)
	}
	os.Remove(filepath.Dir(f.path(hash))) // where nothing else is in it
	return nil
}

// Empty reports whether no file was ever stored.
func (f *Folder) Empty() (bool, error) {
	found, err := os.ReadDir(f.root)
	if err != nil {
		return false, fmt.Errorf("looking at the attachments: %w", err)
	}
	return !slices.ContainsFunc(found, func(e os.DirEntry) bool { return e.Name() != "new" }), nil
}

func isHash(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }

func (f *Folder) path(hash string) string { return filepath.Join(f.root, hash[:2], hash) }
