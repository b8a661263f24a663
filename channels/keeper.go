package channels

import "context"

// MostTries is how often what reading it seems to have ended the process is tried; then it is set aside unread.
const MostTries = 4

// Kept is what a platform gave, as it came, before anything was read in it.
type Kept struct {
	Note  string // what its adapter must know to read it later
	Raw   []byte
	Tried int // how often it was kept without being released, this time included
}

// Keeper is an Inbox that keeps what has not been read yet, so that neither a mistake in reading nor its end loses or
// repeats it for ever. Names are the account's, or begin with it.
type Keeper interface {
	Marker
	// Keep makes all durable under name and counts in each how often it has been tried. The same bytes are one.
	Keep(ctx context.Context, name string, all []Kept) error
	// Kept is what was kept under name and not released: who read it did not come to an end.
	Kept(ctx context.Context, name string) ([]Kept, error)
	// Release lets go of what became messages. Of what was tried too often the count stays.
	Release(ctx context.Context, name string, all []Kept) error
}
