package classify

import "slices"

// The limits of a model: so many weights, or where there are hundreds of labels, so many features.
const (
	mostWeights  = 1 << 21
	someFeatures = 1 << 14
)

// mostFeatures is how many features a model of so many labels tells apart.
func mostFeatures(labels int) int { return max(mostWeights/max(labels, 1), someFeatures) }

// index finds the row of a feature by its hash: open addressing, at most half full. An empty slot has
// row 0; rows are kept one up.
type index []slot

type slot struct{ key, row uint32 }

// newIndex is an index of these keys, whose rows are their places in the list.
func newIndex(keys []uint32) index {
	size := 1 << 8
	for size < 2*len(keys) {
		size *= 2
	}
	x := make(index, size)
	for row, key := range keys {
		x.put(key, row)
	}
	return x
}

func (x index) put(key uint32, row int) {
	mask := uint32(len(x) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		if x[i].row == 0 {
			x[i] = slot{key, uint32(row) + 1}
			return
		}
	}
}

// find is the row of a key, -1 where there is none.
func (x index) find(key uint32) int32 {
	if len(x) == 0 {
		return -1
	}
	mask := uint32(len(x) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		if s := x[i&uint32(len(x)-1)]; s.row == 0 {
			return -1
		} else if s.key == key {
			return int32(s.row - 1)
		}
	}
}

// unique leaves each key once, in order.
func unique(keys []uint32) []uint32 {
	slices.Sort(keys)
	return slices.Compact(keys)
}
