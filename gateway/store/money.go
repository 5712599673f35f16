package store

import (
	"database/sql"
	"strconv"
	"strings"
	"time"

	"claimwire/edi/money"
	"claimwire/gateway"
)

// SameTrace finds a remittance advice that names the same payment as m, and
// says whether it is the same to the last segment. Of another partner, it is of
// the same amount and day too: one payer may reach us by two ways. 0: there is
// none. What a person has discarded does not count.
func (t *Tx) SameTrace(m *gateway.Remittance) (id int64, same bool, err error) {
	err = t.rows(`SELECT id, digest, partner, amount, date FROM remittances WHERE organisation=$1 AND usage=$2 AND trace=$3 AND origin=$4 AND (state<>'discarded' OR digest=$5) ORDER BY id`,
		func(r *sql.Rows) error {
			var other int64
			var digest, partner, date string
			var amount int64
			if err := r.Scan(&other, &digest, &partner, &amount, &date); err != nil {
				return err
			}
			if digest == m.Digest {
				id, same = other, true
			} else if id == 0 && (partner == m.Partner || amount == int64(m.Amount) && date == m.Date) {
				id = other
			}
			return nil
		}, m.Scope.Organisation, m.Scope.Usage, m.Trace, m.Origin, m.Digest)
	return id, same, err
}

// RemittancesIn lists a part of the remittance advices in a state.
func (t *Tx) RemittancesIn(s gateway.Scope, state gateway.RemittanceState, p gateway.Page) ([]gateway.Remittance, error) {
	return list(t, remittanceColumns, `remittances`, in(s).and(`state=`, string(state)).page(p), scanRemittance)
}

// RemittanceByTrace lists remittance advices that name a payment, whoever sent
// them.
func (t *Tx) RemittanceByTrace(s gateway.Scope, trace string) ([]gateway.Remittance, error) {
	return list(t, remittanceColumns, `remittances`, in(s).and(`trace=`, trace).all(), scanRemittance)
}

// PaymentsOf lists the claim payments of claims, without their records, in the
// order of their arrival.
func (t *Tx) PaymentsOf(s gateway.Scope, claims []int64) ([]gateway.Payment, error) {
	var all []gateway.Payment
	for len(claims) > 0 {
		part := claims[:min(len(claims), setSize)]
		claims = claims[len(part):]
		args := []any{s.Organisation, s.Usage}
		n := padded(len(part))
		for i := range n {
			args = append(args, part[min(i, len(part)-1)])
		}
		got, err := listOf(t, briefPaymentColumns, `payments WHERE `+byKey+` AND claim IN (`+parameters(3, n)+`) ORDER BY id`, args, scanBriefPayment)
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
	}
	return all, nil
}

// Payment finds a claim payment, with its record.
func (t *Tx) Payment(s gateway.Scope, id int64) (gateway.Payment, error) {
	return one(t, paymentColumns, `payments`, s, id, scanPayment)
}

// SetPayment changes whose payment it is, and with which it is paired.
func (t *Tx) SetPayment(p *gateway.Payment) error {
	_, err := t.exec(`UPDATE payments SET claim=$1, candidates=$2, pair=$3 WHERE id=$4 AND organisation=$5 AND usage=$6`, p.Claim, p.Candidates, p.Pair, p.ID,
		p.Scope.Organisation, p.Scope.Usage)
	return err
}

// ReversalsAlone lists a part of the reversals whose payment is not here.
func (t *Tx) ReversalsAlone(s gateway.Scope, p gateway.Page) ([]gateway.Payment, error) {
	return list(t, paymentColumns, `payments`, in(s).and(`kind=`, "reversal").and(`pair=`, 0).page(p), scanPayment)
}

var insertProviderAdjustments = set{before: `INSERT INTO provider_adjustments (organisation, usage, remittance, partner, payee, provider, fiscal_year, reason, reference, amount, date,
	trace, position) VALUES `, parameters: 13, after: ` ON CONFLICT DO NOTHING`}

// AddProviderAdjustments notes provider adjustments; one whose place in its
// remittance advice is noted already is left.
func (t *Tx) AddProviderAdjustments(list []gateway.ProviderAdjustment) error {
	for len(list) > 0 {
		part := list[:min(len(list), setSize)]
		list = list[len(part):]
		args := make([]any, 0, len(part)*insertProviderAdjustments.parameters)
		for i := range part {
			a := &part[i]
			args = append(args, a.Scope.Organisation, a.Scope.Usage, a.Remittance, a.Partner, a.Payee, a.Provider, a.FiscalYear, a.Reason, a.Reference, int64(a.Amount),
				a.Date, a.Trace, a.Position)
		}
		if _, err := t.exec(insertProviderAdjustments.query(len(part)), args...); err != nil {
			return err
		}
	}
	return nil
}

const providerAdjustmentColumns = `id, organisation, usage, remittance, partner, payee, provider, fiscal_year, reason, reference, amount, date, trace, position`

