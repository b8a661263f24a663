package tickets

import (
	"sync/atomic"
	"time"
)

// ids draws 64-bit row ids that grow with time: 41 bits of milliseconds since 2026, 10 of the node,
// 12 of a count. The node number is a count of starts kept in the database: two processes would
// have to be 1,024 starts apart to share one, and then the primary key still refuses a double.
type ids struct {
	now  func() time.Time
	node int64
	last atomic.Int64 // milliseconds and count
}

const idEpoch = 1767225600000 // 2026-01-01T00:00:00Z

func (g *ids) next() int64 {
	for {
		last := g.last.Load()
		next := max((g.now().UnixMilli()-idEpoch)<<12, last+1)
		if g.last.CompareAndSwap(last, next) {
			return (next>>12)<<22 | g.node<<12 | next&0xfff
		}
	}
}

// idFloor is the least id that could have been drawn at t.
func idFloor(t time.Time) int64 { return min(max(0, t.UnixMilli()-idEpoch), 1<<41-1) << 22 }

// idTime is when an id was drawn, to the millisecond.
func idTime(id int64) time.Time { return time.UnixMilli(id>>22 + idEpoch).UTC() }
