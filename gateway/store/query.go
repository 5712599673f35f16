package store

import (
	"bytes"
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"claimwire/edi/money"
	"claimwire/gateway"
)

// where collects conditions; $1 and $2 are the scope.
type where struct {
	text string
	args []any
}

func in(s gateway.Scope) *where {
	return &where{text: ` WHERE organisation=$1 AND usage=$2`, args: []any{s.Organisation, s.Usage}}
}

// and adds a condition whose ? is the value's number.
func (w *where) and(before string, value any) *where {
	w.args = append(w.args, value)
	w.text += ` AND ` + before + `$` + strconv.Itoa(len(w.args))
	return w
}

// page adds order and bounds.
func (w *where) page(p gateway.Page) *where {
	if p.After > 0 {
		w.and(`id>`, p.After)
	}
	w.text += ` ORDER BY id LIMIT ` + strconv.Itoa(p.Bound())
	return w
}

// newest adds order and bounds of a list that begins with what came last.
func (w *where) newest(p gateway.Page) *where {
	if p.After > 0 {
		w.and(`id<`, p.After)
	}
	w.text += ` ORDER BY id DESC LIMIT ` + strconv.Itoa(p.Bound())
	return w
}

func (w *where) all() *where {
	w.text += ` ORDER BY id`
	return w
}

// list reads rows with a scan function.
func list[T any](t *Tx, columns, table string, w *where, scan func(func(...any) error) (T, error)) ([]T, error) {
	return listOf(t, columns, table+w.text, w.args, scan)
}

// listOf reads rows of what follows FROM.
func listOf[T any](t *Tx, columns, from string, args []any, scan func(func(...any) error) (T, error)) ([]T, error) {
	var all []T
	err := t.rows(`SELECT `+columns+` FROM `+from, func(r *sql.Rows) error {
		v, err := scan(r.Scan)
		all = append(all, v)
		return err
	}, args...)
	return all, err
}

// only is the FROM of one row by its id ($3), of a scope ($1, $2).
//
// Another's id has to take as long as one that is nobody's. A database in this
// process is so quick that a row which is read, and turns out to be another's, can
// be told from none: there a row is read in any case, the one before where there is
// none, and judged afterwards.
func (t *Tx) only(table string) string {
	from := table
	if t.d.Near {
		from = `(SELECT * FROM ` + table + ` WHERE id<=$3 ORDER BY id DESC LIMIT 1) AS ` + table
	}
	return from + ` WHERE organisation=$1 AND usage=$2 AND id=$3`
}

// one reads one row by its id.
func one[T any](t *Tx, columns, table string, s gateway.Scope, id int64, scan func(func(...any) error) (T, error)) (T, error) {
	v, err := scan(t.row(`SELECT `+columns+` FROM `+t.only(table), s.Organisation, s.Usage, id).Scan)
	return v, found(err)
}

// Transmissions lists the transmissions of a scope in the order of arrival.
func (t *Tx) Transmissions(s gateway.Scope) ([]gateway.Transmission, error) {
	return list(t, transmissionColumns, `transmissions`, in(s).all(), scanTransmission)
}

// TransmissionPage lists a part of them.
func (t *Tx) TransmissionPage(s gateway.Scope, p gateway.Page) ([]gateway.Transmission, error) {
	return list(t, transmissionColumns, `transmissions`, in(s).page(p), scanTransmission)
}

// of bounds a list to one trading partner, where it is not empty.
func (w *where) of(partner string) *where {
	if partner != "" {
		w.and(`partner=`, partner)
	}
	return w
}

// NewestTransmissions lists a part of them, the newest first.
func (t *Tx) NewestTransmissions(s gateway.Scope, partner string, p gateway.Page) ([]gateway.Transmission, error) {
	return list(t, transmissionColumns, `transmissions`, in(s).of(partner).newest(p), scanTransmission)
}

// NewestRemittances lists a part of the remittance advices, the newest first.
func (t *Tx) NewestRemittances(s gateway.Scope, partner string, p gateway.Page) ([]gateway.Remittance, error) {
	return list(t, remittanceColumns, `remittances`, in(s).of(partner).newest(p), scanRemittance)
}

// NewestRequests lists a part of the payers' questions, the newest first.
func (t *Tx) NewestRequests(s gateway.Scope, partner string, p gateway.Page) ([]gateway.Request, error) {
	return list(t, requestColumns, `requests`, in(s).of(partner).newest(p), scanRequest)
}

// Interchanges lists the interchanges of a scope.
func (t *Tx) Interchanges(s gateway.Scope) ([]gateway.Interchange, error) {
	return list(t, interchangeColumns, `interchanges`, in(s).all(), scanInterchange)
}

