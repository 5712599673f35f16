package api

import (
	"context"
	"time"

	"claimwire/gateway"
)

// Trail is where the audit trail is read.
type Trail interface {
	AuditPage(ctx context.Context, s gateway.Scope, q gateway.AuditQuery) ([]gateway.Audited, error)
}

// AuditEntry is who did what, to what, when and from where.
type AuditEntry struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor" doc:"user:LOGIN, key:NAME, partner:ID or system"`
	Role    string    `json:"role,omitempty"`
	Address string    `json:"address,omitempty"`
	Action  string    `json:"action" doc:"Noun and verb, such as claim.view"`
	Object  string    `json:"object,omitempty" doc:"By our own number: claim:17"`
	Outcome string    `json:"outcome" enum:"done,denied,failed"`
	Detail  string    `json:"detail,omitempty"`
	Digest  string    `json:"digest" doc:"Over this entry and the one before it"`
	Intact  bool      `json:"intact" doc:"It is what its digest says"`
}

func shapeAudited(a gateway.Audited) AuditEntry {
	return AuditEntry{a.ID, a.At.UTC(), a.Actor, a.Role, a.Address, a.Action, a.Object, a.Outcome, a.Detail, a.Digest, a.Intact}
}

func (s *server) trail(t Trail) {
	get(s, "/v1/audit", "list-audit", "The audit trail of the organisation, in its order: give next as after to follow", "audit",
		func(ctx context.Context, scope gateway.Scope, in *struct {
			Paging
			Actor  string    `query:"actor" maxLength:"140"`
			Action string    `query:"action" maxLength:"80" doc:"Whole, or its noun with a point: claim."`
			Object string    `query:"object" maxLength:"80"`
			Since  time.Time `query:"since"`
			Until  time.Time `query:"until"`
		}) (*listed[AuditEntry], error) {
			list, err := t.AuditPage(ctx, scope, gateway.AuditQuery{Page: in.Paging.page(), Actor: in.Actor, Action: in.Action, Object: in.Object, Since: in.Since, Until: in.Until})
			return paged(shapeAll(list, shapeAudited), func(a AuditEntry) int64 { return a.ID }, in.Paging.page()), err
		})
}
