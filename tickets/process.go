package tickets

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// Decide says what becomes of a sender's waiting rows. It must be pure: it may be called again for
// the same rows, and its Change may be thrown away.
type Decide func(Situation) (Change, error)

// Round is what one call of Process did.
type Round struct {
	Senders int // whose rows were looked at
	Rows    int // that were taken
}

// Workers is how many calls of Process may run beside each other in the process that holds the lease:
// while one writes, the other decides.
const Workers = 2

const dueSenders = `SELECT sender FROM inbox_work WHERE state = 0 AND hold_until <= ? ORDER BY hold_until, id LIMIT ?`

// nextSenders walks from sender to sender, however many rows each of them has.
const nextSenders = `WITH RECURSIVE s(sender) AS (
	SELECT (SELECT min(sender) FROM inbox_work WHERE state = 0 AND sender > ?)
	UNION ALL SELECT (SELECT min(w.sender) FROM inbox_work w WHERE w.state = 0 AND w.sender > s.sender) FROM s WHERE s.sender IS NOT NULL
	) SELECT sender FROM s WHERE sender IS NOT NULL AND EXISTS (SELECT 1 FROM inbox_work w WHERE w.state = 0 AND w.sender = s.sender AND w.hold_until <= ?) LIMIT ?`

// Share is a worker's part of the inbox, 0 <= Worker < Of, and how many senders it takes at most in
// one round. Of 0 is the whole inbox.
type Share struct {
	Worker, Of int
	Max        int
}

// Process takes inbox rows that are due, of at most share.Max senders and never two of one citizen, loads
// their situations in set-wise reads, lets decide say what they mean, and writes all changes in one
// transaction. Only the holder of lease may call it, one call at a time for each worker: the transaction
// renews the lease and fails with ErrLost where another holds it. A batch that fails is run one by one,
// and a row that fails alone goes to quarantine with its reason; what the database is to blame for is an
// error, and its rows wait. mentions reads from a row which earlier messages it speaks of.
func (s *Store) Process(ctx context.Context, lease Lease, share Share, mentions Mentions, decide Decide) (Round, error) {
	planning := &s.planning[share.Worker%Workers]
	planning.Store(s.ids.next())
	defer planning.Store(0)
	senders, err := s.dueOf(ctx, share)
	if err != nil {
		return Round{}, fmt.Errorf("reading the inbox: %w", err)
	}
	round := Round{Senders: len(senders)}
	if len(senders) == 0 {
		return round, nil
	}
	b := &batch{store: s, lease: lease, mentions: mentions, decide: decide}
	n, err := b.run(ctx, senders, allRows)
	if err == nil || errors.Is(err, ErrLost) || ctx.Err() != nil {
		round.Rows = n
		return round, err
	}
	for _, sender := range senders {
		n, err := b.alone(ctx, sender)
		if err != nil {
			return round, err
		}
		round.Rows += n
	}
	return round, nil
}

// dueOf finds whose turn it is: the oldest rows first. Where few senders' many rows fill the look, it
// goes on from where the last such look ended, so that no flood holds up those behind it.
func (s *Store) dueOf(ctx context.Context, share Share) ([]string, error) {
	look := share.Max * max(share.Of, 1)
	if s.dialect == sqlite {
		// Every write waits for the one under way: a platform's acknowledgement not for long.
		share.Max = min(share.Max, 48)
	}
	now := micros(s.now())
	var due []string
	if err := s.read.SelectContext(ctx, &due, s.dialect.bind(dueSenders), now, look); err != nil {
		return nil, err
	}
	senders := share.of(due, nil)
	if len(due) < look || len(senders) == share.Max {
		return senders, nil
	}
	turn := &s.turns[share.Worker%Workers]
	var next []string
	if err := s.read.SelectContext(ctx, &next, s.dialect.bind(nextSenders), *turn, now, look); err != nil {
		return nil, err
	}
	*turn = ""
	if len(next) == look {
		*turn = next[look-1]
	}
	return share.of(next, senders), nil
}

// of adds the worker's own senders, each once, in their order.
func (w Share) of(due, own []string) []string {
	seen := make(map[string]bool, len(due))
	for _, sender := range own {
		seen[sender] = true
	}
	for _, sender := range due {
		h := fnv.New32a()
		io.WriteString(h, sender)
		mine := w.Of <= 1 || h.Sum32()%uint32(w.Of) == uint32(w.Worker)
		if mine && !seen[sender] && len(own) < w.Max {
			seen[sender] = true
			own = append(own, sender)
		}
	}
	return own
}

const allRows = 1 << 10

// batch is one call of Process.
type batch struct {
	store    *Store
	lease    Lease
	mentions Mentions
	decide   Decide
}

// run decides about the senders and writes it, all or nothing; it returns how many rows were taken.
func (b *batch) run(ctx context.Context, senders []string, limit int) (int, error) {
	s := b.store
	sits, err := s.situations(ctx, senders, limit, b.mentions)
	if err != nil {
		return 0, fmt.Errorf("reading situations: %w", err)
	}
	p := &plan{store: s, now: s.now()}
	said := false
	busy := map[int64]bool{}
	for i := range sits {
		sit := &sits[i]
		if len(sit.Rows) == 0 || busy[sit.Citizen.ID] {
			continue // the second address of a citizen waits for the next round
		}
		busy[sit.Citizen.ID] = true
		change, _, err := p.decide(sit, b.decide)
		if err != nil {
			return 0, &rowError{sit.Rows[0].ID, err}
		}
		said = said || len(change.Say) > 0
	}
	err = s.inTx(ctx, machine, func(x *tx) error {
		if err := p.write(x); err != nil {
			return err
		}
		return x.renew(b.lease, p.now) // last, since its row is what workers wait for each other on
	})
	if err != nil {
		err = fmt.Errorf("writing changes: %w", err)
		if len(sits) == 1 && len(sits[0].Rows) > 0 {
			err = &rowError{sits[0].Rows[0].ID, err}
		}
		return 0, err
	}
	if said {
		hint(s.dirty)
	}
	return p.rows, nil
}