// InterchangePage lists a part of them.
func (t *Tx) InterchangePage(s gateway.Scope, p gateway.Page) ([]gateway.Interchange, error) {
	return list(t, interchangeColumns, `interchanges`, in(s).page(p), scanInterchange)
}

// NewestInterchanges lists a part of them, the newest first.
func (t *Tx) NewestInterchanges(s gateway.Scope, partner string, p gateway.Page) ([]gateway.Interchange, error) {
	return list(t, interchangeColumns, `interchanges`, in(s).of(partner).newest(p), scanInterchange)
}

// ClaimPage lists claims that a query picks, without their documents.
func (t *Tx) ClaimPage(s gateway.Scope, q gateway.ClaimQuery) ([]gateway.Claim, error) {
	return list(t, claimColumns, `claims`, claimsIn(s, q).page(q.Page), scanClaim)
}

// CountClaims counts claims that a query picks, at most limit, so that a pile
// of any height is counted as fast.
func (t *Tx) CountClaims(s gateway.Scope, q gateway.ClaimQuery, limit int) (n int, err error) {
	w := claimsIn(s, q)
	err = t.row(`SELECT COUNT(*) FROM (SELECT 1 FROM claims`+w.text+` LIMIT `+strconv.Itoa(limit)+`) AS counted`, w.args...).Scan(&n)
	return n, err
}

func claimsIn(s gateway.Scope, q gateway.ClaimQuery) *where {
	w := in(s)
	if q.ClaimID != "" || q.Trace != "" || q.PayerClaimID != "" || q.Transmission != 0 || q.Interchange != 0 || len(q.IDs) > 0 {
		w.text = ` WHERE ` + byKey
	}
	if q.State != "" {
		w.and(`state=`, string(q.State))
	}
	for column, v := range map[string]string{`partner=`: q.Partner, `payer=`: q.Payer, `claim_id=`: q.ClaimID, `trace=`: q.Trace, `payer_claim_id<>'' AND payer_claim_id=`: q.PayerClaimID} {
		if v != "" {
			w.and(column, v)
		}
	}
	for column, v := range map[string]string{`payer='' AND payer_name=`: q.PayerName, `service_to>=`: q.ServedFrom, `service_from<=`: q.ServedTo} {
		if v != "" {
			w.and(column, v)
		}
	}
	if q.Transmission != 0 {
		w.and(`transmission=`, q.Transmission)
	}
	if q.Interchange != 0 {
		w.and(`interchange<>0 AND interchange=`, q.Interchange)
	}
	if q.Sent {
		w.text += ` AND interchange<>0`
	}
	if len(q.IDs) > 0 {
		w.text += ` AND id IN (` + numbersOf(q.IDs) + `)`
	}
	if q.Waiting {
		w.text += ` AND NOT EXISTS (SELECT 1 FROM corrections WHERE corrections.original=claims.id AND corrections.kind<>'secondary')`
	}
	return w
}

// numbersOf writes ids as a list.
func numbersOf(ids []int64) string {
	var b []byte
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(b)
}

// ClaimStates counts the claims of a scope by state.
func (t *Tx) ClaimStates(s gateway.Scope) (map[gateway.State]int, error) {
	n := map[gateway.State]int{}
	err := t.rows(`SELECT state, COUNT(*) FROM claims WHERE organisation=$1 AND usage=$2 GROUP BY state`, func(r *sql.Rows) error {
		var state string
		var count int
		err := r.Scan(&state, &count)
		n[gateway.State(state)] = count
		return err
	}, s.Organisation, s.Usage)
	return n, err
}

const eventColumns = `id, organisation, usage, at, kind, transmission, interchange, sha256, place_offset, segment, claims`

func scanEvent(scan func(...any) error) (gateway.Event, error) {
	e, packed, err := scanPacked(scan)
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal(packed, &e.Claims)
}

// scanPacked leaves its claims packed.
func scanPacked(scan func(...any) error) (e gateway.Event, claims []byte, err error) {
	var at int64
	err = scan(&e.ID, &e.Scope.Organisation, &e.Scope.Usage, &at, &e.Kind, &e.Transmission, &e.Interchange, &e.Place.SHA256, &e.Place.Offset, &e.Place.Segment, &claims)
	e.At = time.UnixMilli(at)
	return e, claims, err
}

// Events lists the events of a scope in their order.
func (t *Tx) Events(s gateway.Scope) ([]gateway.Event, error) {
	return list(t, eventColumns, `events`, in(s).all(), scanEvent)
}

// EventPage lists a part of them.
func (t *Tx) EventPage(s gateway.Scope, p gateway.Page) ([]gateway.Event, error) {
	return list(t, eventColumns, `events`, in(s).page(p), scanEvent)
}

