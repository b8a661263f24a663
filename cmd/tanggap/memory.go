package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"time"
)

const (
	// leastMemory is what the Go heap of a small city may grow to without a thought.
	leastMemory = 96 << 20
	// memoryEvery and memoryLooks say what counts as in use: what was at each look of a minute.
	memoryEvery = 10 * time.Second
	memoryLooks = 6
)

// frugal keeps what is used for a moment, as a mail of 40 MB is, from becoming the size of the process: garbage is
// collected sooner from leastMemory on, or from twice what is in use where a city has more. A GOMEMLIMIT in the
// environment is the operator's own limit, and left alone.
func frugal(ctx context.Context) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetMemoryLimit(leastMemory)
	looks := make([]uint64, 0, memoryLooks)
	for tick := time.Tick(memoryEvery); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		looks = append(looks[max(0, len(looks)-memoryLooks+1):], inUse())
		debug.SetMemoryLimit(memoryLimit(looks))
	}
}

// memoryLimit is for a city of which so much was in use at the last looks, in bytes.
func memoryLimit(looks []uint64) int64 { return max(leastMemory, 2*int64(slices.Min(looks))) }

// inUse is what the last collection left.
func inUse() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
