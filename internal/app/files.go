package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/internal/blobs"
	"tanggap/internal/photo"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/originals"
)

const (
	maxFile      = 25 << 20
	fileTries    = 12 // over about three days
	fileTime     = 2 * time.Minute
	fileFetchers = 3
)

// fetchFiles gets what citizens attached, after their texts are safe. A file that hangs holds up none
// that another fetcher can get.
func (a *App) fetchFiles(ctx context.Context, _ tickets.Lease) {
	var fetchers sync.WaitGroup
	defer fetchers.Wait()
	var mu sync.Mutex
	busy := map[int64]bool{} // of this loop alone
	var ended []int64        // what became of these is written down
	free := make(chan struct{}, fileFetchers)
	for wait(ctx, time.Second) {
		// Before the look, so that the look sees what was written: else a file may be taken up again.
		mu.Lock()
		for _, id := range ended {
			delete(busy, id)
		}
		ended = nil
		mu.Unlock()
		pending, err := a.store.PendingFiles(ctx, 20)
		if err != nil {
			if ctx.Err() == nil {
				a.log.Error("reading pending files", "cause", err)
			}
			continue
		}
		for _, f := range pending {
			if busy[f.ID] {
				continue
			}
			select {
			case free <- struct{}{}:
			case <-ctx.Done():
				return
			}
			busy[f.ID] = true
			fetchers.Go(func() {
				if err := a.fetchFile(ctx, f); err != nil && ctx.Err() == nil {
					a.log.Warn("fetching a file", "account", f.Account, "kind", channels.KindOf(err), "attempt", f.Tries+1)
				}
				mu.Lock()
				ended = append(ended, f.ID)
				mu.Unlock()
				<-free
			})
		}
	}
}

// fetchFile stores one file, or notes that it is gone, or when to try again.
func (a *App) fetchFile(ctx context.Context, f tickets.Attachment) error {
	if _, within := a.adapters[f.Account].(channels.Extractor); within {
		size, _ := originals.New(a.store).Size(ctx, f.InboxID) // what is wrong with it, the download meets again
		done, err := a.large.take(ctx, size)
		if err != nil {
			return err
		}
		defer done()
	}
	bounded, cancel := context.WithTimeout(ctx, fileTime)
	stored, err := a.download(bounded, f)
	cancel() // what became of it is written down, however long it took
	switch {
	case err == nil:
		f.State, f.SHA256, f.Size, f.Type = "stored", stored.SHA256, stored.Size, stored.Type
		if err := a.placePhoto(ctx, f); err != nil { // the picture is kept all the same
			a.log.Warn("placing a report by its photo", "account", f.Account, "ticket", f.TicketID, "cause", err)
		}
		return a.store.SetFile(ctx, f)
	case channels.KindOf(err) == channels.Rejected, errors.Is(err, blobs.ErrTooLarge), f.Tries+1 >= fileTries:
		f.State = "gone"
		return errors.Join(err, a.store.SetFile(ctx, f))
	default:
		return errors.Join(err, a.store.RetryFile(ctx, f.ID, time.Now().Add(time.Minute<<min(f.Tries, fileTries))))
	}
}

func (a *App) download(ctx context.Context, f tickets.Attachment) (stored blobs.Stored, err error) {
	defer func() {
		if recover() != nil {
			err = channels.Errorf(channels.Rejected, "panic", "the adapter broke down")
		}
	}()
	switch ad := a.adapters[f.Account].(type) {
	case channels.Extractor:
		err = originals.New(a.store).Use(ctx, f.InboxID, func(raw []byte) error {
			r, err := ad.Extract(raw, f.Ref)
			if err != nil {
				return err
			}
			defer r.Close()
			stored, err = a.files.Put(r, maxFile)
			return err
		})
		return stored, err
	case channels.Fetcher:
		r, err := ad.Fetch(ctx, f.Ref)
		if err != nil {
			return stored, err
		}
		defer r.Close()
		return a.files.Put(r, maxFile)
	case nil:
		return stored, errors.New("the account is not configured")
	default:
		return stored, channels.Errorf(channels.Rejected, "", "the account has no files")
	}
}

// placePhoto tells a file's case where it was taken, if it is a picture that says so. Before the file is noted
// as stored: what a crash leaves undone is done again, and twice is as once.
func (a *App) placePhoto(ctx context.Context, f tickets.Attachment) error {
	if f.TicketID == 0 {
		return nil
	}
	at, ok, err := a.takenAt(f.SHA256, f.Type)
	if err != nil || !ok {
		return err
	}
	return bot.NewDesk(a.bot, a.store).PlaceByPhoto(ctx, f.TicketID, at)
}

// takenAt is where a stored picture says that it was taken.
func (a *App) takenAt(sha256, kind string) (at router.Point, ok bool, err error) {
	if !strings.HasPrefix(kind, "image/") {
		return at, false, nil
	}
	r, err := a.files.Get(sha256)
	if err != nil {
		return at, false, err
	}
	defer r.Close()
	file, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return at, false, fmt.Errorf("reading a picture: %w", err)
	}
	at.Lat, at.Lng, ok = photo.Position(bytes.NewReader(file))
	return at, ok, nil
}

func (a *App) openFile(_ context.Context, f tickets.Attachment) (io.ReadCloser, error) {
	return a.files.Get(f.SHA256)
}
