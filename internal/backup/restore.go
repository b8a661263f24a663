package backup

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"tanggap/internal/blobs"
	"tanggap/migrations"
	"tanggap/tickets/dump"
)

// reading is an archive that was found to be whole.
type reading struct {
	*Manifest
	file    *os.File
	members map[string]*zip.File
}

// open checks the file at path: that it is whole and unchanged, and that each table and each file in it
// is what the manifest says. Nothing is written.
func open(path string) (*reading, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := &reading{file: file, members: map[string]*zip.File{}}
	if err := r.check(); err != nil {
		file.Close()
		return nil, err
	}
	return r, nil
}

func (r *reading) check() error {
	size, err := unseal(r.file)
	if err != nil {
		return err
	}
	z, err := zip.NewReader(r.file, size)
	if err != nil {
		return errForeign
	}
	for _, f := range z.File {
		r.members[f.Name] = f
	}
	if err := r.readManifest(); err != nil {
		return err
	}
	if want := len(r.Tables) + r.Files + len(r.Damaged) + 1; len(z.File) != want || len(r.members) != want {
		return errors.New("the file does not hold what its manifest says")
	}
	for _, t := range r.Tables {
		if err := r.checkMember(tablesFolder+t.Name+".jsonl", t.SHA256); err != nil {
			return err
		}
	}
	return r.files(func(hash string) error { return r.checkMember(filesFolder+hash, hash) })
}

func (r *reading) readManifest() error {
	member := r.members[manifestName]
	if member == nil {
		return errForeign
	}
	in, err := member.Open()
	if err != nil {
		return errForeign
	}
	defer in.Close()
	if err := json.NewDecoder(in).Decode(&r.Manifest); err != nil {
		return errForeign
	}
	if r.Format != format {
		return fmt.Errorf("the file has form %d, and this program knows form %d", r.Format, format)
	}
	return nil
}

func (r *reading) checkMember(name, sum string) error {
	in, err := r.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	if hex.EncodeToString(h.Sum(nil)) != sum {
		return fmt.Errorf("%s has another hash than the manifest says", name)
	}
	return nil
}

func (r *reading) open(name string) (io.ReadCloser, error) {
	member := r.members[name]
	if member == nil {
		return nil, fmt.Errorf("the file holds no %s", name)
	}
	in, err := member.Open()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return in, nil
}

// files calls f with the hash of each sound file, in a fixed order.
func (r *reading) files(f func(hash string) error) error {
	var all []string
	for name := range r.members {
		if hash, ok := strings.CutPrefix(name, filesFolder); ok && !slices.Contains(r.Damaged, hash) {
			all = append(all, hash)
		}
	}
	slices.Sort(all)
	for _, hash := range all {
		if err := f(hash); err != nil {
			return err
		}
	}
	return nil
}

// Restored is what Restore did.
type Restored struct {
	*Manifest
	Held []dump.Held // what waited to be sent, and was closed as failed
}

// Restore makes a city of the file at path, in an empty database and an empty folder, and brings it up to
// this program's schema. All hashes are checked before anything is written. Messages that waited to be sent
// when the backup was made are closed as failed, since they may have been sent after it.
func Restore(ctx context.Context, path string, to Place) (*Restored, error) {
	r, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the backup: %w", err)
	}
	defer r.file.Close()
	files, err := blobs.Open(to.Attachments)
	if err != nil {
		return nil, err
	}
	if empty, err := files.Empty(); err != nil {
		return nil, err
	} else if !empty {
		return nil, fmt.Errorf("restoring: %s is not empty: take a new folder", to.Attachments)
	}
	done := &Restored{Manifest: r.Manifest}
	var stored []string
	err = dump.Fill(ctx, to.Database, r.Schema, func(f *dump.Filling) error {
		if err := r.fillTables(ctx, f); err != nil {
			return err
		}
		if done.Held, err = f.Settle(ctx, time.Now()); err != nil {
			return err
		}
		return r.files(func(hash string) error { // before the commit that names them
			stored = append(stored, hash)
			return r.store(ctx, files, hash)
		})
	})
	if errors.Is(err, migrations.ErrNewer) {
		err = fmt.Errorf("%w: it takes the program that made it, %s, or a newer one", err, r.Program)
	}
	if err != nil && !errors.Is(err, dump.ErrFilled) {
		for _, hash := range stored {
			err = errors.Join(err, files.Remove(hash))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("restoring: %w", err)
	}
	return done, nil
}

func (r *reading) fillTables(ctx context.Context, f *dump.Filling) error {
	for _, name := range f.Tables() {
		if r.members[tablesFolder+name+".jsonl"] == nil {
			return fmt.Errorf("the file holds no table %s", name)
		}
	}
	for _, t := range r.Tables {
		if err := r.fillTable(ctx, f, t); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) fillTable(ctx context.Context, f *dump.Filling, t Table) error {
	in, err := r.open(tablesFolder + t.Name + ".jsonl")
	if err != nil {
		return err
	}
	defer in.Close()
	n, err := f.ReadTable(ctx, t.Name, in)
	if err == nil && n != t.Rows {
		err = fmt.Errorf("table %s got %d rows of %d", t.Name, n, t.Rows)
	}
	return err
}

func (r *reading) store(ctx context.Context, files *blobs.Folder, hash string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	in, err := r.open(filesFolder + hash)
	if err != nil {
		return err
	}
	defer in.Close()
	s, err := files.Put(in, int64(r.members[filesFolder+hash].UncompressedSize64))
	if err == nil && s.SHA256 != hash {
		err = errors.New("an attachment has another hash than its name says")
	}
	return err
}
