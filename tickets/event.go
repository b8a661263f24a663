package tickets

import (
	"bytes"
	"crypto/sha256"
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
