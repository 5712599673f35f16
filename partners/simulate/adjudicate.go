package simulate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"

	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/money"
	"claimwire/edi/remit"
	"claimwire/edi/status"
)

// Decision is what the payer makes of a claim.
type Decision string

// The decisions.
const (
	PayFull     Decision = "paid in full"
	PayContract Decision = "contractual adjustment"
	PayShared   Decision = "deductible and coinsurance"
	DenyClaim   Decision = "claim denied"
	DenyLine    Decision = "line denied"
	AskMore     Decision = "more information wanted"
	Refuse      Decision = "rejected at the front end"
	Undo        Decision = "reversal"
	PayAfter    Decision = "paid after another payer"
	Price       Decision = "predetermined"
	Record      Decision = "recorded, paid in another way"
)

// chance gives a number from 0 to n-1 that depends on the seed and the text
// alone.
func (p *Payer) chance(n uint64, parts ...string) uint64 {
	h := sha256.New()
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], p.cfg.Seed)
	h.Write(b[:])
	for _, s := range parts {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return binary.BigEndian.Uint64(h.Sum(nil)) % n
}

// PayerClaimID is the payer's own number of a claim.
func (p *Payer) payerClaimID(c *claim.Claim) string {
	h := sha256.Sum256([]byte(p.cfg.ID + "\x00" + c.ID + "\x00" + c.Reference(claim.ReferenceTrace) + "\x00" + c.Charge.String()))
	return "P" + strings.ToUpper(hex.EncodeToString(h[:6]))
}

// scripted are the patient control numbers' endings that ask for a decision;
// the name of each is its decision.
var scripted = []struct {
	ending   string
	decision Decision
}{
	{"-FULL", PayFull}, {"-CONTRACT", PayContract}, {"-SHARED", PayShared}, {"-DENY", DenyClaim}, {"-LINE", DenyLine}, {"-RFI", AskMore}, {"-REJECT", Refuse},
}

// decide says what becomes of a claim that has no fault of form.
func (p *Payer) decide(c *claim.Claim) Decision {
	if c.Frequency == "8" {
		return Undo
	}
	d := p.decideAnew(c)
	switch {
	case c.Frequency == "7" && (d == DenyClaim || d == DenyLine || d == AskMore || d == Refuse), d == Refuse && p.memory.again(c):
		return PayContract
	}
	return d
}

// decideAnew decides of a claim as if it were no void: of a void, what was
// decided of the claim that it takes back, which has its number and lines.
func (p *Payer) decideAnew(c *claim.Claim) Decision {
	for _, s := range scripted {
		if strings.HasSuffix(c.ID, s.ending) {
			return s.decision
		}
	}
	switch {
	case c.Predetermination != "":
		return Price
	case c.Submission != nil && c.Submission.Use == claim.UseReporting:
		return Record
	}
	if c.Subscriber != nil && c.Subscriber.Coverage.Sequence != "P" && len(c.OtherCoverages) > 0 {
		return PayAfter
	}
	switch n := p.chance(100, "decision", c.ID); {
	case n < 12:
		return PayFull
	case n < 48:
		return PayContract
	case n < 68:
		return PayShared
	case n < 79:
		return DenyClaim
	case n < 87:
		if len(c.Lines) > 1 {
			return DenyLine
		}
		return PayContract
	case n < 94:
		return AskMore
	case n < 97:
		return Refuse
	}
	return PayContract
}

// refusals are the payer's own reasons at the front end.
var refusals = [][]status.Code{
	{{Category: "A7", Status: "164", Entity: "IL"}},                    // the member number is not known
	{{Category: "A7", Status: "562", Entity: "85"}},                    // the billing NPI is not on file
	{{Category: "A3", Status: "78"}},                                   // a duplicate of a claim in process
	{{Category: "A8", Status: "496", Entity: "85"}},                    // the submitter is not approved for the provider
	{{Category: "A6", Status: "247"}, {Category: "A6", Status: "454"}}, // line information, procedure code
}

// refuse gives the reasons against a claim that is rejected at the front end.
func (p *Payer) refuse(c *claim.Claim) []status.Code {
	if len(p.cfg.Faults.Claims) > 0 {
		return p.cfg.Faults.Claims
	}
	if p.decide(c) != Refuse {
		return nil
	}
	return refusals[p.chance(uint64(len(refusals)), "refusal", c.ID)]
}

// denials are reasons for which nothing is paid, with a remark.
var denials = []struct {
	group  adjust.Group
	reason adjust.Reason
	remark string
}{
	{adjust.ContractualObligation, "29", "N211"},
	{adjust.ContractualObligation, "50", "N115"},
	{adjust.PatientResponsibility, "96", "N130"},
	{adjust.ContractualObligation, "197", "M62"},
	{adjust.PatientResponsibility, "204", "N130"},
	{adjust.PayerInitiated, "16", "M127"},
	{adjust.ContractualObligation, "252", "N706"},
	{adjust.ContractualObligation, "18", "N522"},
}

