// Package backup writes a city into one file, and makes a city of such a file again.
//
// The file is a zip: tables/NAME.jsonl for each table, files/HASH for each attachment, and at the end
// manifest.json. The zip's comment holds a SHA-256 over every byte before the comment, so that nothing
// in the file can be cut off or changed by chance. Secrets and the configuration are not in it; the
// citizens' words, names and numbers are.
package backup

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// format counts the changes of the file's form.
const format = 1

const (
	manifestName = "manifest.json"
	tablesFolder = "tables/"
	filesFolder  = "files/"
)

// Manifest says what a backup holds.
type Manifest struct {
	Format   int       `json:"format"`
	Program  string    `json:"program"` // the version of tanggap that made it
	Schema   int64     `json:"schema"`
	Database string    `json:"database"` // sqlite or postgres
	MadeAt   time.Time `json:"made_at"`  // when the snapshot was taken
	Tables   []Table   `json:"tables"`
	Files    int       `json:"files"`
	Bytes    int64     `json:"bytes"`             // of the files
	Missing  []string  `json:"missing,omitempty"` // hashes of files that rows name and the folder had not …
	Damaged  []string  `json:"damaged,omitempty"` // … or had with another content: not to be restored
}

// Table is one table of a backup.
type Table struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// Rows counts those of all tables.
func (m *Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// The comment is this and the hash in hex.
const seal = "tanggap backup sha256 "

const sealed = len(seal) + 2*sha256.Size

// errForeign is for what looks alike from outside.
var errForeign = errors.New("the file is no backup of tanggap, or the end of it is missing")

// writing is an archive on its way: under another name until it is whole.
type writing struct {
	file *os.File
	path string
	zip  *zip.Writer
}

func create(path string) (*writing, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s is there already", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.partial") // mode 0600
	if err != nil {
		return nil, err
	}
	w := &writing{file: file, path: path}
	w.zip = zip.NewWriter(file)
	return w, nil
}

// discard removes what is not whole; after finish it does nothing.
func (w *writing) discard() {
	w.file.Close()
	os.Remove(w.file.Name())
}

// finish adds the manifest and the seal, and gives the file its name once it is on the disk.
func (w *writing) finish(m *Manifest) error {
	member, err := w.zip.Create(manifestName)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	if _, err := member.Write(append(text, '\n')); err != nil {
		return err
	}
	// Its place is kept; what stands before it, its length too, is hashed.
	if err := w.zip.SetComment(seal + hex.EncodeToString(make([]byte, sha256.Size))); err != nil {
		return err
	}
	if err := w.stamp(); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		return err
	}
	if err := w.file.Close(); err != nil {
		return err
	}
	if err := os.Rename(w.file.Name(), w.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(w.path))
}

// stamp ends the zip and puts the hash of all before the comment into it.
func (w *writing) stamp() error {
	if err := w.zip.Close(); err != nil {
		return err
	}
	size, err := w.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	sum, err := sumOf(w.file, size-int64(sealed))
	if err != nil {
		return err
	}
	_, err = w.file.WriteAt([]byte(seal+hex.EncodeToString(sum)), size-int64(sealed))
	return err
}

func sumOf(r io.ReaderAt, n int64) ([]byte, error) {
	h := sha256.New()
	_, err := io.Copy(h, io.NewSectionReader(r, 0, n))
	return h.Sum(nil), err
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// unseal checks that the file is whole and unchanged.
func unseal(file *os.File) (size int64, err error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	size = info.Size()
	end := make([]byte, sealed)
	if size < int64(sealed) {
		return 0, errForeign
	}
	if _, err := file.ReadAt(end, size-int64(sealed)); err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(end, []byte(seal)) {
		return 0, errForeign
	}
	sum, err := sumOf(file, size-int64(sealed))
	if err != nil {
		return 0, err
	}
	if hex.EncodeToString(sum) != string(end[len(seal):]) {
		return 0, errors.New("the file was changed or damaged after it was made: its hash is another one")
	}
	return size, nil
}
