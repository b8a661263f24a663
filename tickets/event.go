package tickets

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// VerifyChain checks that a ticket's events are all there, unchanged and in their order: each carries
// the hash over itself and the one before, and the ticket carries the last.
func VerifyChain(t Ticket, events []Event) error {
	before := make([]byte, sha256.Size)
	for i := range events {
		e := &events[i]
		if before = e.link(before); !bytes.Equal(before, e.Hash) {
			return fmt.Errorf("verifying events: event %d of %s does not fit the one before it", i+1, t.Reference)
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
