package tickets

import (
	"context"
	"fmt"
	"time"
)

// Queue is what waits.
type Queue struct {
	Waiting int       // at most 1,000
	Oldest  time.Time // since when the oldest of those counted waits, zero where nothing does
}

const (
	outboxQueue = `SELECT count(*), COALESCE(min(id), 0) FROM (SELECT id FROM outbox WHERE account = ? AND done_at = 0 ORDER BY next_at, id LIMIT 1000) q`
	inboxQueue  = `SELECT count(*), COALESCE(min(id), 0) FROM (SELECT id FROM inbox_work WHERE state = 0 AND hold_until <= ? ORDER BY hold_until, id LIMIT 1000) q`
)

// OutboxQueue is what waits to be sent on an account.
func (s *Store) OutboxQueue(ctx context.Context, account string) (Queue, error) {
	return s.queue(ctx, outboxQueue, account)
}

// InboxQueue is what was accepted, and should have been looked at by now.
func (s *Store) InboxQueue(ctx context.Context) (Queue, error) {
	return s.queue(ctx, inboxQueue, micros(s.now()))
}

func (s *Store) queue(ctx context.Context, query string, arg any) (Queue, error) {
	var q Queue
	var oldest int64
	if err := s.read.QueryRowContext(ctx, s.dialect.bind(query), arg).Scan(&q.Waiting, &oldest); err != nil {
		return q, fmt.Errorf("looking at a queue: %w", err)
	}
	if oldest > 0 {
		q.Oldest = idTime(oldest)
	}
	return q, nil
}
