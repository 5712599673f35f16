package intake

// Encounter is what a coder and a biller know of one visit, stay or service
// that is to be billed to one payer. Every value is the text that the office
// wrote ("J02.9", "125.00", "2026-10-15"): reading an encounter judges nothing
// but its form, ToClaim says what is wrong or missing.
//
// Kind decides which claim it becomes, and which fields it may have.
type Encounter struct {
	NoteToReader string // for people who read the file; goes nowhere

	ID                string // patient control number
	Kind              string
	Purpose           string // payment, or reporting alone
	TypeOfBill        string // institutional
	Predetermination  string // dental: what would be paid is asked, and nothing done yet
	Frequency         string
	OriginalReference string // the payer's number of the claim that is corrected or voided
	DelayReason       string

	BillingProvider     *BillingProvider
	PayToAddress        *Address
	RenderingProvider   *Provider
	ReferringProvider   *Provider
	OrderingProvider    *Provider
	SupervisingProvider *Provider
	ServiceFacility     *Provider

	AttendingProvider      *Provider // institutional
	OperatingProvider      *Provider // institutional
	OtherOperatingProvider *Provider // institutional
	AssistantSurgeon       *Provider // dental

	Patient        *Patient
	Insurance      *Insurance
	OtherInsurance []OtherInsurance

	PlaceOfService string
	ServiceDate    string // of lines that have none
	StatementFrom  string // institutional
	StatementTo    string // institutional
	Diagnoses      []Diagnosis
	AnesthesiaFor  []string // procedures that anesthesia was given for
	Conditions     []string // condition codes
	Lines          []Line
	TotalCharge    string // as the office states it
	PatientPaid    string

	AdmissionHour      string
	AdmissionType      string
	AdmissionSource    string
	DischargeHour      string
	DischargeStatus    string
	AdmittingDiagnosis string
	ReasonsForVisit    []string
	ExternalCauses     []Diagnosis
	Procedures         []StayProcedure
	DRG                string
	Occurrences        []Occurrence
	OccurrenceSpans    []OccurrenceSpan
	Values             []Value
	TreatmentCodes     []string
	PatientDue         string // what the patient is expected to owe

	Orthodontics           *Orthodontics
	MissingTeeth           []string
	TeethToExtract         []string
	PredeterminationNumber string

	Contract        *Contract
	Repricing       *Repricing
	FileInformation []string

	PriorAuthorization       string
	ReferralNumber           string
	CLIA                     string
	MedicalRecordNumber      string
	MammographyCertification string
	InvestigationalDevice    string
	DemonstrationProject     string
	CarePlanOversight        string
	PeerReview               string
	AuthorizationException   string

	Accident             *Accident
	OnsetDate            string
	InitialTreatmentDate string
	LastSeenDate         string
	AcuteDate            string // acute manifestation of a chronic condition
	LastMenstrualPeriod  string
	LastXRayDate         string
	PrescriptionDate     string
	DisabilityFrom       string
	DisabilityTo         string
	LastWorkedDate       string
	ReturnToWorkDate     string
	AdmissionDate        string
	DischargeDate        string
	AssumedCareDate      string
	RelinquishedCareDate string
	FirstContactDate     string

	ProviderSignature    string
	AcceptAssignment     string
	AssignBenefits       string
	ReleaseOfInformation string
	SignedForPatient     string
	SpecialProgram       string

	Note               string
	NoteKind           string
	Attachments        []Attachment
	Ambulance          *Ambulance
	SpinalManipulation *SpinalManipulation
	Vision             []Vision
	EPSDT              *EPSDT
	Homebound          string
}

// Address is a postal address.
type Address struct {
	Line1   string
	Line2   string
	City    string
	State   string
	ZIP     string
	Country string
}

// BillingProvider is who bills: the practice, or a person who bills alone.
type BillingProvider struct {
	Provider
	TaxID     string
	TaxIDKind string
	Fax       string
	Email     string
}

