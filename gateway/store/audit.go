package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"claimwire/gateway"
)

// Entries of the audit trail are chained per organisation and usage, and the
// time of an entry is cut to milliseconds before it is digested: that is what
// the store keeps.

func digestOfAudited(a *gateway.Audited) string {
	h := sha256.New()
	for _, s := range []string{a.Previous, a.Scope.Organisation, a.Scope.Usage, strconv.FormatInt(a.At.UnixMilli(), 10), a.Actor, a.Role, a.Address, a.Action,
		a.Object, a.Outcome, a.Detail} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// AddAudited appends an entry to the audit trail of its scope.
func (t *Tx) AddAudited(a *gateway.Audited) error {
	if err := t.Lock(a.Scope, "audit"); err != nil {
		return err
	}
	a.Previous = ""
	err := t.row(`SELECT digest FROM audit WHERE organisation=$1 AND usage=$2 ORDER BY id DESC LIMIT 1`, a.Scope.Organisation, a.Scope.Usage).Scan(&a.Previous)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	a.Digest = digestOfAudited(a)
	return t.row(`INSERT INTO audit (organisation, usage, at, actor, role, address, action, object, outcome, detail, previous, digest)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) RETURNING id`, a.Scope.Organisation, a.Scope.Usage, a.At.UnixMilli(), a.Actor, a.Role, a.Address, a.Action,
		a.Object, a.Outcome, a.Detail, a.Previous, a.Digest).Scan(&a.ID)
}

// Audit appends an entry in a transaction of its own.
func (s *Store) Audit(ctx context.Context, a gateway.Audited) error {
	return s.Do(ctx, func(t *Tx) error { return t.AddAudited(&a) })
}

const auditColumns = `id, organisation, usage, at, actor, role, address, action, object, outcome, detail, previous, digest`

func scanAudited(scan func(...any) error) (gateway.Audited, error) {
	var a gateway.Audited
	var at int64
	err := scan(&a.ID, &a.Scope.Organisation, &a.Scope.Usage, &at, &a.Actor, &a.Role, &a.Address, &a.Action, &a.Object, &a.Outcome, &a.Detail, &a.Previous, &a.Digest)
	a.At = time.UnixMilli(at)
	a.Intact = a.Digest == digestOfAudited(&a)
	return a, err
}

// AuditPage lists a part of the audit trail of a scope.
func (t *Tx) AuditPage(s gateway.Scope, q gateway.AuditQuery) ([]gateway.Audited, error) {
	w := in(s)
	for column, v := range map[string]string{`actor=`: q.Actor, `object=`: q.Object} {
		if v != "" {
			w.and(column, v)
		}
	}
	if noun, ok := strings.CutSuffix(q.Action, "."); ok {
		// All actions of a noun lie between "noun." and "noun/".
		w.and(`action>=`, noun+".")
		w.and(`action<`, noun+"/")
	} else if q.Action != "" {
		w.and(`action=`, q.Action)
	}
	if !q.Since.IsZero() {
		w.and(`at>=`, q.Since.UnixMilli())
	}
	if !q.Until.IsZero() {
		w.and(`at<`, q.Until.UnixMilli())
	}
	if !q.Newest {
		return list(t, auditColumns, `audit`, w.page(q.Page), scanAudited)
	}
	return list(t, auditColumns, `audit`, w.newest(q.Page), scanAudited)
}

// BrokenAudit reads the whole audit trail of a scope and names the entries that
// were changed, removed before or slipped in: at most a hundred.
func (t *Tx) BrokenAudit(s gateway.Scope) ([]string, error) {
	var wrong []string
	previous := ""
	for after := int64(0); len(wrong) < 100; {
		page, err := t.AuditPage(s, gateway.AuditQuery{Page: gateway.Page{After: after, Limit: gateway.MaxPage}})
		if err != nil || len(page) == 0 {
			return wrong, err
		}
		for i := range page {
			a := &page[i]
			switch {
			case !a.Intact:
				wrong = append(wrong, fmt.Sprintf("audit entry %d: it is not what its digest says", a.ID))
			case a.Previous != previous:
				wrong = append(wrong, fmt.Sprintf("audit entry %d: it does not follow the entry before it", a.ID))
			}
			previous, after = a.Digest, a.ID
		}
	}
	return wrong, nil
}
