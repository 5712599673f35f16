//go:build race

package claim

// raced says that the race detector watches: sync.Pool then loses things on
// purpose, and a record may cost an allocation.
const raced = true
