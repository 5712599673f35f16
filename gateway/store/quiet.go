package store

import (
	"strconv"
	"time"

	"claimwire/gateway"
)

// quietFor picks claims of a state, sent or accepted, of which nothing was heard
// since before a time. The state stands in the text: the index holds these two
// alone.
func quietFor(s gateway.Scope, state gateway.State, before time.Time) *where {
	w := in(s)
	w.text += ` AND state='` + string(state) + `'`
	return w.and(`at<`, before.UnixMilli())
}

// QuietFor lists them, the longest first.
func (t *Tx) QuietFor(s gateway.Scope, state gateway.State, before time.Time, limit int) ([]gateway.Claim, error) {
	w := quietFor(s, state, before)
	w.text += ` ORDER BY at LIMIT ` + strconv.Itoa(limit)
	return list(t, claimColumns, `claims`, w, scanClaim)
}

// CountQuiet counts them, at most limit.
func (t *Tx) CountQuiet(s gateway.Scope, state gateway.State, before time.Time, limit int) (n int, err error) {
	w := quietFor(s, state, before)
	err = t.row(`SELECT COUNT(*) FROM (SELECT 1 FROM claims`+w.text+` LIMIT `+strconv.Itoa(limit)+`) AS counted`, w.args...).Scan(&n)
	return n, err
}
