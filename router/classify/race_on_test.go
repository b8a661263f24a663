//go:build race

package classify

// raced is whether the race detector watches: it makes arithmetic ten times slower.
const raced = true