// Provider is a person or place that took part in the care. Which fields it
// has depends on the part.
type Provider struct {
	Name           string // of an organisation
	LastName       string
	FirstName      string
	MiddleName     string
	Suffix         string
	NPI            string
	Taxonomy       string
	License        string
	ProviderNumber string // the payer's own number for the provider
	Address        *Address
	ContactName    string
	Phone          string
}

// Person is what identifies a patient or a subscriber.
type Person struct {
	LastName   string
	FirstName  string
	MiddleName string
	Suffix     string
	BirthDate  string
	Sex        string
	Address    *Address
}

// Patient is who was treated.
type Patient struct {
	Person
	DeathDate    string
	WeightPounds string
	Pregnant     string
	Phone        string
}

// Subscriber is who holds the insurance: a person, or the employer in workers'
// compensation.
type Subscriber struct {
	Person
	Name string // of an organisation
}

// Payer is who is asked to pay.
type Payer struct {
	ID      string
	Name    string
	Address *Address
}

// Insurance is the coverage that the claim goes to.
type Insurance struct {
	Payer                   *Payer
	Kind                    string
	Order                   string
	MemberID                string
	GroupNumber             string
	GroupName               string
	MedicareSecondaryReason string
	Relationship            string // of the patient to the subscriber
	Subscriber              *Subscriber
}

// OtherInsurance is a coverage by another payer and, where that payer came
// first, what it decided.
type OtherInsurance struct {
	Insurance
	Paid                 string
	NonCovered           string
	RemainingLiability   string
	DecidedOn            string
	ClaimNumber          string // that payer's number of the claim
	PriorAuthorization   string
	ReferralNumber       string
	Adjustments          []Adjustment
	Remarks              []string
	CoveredDays          string // institutional
	DRGAmount            string // institutional
	AssignBenefits       string
	ReleaseOfInformation string
	SignedForPatient     string
}

// Adjustment is what a payer took off a charge, as its remittance advice says.
type Adjustment struct {
	Group  string
	Reason string
	Amount string
	Units  string
}

// Diagnosis is one diagnosis, in JSON the bare code where no more is said of
// it.
type Diagnosis struct {
	Code               string
	PresentOnAdmission string
}

// StayProcedure is a procedure of an inpatient stay, in ICD-10-PCS.
type StayProcedure struct {
	Code string
	Date string
}

// Occurrence is an occurrence code with its day.
type Occurrence struct {
	Code string
	Date string
}

// OccurrenceSpan is an occurrence span code with its days.
type OccurrenceSpan struct {
	Code string
	From string
	To   string
}

// Value is a value code with its amount.
type Value struct {
	Code   string
	Amount string
}

// Orthodontics is an orthodontic treatment.
type Orthodontics struct {
	Months          string
	MonthsRemaining string
	BandingDate     string
	Description     string
}

// Tooth is a tooth that a line is about, in JSON the bare number where no
// surface is named.
type Tooth struct {
	Tooth    string
	Surfaces string
}

// Contract is what provider and payer have agreed on.
type Contract struct {
	Type          string
	Amount        string
	Percentage    string
	Code          string
	TermsDiscount string
	Version       string
}

// Repricing is what a network has made of the price.
type Repricing struct {
	Method              string
	Allowed             string
	Savings             string
	OrganizationID      string
	Rate                string
	GroupCode           string
	GroupAmount         string
	RevenueCode         string
	Procedure           string
	Units               string
	RejectReason        string
	Compliance          string
	Exception           string
	ClaimNumber         string
	AdjustedClaimNumber string
	ReceivedOn          string
}

