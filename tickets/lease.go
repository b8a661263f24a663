package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrLost says that another process holds the lease now.
var ErrLost = errors.New("lease lost")

// Lease lets one process at a time do a thing: poll an account, process the inbox, run timers.
type Lease struct {
	Name   string
	Holder string // unique to the process
	Fence  int64  // grows with each change of holder
	TTL    time.Duration
}

const (
	takeLease = `INSERT INTO lease (name, holder, fence, until) VALUES (?, ?, 1, ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until,
			fence = CASE WHEN lease.holder = excluded.holder THEN lease.fence ELSE lease.fence + 1 END
		WHERE lease.holder = excluded.holder OR lease.until < ? OR lease.until > ?
		RETURNING fence`
	renewLease = `UPDATE lease SET until = ? WHERE name = ? AND holder = ? AND fence = ?`
	dropLease  = `UPDATE lease SET until = 0 WHERE name = ? AND holder = ? AND fence = ?`
)

// Take takes or renews a lease for ttl; ok is false while another process holds it. A lease that is to
// last ten times as long was written by a clock that was wrong, and is nobody's.
func (s *Store) Take(ctx context.Context, name, holder string, ttl time.Duration) (l Lease, ok bool, err error) {
	l = Lease{Name: name, Holder: holder, TTL: ttl}
	now := s.now()
	err = s.inTx(ctx, machine, func(x *tx) error {
		var fence []int64
		if err := x.all(&fence, takeLease, name, holder, micros(now.Add(ttl)), micros(now), micros(now.Add(10*ttl))); err != nil {
			return err
		}
		if ok = len(fence) == 1; ok {
			l.Fence = fence[0]
		}
		return nil
	})
	if err != nil {
		return Lease{}, false, fmt.Errorf("taking lease %s: %w", name, err)
	}
	return l, ok, nil
}

// Drop gives a lease back before its time.
func (s *Store) Drop(ctx context.Context, l Lease) error {
	return s.inTx(ctx, machine, func(x *tx) error {
		_, err := x.exec(dropLease, l.Name, l.Holder, l.Fence)
		return err
	})
}

// renew proves within a transaction that the lease is still held; its row lock keeps it so.
func (x *tx) renew(l Lease, now time.Time) error {
	n, err := x.exec(renewLease, micros(now.Add(l.TTL)), l.Name, l.Holder, l.Fence)
	if err != nil {
		return fmt.Errorf("renewing lease %s: %w", l.Name, err)
	}
	if n != 1 {
		return fmt.Errorf("lease %s: %w", l.Name, ErrLost)
	}
	return nil
}
