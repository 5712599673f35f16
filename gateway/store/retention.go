package store

import (
	"strconv"
	"time"

	"claimwire/gateway"
)

const holdColumns = `id, organisation, usage, transmission, reason, by_whom, at, ended_at`

func scanHold(scan func(...any) error) (gateway.Hold, error) {
	var h gateway.Hold
	var at, ended int64
	err := scan(&h.ID, &h.Scope.Organisation, &h.Scope.Usage, &h.Transmission, &h.Reason, &h.By, &at, &ended)
	h.At, h.EndedAt = timeOf(at), timeOf(ended)
	return h, err
}

// Holds lists the legal holds of a scope, also those that have ended.
func (t *Tx) Holds(s gateway.Scope) ([]gateway.Hold, error) {
	return list(t, holdColumns, `holds`, in(s).all(), scanHold)
}

// AddHold notes a legal hold.
func (t *Tx) AddHold(h *gateway.Hold) error {
	return t.row(`INSERT INTO holds (organisation, usage, transmission, reason, by_whom, at) VALUES ($1,$2,$3,$4,$5,$6) RETURNING id`, h.Scope.Organisation, h.Scope.Usage,
		h.Transmission, h.Reason, h.By, h.At.UnixMilli()).Scan(&h.ID)
}

// EndHold ends a legal hold; one that has ended is not found.
func (t *Tx) EndHold(s gateway.Scope, id int64, at time.Time) (gateway.Hold, error) {
	h, err := scanHold(t.row(`UPDATE holds SET ended_at=$1 WHERE id=$2 AND organisation=$3 AND usage=$4 AND ended_at=0 RETURNING `+holdColumns,
		at.UnixMilli(), id, s.Organisation, s.Usage).Scan)
	return h, found(err)
}

// notHeld is true of a row of files under no legal hold.
func notHeld(row, transmission string) string {
	return `NOT EXISTS (SELECT 1 FROM holds AS h WHERE h.organisation=` + row + `.organisation AND h.usage=` + row + `.usage AND h.ended_at=0 AND (h.transmission=0 OR h.transmission=` + transmission + `))`
}

// ExpiredFiles lists files of some kinds (empty: of those that are in no list of
// others) that are older than a time, are settled, are under no hold, and whose
// bytes are kept.
func (t *Tx) ExpiredFiles(kinds, others []string, before time.Time, limit int) ([]gateway.Transmission, error) {
	args := []any{before.UnixMilli()}
	cond := ``
	names := kinds
	if len(kinds) == 0 {
		names = others
	}
	for _, k := range names {
		args = append(args, k)
	}
	if len(names) > 0 {
		cond = ` AND m.kind ` + map[bool]string{true: `IN`, false: `NOT IN`}[len(kinds) > 0] + ` (` + parameters(2, len(names)) + `)`
	}
	// A file whose claims are still on their way stays, however old it is.
	return listOf(t, `m.id, m.organisation, m.usage, m.inbound, m.partner, m.name, m.sha256, m.size, m.kind, m.state, m.at, m.business, m.note, m.released, m.purged_at`,
		`transmissions AS m WHERE m.at<$1 AND m.purged_at=0 AND m.state<>'received'`+cond+` AND `+notHeld("m", "m.id")+`
		AND NOT EXISTS (SELECT 1 FROM claims AS c WHERE c.transmission=m.id AND c.state IN ('received','queued','sent','accepted','request_for_information'))
		ORDER BY m.at, m.id LIMIT `+strconv.Itoa(limit), args, scanTransmission)
}

// ExpiredInterchanges lists interchanges for partners likewise. A hold on a file
// holds the interchanges that its claims went in.
func (t *Tx) ExpiredInterchanges(before time.Time, limit int) ([]gateway.Interchange, error) {
	return listOf(t, `i.id, i.organisation, i.usage, i.partner, i.control, i.group_control, i.sha256, i.name, i.size, i.claims, i.charge, i.state, i.at, i.note, i.sent_at, i.ta1_at,
		i.acknowledged_at, i.purged_at`, `interchanges AS i WHERE i.at<$1 AND i.purged_at=0 AND i.state NOT IN ('queued','unsure')
		AND NOT EXISTS (SELECT 1 FROM claims AS c WHERE c.interchange=i.id AND c.interchange<>0 AND c.state IN ('received','queued','sent','accepted','request_for_information'))
		AND NOT EXISTS (SELECT 1 FROM holds AS h WHERE h.organisation=i.organisation AND h.usage=i.usage AND h.ended_at=0 AND (h.transmission=0
			OR EXISTS (SELECT 1 FROM claims AS c WHERE c.interchange=i.id AND c.interchange<>0 AND c.transmission=h.transmission)))
		ORDER BY i.at, i.id LIMIT `+strconv.Itoa(limit), []any{before.UnixMilli()}, scanInterchange)
}

// PurgeFile notes that a file's bytes go by retention. With them go the documents
// of its claims and payments, the names by which they are found, and what the scrubber said of them; numbers, money
// and history stay. It says whether no other row needs the bytes, so that they
// may be removed.
func (t *Tx) PurgeFile(m *gateway.Transmission, at time.Time) (last bool, err error) {
	if _, err := t.exec(`UPDATE transmissions SET purged_at=$1 WHERE id=$2`, at.UnixMilli(), m.ID); err != nil {
		return false, err
	}
	if _, err := t.exec(`UPDATE claims SET document=$1, findings='', person='', insured='' WHERE transmission=$2`, []byte("{}"), m.ID); err != nil {
		return false, err
	}
	if _, err := t.exec(`UPDATE payments SET document=$1 WHERE sha256=$2 AND organisation=$3 AND usage=$4`, []byte("{}"), m.SHA256, m.Scope.Organisation, m.Scope.Usage); err != nil {
		return false, err
	}
	return t.unneeded(m.SHA256)
}

// PurgeInterchange likewise.
func (t *Tx) PurgeInterchange(i *gateway.Interchange, at time.Time) (last bool, err error) {
	if _, err := t.exec(`UPDATE interchanges SET purged_at=$1 WHERE id=$2`, at.UnixMilli(), i.ID); err != nil {
		return false, err
	}
	return t.unneeded(i.SHA256)
}

// unneeded says whether no row needs bytes any more.
func (t *Tx) unneeded(sum string) (bool, error) {
	var n int
	err := t.row(`SELECT (SELECT COUNT(*) FROM transmissions WHERE sha256=$1 AND purged_at=0) + (SELECT COUNT(*) FROM interchanges WHERE sha256=$1 AND purged_at=0)`, sum).Scan(&n)
	return n == 0, err
}

// Purged says whether bytes that rows name went by retention: a row names them,
// and none needs them any more.
func (t *Tx) Purged(sum string) (bool, error) {
	var n int
	if err := t.row(`SELECT (SELECT COUNT(*) FROM transmissions WHERE sha256=$1 AND purged_at>0) + (SELECT COUNT(*) FROM interchanges WHERE sha256=$1 AND purged_at>0)`, sum).Scan(&n); err != nil || n == 0 {
		return false, err
	}
	return t.unneeded(sum)
}

// Forget removes what only served for a while: idempotency keys and closed alerts
// older than their times.
func (t *Tx) Forget(keys, alerts time.Time) error {
	if _, err := t.exec(`DELETE FROM idempotency WHERE at<$1`, keys.UnixMilli()); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM alerts WHERE name IS NULL AND closed_at<$1`, alerts.UnixMilli())
	return err
}
