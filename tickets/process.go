package tickets

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"strings"
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

// Share is a worker's part of the inbox, 0 <= Worker < Of, and how many senders it takes at most in
// one round. Of 0 is the whole inbox.
type Share struct {
	Worker, Of int
	Max        int
}

// Process takes inbox rows that are due, of at most share.Max senders and never two of one citizen, loads
// their situations in set-wise reads, lets decide say what they mean, and writes all changes in one
// transaction. Only the holder of lease may call it, one call at a time for each worker: the transaction
// renews the lease and fails with ErrLost where another holds it. A batch that fails is run one by one, and what fails alone goes
// to quarantine with its reason. mentions reads from a row which earlier messages it speaks of.
func (s *Store) Process(ctx context.Context, lease Lease, share Share, mentions Mentions, decide Decide) (Round, error) {
	var due []string
	if err := s.read.SelectContext(ctx, &due, s.dialect.bind(dueSenders), micros(s.now()), share.Max*max(share.Of, 1)); err != nil {
		return Round{}, fmt.Errorf("reading the inbox: %w", err)
	}
	if s.dialect == sqlite {
		// Every write waits for the one under way: a platform's acknowledgement not for long.
		share.Max = min(share.Max, 48)
	}
	senders := share.of(due)
	round := Round{Senders: len(senders)}
	if len(senders) == 0 {
		return round, nil
	}
	n, err := s.processSenders(ctx, lease, senders, allRows, mentions, decide)
	if err == nil || errors.Is(err, ErrLost) || ctx.Err() != nil {
		round.Rows = n
		return round, err
	}
	for _, sender := range senders {
		n, err := s.processAlone(ctx, lease, sender, mentions, decide)
		if err != nil {
			return round, err
		}
		round.Rows += n
	}
	return round, nil
}

const allRows = 1 << 10

// processAlone tries one sender again, then his oldest row without those behind it, and sets that
// row aside when it fails too. An unreachable database is not the row's fault.
func (s *Store) processAlone(ctx context.Context, lease Lease, sender string, mentions Mentions, decide Decide) (int, error) {
	limit := allRows
	for stale := 0; ; {
		n, err := s.processSenders(ctx, lease, []string{sender}, limit, mentions, decide)
		switch {
		case err == nil:
			return n, nil
		case errors.Is(err, ErrLost) || ctx.Err() != nil:
			return 0, err
		case errors.Is(err, ErrStale) && stale < 5:
			stale++ // a person was faster; the next look sees what he did
			continue
		}
		if ping := s.Ping(ctx); ping != nil {
			return 0, fmt.Errorf("processing: %w", err)
		}
		if limit == 1 {
			return 1, s.quarantineFirst(ctx, sender, err)
		}
		limit = 1
	}
}

// quarantineFirst sets the sender's oldest waiting row aside. The reason is of our making: it names
// what failed, never what was written.
func (s *Store) quarantineFirst(ctx context.Context, sender string, cause error) error {
	return s.inTx(ctx, machine, func(x *tx) error {
		_, err := x.exec(`UPDATE inbox_work SET state = 2, outcome = 'quarantine', reason = ?
			WHERE id = (SELECT id FROM inbox_work WHERE state = 0 AND sender = ? ORDER BY id LIMIT 1)`, clean(cause.Error()), sender)
		return err
	})
}

// of keeps the worker's own senders, each once, in their order.
func (w Share) of(due []string) []string {
	seen := make(map[string]bool, len(due))
	var own []string
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

func (s *Store) processSenders(ctx context.Context, lease Lease, senders []string, limit int, mentions Mentions, decide Decide) (int, error) {
	sits, err := s.situations(ctx, senders, limit, mentions)
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
		change, err := safely(decide, *sit)
		if err != nil {
			return 0, fmt.Errorf("deciding: %w", err)
		}
		if _, err := p.add(sit, &change); err != nil {
			return 0, err
		}
		said = said || len(change.Say) > 0
	}
	err = s.inTx(ctx, machine, func(x *tx) error {
		if err := p.write(x); err != nil {
			return err
		}
		return x.renew(lease, p.now) // last, since its row is what workers wait for each other on
	})
	if err != nil {
		return 0, fmt.Errorf("writing changes: %w", err)
	}
	if said {
		hint(s.dirty)
	}
	return p.rows, nil
}

