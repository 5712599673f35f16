// Package store is the one seam to SQL: every query of the gateway stands
// here, written once with $N and run on the embedded database (store/sqlite),
// later also on PostgreSQL.
//
// Every method takes a Scope or works on rows that carry one. What belongs
// together is written in one transaction: a fact, the event that tells of it,
// and the job that it needs.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/pressly/goose/v3"

	"claimwire/edi/money"
	"claimwire/gateway"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNotFound says that there is no such row in the scope.
var ErrNotFound = errors.New("not found")

// Store is an open database.
type Store struct {
	db   *sql.DB
	d    Dialect
	wake chan struct{}
}

// reads is where transactions that only read run.
func (s *Store) reads() *sql.DB {
	if s.d.Reads != nil {
		return s.d.Reads
	}
	return s.db
}

// Dialect is what differs between databases.
type Dialect struct {
	Goose  goose.Dialect
	Rebind func(query string) string // from $N
	Schema func(text string) string  // of the migrations, which are written for SQLite; nil: as they are
	// SkipLocked follows a SELECT that takes a row which others may be taking.
	SkipLocked string
	// Lock is a statement that keeps others who ask for the same name waiting until
	// the transaction ends; empty: transactions that write are one at a time anyway.
	Lock string
	// Away says of an error of the driver that it passes by itself: no connection,
	// no room.
	Away func(error) bool
	// Near says that the database is in this process.
	Near bool
	// Prepares says that the driver keeps prepared statements itself.
	Prepares bool
	// Reads are connections for transactions that only read, where they need not
	// wait for those that write; nil: the same ones. Store closes them.
	Reads *sql.DB
	// Snapshot is the isolation at which a transaction that reads sees one state of
	// the database.
	Snapshot sql.IsolationLevel
	// Optimize makes the database look at how its rows are distributed, where it does
	// not by itself.
	Optimize []string
	// Tables lists the names of all tables.
	Tables string
	// ResetID makes the next id of TABLE follow its highest one; empty: it does so by
	// itself.
	ResetID string
	// AsItIs says that the database is only looked at: its form is not changed.
	AsItIs bool
	// Migrate has more options of the migrations.
	Migrate []goose.ProviderOption
}

// Numbered rewrites $N to ?N, which the embedded database binds by number.
func Numbered(q string) string { return dollar.ReplaceAllString(q, "?$1") }

var dollar = regexp.MustCompile(`\$(\d+)`)

// ErrNewer says that a newer claimwire has used the database: this one does not
// know its form.
var ErrNewer = errors.New("the database was brought to a newer form than this program knows: run the newer claimwire")

// ErrOlder says that the database has the form of an older claimwire, and that
// this is not the place to change it.
var ErrOlder = errors.New("the database has the form of an older claimwire: start this version's gateway on it first")

// Open brings the database to this program's form and opens it. Migrations go
// forward only.
func Open(ctx context.Context, db *sql.DB, d Dialect) (*Store, error) {
	p, err := provider(db, d)
	if err != nil {
		return nil, err
	}
	if err := notNewer(ctx, p); err != nil {
		return nil, err
	}
	if d.AsItIs {
		if pending, err := p.HasPending(ctx); err != nil {
			return nil, err
		} else if pending {
			return nil, ErrOlder
		}
	} else if _, err := p.Up(ctx); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return &Store{db: db, d: d, wake: make(chan struct{}, 1)}, nil
}

func provider(db *sql.DB, d Dialect) (*goose.Provider, error) {
	goose.SetLogger(goose.NopLogger())
	// Parts that were built at the same time have their numbers apart.
	options := []goose.ProviderOption{goose.WithVerbose(false), goose.WithAllowOutofOrder(true)}
	return goose.NewProvider(d.Goose, db, d.migrations(), append(options, d.Migrate...)...)
}

