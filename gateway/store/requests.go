package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"claimwire/gateway"
)

const requestColumns = `id, organisation, usage, claim, partner, kind, dialect, trace, due, due_from, question, items, owner, state, asked_at, answered_at, closed_at, again, note,
	sha256, place_offset, segment`

func scanRequest(scan func(...any) error) (gateway.Request, error) {
	var q gateway.Request
	var items string
	var asked, answered, closed int64
	err := scan(&q.ID, &q.Scope.Organisation, &q.Scope.Usage, &q.Claim, &q.Partner, &q.Kind, &q.Dialect, &q.Trace, &q.Due, &q.DueFrom, &q.Question, &items, &q.Owner, &q.State,
		&asked, &answered, &closed, &q.Again, &q.Note, &q.Place.SHA256, &q.Place.Offset, &q.Place.Segment)
	if err != nil {
		return q, err
	}
	q.AskedAt, q.AnsweredAt, q.ClosedAt = timeOf(asked), timeOf(answered), timeOf(closed)
	return q, json.Unmarshal([]byte(items), &q.Items)
}

func itemsOf(q *gateway.Request) (string, error) {
	if len(q.Items) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal(q.Items)
	return string(b), err
}

// AddRequest notes a payer's question; the same place of the same file is noted
// once.
func (t *Tx) AddRequest(q *gateway.Request) (added bool, err error) {
	items, err := itemsOf(q)
	if err != nil {
		return false, err
	}
	err = t.row(`INSERT INTO requests (organisation, usage, claim, partner, kind, dialect, trace, due, due_from, question, items, owner, state, asked_at, again, note, sha256, place_offset,
		segment) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19) ON CONFLICT DO NOTHING RETURNING id`, q.Scope.Organisation, q.Scope.Usage, q.Claim,
		q.Partner, string(q.Kind), q.Dialect, q.Trace, q.Due, q.DueFrom, q.Question, items, q.Owner, string(q.State), milli(q.AskedAt), q.Again, q.Note, q.Place.SHA256,
		q.Place.Offset, q.Place.Segment).Scan(&q.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return true, err
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// SetRequest changes what became of a question.
func (t *Tx) SetRequest(q *gateway.Request) error {
	items, err := itemsOf(q)
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE requests SET claim=$1, due=$2, due_from=$3, items=$4, owner=$5, state=$6, answered_at=$7, closed_at=$8, note=$9 WHERE id=$10 AND organisation=$11 AND usage=$12`,
		q.Claim, q.Due, q.DueFrom, items, q.Owner, string(q.State), milli(q.AnsweredAt), milli(q.ClosedAt), q.Note, q.ID, q.Scope.Organisation, q.Scope.Usage)
	return err
}

// Request finds a question.
func (t *Tx) Request(s gateway.Scope, id int64) (gateway.Request, error) {
	return one(t, requestColumns, `requests`, s, id, scanRequest)
}

// RequestsOf lists the questions about a claim, oldest first.
func (t *Tx) RequestsOf(s gateway.Scope, claim int64) ([]gateway.Request, error) {
	return list(t, requestColumns, `requests`, in(s).and(`claim=`, claim).all(), scanRequest)
}

// RequestsDue lists open questions, those first that are due first; those that
// are due by a day (CCYYMMDD; empty: all).
func (t *Tx) RequestsDue(s gateway.Scope, by string, limit int) ([]gateway.Request, error) {
	// In the order of the index of open ones: however many there are, only these are
	// read.
	const open = ` AND (state='open' OR state='partly_answered')`
	due := in(s)
	due.text += open
	due.and(`due>`, "")
	if by != "" {
		due.and(`due<=`, by)
	}
	due.text += ` ORDER BY due, id LIMIT ` + strconv.Itoa(limit)
	all, err := list(t, requestColumns, `requests`, due, scanRequest)
	if err != nil || by != "" || len(all) == limit {
		return all, err
	}
	undated := in(s)
	undated.text += open
	undated.and(`due=`, "")
	undated.text += ` ORDER BY id LIMIT ` + strconv.Itoa(limit-len(all))
	more, err := list(t, requestColumns, `requests`, undated, scanRequest)
	return append(all, more...), err
}

const answerColumns = `id, organisation, usage, request, claim, partner, dialect, control, state, interchange, late, made_by, at, note`

func scanAnswer(scan func(...any) error) (gateway.Answer, error) {
	var a gateway.Answer
	var late int
	var at int64
	err := scan(&a.ID, &a.Scope.Organisation, &a.Scope.Usage, &a.Request, &a.Claim, &a.Partner, &a.Dialect, &a.Control, &a.State, &a.Interchange, &late, &a.By, &at, &a.Note)
	a.Late, a.At = late == 1, time.UnixMilli(at)
	return a, err
}

// AddAnswer notes an answer, without its documents.
func (t *Tx) AddAnswer(a *gateway.Answer) error {
	return t.row(`INSERT INTO answers (organisation, usage, request, claim, partner, dialect, control, state, interchange, late, made_by, at, note)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13) RETURNING id`, a.Scope.Organisation, a.Scope.Usage, a.Request, a.Claim, a.Partner, a.Dialect, a.Control, string(a.State),
		a.Interchange, flag(a.Late), a.By, a.At.UnixMilli(), a.Note).Scan(&a.ID)
}

// SetAnswer changes what became of an answer.
func (t *Tx) SetAnswer(a *gateway.Answer) error {
	_, err := t.exec(`UPDATE answers SET state=$1, interchange=$2, late=$3, note=$4, at=$5 WHERE id=$6 AND organisation=$7 AND usage=$8`, string(a.State), a.Interchange, flag(a.Late),
		a.Note, a.At.UnixMilli(), a.ID, a.Scope.Organisation, a.Scope.Usage)
	return err
}

// Answer finds an answer with its documents.
func (t *Tx) Answer(s gateway.Scope, id int64) (gateway.Answer, error) {
	a, err := one(t, answerColumns, `answers`, s, id, scanAnswer)
	if err == nil {
		a.Documents, err = t.documentsOf(id)
	}
	return a, err
}

// AnswersOf lists the answers to a request, with their documents.
func (t *Tx) AnswersOf(s gateway.Scope, request int64) ([]gateway.Answer, error) {
	return t.answersBy(s, `request=`, request)
}

// AnswersFor lists the answers and documents about a claim.
func (t *Tx) AnswersFor(s gateway.Scope, claim int64) ([]gateway.Answer, error) {
	return t.answersBy(s, `claim=`, claim)
}

// AnswersIn lists the answers that went in an interchange.
func (t *Tx) AnswersIn(s gateway.Scope, interchange int64) ([]gateway.Answer, error) {
	return t.answersBy(s, `interchange<>0 AND interchange=`, interchange)
}

func (t *Tx) answersBy(s gateway.Scope, by string, id int64) ([]gateway.Answer, error) {
	all, err := list(t, answerColumns, `answers`, in(s).and(by, id).all(), scanAnswer)
	for i := range all {
		if err == nil {
			all[i].Documents, err = t.documentsOf(all[i].ID)
		}
	}
	return all, err
}

// AddDocument adds a document to an answer.
func (t *Tx) AddDocument(d *gateway.Document) error {
	return t.row(`INSERT INTO documents (answer, item, report, content, name, sha256, size) VALUES ($1,$2,$3,$4,$5,$6,$7) RETURNING id`, d.Answer, d.Item, d.Report, d.Content, d.Name,
		d.SHA256, d.Size).Scan(&d.ID)
}

// RemoveDocument takes a document out of an answer that was not sent.
func (t *Tx) RemoveDocument(s gateway.Scope, request, document int64) error {
	r, err := t.exec(`DELETE FROM documents WHERE id=$1 AND answer IN (SELECT id FROM answers WHERE organisation=$2 AND usage=$3 AND request=$4 AND state='draft')`,
		document, s.Organisation, s.Usage, request)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ErrNotFound)
	}
	return nil
}

func (t *Tx) documentsOf(answer int64) ([]gateway.Document, error) {
	return listOf(t, `id, answer, item, report, content, name, sha256, size`, `documents WHERE answer=$1 ORDER BY item, id`, []any{answer}, func(scan func(...any) error) (gateway.Document, error) {
		var d gateway.Document
		err := scan(&d.ID, &d.Answer, &d.Item, &d.Report, &d.Content, &d.Name, &d.SHA256, &d.Size)
		return d, err
	})
}

const inquiryColumns = `id, organisation, usage, claim, partner, interchange, trace, at, answered_at, said`

func scanInquiry(scan func(...any) error) (gateway.Inquiry, error) {
	var q gateway.Inquiry
	var at, answered int64
	err := scan(&q.ID, &q.Scope.Organisation, &q.Scope.Usage, &q.Claim, &q.Partner, &q.Interchange, &q.Trace, &at, &answered, &q.Said)
	q.At, q.AnsweredAt = time.UnixMilli(at), timeOf(answered)
	return q, err
}

// AddInquiry notes a question of ours.
func (t *Tx) AddInquiry(q *gateway.Inquiry) error {
	return t.row(`INSERT INTO inquiries (organisation, usage, claim, partner, interchange, trace, at) VALUES ($1,$2,$3,$4,$5,$6,$7) RETURNING id`, q.Scope.Organisation, q.Scope.Usage,
		q.Claim, q.Partner, q.Interchange, q.Trace, q.At.UnixMilli()).Scan(&q.ID)
}

// Inquired lists our questions about a claim, oldest first.
func (t *Tx) Inquired(s gateway.Scope, claim int64) ([]gateway.Inquiry, error) {
	return list(t, inquiryColumns, `inquiries`, in(s).and(`claim=`, claim).all(), scanInquiry)
}

// AnswerInquiry notes what a partner says to a question of ours; it gives the
// claim that was asked about, 0 where the question is not ours.
func (t *Tx) AnswerInquiry(s gateway.Scope, partner, trace, said string, at time.Time) (claim int64, err error) {
	err = t.row(`UPDATE inquiries SET answered_at=$1, said=$2 WHERE organisation=$3 AND usage=$4 AND partner=$5 AND trace=$6 RETURNING claim`, at.UnixMilli(), said, s.Organisation, s.Usage,
		partner, trace).Scan(&claim)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return claim, err
}

// Silent lists claims of a partner that were sent before a time, that the payer
// has not decided, and that were not asked about since another.
func (t *Tx) Silent(s gateway.Scope, partner string, before, asked time.Time, limit int) ([]gateway.Claim, error) {
	return t.claimsWhere(s, `partner=$3 AND state IN ('sent','accepted') AND at<$4 AND frequency<>'8'
		AND NOT EXISTS (SELECT 1 FROM inquiries WHERE inquiries.claim=claims.id AND inquiries.at>=$5) ORDER BY id LIMIT $6`, partner, before.UnixMilli(), asked.UnixMilli(), limit)
}
