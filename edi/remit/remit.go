package remit

import (
	"claimwire/edi/adjust"
	"claimwire/edi/money"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// Remittance is what a set says of itself, without its claims: one payment
// from a payer to a payee (BPR, TRN, 1000A, 1000B), and its provider
// adjustments.
type Remittance struct {
	Source record.Source
	At     x12.At // BPR

	Handling     string         // BPR01: I, H notification only …
	Amount       money.Optional // BPR02
	CreditDebit  string         // BPR03: C or D
	Method       string         // BPR04: ACH CHK FWT NON BOP
	Format       string         // BPR05: CCP CTX
	Accounts     [10]string     // BPR06 to BPR15: banks, accounts and companies, as they stood
	Date         string         // BPR16, of the payment
	TraceAt      x12.At
	Trace        string // TRN02, the number of the check or transfer
	TraceOrigin  string // TRN03, 1 and the payer's tax id
	TraceCompany string // TRN04
	Currency     string // CUR02; empty: US dollars
	ReceiverID   string // REF*EV
	VersionID    string // REF*F2
	Production   string // DTM*405

	Payer Party // 1000A
	Payee Party // 1000B

	ProviderAdjustments []ProviderAdjustment

	// Counted over the claims of the set.
	Claims     int
	PaidTotal  money.Amount // sum of CLP04
	Buckets    Buckets      // of all its claims
	Unbalanced bool         // an amount of a claim is missing, or a sum does not fit
}

// Party is the payer or the payee.
type Party struct {
	At          x12.At // N1
	Name        string
	IDQualifier string // N103: XV, XX, FI
	ID          string
	Line1       string
	Line2       string
	City        string
	State       string
	PostalCode  string
	Country     string
	Subdivision string
	References  []Reference
	Contacts    []Contact
	Delivery    Delivery // RDM
}

// Delivery is an RDM segment: how the remittance is delivered.
type Delivery struct{ Code, Name, Number string }

// Reference is a REF segment.
type Reference struct {
	At    x12.At
	Kind  string // REF01
	Value string
}

// Contact is a PER segment.
type Contact struct {
	At      x12.At
	Purpose string // PER01: CX claims, BL technical, IC website
	Name    string
	Numbers [3]struct{ Kind, Value string } // TE, EM, FX, UR, EX
}

// Header is a loop 2000: a group of claims, with what is summed up of it.
type Header struct {
	At        x12.At
	Number    string   // LX01
	Provider  []string // TS3, elements as they stood
	Inpatient []string // TS2
}

// ClaimPayment is loop 2100.
type ClaimPayment struct {
	Source     record.Source
	At         x12.At      // CLP
	Remittance *Remittance // the set that it stands in
	Header     *Header

	ID                    string         // CLP01, the patient control number as we sent it
	Status                string         // CLP02
	Charge                money.Optional // CLP03
	Paid                  money.Optional // CLP04
	PatientResponsibility money.Optional // CLP05
	Filing                string         // CLP06
	PayerClaimID          string         // CLP07
	Facility              string         // CLP08
	Frequency             string         // CLP09
	DRG                   string         // CLP11
	DRGWeight             money.Quantity // CLP12
	DischargeFraction     money.Quantity // CLP13

	Adjustments  []adjust.Adjustment // CAS of the claim
	Names        []Name
	Inpatient    []string // MIA, elements as they stood
	InpatientAt  x12.At
	Outpatient   []string // MOA
	OutpatientAt x12.At
	References   []Reference
	Dates        []Date
	Contacts     []Contact
	Amounts      []Figure // AMT
	Quantities   []Figure // QTY
	Lines        []ServicePayment

	Outcome
	Buckets Buckets // where its dollars are
}

// Name is an NM1 of a claim: QC the patient, IL the insured, 74 corrected, 82
// the service provider, TT the crossover carrier, PR the priority payer, GB
// another subscriber.
type Name struct {
	At          x12.At
	Role        string
	Entity      string // 1 person, 2 organisation
	Last        string
	First       string
	Middle      string
	Suffix      string
	IDQualifier string
	ID          string
}

// Date is a DTM segment.
type Date struct {
	At   x12.At
	Kind string // 232 from, 233 to, 036, 050, 150, 151, 472
	Day  string
}

// Figure is an AMT or QTY segment.
type Figure struct {
	At    x12.At
	Kind  string
	Value string // the number as it stood
}

// ServicePayment is loop 2110.
type ServicePayment struct {
	At             x12.At // SVC
	Procedure      Procedure
	Charge         money.Optional // SVC02
	Paid           money.Optional // SVC03
	RevenueCode    string         // SVC04
	Units          money.Quantity // SVC05, paid
	Submitted      Procedure      // SVC06, when it differs from what was adjudicated
	SubmittedUnits money.Quantity // SVC07
	Dates          []Date
	Adjustments    []adjust.Adjustment
	References     []Reference
	Amounts        []Figure
	Quantities     []Figure
	Remarks        []Remark
}

// Procedure is a composite C003.
type Procedure struct {
	Qualifier   string
	Code        string
	Modifiers   [4]string
	Description string
}

// Remark is an LQ segment.
type Remark struct {
	At       x12.At
	CodeList string // HE remark codes, RX
	Code     string
}

// ProviderAdjustment is one reason and amount of a PLB segment. Positive takes
// money from the payment, negative adds to it.
type ProviderAdjustment struct {
	At         x12.At
	ProviderID string // PLB01
	FiscalYear string // PLB02, last day
	Reason     string // PLB03-1
	Reference  string // PLB03-2
	Amount     money.Optional
}

// Name finds the first name of a role, or nil.
func (c *ClaimPayment) Name(role string) *Name {
	for i := range c.Names {
		if c.Names[i].Role == role {
			return &c.Names[i]
		}
	}
	return nil
}

// Reference finds the value of the first reference of a kind, or "".
func (c *ClaimPayment) Reference(kind string) string { return find(c.References, kind) }

// ControlNumber is the line's number as we sent it (REF*6R).
func (l *ServicePayment) ControlNumber() string { return find(l.References, "6R") }

// Date is the day of the service, or the first of them.
func (l *ServicePayment) Date() string {
	for _, kind := range []string{"472", "150"} {
		for i := range l.Dates {
			if l.Dates[i].Kind == kind {
				return l.Dates[i].Day
			}
		}
	}
	return ""
}

func find(list []Reference, kind string) string {
	for i := range list {
		if list[i].Kind == kind {
			return list[i].Value
		}
	}
	return ""
}

// TaxID is the payee's tax id, from N104 or REF*TJ.
func (p *Party) TaxID() string {
	if p.IDQualifier == "FI" {
		return p.ID
	}
	return find(p.References, "TJ")
}

// NPI is the payee's national provider identifier, or "".
func (p *Party) NPI() string {
	if p.IDQualifier == "XX" {
		return p.ID
	}
	return ""
}
