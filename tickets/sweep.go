package tickets

import (
	"context"
	"fmt"
	"time"
)

// keepKeys is how long a repetition of a request is known as one.
const keepKeys = 48 * time.Hour

const sweepKeys = `DELETE FROM idempotency WHERE (scope, key) IN (SELECT scope, key FROM idempotency WHERE created_at < ? ORDER BY created_at LIMIT 1000)`

// Sweep takes away what has served its time, at most a thousand rows at once: the keys of requests that
// nobody repeats any more. It returns how many went.
func (s *Store) Sweep(ctx context.Context) (n int, err error) {
	err = s.inTx(ctx, machine, func(x *tx) error {
		k, err := x.exec(sweepKeys, micros(s.now().Add(-keepKeys)))
		n = int(k)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweeping: %w", err)
	}
	return n, nil
}
