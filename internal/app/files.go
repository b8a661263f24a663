package app

import (
	"context"
	"errors"
	"io"
	"time"

	"tanggap/channels"
	"tanggap/internal/blobs"
	"tanggap/tickets"
)

const (
	maxFile   = 25 << 20
	fileTries = 12 // over about three days
)

// fetchFiles gets what citizens attached, after their texts are safe.
func (a *App) fetchFiles(ctx context.Context, _ tickets.Lease) {
	for wait(ctx, time.Second) {
		pending, err := a.store.PendingFiles(ctx, 20)
		if err != nil && ctx.Err() == nil {
			a.log.Error("reading pending files", "cause", err)
			continue
		}
		for _, f := range pending {
			if err := a.fetchFile(ctx, f); err != nil && ctx.Err() == nil {
				a.log.Warn("fetching a file", "account", f.Account, "kind", channels.KindOf(err), "attempt", f.Tries+1)
			}
		}
	}
}

// fetchFile stores one file, or notes that it is gone, or when to try again.
func (a *App) fetchFile(ctx context.Context, f tickets.Attachment) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	stored, err := a.download(ctx, f)
	switch {
	case err == nil:
		f.State, f.SHA256, f.Size, f.Type = "stored", stored.SHA256, stored.Size, stored.Type
		return a.store.SetFile(ctx, f)
	case channels.KindOf(err) == channels.Rejected, errors.Is(err, blobs.ErrTooLarge), f.Tries+1 >= fileTries:
		f.State = "gone"
		return errors.Join(err, a.store.SetFile(ctx, f))
	default:
		return errors.Join(err, a.store.RetryFile(ctx, f.ID, time.Now().Add(time.Minute<<f.Tries)))
	}
}

func (a *App) download(ctx context.Context, f tickets.Attachment) (blobs.Stored, error) {
	var r io.ReadCloser
	var err error
	switch ad := a.adapters[f.Account].(type) {
	case channels.Extractor:
		var raw []byte
		if raw, err = a.store.RawByID(ctx, f.InboxID); err == nil {
			r, err = ad.Extract(raw, f.Ref)
		}
	case channels.Fetcher:
		r, err = ad.Fetch(ctx, f.Ref)
	case nil:
		err = errors.New("the account is not configured")
	default:
		err = channels.Errorf(channels.Rejected, "", "the account has no files")
	}
	if err != nil {
		return blobs.Stored{}, err
	}
	defer r.Close()
	return a.files.Put(r, maxFile)
}

func (a *App) openFile(_ context.Context, f tickets.Attachment) (io.ReadCloser, error) {
	return a.files.Get(f.SHA256)
}