// requests are the documents that are asked for, by their LOINC.
var requests = []string{"11506-3", "18842-5", "11504-8", "34117-2", "28570-0"}

func percent(a money.Amount, n int64) money.Amount { return money.Amount((int64(a)*n + 50) / 100) }

func adj(g adjust.Group, r adjust.Reason, a money.Amount) adjust.Adjustment {
	return adjust.Adjustment{Group: g, Reason: r, Amount: money.Of(a)}
}

// pay makes the claim payment of a claim; ok is false where none comes.
func (p *Payer) pay(c *claim.Claim, received string) (remit.ClaimPayment, bool) {
	return p.payAs(c, received, p.decide(c))
}

// payAs makes the claim payment of a decision.
func (p *Payer) payAs(c *claim.Claim, received string, d Decision) (remit.ClaimPayment, bool) {
	if d == AskMore || d == Refuse || !c.Charge.Known {
		return remit.ClaimPayment{}, false
	}
	r := remit.ClaimPayment{ID: strings.Clone(c.ID), Status: "1", Charge: c.Charge, Filing: filing(c), PayerClaimID: p.payerClaimID(c),
		Facility: strings.Clone(c.PlaceOfService), Frequency: strings.Clone(c.Frequency)}
	if d == Undo {
		// The mirror of what was decided, under the number of then.
		if d = p.decideAnew(c); d == AskMore || d == Refuse || d == PayAfter {
			d = PayContract
		}
		if of := c.Reference(claim.ReferencePayerClaimID); of != "" {
			r.PayerClaimID = strings.Clone(of)
		}
	}
	if c.Kind == claim.Institutional {
		r.DRG = strings.Clone(c.DRG.Code)
	}
	if d == Price {
		r.Status = "25"
	}
	if s := c.Subscriber; s != nil {
		switch s.Coverage.Sequence {
		case "S":
			r.Status = "2"
		case "T":
			r.Status = "3"
		}
	}
	r.Names = names(c)
	denyAt := -1
	if d == DenyLine {
		denyAt = int(p.chance(uint64(len(c.Lines)), "line", c.ID))
	}
	reason := denials[p.chance(uint64(len(denials)), "denial", c.ID)]
	var paid, patient money.Amount
	prior := priorShare(c)
	for i := range c.Lines {
		l := &c.Lines[i]
		s := remit.ServicePayment{Charge: l.Charge, Units: money.Quantity(strings.Clone(string(l.Units))), RevenueCode: strings.Clone(l.RevenueCode)}
		s.Procedure = remit.Procedure{Qualifier: or(l.Procedure.Qualifier, "HC"), Code: strings.Clone(l.Procedure.Code)}
		for k, m := range l.Procedure.Modifiers {
			s.Procedure.Modifiers[k] = strings.Clone(m)
		}
		if s.Procedure.Code == "" { // a revenue line without procedure
			s.Procedure = remit.Procedure{Qualifier: "NU", Code: s.RevenueCode}
			s.RevenueCode = ""
		}
		charge := l.Charge.Amount
		switch {
		case d == DenyClaim || i == denyAt:
			s.Adjustments = []adjust.Adjustment{adj(reason.group, reason.reason, charge)}
			s.Remarks = []remit.Remark{{CodeList: "HE", Code: reason.remark}}
		case d == PayContract || d == DenyLine:
			allowed := percent(charge, 80)
			s.Adjustments = some(adj(adjust.ContractualObligation, "45", charge-allowed))
			s.Paid = money.Of(allowed)
		case d == PayShared:
			allowed := percent(charge, 75)
			deductible := money.Amount(0)
			if i == 0 {
				deductible = min(allowed, 2500)
			}
			coinsurance := percent(allowed-deductible, 20)
			s.Adjustments = some(adj(adjust.ContractualObligation, "45", charge-allowed), adj(adjust.PatientResponsibility, "1", deductible),
				adj(adjust.PatientResponsibility, "2", coinsurance))
			s.Paid = money.Of(allowed - deductible - coinsurance)
		case d == Price:
			allowed := percent(charge, 80)
			s.Adjustments = some(adj(adjust.ContractualObligation, "45", charge-allowed), adj(adjust.Other, "101", allowed))
		case d == Record:
			s.Adjustments = some(adj(adjust.ContractualObligation, "24", charge))
		case d == PayAfter:
			mine := percent(charge, prior)
			s.Adjustments = some(adj(adjust.Other, "23", charge-mine))
			s.Paid = money.Of(mine)
		default:
			s.Paid = l.Charge
		}
		s.Paid.Known = true
		for _, a := range s.Adjustments {
			if a.Group == adjust.PatientResponsibility {
				patient += a.Amount.Amount
			}
		}
		paid += s.Paid.Amount
		when := l.Service()
		if when.Text == "" {
			when = c.Date(claim.DateService) // of a dental claim
		}
		if when.Text == "" && d == Price {
			when = claim.Period{Format: claim.FormatDate, Text: received} // nothing was done yet
		}
		if day := when.From(); day != "" {
			s.Dates = []remit.Date{{Kind: "472", Day: strings.Clone(day)}}
			if to := when.To(); to != day {
				s.Dates = []remit.Date{{Kind: "150", Day: strings.Clone(day)}, {Kind: "151", Day: strings.Clone(to)}}
			}
		}
		if n := l.Reference(claim.ReferenceLineControlNumber); n != "" {
			s.References = []remit.Reference{{Kind: "6R", Value: strings.Clone(n)}}
		}
		r.Lines = append(r.Lines, s)
	}
	r.Paid = money.Of(paid)
	if patient > 0 {
		r.PatientResponsibility = money.Of(patient)
	}
	if p := c.Date(claim.DateStatement); p.From() != "" {
		r.Dates = append(r.Dates, remit.Date{Kind: "232", Day: strings.Clone(p.From())}, remit.Date{Kind: "233", Day: strings.Clone(p.To())})
	}
	r.Dates = append(r.Dates, remit.Date{Kind: "050", Day: received})
	if c.Kind == claim.Institutional && c.Frequency != "8" {
		remark := ""
		if d == DenyClaim {
			remark = reason.remark
		}
		institutional(c, &r, paid, remark)
	}
	if c.Frequency == "8" {
		reverse(&r)
	}
	return r, true
}

