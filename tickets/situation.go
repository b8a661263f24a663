package tickets

import (
	"context"
	"strings"
)

// elsewhere asks each account by itself whether it had the same: they are few, and the inbox is ordered by them. CROSS
// JOIN holds SQLite to that order; an ORDER BY here would lead either database through the whole inbox instead.
const elsewhere = `coalesce((SELECT x.outcome FROM account a CROSS JOIN inbox o CROSS JOIN inbox_work x
	WHERE o.account = a.name AND o.event_id = i.event_id AND x.id = o.id
	AND i.event_id >= 'mail:' AND i.event_id < 'mail;' AND a.name <> i.account
	AND x.outcome IN ('` + BecameTicket + `', '` + BecameFollowUp + `', '` + BecameCommand + `') LIMIT 1), '') AS elsewhere`

const onTicket = `coalesce((SELECT t.reference FROM ticket t WHERE t.id = m.ticket_id), '') AS reference`

var (
	waitingRows = newLookup("text", `SELECT i.id, i.account, i.event_id, i.kind, i.received_at, i.payload, w.outcome = '`+sayPerson+`', `+elsewhere+` FROM inbox_work w JOIN inbox i ON i.id = w.id
		WHERE w.state = 0 AND w.sender = {1} ORDER BY w.id LIMIT 64`)
	contactByValue = newLookup("text text", `SELECT a.id, a.citizen_id, a.kind, a.value, a.state, a.reason, a.last_in_at, a.account, a.thread,
		c.name, c.language, c.quiet, c.created_at FROM address a JOIN citizen c ON c.id = a.citizen_id WHERE a.kind = {1} AND a.value = {2}`)
	casesOfCitizen = newLookup("bigint", `SELECT `+ticketTable.names("")+` FROM ticket WHERE citizen_id = {1} ORDER BY id DESC LIMIT 20`)
	takenReference = newLookup("text", `SELECT reference FROM ticket WHERE reference = {1}`)
	mentionedIn    = newLookup("text text", `SELECT m.id, m.ticket_id, m.citizen_id, m.direction, '' AS purpose, `+onTicket+` FROM message m
		WHERE m.account = {1} AND m.external_id = {2} AND m.external_id <> '' ORDER BY m.id LIMIT 1`)
	mentionedOut = newLookup("text text", `SELECT m.id, m.ticket_id, m.citizen_id, m.direction, o.purpose, `+onTicket+` FROM outbox_part p
		JOIN outbox o ON o.id = p.outbox_id JOIN message m ON m.id = p.outbox_id
		WHERE p.account = {1} AND p.external_id = {2} AND p.external_id <> '' ORDER BY p.id LIMIT 1`)
	mentionedCase = newLookup("text", `SELECT 0 AS message_id, id, citizen_id, '' AS direction, '' AS purpose, reference FROM ticket WHERE reference = {1}`)
)

func lookups() []*lookup {
	return []*lookup{waitingRows, contactByValue, casesOfCitizen, takenReference, mentionedIn, mentionedOut, mentionedCase, ticketByID, newInQueue, noticesOf, owedInQueue, anyInQueue}
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
		i, err := get(&r.ID, &r.Account, &r.EventID, &r.Kind, stamp{&r.ReceivedAt}, &r.Payload, &r.Person, &r.Elsewhere)
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
	var messages, cases mentioned
	for i := range sits {
		for _, r := range sits[i].Rows {
			for _, m := range mentions(r) {
				if m.Account == "" {
					cases.add(&sits[i], m, m.ExternalID)
				} else {
					messages.add(&sits[i], m, m.Account, name(m.ExternalID))
				}
			}
		}
	}
	if err := mentionedIn.each(ctx, s, messages.keys, messages.scan); err != nil {
		return err
	}
	if err := mentionedOut.each(ctx, s, messages.keys, messages.scan); err != nil {
		return err
	}
	if err := mentionedCase.each(ctx, s, cases.keys, cases.scan); err != nil {
		return err
	}
	return s.loadOldCases(ctx, sits)
}

// mentioned are mentions to look up, each with the situation that it is for.
type mentioned struct {
	keys  [][]any
	names []Mention
	of    []*Situation
}

func (l *mentioned) add(sit *Situation, m Mention, key ...any) {
	l.keys, l.names, l.of = append(l.keys, key), append(l.names, m), append(l.of, sit)
}

func (l *mentioned) scan(get row) error {
	var ref MessageRef
	k, err := get(&ref.MessageID, &ref.TicketID, &ref.CitizenID, &ref.Direction, &ref.Purpose, &ref.Reference)
	if err != nil {
		return err
	}
	sit := l.of[k]
	if sit.Known == nil {
		sit.Known = map[Mention]MessageRef{}
	}
	sit.Known[l.names[k]] = ref
	return nil
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