// LastEvent is the number of the last event of a scope; 0: there is none.
func (t *Tx) LastEvent(s gateway.Scope) (id int64, err error) {
	err = t.row(`SELECT COALESCE((SELECT id FROM events WHERE organisation=$1 AND usage=$2 ORDER BY id DESC LIMIT 1),0)`, s.Organisation, s.Usage).Scan(&id)
	return id, err
}

// EventsOf lists what happened to one claim; each event has only what it did to
// that claim.
func (t *Tx) EventsOf(s gateway.Scope, claim int64) ([]gateway.Event, error) {
	// An event has its claims packed, so that the store writes few rows; it says
	// between which numbers they are. An event of an earlier release does not say.
	// Asked for apart and without an order, both are answered by the index of these
	// numbers.
	spans := in(s).and(`last_claim>=`, claim).and(`first_claim<=`, claim)
	silent := in(s).and(`last_claim=`, 0).and(`claims LIKE `, `%"claim":`+strconv.FormatInt(claim, 10)+`,%`)
	var all []gateway.Event
	for _, w := range []*where{silent, spans} {
		err := t.rows(`SELECT `+eventColumns+` FROM events`+w.text, func(r *sql.Rows) error {
			e, packed, err := scanPacked(r.Scan)
			if err != nil {
				return err
			}
			if e.Claims, err = changesOf(packed, claim); len(e.Claims) > 0 {
				all = append(all, e)
			}
			return err
		}, w.args...)
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b gateway.Event) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// changesOf reads of an event's thousands of claims the changes of one: each is
// found by the text that it begins with.
func changesOf(packed []byte, claim int64) (own []gateway.ClaimChange, err error) {
	begin := strconv.AppendInt([]byte(`{"claim":`), claim, 10)
	for {
		i := bytes.Index(packed, begin)
		if i < 0 {
			return own, nil
		}
		packed = packed[i:]
		if next := packed[len(begin):]; len(next) == 0 || next[0] != ',' && next[0] != '}' {
			packed = next // a longer number
			continue
		}
		var c gateway.ClaimChange
		d := json.NewDecoder(bytes.NewReader(packed))
		if err := d.Decode(&c); err != nil {
			return own, err
		}
		own = append(own, c)
		packed = packed[d.InputOffset():]
	}
}

const remittanceColumns = `id, organisation, usage, partner, trace, origin, amount, date, method, claims, balanced, adjusted, sha256, place_offset, segment,
	state, hold, digest, handling, payer_name, payee, payee_name`

func scanRemittance(scan func(...any) error) (gateway.Remittance, error) {
	var m gateway.Remittance
	var amount, adjusted int64
	var balanced int
	var state string
	err := scan(&m.ID, &m.Scope.Organisation, &m.Scope.Usage, &m.Partner, &m.Trace, &m.Origin, &amount, &m.Date, &m.Method, &m.Claims, &balanced, &adjusted,
		&m.Place.SHA256, &m.Place.Offset, &m.Place.Segment, &state, &m.Hold, &m.Digest, &m.Handling, &m.PayerName, &m.Payee, &m.PayeeName)
	m.Amount, m.Adjusted, m.Balanced, m.State = money.Amount(amount), money.Amount(adjusted), balanced == 1, gateway.RemittanceState(state)
	return m, err
}

// Remittances lists the remittance advices of a scope.
func (t *Tx) Remittances(s gateway.Scope) ([]gateway.Remittance, error) {
	return list(t, remittanceColumns, `remittances`, in(s).all(), scanRemittance)
}

// RemittancePage lists a part of them.
func (t *Tx) RemittancePage(s gateway.Scope, p gateway.Page) ([]gateway.Remittance, error) {
	return list(t, remittanceColumns, `remittances`, in(s).page(p), scanRemittance)
}

// RemittancesBy lists the remittance advices that have a trace.
func (t *Tx) RemittancesBy(s gateway.Scope, trace string) ([]gateway.Remittance, error) {
	return list(t, remittanceColumns, `remittances`, in(s).and(`trace=`, trace).page(gateway.Page{}), scanRemittance)
}

// InterchangesBy lists the interchanges that have a control number.
func (t *Tx) InterchangesBy(s gateway.Scope, control string) ([]gateway.Interchange, error) {
	return list(t, interchangeColumns, `interchanges`, in(s).and(`control=`, control).page(gateway.Page{}), scanInterchange)
}

// Remittance finds a remittance advice.
func (t *Tx) Remittance(s gateway.Scope, id int64) (gateway.Remittance, error) {
	return one(t, remittanceColumns, `remittances`, s, id, scanRemittance)
}

const briefPaymentColumns = `id, organisation, usage, remittance, claim, kind, status, outcome, scenario, claim_id, payer_claim_id, charge, paid, adjusted, patient, denied,
	sha256, place_offset, segment, candidates, other_payer, paid_on, pair`

const paymentColumns = briefPaymentColumns + `, document`

func scanPayment(scan func(...any) error) (gateway.Payment, error) {
	var packed []byte
	p, err := scanPaymentInto(scan, &packed)
	if err == nil {
		p.Document, err = unpack(packed)
	}
	return p, err
}

func scanBriefPayment(scan func(...any) error) (gateway.Payment, error) { return scanPaymentInto(scan) }

func scanPaymentInto(scan func(...any) error, more ...any) (gateway.Payment, error) {
	var p gateway.Payment
	var charge, paid, adjusted, patient, denied, other int64
	err := scan(append([]any{&p.ID, &p.Scope.Organisation, &p.Scope.Usage, &p.Remittance, &p.Claim, &p.Kind, &p.Status, &p.Outcome, &p.Scenario, &p.ClaimID, &p.PayerClaimID,
		&charge, &paid, &adjusted, &patient, &denied, &p.Place.SHA256, &p.Place.Offset, &p.Place.Segment, &p.Candidates, &other, &p.PaidOn, &p.Pair}, more...)...)
	p.Charge, p.Paid, p.OtherPayer = money.Amount(charge), money.Amount(paid), money.Amount(other)
	p.Money = gateway.Money{Paid: p.Paid, Adjusted: money.Amount(adjusted), Patient: money.Amount(patient), Denied: money.Amount(denied)}
	return p, err
}

// Payments lists the claim payments of a scope.
func (t *Tx) Payments(s gateway.Scope) ([]gateway.Payment, error) {
	return list(t, paymentColumns, `payments`, in(s).all(), scanPayment)
}

// PaymentPage lists claim payments that a query picks.
func (t *Tx) PaymentPage(s gateway.Scope, q gateway.PaymentQuery) ([]gateway.Payment, error) {
	w := in(s)
	if q.Remittance != 0 || q.Claim != 0 || q.File != "" {
		w.text = ` WHERE ` + byKey
	}
	if q.Remittance != 0 {
		w.and(`remittance=`, q.Remittance)
	}
	if q.Claim != 0 {
		w.and(`claim=`, q.Claim)
	}
	if q.Kind != "" {
		w.and(`kind=`, q.Kind)
	}
	if q.File != "" {
		w.and(`sha256=`, q.File)
	}
	if q.Unmatched {
		w.and(`claim=`, 0)
	}
	return list(t, paymentColumns, `payments`, w.page(q.Page), scanPayment)
}

// Requests lists the payers' questions of a scope.
func (t *Tx) Requests(s gateway.Scope) ([]gateway.Request, error) {
	return list(t, requestColumns, `requests`, in(s).all(), scanRequest)
}

// RequestPage lists a part of them.
func (t *Tx) RequestPage(s gateway.Scope, p gateway.Page) ([]gateway.Request, error) {
	return list(t, requestColumns, `requests`, in(s).page(p), scanRequest)
}

// Idempotent notes that a request with a key brought a transmission. When the
// key was used before, it gives the transmission of then, and whether the
// bytes were the same.
func (t *Tx) Idempotent(s gateway.Scope, key, sha256 string, transmission int64, at time.Time) (id int64, same bool, err error) {
	err = t.row(`INSERT INTO idempotency (organisation, usage, key, sha256, transmission, at) VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT DO NOTHING RETURNING transmission`,
		s.Organisation, s.Usage, key, sha256, transmission, at.UnixMilli()).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, true, err
	}
	var was string
	err = t.row(`SELECT transmission, sha256 FROM idempotency WHERE organisation=$1 AND usage=$2 AND key=$3`, s.Organisation, s.Usage, key).Scan(&id, &was)
	return id, was == sha256, err
}

// ErrOther says that a key was used with another request.
var ErrOther = errors.New("the key was used with another request")

// Once notes that a request with a key is being done; since is when it was noted
// before, zero where it was not.
func (t *Tx) Once(s gateway.Scope, key, request string, at time.Time) (since time.Time, err error) {
	r, err := t.exec(`INSERT INTO idempotency (organisation, usage, key, sha256, transmission, at) VALUES ($1,$2,$3,$4,0,$5) ON CONFLICT DO NOTHING`,
		s.Organisation, s.Usage, key, request, at.UnixMilli())
	if err != nil {
		return since, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 1 {
		return since, err
	}
	var was string
	var ms int64
	if err := t.row(`SELECT sha256, at FROM idempotency WHERE organisation=$1 AND usage=$2 AND key=$3`, s.Organisation, s.Usage, key).Scan(&was, &ms); err != nil {
		return since, err
	}
	if was != request {
		return since, ErrOther
	}
	return time.UnixMilli(ms), nil
}
