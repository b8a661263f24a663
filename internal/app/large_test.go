package app

import (
	"context"
	"testing"
)

func TestOneLargeMessageAtATime(t *testing.T) {
	turns := newTurns()
	done, err := turns.take(t.Context(), largeFrom)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := turns.take(t.Context(), largeFrom-1); err != nil {
		t.Error("a small message waits for a large one")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := turns.take(ended, largeFrom); err == nil {
		t.Error("two large messages at a time")
	}
	done()
	if done, err = turns.take(t.Context(), largeFrom); err != nil {
		t.Error("the turn was not given back")
	}
	done()
}
