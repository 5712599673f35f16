package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"claimwire/gateway"
)

// AddWire keeps how an interchange goes over the wire.
func (t *Tx) AddWire(i *gateway.Interchange) error {
	_, err := t.exec(`INSERT INTO wires (interchange, organisation, usage, name, size, sha256) VALUES ($1,$2,$3,$4,$5,$6)`,
		i.ID, i.Scope.Organisation, i.Scope.Usage, i.Wire.Name, i.Wire.Size, i.Wire.SHA256)
	return err
}

// WireOf fills in how an interchange goes over the wire, where it is wrapped.
func (t *Tx) WireOf(i *gateway.Interchange) error {
	err := t.row(`SELECT name, size, sha256 FROM wires WHERE interchange=$1 AND organisation=$2 AND usage=$3`, i.ID, i.Scope.Organisation, i.Scope.Usage).
		Scan(&i.Wire.Name, &i.Wire.Size, &i.Wire.SHA256)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// Certified tells where a partner stands; its stage is empty when nothing is
// known.
func (t *Tx) Certified(s gateway.Scope, partner string) (gateway.Certified, error) {
	c := gateway.Certified{Scope: s, Partner: partner}
	var since int64
	err := t.row(`SELECT stage, since, checked, recent, note FROM certifications WHERE organisation=$1 AND usage=$2 AND partner=$3`, s.Organisation, s.Usage, partner).
		Scan(&c.Stage, &since, &c.Checked, &c.Recent, &c.Note)
	if errors.Is(err, sql.ErrNoRows) {
		return c, nil
	}
	c.Since = time.UnixMilli(since)
	return c, err
}

// SetCertified notes where a partner stands.
func (t *Tx) SetCertified(c *gateway.Certified) error {
	_, err := t.exec(`INSERT INTO certifications (organisation, usage, partner, stage, since, checked, recent, note) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (organisation, usage, partner) DO UPDATE SET stage=excluded.stage, since=excluded.since, checked=excluded.checked, recent=excluded.recent, note=excluded.note`,
		c.Scope.Organisation, c.Scope.Usage, c.Partner, c.Stage, c.Since.UnixMilli(), c.Checked, c.Recent, c.Note)
	return err
}

// AddPart notes that a part of a file is another organisation's.
func (t *Tx) AddPart(p *gateway.Part) error {
	items, err := json.Marshal(p.PartItems)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO parts (organisation, usage, transmission, part, part_organisation, part_usage, items) VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT DO NOTHING`,
		p.Scope.Organisation, p.Scope.Usage, p.Transmission, p.Part, p.Of.Organisation, p.Of.Usage, string(items))
	return err
}

func (t *Tx) parts(where string, args ...any) ([]gateway.Part, error) {
	var all []gateway.Part
	err := t.rows(`SELECT organisation, usage, transmission, part, part_organisation, part_usage, items FROM parts WHERE `+where, func(r *sql.Rows) error {
		var p gateway.Part
		var items string
		if err := r.Scan(&p.Scope.Organisation, &p.Scope.Usage, &p.Transmission, &p.Part, &p.Of.Organisation, &p.Of.Usage, &items); err != nil {
			return err
		}
		all = append(all, p)
		return json.Unmarshal([]byte(items), &all[len(all)-1].PartItems)
	}, args...)
	return all, err
}

// Parts lists the parts of a file of a scope.
func (t *Tx) Parts(s gateway.Scope, transmission int64) ([]gateway.Part, error) {
	return t.parts(`organisation=$1 AND usage=$2 AND transmission=$3 ORDER BY part`, s.Organisation, s.Usage, transmission)
}

// PartOf finds the file that a file of a scope is a part of.
func (t *Tx) PartOf(s gateway.Scope, part int64) (gateway.Part, error) {
	list, err := t.parts(`part_organisation=$1 AND part_usage=$2 AND part=$3`, s.Organisation, s.Usage, part)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return gateway.Part{}, err
	}
	return list[0], nil
}

const questionColumns = `id, organisation, usage, partner, transmission, item, office, office_usage, claim, state, at`

func scanQuestion(scan func(...any) error) (gateway.Question, error) {
	var q gateway.Question
	var at int64
	err := scan(&q.ID, &q.Scope.Organisation, &q.Scope.Usage, &q.Partner, &q.Transmission, &q.Item, &q.Office.Organisation, &q.Office.Usage, &q.Claim, &q.State, &at)
	q.At = time.UnixMilli(at)
	return q, err
}

// Ask opens a question about a claim, or opens it again; one that is open stays
// what it is.
func (t *Tx) Ask(q *gateway.Question) error {
	return t.row(`INSERT INTO questions (organisation, usage, partner, transmission, item, office, office_usage, claim, state, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,'open',$9)
		ON CONFLICT (office, office_usage, claim) DO UPDATE SET state='open' RETURNING id`,
		q.Scope.Organisation, q.Scope.Usage, q.Partner, q.Transmission, q.Item, q.Office.Organisation, q.Office.Usage, q.Claim, q.At.UnixMilli()).Scan(&q.ID)
}

// Question finds a question of a service.
func (t *Tx) Question(s gateway.Scope, id int64) (gateway.Question, error) {
	return one(t, questionColumns, `questions`, s, id, scanQuestion)
}

// QuestionAbout finds the question about an office's claim.
func (t *Tx) QuestionAbout(office gateway.Scope, claim int64) (gateway.Question, error) {
	q, err := scanQuestion(t.row(`SELECT `+questionColumns+` FROM questions WHERE office=$1 AND office_usage=$2 AND claim=$3`, office.Organisation, office.Usage, claim).Scan)
	return q, found(err)
}

// QuestionsOf lists the questions about a batch.
func (t *Tx) QuestionsOf(s gateway.Scope, transmission int64) ([]gateway.Question, error) {
	return list(t, questionColumns, `questions`, in(s).and(`transmission=`, transmission).all(), scanQuestion)
}

// SetQuestion changes the state of a question.
func (t *Tx) SetQuestion(q *gateway.Question) error {
	_, err := t.exec(`UPDATE questions SET state=$1 WHERE id=$2 AND organisation=$3 AND usage=$4`, q.State, q.ID, q.Scope.Organisation, q.Scope.Usage)
	return err
}

// HeldAs finds the held claims of a scope that came with a submitter's number.
func (t *Tx) HeldAs(s gateway.Scope, claimID string) ([]gateway.Claim, error) {
	return listOf(t, claimColumns, `claims WHERE `+byKey+` AND claim_id=$3 AND state='held' AND interchange=0 ORDER BY id`, []any{s.Organisation, s.Usage, claimID}, scanClaim)
}

// Reenter puts another document in the place of a held claim's: the same claim,
// corrected. False when it is not held any more.
func (t *Tx) Reenter(c *gateway.Claim) (bool, error) {
	r, err := t.exec(`UPDATE claims SET claim_id=$1, kind=$2, payer=$3, payer_name=$4, partner=$5, npi=$6, tax_id=$7, charge=$8, service_from=$9, service_to=$10, frequency=$11,
		sequence=$12, state=$13, at=$14, document=$15, findings=$16, open=$17, person=$18, insured=$19 WHERE id=$20 AND organisation=$21 AND usage=$22 AND state='held' AND interchange=0`,
		c.ClaimID, c.Kind, c.Payer, c.PayerName, c.Partner, c.NPI, c.TaxID, int64(c.Charge), c.From, c.To, c.Frequency, c.Sequence, string(c.State), c.At.UnixMilli(), c.Document,
		c.Findings, int64(c.Money.Open), c.Person, c.Insured, c.ID, c.Scope.Organisation, c.Scope.Usage)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

// Whose finds, among some scopes, those whose claim has our own number. It is
// for a payer's answers that come over a connection which several share: each
// scope is asked by itself, and nothing else is told of it.
func (t *Tx) Whose(of []gateway.Scope, trace string) ([]gateway.Scope, error) {
	return t.whose(of, `SELECT COUNT(*) FROM claims WHERE organisation=$1 AND usage=$2 AND trace=$3`, trace)
}

// WhoseClaim finds them by the submitter's number and the partner, and, where
// it is known, the billing provider.
func (t *Tx) WhoseClaim(of []gateway.Scope, partner, claimID, provider string) ([]gateway.Scope, error) {
	return t.whose(of, `SELECT COUNT(*) FROM claims WHERE organisation=$1 AND usage=$2 AND claim_id=$4 AND partner=$3 AND interchange<>0 AND ($5='' OR npi=$5 OR tax_id=$5)`,
		partner, claimID, provider)
}

// WhoseInterchange finds them by the number of an interchange, or of its group.
func (t *Tx) WhoseInterchange(of []gateway.Scope, partner, control, group string) ([]gateway.Scope, error) {
	return t.whose(of, `SELECT COUNT(*) FROM interchanges WHERE organisation=$1 AND usage=$2 AND partner=$3 AND (control=$4 OR $4='' AND group_control=$5)`, partner, control, group)
}

func (t *Tx) whose(of []gateway.Scope, q string, args ...any) ([]gateway.Scope, error) {
	var all []gateway.Scope
	for _, s := range of {
		var n int
		if err := t.row(q, append([]any{s.Organisation, s.Usage}, args...)...).Scan(&n); err != nil {
			return nil, err
		}
		if n > 0 {
			all = append(all, s)
		}
	}
	return all, nil
}

// EventsOfFile lists what a file did to claims.
func (t *Tx) EventsOfFile(s gateway.Scope, transmission int64) ([]gateway.Event, error) {
	return list(t, eventColumns, `events`, in(s).and(`transmission=`, transmission).all(), scanEvent)
}

// InterchangesTo lists the last interchanges of a scope to a partner, the newest
// first.
func (t *Tx) InterchangesTo(s gateway.Scope, partner string, limit int) ([]gateway.Interchange, error) {
	return list(t, interchangeColumns, `interchanges`, in(s).and(`partner=`, partner).newest(gateway.Page{Limit: limit}), scanInterchange)
}

// GivenFor lists the acknowledgments that a partner was given for a file.
func (t *Tx) GivenFor(s gateway.Scope, partner string, transmission int64) ([]gateway.Transmission, error) {
	w := in(s).and(`inbound=`, 0).and(`partner=`, partner)
	w.args = append(w.args, strconv.FormatInt(transmission, 10)+`-%`)
	w.text += ` AND kind IN ('TA1','999','277CA','twin') AND name LIKE $` + strconv.Itoa(len(w.args)) + ` AND name NOT LIKE '%-835%'`
	return list(t, transmissionColumns, `transmissions`, w.all(), scanTransmission)
}

// BackInTest lists the partners of all scopes that had too many errors and are
// in test again.
func (t *Tx) BackInTest() ([]gateway.Certified, error) {
	var all []gateway.Certified
	err := t.rows(`SELECT organisation, usage, partner, stage, since, checked, recent, note FROM certifications WHERE stage='test' AND note LIKE $1 ORDER BY organisation, usage, partner`, func(r *sql.Rows) error {
		var c gateway.Certified
		var since int64
		err := r.Scan(&c.Scope.Organisation, &c.Scope.Usage, &c.Partner, &c.Stage, &since, &c.Checked, &c.Recent, &c.Note)
		c.Since = time.UnixMilli(since)
		all = append(all, c)
		return err
	}, gateway.BackInTest+`%`)
	return all, err
}

// Refused lists interchanges of all scopes that their partner has refused, as a
// whole, a set of them, or every claim in them, as long as claims of theirs stay
// rejected.
func (t *Tx) Refused(p gateway.Page) ([]gateway.Interchange, error) {
	w := &where{text: ` WHERE sent_at>0 AND EXISTS (SELECT 1 FROM claims WHERE claims.interchange=interchanges.id AND claims.state='rejected')
		AND (state='rejected' OR NOT EXISTS (SELECT 1 FROM claims WHERE claims.interchange=interchanges.id AND claims.state<>'rejected'))`}
	return list(t, interchangeColumns, `interchanges`, w.page(p), scanInterchange)
}

// NotSent lists interchanges of all scopes that were to be sent before a time and
// could not.
func (t *Tx) NotSent(before time.Time, p gateway.Page) ([]gateway.Interchange, error) {
	w := &where{text: ` WHERE state='queued' AND note LIKE $1 AND at<$2`, args: []any{gateway.NotSent + `%`, before.UnixMilli()}}
	return list(t, interchangeColumns, `interchanges`, w.page(p), scanInterchange)
}
