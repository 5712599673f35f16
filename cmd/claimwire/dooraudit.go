package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/partners"
	"claimwire/partners/sftpd"
)

// doorAudit writes what happens at the door into the audit trail: every log-in
// and every transfer, in the order in which they happened. Events that an
// attacker can make by the thousand (refusals, denials, turning away) are
// folded: the first is written at once, the others of the same kind are counted
// and written as one. What is not written yet when the door stops is written
// then.
type doorAudit struct {
	g      *spine
	events chan sftpd.Event
	done   chan struct{}
	once   sync.Once

	users sync.Mutex
	of    map[string]*partners.Profile // by user

	mu     sync.Mutex
	folded map[string]*fold
}

// fold is a kind of event that has been written and is counted since.
type fold struct {
	e     sftpd.Event
	n     int
	since time.Time
}

// Bounds of what waits to be written, and of what is counted.
const (
	auditWaiting = 4096
	auditTogeth  = 256
	auditFolds   = 4096
	foldFor      = 10 * time.Second
)

func newDoorAudit(g *spine, list []*partners.Profile) *doorAudit {
	a := &doorAudit{g: g, of: map[string]*partners.Profile{}, events: make(chan sftpd.Event, auditWaiting), done: make(chan struct{}), folded: map[string]*fold{}}
	a.know(list)
	go a.run()
	return a
}

// know learns whose users are. Who is removed stays known: it has yet to leave.
func (a *doorAudit) know(list []*partners.Profile) {
	a.users.Lock()
	defer a.users.Unlock()
	for _, p := range list {
		if p.Login.User != "" {
			a.of[p.Login.User] = p
		}
	}
}

// whose is the partner of a user; nil: it is nobody's.
func (a *doorAudit) whose(user string) *partners.Profile {
	a.users.Lock()
	defer a.users.Unlock()
	return a.of[user]
}

// note takes an event. A transfer waits until there is room: it is told, or it
// does not go on.
func (a *doorAudit) note(e sftpd.Event) {
	switch e.Kind {
	case sftpd.Refused, sftpd.LockedOut, sftpd.Busy, sftpd.Denied:
		if a.fold(e) {
			return
		}
	}
	// File names are the partner's words and stay out of the log.
	ev := a.g.log.Info()
	if e.Kind == sftpd.Refused || e.Kind == sftpd.LockedOut || e.Kind == sftpd.Denied || e.Kind == sftpd.Busy {
		ev = a.g.log.Warn()
	}
	ev.Str("event", string(e.Kind)).Str("user", a.known(e.User)).Str("address", e.Address).Str("key", e.Key).Int64("bytes", e.Size).Str("note", e.Note).Msg("sftp")
	a.events <- e
}

// known is a user's name for the log: what others call themselves is theirs.
func (a *doorAudit) known(user string) string {
	if a.whose(user) == nil && user != "" {
		return "(unknown)"
	}
	return user
}

// fold says whether an event is only counted.
func (a *doorAudit) fold(e sftpd.Event) bool {
	id := string(e.Kind) + "\x00" + a.known(e.User) + "\x00" + e.Address + "\x00" + e.Note
	a.mu.Lock()
	defer a.mu.Unlock()
	if f := a.folded[id]; f != nil {
		f.n++
		return true
	}
	if len(a.folded) >= auditFolds {
		return true // thousands of addresses at once: their log lines tell enough
	}
	a.folded[id] = &fold{e: e, since: e.At}
	return false
}

// unfold gives what was counted long enough.
func (a *doorAudit) unfold(all bool) []gateway.Audited {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []gateway.Audited
	for id, f := range a.folded {
		if !all && a.g.now().Sub(f.since) < foldFor {
			continue
		}
		delete(a.folded, id)
		if f.n > 0 {
			e := a.entry(f.e)
			e.At, e.Detail = a.g.now(), e.Detail+fmt.Sprintf(" (%d times more)", f.n)
			list = append(list, e)
		}
	}
	return list
}

// actions are what events are called in the audit trail.
var actions = map[sftpd.Kind]string{
	sftpd.LoggedIn: "session.begin", sftpd.LoggedOut: "session.end", sftpd.Refused: "session.begin", sftpd.LockedOut: "session.lock", sftpd.Busy: "session.begin",
	sftpd.Uploaded: "file.upload", sftpd.Broken: "file.upload", sftpd.Read: "file.download", sftpd.Removed: "file.remove", sftpd.Renamed: "file.rename", sftpd.Denied: "file.access",
}

func (a *doorAudit) entry(e sftpd.Event) gateway.Audited {
	d := gateway.Audited{At: e.At, Actor: "partner:" + e.User, Address: e.Address, Action: actions[e.Kind], Object: "sftp", Outcome: gateway.AuditDone}
	p := a.whose(e.User)
	if p != nil {
		d.Scope, d.Actor = scopeOf(p), "partner:"+p.ID
	} else {
		d.Actor = "partner:(unknown)"
	}
	switch e.Kind {
	case sftpd.Refused, sftpd.LockedOut, sftpd.Busy, sftpd.Denied:
		d.Outcome = gateway.AuditDenied
	case sftpd.Broken:
		d.Outcome = gateway.AuditFailed
	}
	switch {
	case e.Name != "":
		d.Detail = fmt.Sprintf("%q, %d bytes", e.Name, e.Size)
	case e.Kind == sftpd.LoggedOut:
		d.Detail = fmt.Sprintf("%d bytes moved", e.Size)
	}
	for _, more := range []string{e.Key, e.Note} {
		if more != "" && d.Detail != "" {
			d.Detail += ", "
		}
		d.Detail += more
	}
	return d
}

// run writes what comes, many in one transaction.
func (a *doorAudit) run() {
	defer close(a.done)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for open := true; open; {
		var list []gateway.Audited
		select {
		case e, ok := <-a.events:
			if open = ok; ok {
				list = append(list, a.entry(e))
			}
		more:
			for ok && len(list) < auditTogeth {
				select {
				case e, still := <-a.events:
					if !still {
						open = false
						break more
					}
					list = append(list, a.entry(e))
				default:
					break more
				}
			}
		case <-tick.C:
		}
		a.write(append(list, a.unfold(!open)...))
	}
}

// write writes entries; what cannot be written is tried again while the door is
// open, since a transfer that nobody knows of is none.
func (a *doorAudit) write(list []gateway.Audited) {
	for try := 0; len(list) > 0; try++ {
		err := a.g.store.Do(context.Background(), func(tx *store.Tx) error {
			for i := range list {
				if err := tx.AddAudited(&list[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			return
		}
		a.g.log.Error().Err(err).Int("events", len(list)).Msg("events of the SFTP server cannot be written to the audit trail")
		if try == 10 {
			return
		}
		time.Sleep(time.Duration(try+1) * 200 * time.Millisecond)
	}
}

// close writes what is left. Nothing may be noted afterwards.
func (a *doorAudit) close() {
	a.once.Do(func() {
		close(a.events)
		<-a.done
	})
}