// safely keeps a decision that panics on one message from stopping everyone else's.
func safely(decide Decide, sit Situation) (c Change, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("the decision panicked")
		}
	}()
	return decide(sit)
}

var (
	waitingRows = newLookup("text", `SELECT i.id, i.account, i.event_id, i.kind, i.received_at, i.payload FROM inbox_work w JOIN inbox i ON i.id = w.id
		WHERE w.state = 0 AND w.sender = {1} ORDER BY w.id LIMIT 64`)
	contactByValue = newLookup("text text", `SELECT a.id, a.citizen_id, a.kind, a.value, a.state, a.reason, a.last_in_at, a.account, a.thread,
		c.name, c.language, c.quiet, c.created_at FROM address a JOIN citizen c ON c.id = a.citizen_id WHERE a.kind = {1} AND a.value = {2}`)
	casesOfCitizen = newLookup("bigint", `SELECT `+ticketTable.names("")+` FROM ticket WHERE citizen_id = {1} ORDER BY id DESC LIMIT 20`)
	takenReference = newLookup("text", `SELECT reference FROM ticket WHERE reference = {1}`)
	mentionedIn    = newLookup("text text", `SELECT m.id, m.ticket_id, m.citizen_id, m.direction, '' AS purpose FROM message m
		WHERE m.account = {1} AND m.external_id = {2} AND m.external_id <> '' ORDER BY m.id LIMIT 1`)
	mentionedOut = newLookup("text text", `SELECT m.id, m.ticket_id, m.citizen_id, m.direction, o.purpose FROM outbox_part p
		JOIN outbox o ON o.id = p.outbox_id JOIN message m ON m.id = p.outbox_id
		WHERE p.account = {1} AND p.external_id = {2} AND p.external_id <> '' ORDER BY p.id LIMIT 1`)
)

func lookups() []*lookup {
	return []*lookup{waitingRows, contactByValue, casesOfCitizen, takenReference, mentionedIn, mentionedOut, ticketByID}
}

// situations loads everything about the senders in a fixed number of reads.
func (s *Store) situations(ctx context.Context, senders []string, limit int, mentions Mentions) ([]Situation, error) {
	sits := make([]Situation, len(senders))
	rowKeys, contactKeys := make([][]any, len(senders)), make([][]any, len(senders))
	for i, sender := range senders {
		kind, value, _ := strings.Cut(sender, ":")
		sits[i].Now = s.now()
		sits[i].Contact.Address = Address{Kind: kind, Value: value}
		rowKeys[i], contactKeys[i] = []any{sender}, []any{kind, value}
	}
	err := waitingRows.each(ctx, s, rowKeys, func(get row) error {
		var r Row
		i, err := get(&r.ID, &r.Account, &r.EventID, &r.Kind, stamp{&r.ReceivedAt}, &r.Payload)
		if err == nil && len(sits[i].Rows) < limit {
			sits[i].Rows = append(sits[i].Rows, r)
		}
		return err
	})
	if err == nil {
		err = s.loadPeople(ctx, sits, contactKeys)
	}
	if err == nil {
		err = s.loadKnown(ctx, sits, mentions)
	}
	if err == nil {
		err = s.drawReferences(ctx, sits)
	}
	return sits, err
}