// institutional adds what a payer says of a stay (MIA) or a visit (MOA) as a
// whole.
func institutional(c *claim.Claim, r *remit.ClaimPayment, paid money.Amount, remark string) {
	switch c.PlaceOfService {
	case "11", "18", "21", "41":
		days, ok := money.Amount(0), false
		for i := range c.Lines {
			if l := &c.Lines[i]; l.Unit == "DA" {
				n, err := money.Parse(string(l.Units))
				days, ok = days+n/100, ok || err == nil
			}
		}
		if !ok {
			return
		}
		// Covered days, and what the group came to.
		r.Inpatient = []string{strconv.FormatInt(int64(days), 10), "", "", paid.String(), remark}
		if r.DRG == "" {
			r.Inpatient[3] = ""
		}
	default:
		if remark != "" {
			r.Outpatient = []string{"", "", remark}
		}
	}
}

// some leaves out adjustments of nothing.
func some(list ...adjust.Adjustment) []adjust.Adjustment {
	var out []adjust.Adjustment
	for _, a := range list {
		if a.Amount.Amount != 0 {
			out = append(out, a)
		}
	}
	return out
}

// reverse makes the negative mirror of a claim payment.
func reverse(r *remit.ClaimPayment) {
	r.Status = "22"
	r.Charge.Amount, r.Paid.Amount = -r.Charge.Amount, -r.Paid.Amount
	if r.PatientResponsibility.Known {
		r.PatientResponsibility.Amount = -r.PatientResponsibility.Amount
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		l.Charge.Amount, l.Paid.Amount = -l.Charge.Amount, -l.Paid.Amount
		for k := range l.Adjustments {
			l.Adjustments[k].Amount.Amount = -l.Adjustments[k].Amount.Amount
		}
	}
}

// priorShare is how much of a secondary claim is left for this payer, in
// percent.
func priorShare(c *claim.Claim) int64 {
	if len(c.OtherCoverages) == 0 || !c.Charge.Known || c.Charge.Amount <= 0 {
		return 20
	}
	paid := c.OtherCoverages[0].Amount(claim.AmountPayerPaid)
	left := 100 - int64(paid.Amount)*100/int64(c.Charge.Amount)
	return max(0, min(left, 100)) / 2
}

func or(a, b string) string {
	if a != "" {
		return strings.Clone(a)
	}
	return b
}

// filing is CLP06 for a claim filing indicator.
func filing(c *claim.Claim) string {
	if c.Subscriber != nil {
		switch f := c.Subscriber.Coverage.ClaimFiling; f {
		case "12", "13", "14", "15", "16", "AM", "CH", "DS", "HM", "LM", "MA", "MB", "MC", "OF", "TV", "VA", "WC":
			return strings.Clone(f)
		case "BL":
			return "12"
		case "17":
			return "HM"
		}
	}
	return "15"
}

func names(c *claim.Claim) []remit.Name {
	var list []remit.Name
	if p := c.PatientPerson(); p != nil {
		n := remit.Name{Role: "QC", Entity: "1", Last: strings.Clone(p.Name.Last), First: strings.Clone(p.Name.First), Middle: strings.Clone(p.Name.Middle)}
		if c.Subscriber != nil && c.Subscriber.ID.Value != "" {
			n.IDQualifier, n.ID = "MI", strings.Clone(c.Subscriber.ID.Value)
		}
		list = append(list, n)
	}
	if r := c.Provider(claim.RoleRendering); r != nil && r.ID.Value != "" {
		entity := string(r.Name.Entity)
		list = append(list, remit.Name{Role: "82", Entity: or(entity, "1"), Last: strings.Clone(r.Name.Last), First: strings.Clone(r.Name.First), IDQualifier: "XX", ID: strings.Clone(r.ID.Value)})
	}
	return list
}
