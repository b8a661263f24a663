package main

import "testing"

func TestMemoryLimitFollowsWhatIsInUse(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		looks []uint64
		want  int64
	}{
		{[]uint64{0}, leastMemory},                                   // before the first collection
		{[]uint64{40 * mb, 130 * mb, 41 * mb}, leastMemory},          // a large mail came and went
		{[]uint64{300 * mb, 310 * mb, 320 * mb}, 600 * mb},           // a city that has more in use
		{[]uint64{300 * mb, 900 * mb, 320 * mb, 310 * mb}, 600 * mb}, // and a large mail in it
	} {
		if got := memoryLimit(c.looks); got != c.want {
			t.Errorf("%v: %d MB, want %d", c.looks, got/mb, c.want/mb)
		}
	}
}
