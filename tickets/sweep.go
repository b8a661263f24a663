package tickets

import (
	"context"
	"fmt"
	"time"
)

// keepKeys is how long a repetition of a request is known as one.
const keepKeys = 48 * time.Hour

const sweepNotices = `DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE id < ? ORDER BY id LIMIT 1000)`

const sweepKeys = `DELETE FROM idempotency WHERE (scope, key) IN (SELECT scope, key FROM idempotency WHERE created_at < ? ORDER BY created_at LIMIT 1000)`

// Sweep takes away what has served its time, at most a thousand rows at once: the keys of requests that
// nobody repeats any more, and what agencies without an address were to hear long ago. It returns how many went.
func (s *Store) Sweep(ctx context.Context) (n int, err error) {
	err = s.inTx(ctx, machine, func(x *tx) error {
		k, err := x.exec(sweepKeys, micros(s.now().Add(-keepKeys)))
		n = int(k)
		if err != nil {
			return err
		}
		k, err = x.exec(sweepNotices, idFloor(s.now().Add(-keepNotices)))
		n += int(k)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweeping: %w", err)
	}
	return n, nil
}