// Line is one service.
type Line struct {
	RevenueCode       string // institutional
	HIPPS             string // institutional, where a rate is paid and no procedure
	Procedure         string
	Modifiers         []string
	Description       string
	DiagnosisPointers []string
	Charge            string
	Units             string
	Minutes           string
	Days              string // institutional
	From              string
	To                string
	PlaceOfService    string
	ControlNumber     string

	NonCovered  string // institutional
	ServiceTax  string // institutional
	FacilityTax string // institutional

	Teeth                  []Tooth // dental
	OralCavity             []string
	Prosthesis             string
	PriorPlacementDate     string
	BandingDate            string
	ReplacementDate        string // of an orthodontic appliance
	TreatmentStart         string
	TreatmentCompletion    string
	PredeterminationNumber string

	Emergency       string
	EPSDT           string
	FamilyPlanning  string
	CopayExempt     string
	HospiceEmployee string

	NDC            *Drug
	Note           string
	NoteKind       string
	ThirdPartyNote string

	RenderingProvider   *Provider
	ReferringProvider   *Provider
	OrderingProvider    *Provider
	SupervisingProvider *Provider
	ServiceFacility     *Provider
	PurchasedService    *PurchasedService

	OperatingProvider      *Provider // institutional
	OtherOperatingProvider *Provider // institutional
	AssistantSurgeon       *Provider // dental

	Contract        *Contract
	Repricing       *Repricing
	FileInformation []string

	PriorAuthorization       string
	ReferralNumber           string
	CLIA                     string
	ReferringCLIA            string
	MammographyCertification string
	ImmunizationBatch        string
	SalesTax                 string
	Postage                  string

	PrescriptionDate          string
	CertificationRevisionDate string
	BeginTherapyDate          string
	LastCertificationDate     string
	LastSeenDate              string
	HemoglobinTestDate        string
	CreatinineTestDate        string
	ShippedDate               string
	LastXRayDate              string
	InitialTreatmentDate      string

	ObstetricUnits string
	TestResults    []TestResult
	Equipment      *Equipment
	Ambulance      *Ambulance
	Attachments    []Attachment
	Forms          []Form
	PriorPayments  []PriorPayment
}

// Drug is the drug of a line.
type Drug struct {
	Code               string
	Quantity           string
	Unit               string
	PrescriptionNumber string
}

// PurchasedService is a test that was bought from another provider.
type PurchasedService struct {
	NPI    string
	Charge string
}

// TestResult is a value that the payer wants with the line.
type TestResult struct {
	Test     string
	Value    string
	Starting string // yes: the value at the start of treatment
}

// Equipment is what a line of durable medical equipment says beyond its charge.
type Equipment struct {
	Days          string
	RentalPrice   string
	PurchasePrice string
	RentalUnit    string

	CertificationType   string
	CertificationMonths string
	CertificationOnFile string
	ReplacementItem     string
}

// Form is a payer's form with its answers, such as a certificate of medical
// necessity.
type Form struct {
	List    string
	ID      string
	Answers []Answer
}

// Answer is the answer to one question of a form.
type Answer struct {
	Question string
	YesNo    string
	Text     string
	Date     string
	Percent  string
}

// PriorPayment is what another payer decided of a line.
type PriorPayment struct {
	PayerID            string
	Paid               string
	Procedure          string
	RevenueCode        string // institutional
	Modifiers          []string
	Units              string
	BundledInto        string
	DecidedOn          string
	RemainingLiability string
	Adjustments        []Adjustment
}

// Accident says that the condition comes from an accident or from work.
type Accident struct {
	RelatedTo   []string
	Date        string
	State       string
	Country     string
	ClaimNumber string
}

// Attachment announces a document that supports the claim.
type Attachment struct {
	Report        string
	Transmission  string
	ControlNumber string
}

// Ambulance says from where to where, how far and why.
type Ambulance struct {
	Reason           string
	Miles            string
	PatientWeight    string
	Patients         string
	RoundTripPurpose string
	StretcherPurpose string
	Conditions       []string
	PickUp           *Address
	DropOff          *Place
}

// Place is an address that may have a name.
type Place struct {
	Name string
	Address
}

// SpinalManipulation is the condition that a chiropractor treats.
type SpinalManipulation struct {
	Condition             string
	Description           string
	AdditionalDescription string
}

// Vision says why lenses, contact lenses or frames are needed.
type Vision struct {
	Item       string
	Needed     string
	Conditions []string
}

// EPSDT is the referral of a child's screening.
type EPSDT struct {
	ReferralGiven string
	Conditions    []string
}
