package claim

import (
	"claimwire/edi/adjust"
	"claimwire/edi/money"
	"claimwire/edi/party"
	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// Kind says which of the three 837 guides a claim follows.
type Kind byte

// The three kinds; the zero Kind is none of them.
const (
	Professional  Kind = 'P' // 005010X222
	Institutional Kind = 'I' // 005010X223
	Dental        Kind = 'D' // 005010X224
)

// String is the word of the JSON record.
func (k Kind) String() string {
	switch k {
	case Professional:
		return "professional"
	case Institutional:
		return "institutional"
	case Dental:
		return "dental"
	}
	return ""
}

// Claim is one CLM with all that belongs to it, the levels above it included.
//
// A Claim that a Mapper emits, and all strings and slices in it, are valid
// only until the Mapper goes on; Clone keeps it. The levels above are shared
// with other claims and must not be changed through it.
type Claim struct {
	Source    record.Source
	At        x12.At // CLM
	Kind      Kind
	Truncated bool     // it went on beyond the bound of a Mapper; the rest is missing
	Unread    []Unread // amounts that are no dollars and cents; they are in no other field
	Unknown   []string // fields of a JSON record that ParseJSON did not know

	shared *sharedLevels // of a Mapper; nil when the claim was not emitted by one

	Submission      *Submission      // BHT, 1000A, 1000B
	BillingProvider *BillingProvider // 2000A, 2010AA to 2010AC
	Subscriber      *Subscriber      // 2000B, 2010BA
	Payer           *Party           // 2010BB; references G2 and LU there are the billing provider's
	Patient         *Patient         // 2000C, 2010CA; nil when the patient is the subscriber

	ID                     string         // CLM01, the patient control number
	Charge                 money.Optional // CLM02
	PlaceOfService         string         // CLM05-1; institutional: the first two digits of the type of bill
	Frequency              string         // CLM05-3: 1 original, 7 replacement, 8 void
	ProviderSignature      string         // CLM06, Y or N: the provider's signature is on file
	Assignment             string         // CLM07, A B C: does the provider accept assignment
	BenefitsAssignment     string         // CLM08, Y N W
	ReleaseOfInformation   string         // CLM09, Y or I
	PatientSignatureSource string         // CLM10, P: signed by the provider for the patient
	RelatedCauses          RelatedCauses  // CLM11
	SpecialProgram         string         // CLM12
	Predetermination       string         // CLM19, PB; dental
	DelayReason            string         // CLM20

	Dates              []Date              // DTP
	Admission          *Admission          // CL1; institutional
	Orthodontics       *Orthodontics       // DN1; dental
	ToothStatuses      []ToothStatus       // DN2; dental
	Attachments        []Attachment        // PWK
	Contract           *Contract           // CN1
	Amounts            []StatedAmount      // AMT
	References         []Reference         // REF
	FileInformation    []FileInformation   // K3
	Notes              []Note              // NTE
	Ambulance          *AmbulanceTransport // CR1
	SpinalManipulation *SpinalManipulation // CR2
	Certifications     []Certification     // CRC

	Diagnoses       []Diagnosis         // HI with ABK ABF ABJ APR ABN (ICD-9: BK BF BJ PR BN)
	DRG             IndustryCode        // HI with DR; institutional
	Procedures      []SurgicalProcedure // HI with BBR BBQ BR BQ CAH; anesthesia BP BO
	OccurrenceSpans []Occurrence        // HI with BI; institutional
	Occurrences     []Occurrence        // HI with BH; institutional
	Values          []ValueCode         // HI with BE; institutional
	Conditions      []IndustryCode      // HI with BG
	Treatments      []IndustryCode      // HI with TC; institutional
	Repricing       *Repricing          // HCP

	Providers      []Party         // 2310
	OtherCoverages []OtherCoverage // 2320, 2330
	Lines          []Line          // 2400
}

// Unread is an amount that could not be taken as dollars and cents, such as one
// with three decimals.
type Unread struct {
	At        x12.At
	Segment   string // "SV1"
	Element   int8
	Component int8 // 0: the element has none
	Text      string
}

// Submission is what a transaction set says of itself: BHT, and who sends it
// to whom (1000A, 1000B).
type Submission struct {
	At        x12.At        // BHT
	Purpose   Purpose       // BHT02
	ID        string        // BHT03, unique at the submitter
	Date      string        // BHT04
	Time      string        // BHT05, HHMM or finer
	Use       SubmissionUse // BHT06
	Submitter Party
	Receiver  Party
}

// Party is a person or organisation of a claim with all that loops say of one:
// NM1, PRV, N3, N4, REF and PER. Which of them may stand depends on the loop.
type Party struct {
	At         x12.At // NM1
	Role       Role   // NM101; implied where a field can hold only one
	Name       party.Name
	ID         party.Identifier // NM108, NM109
	Specialty  Specialty        // PRV
	StreetAt   x12.At           // N3
	CityAt     x12.At           // N4
	Address    party.Address
	References []Reference // REF
	Contacts   []Contact   // PER
}

// Reference finds the value of the first reference of a kind, or "".
func (p *Party) Reference(kind ReferenceKind) string { return findReference(p.References, kind) }

// TaxID is the first employer identification or social security number among
// the references.
func (p *Party) TaxID() party.TaxID {
	for i := range p.References {
		switch r := &p.References[i]; r.Kind {
		case ReferenceEmployerID, ReferenceSocialSecurity:
			return party.TaxID{Kind: party.TaxIDKind(r.Kind), Value: r.Value}
		}
	}
	return party.TaxID{}
}

// Specialty is a provider's taxonomy code (PRV). PRV01 follows from the role.
type Specialty struct {
	At       x12.At
	Taxonomy string // PRV03, ten characters
}

// Contact is a PER segment.
type Contact struct {
	At x12.At
	party.Contact
}

// BillingProvider is level 2000A with its names. Its specialty is the PRV of
// 2000A.
type BillingProvider struct {
	HL           x12.At
	Party        // 2010AA
	Currency     Currency
	PayToAddress *Party // 2010AB
	PayToPlan    *Party // 2010AC
}

// Currency is the currency of all amounts below a billing provider (CUR);
// without it they are US dollars.
type Currency struct {
	At   x12.At
	Code string // CUR02, ISO 4217
}

// Subscriber is level 2000B: who is insured, and how.
type Subscriber struct {
	HL          x12.At
	Coverage    Coverage     // SBR
	Information *Information // PAT, when the subscriber is the patient
	Person                   // 2010BA
}

// Patient is level 2000C: a patient who is not the subscriber.
type Patient struct {
	HL          x12.At
	Information Information // PAT
	Person                  // 2010CA
}

// Person is a party with demographics.
type Person struct {
	Party
	Demographics Demographics
}

// Demographics is a DMG segment.
type Demographics struct {
	At        x12.At
	BirthDate string // DMG02
	Gender    string // DMG03, F M U
}

// Coverage is an SBR segment: a subscriber's coverage by a payer.
type Coverage struct {
	At            x12.At
	Sequence      string // SBR01: P primary, S secondary, T tertiary, A to H, U
	Relationship  string // SBR02, the patient's to the subscriber; 18 self
	GroupNumber   string // SBR03
	GroupName     string // SBR04
	InsuranceType string // SBR05
	ClaimFiling   string // SBR09
}

// Information is a PAT segment: what a claim must know of the patient beyond
// name and demographics.
type Information struct {
	At           x12.At
	Relationship string         // PAT01, to the subscriber; not where the patient is the subscriber
	DeathDate    string         // PAT06
	Weight       money.Quantity // PAT08, pounds
	Pregnant     string         // PAT09, Y
}

// RelatedCauses is CLM11: accident and employment.
type RelatedCauses struct {
	Causes  [3]string // AA auto accident, EM employment, OA other accident
	State   string    // of an auto accident
	Country string
}

// Admission is a CL1 segment.
type Admission struct {
	At            x12.At
	Type          string // CL101
	Origin        string // CL102, the admission source
	PatientStatus string // CL103
}

// Orthodontics is a DN1 segment.
type Orthodontics struct {
	At              x12.At
	Months          money.Quantity // DN101, of treatment in all
	MonthsRemaining money.Quantity // DN102
	Indicator       string         // DN103
	Description     string         // DN104
}

// ToothStatus is a DN2 segment.
type ToothStatus struct {
	At     x12.At
	Tooth  string // DN201
	Status string // DN202: E to be extracted, M missing
}

// Attachment is a PWK segment: paper or electronic documents that support the
// claim.
type Attachment struct {
	At            x12.At
	ReportType    string // PWK01
	Transmission  string // PWK02: AA on request, BM EL EM FT FX
	ControlNumber string // PWK06, qualified AC
}

// Contract is a CN1 segment.
type Contract struct {
	At            x12.At
	Type          string         // CN101
	Amount        money.Optional // CN102
	Percentage    money.Quantity // CN103
	Code          string         // CN104
	TermsDiscount money.Quantity // CN105, percent
	Version       string         // CN106
}

// StatedAmount is an AMT segment.
type StatedAmount struct {
	At     x12.At
	Kind   AmountKind // AMT01
	Amount money.Optional
}

// Reference is a REF segment.
type Reference struct {
	At         x12.At
	Kind       ReferenceKind // REF01
	Value      string        // REF02
	OtherPayer string        // REF04-2, the payer it belongs to, qualified 2U
}

// FileInformation is a K3 segment.
type FileInformation struct {
	At   x12.At
	Text string
}

// Note is an NTE segment.
type Note struct {
	At   x12.At
	Kind NoteKind
	Text string
}

// AmbulanceTransport is a CR1 segment.
type AmbulanceTransport struct {
	At               x12.At
	PatientWeight    money.Quantity // CR102, pounds
	Reason           string         // CR104
	Miles            money.Quantity // CR106
	RoundTripPurpose string         // CR109
	StretcherPurpose string         // CR110
}

// SpinalManipulation is a CR2 segment.
type SpinalManipulation struct {
	At                    x12.At
	Condition             string // CR208
	Description           string // CR210
	AdditionalDescription string // CR211
}

// Certification is a CRC segment: conditions that apply, or do not.
type Certification struct {
	At         x12.At
	Kind       CertificationKind // CRC01
	Applies    string            // CRC02, Y or N
	Conditions [5]string         // CRC03 to CRC07
}

// Diagnosis is a diagnosis code of an HI segment. ICD codes stand without
// their point.
type Diagnosis struct {
	At                 x12.At
	Element            int8 // of HI, 1 to 12; 0 when not read from X12
	Kind               DiagnosisKind
	Code               string
	PresentOnAdmission string // Y N U W; institutional
}

// SurgicalProcedure is a procedure code of an HI segment: ICD-10-PCS of an
// inpatient claim, or the surgery that anesthesia was given for.
type SurgicalProcedure struct {
	At      x12.At
	Element int8
	Kind    ProcedureKind
	Code    string
	Period  Period
}

// Occurrence is an occurrence code, or occurrence span code, with its date.
type Occurrence struct {
	At      x12.At
	Element int8
	Code    string
	Period  Period
}

// ValueCode is a value code with its amount.
type ValueCode struct {
	At      x12.At
	Element int8
	Code    string
	Amount  money.Optional
}

// IndustryCode is a code of an HI segment that says all by itself.
type IndustryCode struct {
	At      x12.At
	Element int8
	Code    string
}

// Repricing is an HCP segment.
type Repricing struct {
	At                 x12.At
	Methodology        string         // HCP01
	Allowed            money.Optional // HCP02
	Savings            money.Optional // HCP03
	OrganizationID     string         // HCP04
	Rate               money.Quantity // HCP05, per diem or flat rate
	GroupCode          string         // HCP06, ambulatory patient group or DRG
	GroupAmount        money.Optional // HCP07
	RevenueCode        string         // HCP08
	ProcedureQualifier string         // HCP09
	Procedure          string         // HCP10
	Unit               string         // HCP11
	Units              money.Quantity // HCP12
	RejectReason       string         // HCP13
	PolicyCompliance   string         // HCP14
	Exception          string         // HCP15
}

// OtherCoverage is loop 2320: another payer's coverage of the patient, and
// what that payer decided.
type OtherCoverage struct {
	Coverage    Coverage            // SBR
	Adjustments []adjust.Adjustment // CAS
	Amounts     []StatedAmount      // AMT
	Insurance   OtherInsurance      // OI
	Inpatient   *InpatientAdjudication
	Outpatient  *OutpatientAdjudication
	Subscriber  Party      // 2330A
	Payer       OtherPayer // 2330B
	Providers   []Party    // 2330C and following: the other payer's numbers for providers
}

// OtherPayer is loop 2330B.
type OtherPayer struct {
	Party
	Dates []Date // DTP: when it decided
}

// OtherInsurance is an OI segment.
type OtherInsurance struct {
	At                     x12.At
	BenefitsAssignment     string // OI03
	PatientSignatureSource string // OI04
	ReleaseOfInformation   string // OI06
}

// OutpatientAdjudication is an MOA segment.
type OutpatientAdjudication struct {
	At                     x12.At
	ReimbursementRate      money.Quantity // MOA01
	PayableAmount          money.Optional // MOA02, of HCPCS
	Remarks                [5]string      // MOA03 to MOA07
	RenalDiseasePayment    money.Optional // MOA08
	NonPayableProfessional money.Optional // MOA09
}

// InpatientAdjudication is an MIA segment; institutional.
type InpatientAdjudication struct {
	At                       x12.At
	CoveredDays              money.Quantity // MIA01
	OperatingOutlier         money.Quantity // MIA02
	LifetimePsychiatricDays  money.Quantity // MIA03
	DRGAmount                money.Optional // MIA04
	Remark                   string         // MIA05
	DisproportionateShare    money.Optional // MIA06
	PassThrough              money.Optional // MIA07
	CapitalAmount            money.Optional // MIA08
	CapitalFederalDRG        money.Optional // MIA09
	CapitalHospitalDRG       money.Optional // MIA10
	CapitalShareDRG          money.Optional // MIA11
	OldCapital               money.Optional // MIA12
	CapitalIndirectEducation money.Optional // MIA13
	OperatingHospitalDRG     money.Optional // MIA14
	CostReportDays           money.Quantity // MIA15
	OperatingFederalDRG      money.Optional // MIA16
	CapitalOutlier           money.Optional // MIA17
	IndirectTeaching         money.Optional // MIA18
	NonPayableProfessional   money.Optional // MIA19
	MoreRemarks              [4]string      // MIA20 to MIA23
	CapitalExceptionAmount   money.Optional // MIA24
}

// Line is loop 2400: one service line.
type Line struct {
	At        x12.At // LX
	Number    string // LX01; when empty, the place among the lines
	ServiceAt x12.At // SV1, SV2 or SV3

	RevenueCode       string         // SV201; institutional
	Procedure         Procedure      // SV101, SV202, SV301
	Charge            money.Optional // SV102, SV203, SV302
	Unit              string         // SV103, SV204: UN units, MJ minutes, DA days; none in dental
	Units             money.Quantity // SV104, SV205, SV306
	PlaceOfService    string         // SV105, SV303, when not the claim's
	DiagnosisPointers [4]string      // SV107, SV311: 1 is the first diagnosis
	Emergency         string         // SV109, Y; professional
	EPSDT             string         // SV111, Y; professional
	FamilyPlanning    string         // SV112, Y; professional
	CopayStatus       string         // SV115, 0 exempt; professional
	NonCovered        money.Optional // SV207; institutional
	OralCavity        [5]string      // SV304; dental
	Prosthesis        string         // SV305, I initial, R replacement; dental
	Teeth             []Tooth        // TOO; dental

	Equipment              *Equipment              // SV5
	Attachments            []Attachment            // PWK
	Ambulance              *AmbulanceTransport     // CR1
	EquipmentCertification *EquipmentCertification // CR3
	Certifications         []Certification         // CRC
	Dates                  []Date                  // DTP
	Counts                 []Count                 // QTY
	TestResults            []TestResult            // MEA
	Contract               *Contract               // CN1
	References             []Reference             // REF
	Amounts                []StatedAmount          // AMT
	FileInformation        []FileInformation       // K3
	Notes                  []Note                  // NTE
	PurchasedService       *PurchasedService       // PS1
	Repricing              *Repricing              // HCP
	Drug                   *Drug                   // 2410
	Providers              []Party                 // 2420
	Adjudications          []Adjudication          // 2430
	Forms                  []Form                  // 2440
}

// Procedure is a procedure code with modifiers (composite C003).
type Procedure struct {
	Qualifier   string // HC HCPCS and CPT, ER, IV, WK, HP HIPPS, AD dental
	Code        string
	Modifiers   [4]string
	Description string
}

// Tooth is a TOO segment.
type Tooth struct {
	At       x12.At
	Number   string    // TOO02, universal numbering (JP)
	Surfaces [5]string // TOO03
}

// Equipment is an SV5 segment: rental or purchase of durable medical
// equipment.
type Equipment struct {
	At            x12.At
	Procedure     Procedure      // SV501
	Days          money.Quantity // SV503, of medical necessity
	RentalPrice   money.Optional // SV504
	PurchasePrice money.Optional // SV505
	RentalUnit    string         // SV506: 1 weekly, 4 monthly, 6 daily
}

// EquipmentCertification is a CR3 segment.
type EquipmentCertification struct {
	At     x12.At
	Type   string         // CR301: I initial, R renewal, S revised
	Months money.Quantity // CR303
}

// Count is a QTY segment.
type Count struct {
	At       x12.At
	Kind     CountKind
	Quantity money.Quantity
}

// TestResult is a MEA segment.
type TestResult struct {
	At        x12.At
	Reference string         // MEA01: OG original, starting dosage; TR test results
	Kind      string         // MEA02: HT height, R1 hemoglobin, R2 hematocrit, R3 epoetin, R4 creatinine
	Value     money.Quantity // MEA03
}

// PurchasedService is a PS1 segment.
type PurchasedService struct {
	At         x12.At
	ProviderID string         // PS101
	Charge     money.Optional // PS102
}

// Drug is loop 2410: the drug or supply that a line bills.
type Drug struct {
	At         x12.At // LIN
	Qualifier  string // LIN02: N4 national drug code, EN EO HI ON UK UP
	Code       string // LIN03; NDC: eleven digits 5-4-2 without hyphens
	QuantityAt x12.At // CTP
	Quantity   money.Quantity
	Unit       string      // CTP05-1: F2 GR ME ML UN
	References []Reference // REF
}

// Adjudication is loop 2430: what another payer decided of the line.
type Adjudication struct {
	At          x12.At         // SVD
	PayerID     string         // SVD01, the identifier of that payer in 2330B
	Paid        money.Optional // SVD02
	Procedure   Procedure      // SVD03
	RevenueCode string         // SVD04; institutional
	Units       money.Quantity // SVD05
	BundledLine string         // SVD06
	Adjustments []adjust.Adjustment
	Dates       []Date
	Amounts     []StatedAmount
}

// Form is loop 2440: answers to the questions of a form.
type Form struct {
	At       x12.At // LQ
	CodeList string // LQ01: AS, UT
	ID       string // LQ02
	Answers  []Answer
}

// Answer is an FRM segment.
type Answer struct {
	At       x12.At
	Question string         // FRM01
	YesNo    string         // FRM02
	Text     string         // FRM03
	Date     string         // FRM04
	Percent  money.Quantity // FRM05
}

// Date is a DTP segment: a date, a time, or a range of dates with its meaning.
type Date struct {
	At   x12.At
	Kind DateKind
	Period
}

// Period is a date, a time or a range as X12 has it: a format and the text.
type Period struct {
	Format PeriodFormat
	Text   string
}

// PeriodFormat is the form of a Period's text.
type PeriodFormat string

// The formats of the 837 guides.
const (
	FormatDate     PeriodFormat = "D8"  // CCYYMMDD
	FormatRange    PeriodFormat = "RD8" // CCYYMMDD-CCYYMMDD
	FormatDateTime PeriodFormat = "DT"  // CCYYMMDDHHMM
	FormatTime     PeriodFormat = "TM"  // HHMM
)

// On makes a date of one day, CCYYMMDD.
func On(kind DateKind, day string) Date {
	return Date{Kind: kind, Period: Period{FormatDate, day}}
}

// Between makes a date that is a range of days, CCYYMMDD each.
func Between(kind DateKind, from, to string) Date {
	return Date{Kind: kind, Period: Period{FormatRange, from + "-" + to}}
}

// From is the first day, CCYYMMDD, or "" when there is none.
func (p Period) From() string {
	if p.Format == FormatTime || len(p.Text) < 8 {
		return ""
	}
	return p.Text[:8]
}

// To is the last day, CCYYMMDD: of a single day, that day.
func (p Period) To() string {
	if p.Format == FormatRange && len(p.Text) == 17 {
		return p.Text[9:]
	}
	return p.From()
}

// Time is the time of day, HHMM, or "" when there is none.
func (p Period) Time() string {
	switch {
	case p.Format == FormatTime:
		return p.Text
	case p.Format == FormatDateTime && len(p.Text) > 8:
		return p.Text[8:]
	}
	return ""
}

// Date finds the first date of a kind; its zero value when there is none.
func (c *Claim) Date(kind DateKind) Period { return findDate(c.Dates, kind) }

// Diagnosis finds the diagnosis that a pointer of a line counts to, "1" being
// the first; nil when there is none. Institutional lines have no pointers.
func (c *Claim) Diagnosis(pointer string) *Diagnosis {
	n := 0
	for i := range len(pointer) {
		if pointer[i] < '0' || pointer[i] > '9' || n > maxCodes {
			return nil
		}
		n = n*10 + int(pointer[i]-'0')
	}
	last := 0
	for i := range c.Diagnoses {
		d := &c.Diagnoses[i]
		if last = max(last+1, int(d.Element)); last == n {
			return d
		}
	}
	return nil
}

// Reference finds the value of the first reference of a kind, or "".
func (c *Claim) Reference(kind ReferenceKind) string { return findReference(c.References, kind) }

// Amount finds the first amount of a kind.
func (c *Claim) Amount(kind AmountKind) money.Optional { return findAmount(c.Amounts, kind) }

// Provider finds the first provider of a role on claim level, or nil.
func (c *Claim) Provider(role Role) *Party { return findParty(c.Providers, role) }

// PatientPerson is the patient, also when that is the subscriber; nil when
// the levels are missing.
func (c *Claim) PatientPerson() *Person {
	switch {
	case c.Patient != nil:
		return &c.Patient.Person
	case c.Subscriber != nil:
		return &c.Subscriber.Person
	}
	return nil
}

// PatientInformation is the PAT segment of the patient, or nil.
func (c *Claim) PatientInformation() *Information {
	switch {
	case c.Patient != nil:
		return &c.Patient.Information
	case c.Subscriber != nil:
		return c.Subscriber.Information
	}
	return nil
}

// Service is when the line was done.
func (l *Line) Service() Period { return findDate(l.Dates, DateService) }

// Date finds the first date of a kind; its zero value when there is none.
func (l *Line) Date(kind DateKind) Period { return findDate(l.Dates, kind) }

// Reference finds the value of the first reference of a kind, or "".
func (l *Line) Reference(kind ReferenceKind) string { return findReference(l.References, kind) }

// Amount finds the first amount of a kind.
func (l *Line) Amount(kind AmountKind) money.Optional { return findAmount(l.Amounts, kind) }

// Provider finds the first provider of a role on the line, or nil.
func (l *Line) Provider(role Role) *Party { return findParty(l.Providers, role) }

// Amount finds the first amount of a kind, such as what the payer paid.
func (o *OtherCoverage) Amount(kind AmountKind) money.Optional { return findAmount(o.Amounts, kind) }

func findDate(list []Date, kind DateKind) Period {
	for i := range list {
		if list[i].Kind == kind {
			return list[i].Period
		}
	}
	return Period{}
}

func findReference(list []Reference, kind ReferenceKind) string {
	for i := range list {
		if list[i].Kind == kind {
			return list[i].Value
		}
	}
	return ""
}

func findAmount(list []StatedAmount, kind AmountKind) money.Optional {
	for i := range list {
		if list[i].Kind == kind {
			return list[i].Amount
		}
	}
	return money.Optional{}
}

func findParty(list []Party, role Role) *Party {
	for i := range list {
		if list[i].Role == role {
			return &list[i]
		}
	}
	return nil
}