func scanProviderAdjustment(scan func(...any) error) (gateway.ProviderAdjustment, error) {
	var a gateway.ProviderAdjustment
	var amount int64
	err := scan(&a.ID, &a.Scope.Organisation, &a.Scope.Usage, &a.Remittance, &a.Partner, &a.Payee, &a.Provider, &a.FiscalYear, &a.Reason, &a.Reference, &amount,
		&a.Date, &a.Trace, &a.Position)
	a.Amount = money.Amount(amount)
	return a, err
}

// ProviderAdjustments lists those of a remittance advice, or a part of all.
func (t *Tx) ProviderAdjustments(s gateway.Scope, remittance int64, p gateway.Page) ([]gateway.ProviderAdjustment, error) {
	w := in(s)
	if remittance != 0 {
		w.and(`remittance=`, remittance)
	}
	return list(t, providerAdjustmentColumns, `provider_adjustments`, w.page(p), scanProviderAdjustment)
}

// AddCorrection notes that a claim follows another.
func (t *Tx) AddCorrection(c *gateway.Correction) error {
	_, err := t.exec(`INSERT INTO corrections (claim, organisation, usage, original, kind, at, note) VALUES ($1,$2,$3,$4,$5,$6,$7)`, c.Claim, c.Scope.Organisation,
		c.Scope.Usage, c.Original, string(c.Kind), c.At.UnixMilli(), c.Note)
	return err
}

const correctionColumns = `claim, organisation, usage, original, kind, at, note`

func scanCorrection(scan func(...any) error) (gateway.Correction, error) {
	var c gateway.Correction
	var at int64
	var kind string
	err := scan(&c.Claim, &c.Scope.Organisation, &c.Scope.Usage, &c.Original, &kind, &at, &c.Note)
	c.At, c.Kind = time.UnixMilli(at), gateway.CorrectionKind(kind)
	return c, err
}

// CorrectionsOf lists what follows claims, oldest first.
func (t *Tx) CorrectionsOf(s gateway.Scope, original ...int64) ([]gateway.Correction, error) {
	return t.corrections(s, "original", original)
}

// CorrectedBy finds which claim a claim follows; its zero value when none.
func (t *Tx) CorrectedBy(s gateway.Scope, claim int64) (gateway.Correction, error) {
	got, err := t.corrections(s, "claim", []int64{claim})
	if err != nil || len(got) == 0 {
		return gateway.Correction{}, err
	}
	return got[0], nil
}

// CorrectionPage lists what follows what, by the claim that follows.
func (t *Tx) CorrectionPage(s gateway.Scope, p gateway.Page) ([]gateway.Correction, error) {
	return listOf(t, correctionColumns, `corrections WHERE organisation=$1 AND usage=$2 AND claim>$3 ORDER BY claim LIMIT $4`,
		[]any{s.Organisation, s.Usage, p.After, p.Limit}, scanCorrection)
}

func (t *Tx) corrections(s gateway.Scope, column string, ids []int64) ([]gateway.Correction, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	text := make([]string, len(ids))
	for i, id := range ids {
		text[i] = strconv.FormatInt(id, 10)
	}
	return listOf(t, correctionColumns, `corrections WHERE organisation=$1 AND usage=$2 AND `+column+` IN (`+strings.Join(text, ",")+`) ORDER BY at, claim`,
		[]any{s.Organisation, s.Usage}, scanCorrection)
}

// ByPayerClaimID finds claims that went to a partner and that the payer has
// given a number, without their documents.
func (t *Tx) ByPayerClaimID(s gateway.Scope, partner, number string) ([]gateway.Claim, error) {
	return t.briefWhere(s, `payer_claim_id<>'' AND payer_claim_id=$3 AND partner=$4 AND interchange<>0 ORDER BY id LIMIT 20`, number, partner)
}

// Like finds claims of a partner that went out and might be what a payment
// without a match speaks of: of the same charge, or under the payer's number.
func (t *Tx) Like(s gateway.Scope, partner string, charge money.Amount, payerClaimID string, limit int) ([]gateway.Claim, error) {
	var all []gateway.Claim
	if payerClaimID != "" {
		got, err := t.briefWhere(s, `payer_claim_id<>'' AND payer_claim_id=$3 AND partner=$4 AND interchange<>0 ORDER BY id LIMIT $5`, payerClaimID, partner, limit)
		if err != nil {
			return nil, err
		}
		all = got
	}
	got, err := t.briefWhere(s, `charge=$3 AND partner=$4 AND interchange<>0 ORDER BY id LIMIT $5`, int64(charge), partner, limit)
	return append(all, got...), err
}

// TransmissionOf finds the file of a partner that has certain bytes.
func (t *Tx) TransmissionOf(s gateway.Scope, partner, sha256 string) (gateway.Transmission, error) {
	m, err := scanTransmission(t.row(`SELECT `+transmissionColumns+` FROM transmissions WHERE organisation=$1 AND usage=$2 AND inbound=1 AND partner=$3 AND sha256=$4`,
		s.Organisation, s.Usage, partner, sha256).Scan)
	return m, found(err)
}
