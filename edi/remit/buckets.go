package remit

import (
	"claimwire/edi/adjust"
	"claimwire/edi/money"
)

// Buckets say where the dollars of a claim payment are: each dollar of the
// charge in exactly one. They sum to the charge; Unexplained is what is left
// where the claim does not balance, and nothing where it does.
type Buckets struct {
	Paid        money.Amount
	Contractual money.Amount // lowered by contract, law or bundling
	Patient     money.Amount
	Denied      money.Amount // charges of denied claims and lines
	OtherPayer  money.Amount // another payer has paid it, or must
	Unexplained money.Amount
}

// Sum adds them up.
func (b Buckets) Sum() money.Amount {
	return b.Paid + b.Contractual + b.Patient + b.Denied + b.OtherPayer + b.Unexplained
}

// Plus adds two.
func (b Buckets) Plus(o Buckets) Buckets {
	return Buckets{b.Paid + o.Paid, b.Contractual + o.Contractual, b.Patient + o.Patient, b.Denied + o.Denied, b.OtherPayer + o.OtherPayer, b.Unexplained + o.Unexplained}
}

// Split puts the dollars of a claim payment into their buckets. Of a denial,
// all that was not paid is denied but the patient's share (deductible, coinsurance)
// of lines that are not, and of a denied line its charge. A reversal is split as
// the payment that it mirrors.
func (t *Table) Split(c *ClaimPayment) Buckets {
	b := Buckets{Paid: c.Paid.Amount}
	kind := c.Kind
	if kind == Reversal {
		mirrored := *c
		mirrored.Status = "1"
		kind = t.Classify(&mirrored, nil).Kind
	}
	if kind == Denial {
		b.Patient = t.patientShare(c.Adjustments)
		for i := range c.Lines {
			if l := &c.Lines[i]; !t.LineDenied(l) {
				b.Patient += t.patientShare(l.Adjustments)
			}
		}
		b.Denied = c.Charge.Amount - c.Paid.Amount - b.Patient
		return b
	}
	if c.Word == "predetermination" { // nothing is owed, and nothing was denied
		b.Contractual = c.Charge.Amount - c.Paid.Amount
		return b
	}
	add := func(list []adjust.Adjustment) {
		for i := range list {
			a := &list[i]
			switch {
			case t.of(a) == otherPayer:
				b.OtherPayer += a.Amount.Amount
			case a.Group == adjust.PatientResponsibility:
				b.Patient += a.Amount.Amount
			default:
				b.Contractual += a.Amount.Amount
			}
		}
	}
	add(c.Adjustments)
	for i := range c.Lines {
		l := &c.Lines[i]
		if t.LineDenied(l) {
			b.Denied += l.Charge.Amount
			continue
		}
		add(l.Adjustments)
	}
	b.Unexplained = c.Charge.Amount - b.Sum()
	return b
}

// patientShare is what of adjustments is the patient's by the table.
func (t *Table) patientShare(list []adjust.Adjustment) (sum money.Amount) {
	for i := range list {
		if t.of(&list[i]) == patient {
			sum += list[i].Amount.Amount
		}
	}
	return sum
}