func notNewer(ctx context.Context, p *goose.Provider) error {
	list := p.ListSources()
	at, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 || at > list[len(list)-1].Version {
		return ErrNewer
	}
	return nil
}

// Optimize lets the database learn how its rows are distributed. It is quick, and
// is asked for now and then: what was right for a hundred rows is not for millions.
func (s *Store) Optimize(ctx context.Context) error {
	for _, q := range s.d.Optimize {
		if _, err := s.db.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the database.
func (s *Store) Close() error {
	var err error
	if s.d.Reads != nil {
		err = s.d.Reads.Close()
	}
	return errors.Join(err, s.db.Close())
}

// Away says of an error that it passes by itself: the database cannot be
// reached, or has no room.
func (s *Store) Away(err error) bool {
	return err != nil && (errors.Is(err, driver.ErrBadConn) || s.d.Away != nil && s.d.Away(err))
}

// Tx is a transaction.
type Tx struct {
	tx  *sql.Tx
	ctx context.Context
	d   *Dialect
	p   prepared
	// added says that a job was.
	added bool
}

// Do runs f in a transaction, which is committed when f gives no error.
func (s *Store) Do(ctx context.Context, f func(tx *Tx) error) error {
	return s.do(ctx, s.db, nil, f)
}

// Read runs f in a transaction that sees one state of the database and may not
// write. It does not wait for those that write.
func (s *Store) Read(ctx context.Context, f func(tx *Tx) error) error {
	return s.do(ctx, s.reads(), &sql.TxOptions{ReadOnly: true, Isolation: s.d.Snapshot}, f)
}

func (s *Store) do(ctx context.Context, db *sql.DB, o *sql.TxOptions, f func(tx *Tx) error) error {
	t, err := db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	tx := &Tx{tx: t, ctx: ctx, d: &s.d}
	if err := f(tx); err != nil {
		return errors.Join(err, ignoreDone(t.Rollback()))
	}
	if err := t.Commit(); err != nil {
		return err
	}
	if tx.added {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// prepared are the statements of a transaction that were asked for more than
// once: preparing costs more than running, and a transaction often writes
// hundreds of rows.
type prepared struct {
	seen map[string]int
	list map[string]*sql.Stmt
}

// statement gives the prepared statement of a query from its second use on;
// nil: run it as it is.
func (t *Tx) statement(q string) (*sql.Stmt, error) {
	if t.d.Prepares {
		return nil, nil // the driver does
	}
	if s := t.p.list[q]; s != nil {
		return s, nil
	}
	if t.p.seen == nil {
		t.p = prepared{map[string]int{}, map[string]*sql.Stmt{}}
	}
	if t.p.seen[q]++; t.p.seen[q] < 2 {
		return nil, nil
	}
	s, err := t.tx.PrepareContext(t.ctx, q)
	if err == nil {
		t.p.list[q] = s
	}
	return s, err
}

// rebound keeps queries as the database has them.
var rebound sync.Map

func (d *Dialect) query(q string) string {
	if d.Prepares {
		return d.Rebind(q)
	}
	if v, ok := rebound.Load(q); ok {
		return v.(string)
	}
	v := d.Rebind(q)
	rebound.Store(q, v)
	return v
}

// cleaned makes text fit to be kept.
func cleaned(args []any) []any {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = clean(s)
		}
	}
	return args
}

func (t *Tx) exec(q string, args ...any) (sql.Result, error) {
	q, args = t.d.query(q), cleaned(args)
	s, err := t.statement(q)
	if err != nil {
		return nil, err
	}
	if s != nil {
		return s.ExecContext(t.ctx, args...)
	}
	return t.tx.ExecContext(t.ctx, q, args...)
}

func (t *Tx) row(q string, args ...any) *sql.Row {
	q, args = t.d.query(q), cleaned(args)
	if s, err := t.statement(q); err == nil && s != nil {
		return s.QueryRowContext(t.ctx, args...)
	}
	return t.tx.QueryRowContext(t.ctx, q, args...)
}

func (t *Tx) rows(q string, scan func(*sql.Rows) error, args ...any) error {
	q, args = t.d.query(q), cleaned(args)
	s, err := t.statement(q)
	if err != nil {
		return err
	}
	var rows *sql.Rows
	if s != nil {
		rows, err = s.QueryContext(t.ctx, args...)
	} else {
		rows, err = t.tx.QueryContext(t.ctx, q, args...)
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// first gives the smallest id of a query; 0: none. The query has no order of its
// own: with one and a limit, a database may walk through all ids to find it.
func (t *Tx) first(id *int64, q string, args ...any) error {
	*id = 0
	return t.rows(q, func(r *sql.Rows) error {
		var v int64
		err := r.Scan(&v)
		if *id == 0 || v < *id {
			*id = v
		}
		return err
	}, args...)
}

// Lock makes who asks for the same name of a scope wait until this transaction
// ends. It is for what reads, decides and writes, where no single statement can.
func (t *Tx) Lock(s gateway.Scope, name string) error {
	if t.d.Lock == "" {
		return nil
	}
	_, err := t.exec(t.d.Lock, s.Organisation+"/"+s.Usage+"/"+name)
	return err
}

func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// AddTransmission notes a file. When the same bytes came from the same partner
// before, it gives that transmission, and false.
func (t *Tx) AddTransmission(m *gateway.Transmission) (added bool, err error) {
	err = t.row(`INSERT INTO transmissions (organisation, usage, inbound, partner, name, sha256, size, kind, state, at, business, note)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) ON CONFLICT DO NOTHING RETURNING id`,
		m.Scope.Organisation, m.Scope.Usage, flag(m.Inbound), m.Partner, m.Name, m.SHA256, m.Size, m.Kind, m.State, m.At.UnixMilli(), m.Business, m.Note).Scan(&m.ID)
	if errors.Is(err, sql.ErrNoRows) {
		err = t.row(`SELECT id, state FROM transmissions WHERE organisation=$1 AND usage=$2 AND inbound=$3 AND partner=$4 AND sha256=$5`,
			m.Scope.Organisation, m.Scope.Usage, flag(m.Inbound), m.Partner, m.SHA256).Scan(&m.ID, &m.State)
		return false, err
	}
	return true, err
}

const transmissionColumns = `id, organisation, usage, inbound, partner, name, sha256, size, kind, state, at, business, note, released, purged_at`

func scanTransmission(scan func(...any) error) (gateway.Transmission, error) {
	var m gateway.Transmission
	var at, purged int64
	var in int
	err := scan(&m.ID, &m.Scope.Organisation, &m.Scope.Usage, &in, &m.Partner, &m.Name, &m.SHA256, &m.Size, &m.Kind, &m.State, &at, &m.Business, &m.Note, &m.Released, &purged)
	m.At, m.Inbound, m.PurgedAt = time.UnixMilli(at), in == 1, timeOf(purged)
	return m, err
}

// Transmission finds a transmission.
func (t *Tx) Transmission(s gateway.Scope, id int64) (gateway.Transmission, error) {
	return one(t, transmissionColumns, `transmissions`, s, id, scanTransmission)
}

// SetTransmission changes what is known of a transmission.
func (t *Tx) SetTransmission(m *gateway.Transmission) error {
	_, err := t.exec(`UPDATE transmissions SET kind=$1, state=$2, business=$3, note=$4, released=$5 WHERE id=$6 AND organisation=$7 AND usage=$8`,
		m.Kind, m.State, m.Business, m.Note, m.Released, m.ID, m.Scope.Organisation, m.Scope.Usage)
	return err
}

// briefColumns are those of a claim without its document, which is most of it.
const briefColumns = `id, organisation, usage, transmission, item, claim_id, trace, kind, payer, payer_name, partner, npi, tax_id, charge,
	service_from, service_to, frequency, sequence, state, at, interchange, set_control, findings, payer_claim_id, paid, adjusted, patient, denied, open, standing`

const claimColumns = briefColumns + `, document`

func scanBrief(scan func(...any) error) (gateway.Claim, error) { return scanClaimInto(scan) }

func scanClaim(scan func(...any) error) (gateway.Claim, error) {
	var packed []byte
	c, err := scanClaimInto(scan, &packed)
	if err == nil {
		c.Document, err = unpack(packed)
	}
	return c, err
}

func scanClaimInto(scan func(...any) error, more ...any) (gateway.Claim, error) {
	var c gateway.Claim
	var at, charge, paid, adjusted, patient, denied, open int64
	var state string
	err := scan(append([]any{&c.ID, &c.Scope.Organisation, &c.Scope.Usage, &c.Transmission, &c.Item, &c.ClaimID, &c.Trace, &c.Kind, &c.Payer, &c.PayerName, &c.Partner,
		&c.NPI, &c.TaxID, &charge, &c.From, &c.To, &c.Frequency, &c.Sequence, &state, &at, &c.Interchange, &c.Set, &c.Findings, &c.PayerClaimID,
		&paid, &adjusted, &patient, &denied, &open, &c.Standing}, more...)...)
	c.At, c.State, c.Charge = time.UnixMilli(at), gateway.State(state), money.Amount(charge)
	c.Money = gateway.Money{Paid: money.Amount(paid), Adjusted: money.Amount(adjusted), Patient: money.Amount(patient), Denied: money.Amount(denied), Open: money.Amount(open)}
	return c, err
}

// claimsWhere lists claims of a scope by a condition that begins with $3.
func (t *Tx) claimsWhere(s gateway.Scope, where string, args ...any) ([]gateway.Claim, error) {
	return listOf(t, claimColumns, `claims WHERE organisation=$1 AND usage=$2 AND `+where, append([]any{s.Organisation, s.Usage}, args...), scanClaim)
}

// briefWhere lists them without their documents, by a condition that few rows
// meet.
func (t *Tx) briefWhere(s gateway.Scope, where string, args ...any) ([]gateway.Claim, error) {
	return listOf(t, briefColumns, `claims WHERE `+byKey+` AND `+where, append([]any{s.Organisation, s.Usage}, args...), scanBrief)
}

// Claims lists the claims of a scope in the order of arrival.
func (t *Tx) Claims(s gateway.Scope) ([]gateway.Claim, error) {
	return t.claimsWhere(s, `1=1 ORDER BY id`)
}

// Claim finds a claim.
func (t *Tx) Claim(s gateway.Scope, id int64) (gateway.Claim, error) {
	return one(t, claimColumns, `claims`, s, id, scanClaim)
}

// Waiting lists queued claims of a partner that are in no interchange yet.
func (t *Tx) Waiting(s gateway.Scope, partner string, limit int) ([]gateway.Claim, error) {
	return listOf(t, claimColumns, `claims WHERE `+byKey+` AND state='queued' AND interchange=0 AND partner=$3 ORDER BY id LIMIT $4`, []any{s.Organisation, s.Usage, partner, limit}, scanClaim)
}

// ClaimsOf lists the claims of an interchange, without their documents; set
// limits it to one set.
func (t *Tx) ClaimsOf(s gateway.Scope, interchange int64, set string) ([]gateway.Claim, error) {
	if set == "" {
		return t.briefWhere(s, `interchange=$3 AND interchange<>0 ORDER BY id`, interchange)
	}
	return t.briefWhere(s, `interchange=$3 AND interchange<>0 AND set_control=$4 ORDER BY id`, interchange, set)
}

// ByTrace finds claims by our own number, without their documents.
func (t *Tx) ByTrace(s gateway.Scope, trace string) ([]gateway.Claim, error) {
	return t.briefWhere(s, `trace=$3`, trace)
}

// ByClaimID finds claims that went to a partner under the submitter's number,
// without their documents.
func (t *Tx) ByClaimID(s gateway.Scope, partner, claimID string) ([]gateway.Claim, error) {
	return t.ByClaimIDs(s, partner, []string{claimID})
}

// NextControl gives the next number of a name ("ISA13", "BHT03" …) for a
// partner. It is never given again.
func (t *Tx) NextControl(s gateway.Scope, partner, name string) (int64, error) {
	var v int64
	err := t.row(`INSERT INTO controls (organisation, usage, partner, name, value) VALUES ($1,$2,$3,$4,1)
		ON CONFLICT (organisation, usage, partner, name) DO UPDATE SET value=controls.value+1 RETURNING value`, s.Organisation, s.Usage, partner, name).Scan(&v)
	return v, err
}

// AddInterchange notes an interchange that is to be sent.
func (t *Tx) AddInterchange(i *gateway.Interchange) error {
	return t.row(`INSERT INTO interchanges (organisation, usage, partner, control, group_control, sha256, name, size, claims, charge, state, at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) RETURNING id`, i.Scope.Organisation, i.Scope.Usage, i.Partner, i.Control, i.Group, i.SHA256, i.Name,
		i.Size, i.Claims, int64(i.Charge), i.State, i.At.UnixMilli()).Scan(&i.ID)
}

const interchangeColumns = `id, organisation, usage, partner, control, group_control, sha256, name, size, claims, charge, state, at, note, sent_at, ta1_at, acknowledged_at, purged_at`

func scanInterchange(scan func(...any) error) (gateway.Interchange, error) {
	var i gateway.Interchange
	var at, charge, sent, ta1, acknowledged, purged int64
	err := scan(&i.ID, &i.Scope.Organisation, &i.Scope.Usage, &i.Partner, &i.Control, &i.Group, &i.SHA256, &i.Name, &i.Size, &i.Claims, &charge, &i.State, &at, &i.Note,
		&sent, &ta1, &acknowledged, &purged)
	i.At, i.Charge = time.UnixMilli(at), money.Amount(charge)
	i.SentAt, i.TA1At, i.AcknowledgedAt, i.PurgedAt = timeOf(sent), timeOf(ta1), timeOf(acknowledged), timeOf(purged)
	return i, err
}

// Interchange finds an interchange.
func (t *Tx) Interchange(s gateway.Scope, id int64) (gateway.Interchange, error) {
	i, err := scanInterchange(t.row(`SELECT `+interchangeColumns+` FROM `+t.only(`interchanges`), s.Organisation, s.Usage, id).Scan)
	return i, found(err)
}

// ByControl finds the interchange of a partner by its control number, or by
// that of its group.
func (t *Tx) ByControl(s gateway.Scope, partner, control, group string) (gateway.Interchange, error) {
	i, err := scanInterchange(t.row(`SELECT `+interchangeColumns+` FROM interchanges WHERE organisation=$1 AND usage=$2 AND partner=$3 AND (control=$4 OR $4='' AND group_control=$5)`,
		s.Organisation, s.Usage, partner, control, group).Scan)
	return i, found(err)
}

// SetInterchange changes the state of an interchange.
func (t *Tx) SetInterchange(i *gateway.Interchange) error {
	_, err := t.exec(`UPDATE interchanges SET state=$1, note=$2, sent_at=$3, ta1_at=$4, acknowledged_at=$5 WHERE id=$6 AND organisation=$7 AND usage=$8`, i.State, i.Note,
		milliOf(i.SentAt), milliOf(i.TA1At), milliOf(i.AcknowledgedAt), i.ID, i.Scope.Organisation, i.Scope.Usage)
	return err
}

// Delivery is how far a delivery of an interchange has gone at most.
type Delivery struct {
	Fence     int64
	Step      int
	Temporary string // under which name a file was written last
}

// Lease takes the right to deliver an interchange until a time. It gives the
// fence that the owner shows at each step, and how far a delivery had gone
// before; ok is false while another holds it.
func (t *Tx) Lease(id int64, owner string, now, until time.Time) (d Delivery, ok bool, err error) {
	err = t.row(`UPDATE interchanges SET lease_owner=$1, lease_fence=lease_fence+1, lease_until=$2 WHERE id=$3 AND lease_until<$4 AND state='queued'
		RETURNING lease_fence, begun, temporary`, owner, until.UnixMilli(), id, now.UnixMilli()).Scan(&d.Fence, &d.Step, &d.Temporary)
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	return d, err == nil, err
}

// Step notes how far a delivery is about to go, before it goes.
func (t *Tx) Step(id int64, d Delivery) (ok bool, err error) {
	return t.fenced(id, d.Fence, `begun=$3, temporary=$4`, d.Step, d.Temporary)
}

// Renew extends a lease while bytes move.
func (t *Tx) Renew(id, fence int64, until time.Time) (ok bool, err error) {
	return t.fenced(id, fence, `lease_until=$3`, until.UnixMilli())
}

// Release gives a lease back.
func (t *Tx) Release(id, fence int64) (ok bool, err error) {
	return t.fenced(id, fence, `lease_until=0`)
}

func (t *Tx) fenced(id, fence int64, set string, args ...any) (bool, error) {
	r, err := t.exec(`UPDATE interchanges SET `+set+` WHERE id=$1 AND lease_fence=$2`, append([]any{id, fence}, args...)...)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// Redeliver lets an interchange be sent once more, the same bytes under the same
// numbers: a person has decided that the partner does not have it.
func (t *Tx) Redeliver(id int64) error {
	_, err := t.exec(`UPDATE interchanges SET state='queued', begun=0, temporary='', lease_until=0, lease_fence=lease_fence+1 WHERE id=$1`, id)
	return err
}

// AddRemittance notes a remittance advice. When the partner sent the same one
// before, under whatever envelope, it gives that one's id, and false.
func (t *Tx) AddRemittance(m *gateway.Remittance) (added bool, err error) {
	if m.State == "" {
		m.State = gateway.RemittancePosted
	}
	err = t.row(`INSERT INTO remittances (organisation, usage, partner, trace, origin, amount, date, method, claims, balanced, adjusted, sha256, place_offset, segment,
		state, hold, digest, handling, payer_name, payee, payee_name) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21)
		ON CONFLICT DO NOTHING RETURNING id`, m.Scope.Organisation, m.Scope.Usage, m.Partner, m.Trace, m.Origin, int64(m.Amount), m.Date, m.Method, m.Claims,
		flag(m.Balanced), int64(m.Adjusted), m.Place.SHA256, m.Place.Offset, m.Place.Segment, string(m.State), m.Hold, m.Digest, m.Handling, m.PayerName, m.Payee,
		m.PayeeName).Scan(&m.ID)
	if errors.Is(err, sql.ErrNoRows) {
		err = t.row(`SELECT id FROM remittances WHERE organisation=$1 AND usage=$2 AND partner=$3 AND trace=$4 AND origin=$5 AND digest=$6`, m.Scope.Organisation, m.Scope.Usage,
			m.Partner, m.Trace, m.Origin, m.Digest).Scan(&m.ID)
		return false, err
	}
	return true, err
}

// SetRemittance notes how many claims a remittance advice holds, once they are
// read, and what became of it.
func (t *Tx) SetRemittance(m *gateway.Remittance) error {
	_, err := t.exec(`UPDATE remittances SET claims=$1, state=$2, hold=$3 WHERE id=$4 AND organisation=$5 AND usage=$6`, m.Claims, string(m.State), m.Hold, m.ID,
		m.Scope.Organisation, m.Scope.Usage)
	return err
}
