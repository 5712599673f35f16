package gateway

import "time"

// Sealed is an event with what ties it to the others.
type Sealed struct {
	Event
	Chain      string
	Previous   string // digest of the event before it in its chain
	Digest     string
	Checkpoint int64 // that seals it; 0: not yet
	Intact     bool  // it is what its digest says
}

// Checkpoint seals events.
type Checkpoint struct {
	ID       int64
	At       time.Time
	Events   int
	Root     string // Merkle root over their digests
	Previous string // digest of the checkpoint before
	Digest   string
	Wrong    string // what is wrong with it; empty: nothing
}
