package gateway

import "time"

// Task is who works on one thing of a worklist, by when, and what they noted.
type Task struct {
	Scope  Scope
	Kind   TaskKind
	Object int64 // the id of what is worked on
	Owner  string
	Due    string // CCYYMMDD; empty: no day
	Note   string
	By     string
	At     time.Time
}

// TaskKind says what a task's object is.
type TaskKind string

// The kinds.
const (
	TaskClaim      TaskKind = "claim"
	TaskPayment    TaskKind = "payment"
	TaskRemittance TaskKind = "remittance"
)
