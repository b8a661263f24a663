package tickets

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// IdentityOpened is the type of the event by which a citizen's identity opens to its actor.
const IdentityOpened = "identity_opened"

// VerifyChain checks that a ticket's events are all there, unchanged and in their order: each carries
// the hash over itself and the one before, and the ticket carries the last. The links tell the order,
// since the ids of two processes follow two clocks.
func VerifyChain(t Ticket, events []Event) error {
	before := make([]byte, sha256.Size)
	for rest := slices.Clone(events); len(rest) > 0; {
		i := slices.IndexFunc(rest, func(e Event) bool { return bytes.Equal(e.link(before), e.Hash) })
		if i < 0 {
			return fmt.Errorf("verifying events: event %d of %s does not fit the one before it", len(events)-len(rest)+1, t.Reference)
		}
		before = rest[i].Hash
		if i == 0 {
			rest = rest[1:]
		} else {
			rest = slices.Delete(rest, i, i+1)
		}
	}
	if !bytes.Equal(before, t.chain) {
		return fmt.Errorf("verifying events: the last event of %s is missing", t.Reference)
	}
	return nil
}

// link is the hash of the event behind the hash of the one before.
func (e *Event) link(before []byte) []byte {
	h := sha256.New()
	h.Write(before)
	var b [24]byte
	binary.BigEndian.PutUint64(b[:], uint64(e.ID))
	binary.BigEndian.PutUint64(b[8:], uint64(e.TicketID))
	binary.BigEndian.PutUint64(b[16:], uint64(e.At.UnixMicro()))
	h.Write(b[:])
	fmt.Fprintf(h, "%d:%s%d:%s%d:", len(e.Actor), e.Actor, len(e.Type), e.Type, len(e.Data))
	h.Write(e.Data)
	return h.Sum(nil)
}
