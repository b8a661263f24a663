package app

import "context"

// largeFrom is from how many bytes on a message is large: at every step it takes its size in memory more than once.
const largeFrom = 4 << 20

// turns lets what is large have its turn, one at a time: while one is written into the store, or a file of another is
// taken out of it, the next waits.
type turns chan struct{}

func newTurns() turns { return make(turns, 1) }

// take waits for the turn of something of so many bytes, and returns what ends it. What is small waits for nobody.
func (t turns) take(ctx context.Context, size int64) (done func(), err error) {
	if size < largeFrom {
		return func() {}, nil
	}
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
