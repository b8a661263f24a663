package app

import (
	"context"

	"tanggap/channels"
	"tanggap/tickets/kept"
)

// keeping makes of the Inbox a channels.Keeper.
type keeping struct {
	metered
	shelf *kept.Shelf
}

// Keep makes all durable before they are read.
func (k keeping) Keep(ctx context.Context, name string, all []channels.Kept) error {
	on, size := items(all), 0
	for i := range on {
		size += len(on[i].Raw)
	}
	done, err := k.large.take(ctx, int64(size))
	if err != nil {
		return err
	}
	defer done()
	if err := k.shelf.Put(ctx, name, on); err != nil {
		return err
	}
	for i := range on {
		all[i].Tried = on[i].Tried
	}
	return nil
}

// Kept is what was kept and not released.
func (k keeping) Kept(ctx context.Context, name string) ([]channels.Kept, error) {
	left, err := k.shelf.Left(ctx, name)
	all := make([]channels.Kept, len(left))
	for i := range left {
		all[i] = channels.Kept(left[i])
	}
	return all, err
}

// Release lets go of what became messages.
func (k keeping) Release(ctx context.Context, name string, all []channels.Kept) error {
	return k.shelf.Remove(ctx, name, items(all), channels.MostTries)
}

func items(all []channels.Kept) []kept.Item {
	on := make([]kept.Item, len(all))
	for i := range all {
		on[i] = kept.Item(all[i])
	}
	return on
}
