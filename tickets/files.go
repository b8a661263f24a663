package tickets

import (
	"context"
	"fmt"
	"time"
)

// PendingFiles returns files of inbound messages that are to be fetched now, the longest due first.
func (s *Store) PendingFiles(ctx context.Context, n int) ([]Attachment, error) {
	rows, err := s.read.QueryContext(ctx, s.dialect.bind(`SELECT `+attachmentColumns+` FROM attachment WHERE state = 'pending' AND next_at <= ? ORDER BY next_at, id LIMIT ?`),
		micros(s.now()), n)
	if err != nil {
		return nil, fmt.Errorf("reading pending files: %w", err)
	}
	var files []Attachment
	err = drain(rows, func() error {
		var a Attachment
		err := rows.Scan(a.targets()...)
		files = append(files, a)
		return err
	})
	return files, err
}

// SetFile writes what became of a file: state, type, size and hash as a has them.
func (s *Store) SetFile(ctx context.Context, a Attachment) error {
	return s.inTx(ctx, machine, func(x *tx) error {
		_, err := x.exec(`UPDATE attachment SET state = ?, type = ?, size = ?, sha256 = ? WHERE id = ? AND state = 'pending'`, a.State, clean(a.Type), a.Size, a.SHA256, a.ID)
		return err
	})
}

// RetryFile counts a failed fetch and sets the time of the next.
func (s *Store) RetryFile(ctx context.Context, id int64, next time.Time) error {
	return s.inTx(ctx, machine, func(x *tx) error {
		_, err := x.exec(`UPDATE attachment SET tries = tries + 1, next_at = ? WHERE id = ? AND state = 'pending'`, micros(next), id)
		return err
	})
}
