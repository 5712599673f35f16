package main

import (
	"context"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/store"
)

// alertKind is something about a partner that a person has to see to.
type alertKind string

// The kinds.
const (
	alertDenied      alertKind = "login-refused"
	alertHostKey     alertKind = "host-key-changed"
	alertUnreachable alertKind = "unreachable"
	alertHalf        alertKind = "half-a-file"
	alertRefusedFile alertKind = "file-put-aside"
	alertUnsure      alertKind = "sent-or-not"
	alertFull        alertKind = "partner-full"
	alertRejected    alertKind = "interchange-rejected"
	alertUncertified alertKind = "back-to-test"
	alertStranger    alertKind = "answer-to-nobody"
)

// whatToDo says what a person does about each kind.
var whatToDo = map[alertKind]string{
	alertDenied:      "Nobody tries again, since payers lock out who knocks too often. Ask the partner whether the account, the key or the password was changed; put the new one in place; then: claimwire partners resume ID.",
	alertHostKey:     "Ask the partner, by another way than this connection, whether it has a new host key. If so, add its fingerprint to connection.host_keys beside the old one. If not, somebody may be in between: do not connect.",
	alertUnreachable: "Check that the partner's server runs and lets our address in: claimwire partners test PROFILE. It is tried again by itself.",
	alertHalf:        "The partner's file has not grown for a while and is not whole. Ask the partner to send it again; nothing of it was taken.",
	alertRefusedFile: "A file was kept and not taken: the reason stands with it (claimwire files list). Ask the partner to send it again as agreed.",
	alertUnsure:      "Do not send it again blindly: the claims would be there twice. Ask the partner whether it has the file of this control number; an acknowledgment settles it by itself.",
	alertFull:        "The partner's server takes no more bytes: its disk, or our quota there, may be full. Tell the partner. Nothing is lost; it is tried again by itself.",
	alertRejected:    "The partner refused a whole interchange or set: the claims in it are rejected with its reason. Mend what it names and submit them again; they get new control numbers.",
	alertUncertified: "Too many of the partner's last claims had errors: it is back in test, and nothing more of it goes on. Look at its receipts with it; claimwire partners show tells what is left to do.",
	alertStranger:    "An answer names nothing that we sent. Check with the partner whether it was meant for somebody else; what concerns others was not taken.",
}

// raise says that a person has to see to something, once until it is settled.
// The words hold no patient's data and no partner's file name.
func (g *spine) raise(ctx context.Context, s gateway.Scope, kind alertKind, partner, words string) {
	if err := g.store.Do(ctx, func(tx *store.Tx) error { return g.raiseIn(tx, s, kind, partner, words) }); err != nil {
		g.log.Warn().Err(err).Msg("an alert cannot be noted")
	}
}

// raiseIn raises in the transaction of what it is about.
func (g *spine) raiseIn(tx *store.Tx, s gateway.Scope, kind alertKind, partner, words string) error {
	g.mu.Lock()
	id := s.Organisation + "/" + s.Usage + "/" + partner + "/" + string(kind) + "/" + words
	before := g.raised[id]
	if len(g.raised) > 10000 {
		clear(g.raised)
	}
	g.raised[id] = true
	g.mu.Unlock()
	if before {
		return nil
	}
	g.log.Error().Str("alert", string(kind)).Str("partner", partner).Str("do", whatToDo[kind]).Msg(words)
	return tx.AddAudited(&gateway.Audited{Scope: s, At: g.now(), Actor: "system", Action: "alert.raise", Object: "partner:" + partner, Outcome: gateway.AuditDone,
		Detail: string(kind) + ": " + words})
}

// settle says that it is over.
func (g *spine) settle(_ context.Context, s gateway.Scope, kind alertKind, partner string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	prefix := s.Organisation + "/" + s.Usage + "/" + partner + "/" + string(kind) + "/"
	for id := range g.raised {
		if strings.HasPrefix(id, prefix) {
			delete(g.raised, id)
			g.log.Info().Str("alert", string(kind)).Str("partner", partner).Msg("settled")
		}
	}
}