// loadPeople fills contact, citizen and cases; who is not found gets ids of his own.
func (s *Store) loadPeople(ctx context.Context, sits []Situation, keys [][]any) error {
	err := contactByValue.each(ctx, s, keys, func(get row) error {
		var a Contact
		var c Citizen
		i, err := get(&a.ID, &a.CitizenID, &a.Kind, &a.Value, &a.State, &a.Reason, stamp{&a.LastInAt}, &a.Account, &a.Thread,
			&c.Name, &c.Language, &c.Quiet, stamp{&c.CreatedAt})
		if err == nil {
			c.ID = a.CitizenID
			sits[i].Contact, sits[i].Citizen = a, c
		}
		return err
	})
	if err != nil {
		return err
	}
	var caseKeys [][]any
	var of []int
	for i := range sits {
		sit := &sits[i]
		if sit.Citizen.ID != 0 {
			caseKeys, of = append(caseKeys, []any{sit.Citizen.ID}), append(of, i)
			continue
		}
		sit.New = true
		sit.Citizen.ID, sit.Contact.ID = s.ids.next(), s.ids.next()
		sit.Contact.CitizenID = sit.Citizen.ID
	}
	return casesOfCitizen.each(ctx, s, caseKeys, func(get row) error {
		var c Case
		i, err := get(c.targets()...)
		if err == nil {
			sits[of[i]].Cases = append(sits[of[i]].Cases, c)
		}
		return err
	})
}

// loadKnown finds the messages that rows answer or edit, and brings in the tickets they are on,
// however old, where they are the citizen's.
func (s *Store) loadKnown(ctx context.Context, sits []Situation, mentions Mentions) error {
	if mentions == nil {
		return nil
	}
	var keys [][]any
	var of []int
	for i := range sits {
		for _, r := range sits[i].Rows {
			for _, m := range mentions(r) {
				keys, of = append(keys, []any{m.Account, clean(m.ExternalID)}), append(of, i)
			}
		}
	}
	scan := func(get row) error {
		var ref MessageRef
		k, err := get(&ref.MessageID, &ref.TicketID, &ref.CitizenID, &ref.Direction, &ref.Purpose)
		if err != nil {
			return err
		}
		sit := &sits[of[k]]
		if sit.Known == nil {
			sit.Known = map[Mention]MessageRef{}
		}
		sit.Known[Mention{keys[k][0].(string), keys[k][1].(string)}] = ref
		return nil
	}
	if err := mentionedIn.each(ctx, s, keys, scan); err != nil {
		return err
	}
	if err := mentionedOut.each(ctx, s, keys, scan); err != nil {
		return err
	}
	return s.loadOldCases(ctx, sits)
}

var ticketByID = newLookup("bigint", `SELECT `+ticketTable.names("")+` FROM ticket WHERE id = {1}`)

func (s *Store) loadOldCases(ctx context.Context, sits []Situation) error {
	var keys [][]any
	var of []int
	for i := range sits {
		sit := &sits[i]
		for _, ref := range sit.Known {
			if _, ok := sit.ticket(ref.TicketID); !ok && ref.TicketID != 0 && ref.CitizenID == sit.Citizen.ID {
				keys, of = append(keys, []any{ref.TicketID}), append(of, i)
			}
		}
	}
	return ticketByID.each(ctx, s, keys, func(get row) error {
		var c Case
		i, err := get(c.targets()...)
		if err != nil {
			return err
		}
		sit := &sits[of[i]]
		if _, ok := sit.ticket(c.ID); !ok {
			sit.Cases = append(sit.Cases, c)
		}
		return nil
	})
}

// drawReferences gives each situation a number that no ticket has, and none of its neighbours.
func (s *Store) drawReferences(ctx context.Context, sits []Situation) error {
	drawn := make(map[Reference]bool, len(sits))
	todo := make([]int, len(sits))
	for i := range sits {
		todo[i] = i
	}
	for len(todo) > 0 {
		keys := make([][]any, len(todo))
		for k, i := range todo {
			ref := newReference()
			for drawn[ref] {
				ref = newReference()
			}
			drawn[ref] = true
			sits[i].Reference, keys[k] = ref, []any{string(ref)}
		}
		var again []int
		err := takenReference.each(ctx, s, keys, func(get row) error {
			var ref string
			k, err := get(&ref)
			again = append(again, todo[max(k, 0)])
			return err
		})
		if err != nil {
			return err
		}
		todo = again
	}
	return nil
}
