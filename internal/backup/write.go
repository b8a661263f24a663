package backup

import (
	"archive/zip"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"tanggap/internal/blobs"
	"tanggap/tickets/dump"
)

// Place is where a city lies.
type Place struct {
	Database    string // as database.url of the configuration
	Attachments string // as attachments.url
}

// Write writes all of a city into the file at path, which must not be there yet, while its server goes on.
// The database is as it was at one moment; the files are all that it names at that moment. Files that
// are named and not there, or are not what their name says, are listed in the manifest, and are no error. The file is readable by its owner
// alone, and has its name only once it is whole.
func Write(ctx context.Context, from Place, path, program string) (*Manifest, error) {
	m := &Manifest{Format: format, Program: program}
	files, err := blobs.Open(from.Attachments)
	if err != nil {
		return nil, err
	}
	w, err := create(path)
	if err != nil {
		return nil, fmt.Errorf("writing the backup: %w", err)
	}
	defer w.discard()
	w.zip.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	err = dump.Read(ctx, from.Database, func(s *dump.Snapshot) error {
		m.Schema, m.Database, m.MadeAt = s.Version, s.Dialect, time.Now().UTC()
		for _, name := range s.Tables() {
			if err := w.table(ctx, s, name, m); err != nil {
				return err
			}
		}
		// A file was stored before the row that names it was written: what the snapshot names is there.
		return s.Files(ctx, func(hash string) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return w.attachment(files, hash, m)
		})
	})
	if err != nil {
		return nil, err
	}
	if err := w.finish(m); err != nil {
		return nil, fmt.Errorf("writing the backup: %w", err)
	}
	return m, nil
}

func (w *writing) table(ctx context.Context, s *dump.Snapshot, name string, m *Manifest) error {
	member, err := w.zip.Create(tablesFolder + name + ".jsonl")
	if err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	h := sha256.New()
	rows, err := s.WriteTable(ctx, name, io.MultiWriter(member, h))
	m.Tables = append(m.Tables, Table{Name: name, Rows: rows, SHA256: hex.EncodeToString(h.Sum(nil))})
	return err
}

// attachment copies one file as it is: pictures do not get smaller.
func (w *writing) attachment(files *blobs.Folder, hash string, m *Manifest) error {
	r, err := files.Get(hash)
	if errors.Is(err, fs.ErrNotExist) {
		m.Missing = append(m.Missing, hash)
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading an attachment: %w", err)
	}
	defer r.Close()
	member, err := w.zip.CreateHeader(&zip.FileHeader{Name: filesFolder + hash, Method: zip.Store})
	if err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(member, h), r)
	if err != nil {
		return fmt.Errorf("copying an attachment: %w", err)
	}
	if hex.EncodeToString(h.Sum(nil)) != hash {
		m.Damaged = append(m.Damaged, hash) // the others are worth keeping all the same
		return nil
	}
	m.Files++
	m.Bytes += n
	return nil
}
