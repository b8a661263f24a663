package pass

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tanggap/tickets"
)

// Use is something that may happen only so often to one Key, counted from the first time on. Item names
// one time of it: the same Item again is not another time.
type Use struct {
	Scope, Key, Item string
	Most             int
	Within           time.Duration // at most longest
}

// longest is how long uses are counted.
const longest = 48 * time.Hour

// Spend takes one of the uses left, and reports whether there was one. The key is kept as a hash.
func (b *Book) Spend(ctx context.Context, u Use) (ok bool, err error) {
	now := b.store.Now()
	over, used := tickets.Micros(now.Add(-u.Within)), 0
	err = b.store.Write(ctx, func(x tickets.Tx) error {
		return x.Row(`INSERT INTO portal_use (scope, key, began, used, last) VALUES (?, ?, ?, 1, ?)
			ON CONFLICT (scope, key) DO UPDATE SET
				used = CASE WHEN portal_use.began <= ? THEN 1 WHEN portal_use.last = excluded.last THEN portal_use.used ELSE portal_use.used + 1 END,
				began = CASE WHEN portal_use.began <= ? THEN excluded.began ELSE portal_use.began END, last = excluded.last
			RETURNING used`, u.Scope, tickets.HashSecret(u.Key), tickets.Micros(now), tickets.HashSecret(u.Item), over, over).Scan(&used)
	})
	if err != nil {
		return false, fmt.Errorf("counting a use: %w", err)
	}
	return used <= u.Most, nil
}

// Known is what is known of an address; the zero Contact where nothing is.
func (b *Book) Known(ctx context.Context, to tickets.Address) (tickets.Contact, error) {
	var a tickets.Contact
	row := b.store.Row(ctx, `SELECT id, citizen_id, kind, value, state, reason, last_in_at, account, thread FROM address WHERE kind = ? AND value = ?`, to.Kind, tickets.Clean(to.Value))
	err := tickets.Found(row.Scan(&a.ID, &a.CitizenID, &a.Kind, &a.Value, &a.State, &a.Reason, tickets.Stamp(&a.LastInAt), &a.Account, &a.Thread))
	if err != nil && !errors.Is(err, tickets.ErrNotFound) {
		return a, fmt.Errorf("looking up an address: %w", err)
	}
	return a, nil
}

// Barred reports whether a citizen said of a report in his name that it is not his: until he has reported
// from there himself, nobody may have us write to him by typing his address.
func (b *Book) Barred(ctx context.Context, citizen int64) (bool, error) {
	barred := false
	row := b.store.Row(ctx, `SELECT mute AND unverified FROM ticket WHERE citizen_id = ? AND (mute OR NOT unverified) ORDER BY id DESC LIMIT 1`, citizen)
	if err := tickets.Found(row.Scan(&barred)); err != nil && !errors.Is(err, tickets.ErrNotFound) {
		return false, fmt.Errorf("looking for what was disowned: %w", err)
	}
	return barred, nil
}
