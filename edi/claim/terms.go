package claim

// Types whose value decides what a segment is about. Each constant is the
// standard's code; the word beside it is the one of the JSON record. A code
// without a word goes to JSON as "qualifier".

// Purpose is why a transaction set was sent (BHT02).
type Purpose string

// The purposes.
const (
	PurposeOriginal Purpose = "00"
	PurposeReissue  Purpose = "18"
)

var purposeWords = newWords(
	"00", "original",
	"18", "reissue",
)

// SubmissionUse is what the claims of a set are for (BHT06).
type SubmissionUse string

// The uses.
const (
	UseChargeable  SubmissionUse = "CH" // to be paid
	UseReporting   SubmissionUse = "RP" // encounters, reported and not paid
	UseSubrogation SubmissionUse = "31" // demands of a Medicaid agency
)

var useWords = newWords(
	"CH", "chargeable",
	"RP", "reporting",
	"31", "subrogation",
)

// Role is what a party is to the claim (NM101).
type Role string

// The roles of the 837 guides.
const (
	RoleSubmitter            Role = "41"
	RoleReceiver             Role = "40"
	RoleBilling              Role = "85"
	RolePayToAddress         Role = "87"
	RolePayToPlan            Role = "PE"
	RoleSubscriber           Role = "IL"
	RolePayer                Role = "PR"
	RolePatient              Role = "QC"
	RoleReferring            Role = "DN"
	RolePrimaryCareReferring Role = "P3" // the primary care provider who referred first
	RoleRendering            Role = "82"
	RoleServiceFacility      Role = "77"
	RoleSupervising          Role = "DQ"
	RolePickUp               Role = "PW" // ambulance
	RoleDropOff              Role = "45" // ambulance
	RoleOrdering             Role = "DK"
	RolePurchasedService     Role = "QB"
	RoleAttending            Role = "71"
	RoleOperating            Role = "72"
	RoleOtherOperating       Role = "ZZ"
	RoleAssistantSurgeon     Role = "DD"
)

var roleWords = newWords(
	"41", "submitter",
	"40", "receiver",
	"85", "billing",
	"87", "pay_to_address",
	"PE", "pay_to_plan",
	"IL", "subscriber",
	"PR", "payer",
	"QC", "patient",
	"DN", "referring",
	"P3", "primary_care_referring",
	"82", "rendering",
	"77", "service_facility",
	"DQ", "supervising",
	"PW", "pick_up",
	"45", "drop_off",
	"DK", "ordering",
	"QB", "purchased_service",
	"71", "attending",
	"72", "operating",
	"ZZ", "other_operating",
	"DD", "assistant_surgeon",
)

// DateKind says what a date is (DTP01).
type DateKind string

// The dates of claims and lines.
const (
	DateOnset               DateKind = "431"
	DateInitialTreatment    DateKind = "454"
	DateLastSeen            DateKind = "304"
	DateAcuteManifestation  DateKind = "453"
	DateAccident            DateKind = "439"
	DateLastMenstrualPeriod DateKind = "484"
	DateLastXRay            DateKind = "455"
	DatePrescription        DateKind = "471"
	DateDisability          DateKind = "314"
	DateDisabilityBegin     DateKind = "360"
	DateDisabilityEnd       DateKind = "361"
	DateLastWorked          DateKind = "297"
	DateReturnToWork        DateKind = "296"
	DateAdmission           DateKind = "435"
	DateDischarge           DateKind = "096"
	DateAssumedCare         DateKind = "090"
	DateRelinquishedCare    DateKind = "091"
	DateFirstContact        DateKind = "444" // property and casualty
	DateRepricerReceived    DateKind = "050"
	DateStatement           DateKind = "434"
	DateService             DateKind = "472"
	DateRecertification     DateKind = "607" // or revision of a certification
	DateBeginTherapy        DateKind = "463"
	DateLastCertification   DateKind = "461"
	DateHemoglobinTest      DateKind = "738" // or hematocrit
	DateCreatinineTest      DateKind = "739"
	DateShipped             DateKind = "011"
	DateAppliancePlacement  DateKind = "452"
	DatePriorPlacement      DateKind = "441"
	DateEstimatedPlacement  DateKind = "139"
	DateReplacement         DateKind = "446"
	DateTreatmentStart      DateKind = "196"
	DateTreatmentCompletion DateKind = "198"
	DateAdjudicated         DateKind = "573" // another payer decided or paid
)

var dateWords = newWords(
	"431", "onset",
	"454", "initial_treatment",
	"304", "last_seen",
	"453", "acute_manifestation",
	"439", "accident",
	"484", "last_menstrual_period",
	"455", "last_x_ray",
	"471", "prescription",
	"314", "disability",
	"360", "disability_begin",
	"361", "disability_end",
	"297", "last_worked",
	"296", "return_to_work",
	"435", "admission",
	"096", "discharge",
	"090", "assumed_care",
	"091", "relinquished_care",
	"444", "first_contact",
	"050", "repricer_received",
	"434", "statement",
	"472", "service",
	"607", "recertification",
	"463", "begin_therapy",
	"461", "last_certification",
	"738", "hemoglobin_test",
	"739", "creatinine_test",
	"011", "shipped",
	"452", "appliance_placement",
	"441", "prior_placement",
	"139", "estimated_placement",
	"446", "replacement",
	"196", "treatment_start",
	"198", "treatment_completion",
	"573", "adjudicated",
)

// ReferenceKind says what a reference number is (REF01).
type ReferenceKind string

// The references of claims, lines and parties.
const (
	ReferenceEmployerID              ReferenceKind = "EI"
	ReferenceSocialSecurity          ReferenceKind = "SY"
	ReferenceLicense                 ReferenceKind = "0B"
	ReferenceUPIN                    ReferenceKind = "1G"
	ReferenceProviderNumber          ReferenceKind = "G2" // a payer's number for a provider
	ReferenceLocation                ReferenceKind = "LU" // of a provider
	ReferencePayerID                 ReferenceKind = "2U"
	ReferenceClaimOffice             ReferenceKind = "FY"
	ReferenceNAIC                    ReferenceKind = "NF"
	ReferencePropertyCasualtyClaim   ReferenceKind = "Y4"
	ReferenceMemberID                ReferenceKind = "1W"
	ReferenceAuthorizationException  ReferenceKind = "4N"
	ReferenceMedicareCrossover       ReferenceKind = "F5" // section 4081
	ReferenceMammography             ReferenceKind = "EW"
	ReferenceReferral                ReferenceKind = "9F"
	ReferencePriorAuthorization      ReferenceKind = "G1"
	ReferencePayerClaimID            ReferenceKind = "F8" // the payer's own number of an earlier claim
	ReferenceCLIA                    ReferenceKind = "X4"
	ReferenceReferringCLIA           ReferenceKind = "F4"
	ReferenceRepricedClaim           ReferenceKind = "9A"
	ReferenceAdjustedRepricedClaim   ReferenceKind = "9C"
	ReferenceInvestigationalDevice   ReferenceKind = "LX"
	ReferenceTrace                   ReferenceKind = "D9" // of a clearinghouse
	ReferenceMedicalRecord           ReferenceKind = "EA"
	ReferenceDemonstrationProject    ReferenceKind = "P4"
	ReferenceCarePlanOversight       ReferenceKind = "1J"
	ReferencePeerReview              ReferenceKind = "G4"
	ReferenceAutoAccidentState       ReferenceKind = "LU" // of an institutional claim
	ReferencePredetermination        ReferenceKind = "G3"
	ReferenceClaimAdjustment         ReferenceKind = "T4"
	ReferenceLineControlNumber       ReferenceKind = "6R"
	ReferenceRepricedLine            ReferenceKind = "9B"
	ReferenceAdjustedRepricedLine    ReferenceKind = "9D"
	ReferenceImmunizationBatch       ReferenceKind = "BT"
	ReferenceCompoundDrugAssociation ReferenceKind = "VY"
	ReferencePrescription            ReferenceKind = "XZ"
)

var referenceWords = newWords(
	"EI", "employer_id",
	"SY", "social_security_number",
	"0B", "license",
	"1G", "upin",
	"G2", "provider_number",
	"LU", "location",
	"2U", "payer_id",
	"FY", "claim_office",
	"NF", "naic",
	"Y4", "property_casualty_claim",
	"1W", "member_id",
	"4N", "authorization_exception",
	"F5", "medicare_crossover",
	"EW", "mammography_certification",
	"9F", "referral",
	"G1", "prior_authorization",
	"F8", "payer_claim_id",
	"X4", "clia",
	"F4", "referring_clia",
	"9A", "repriced_claim",
	"9C", "adjusted_repriced_claim",
	"LX", "investigational_device",
	"D9", "trace",
	"EA", "medical_record",
	"P4", "demonstration_project",
	"1J", "care_plan_oversight",
	"G4", "peer_review",
	"G3", "predetermination",
	"T4", "claim_adjustment",
	"6R", "line_control_number",
	"9B", "repriced_line",
	"9D", "adjusted_repriced_line",
	"BT", "immunization_batch",
	"VY", "compound_drug_association",
	"XZ", "prescription",
)

// claimReferenceWords differ in LU, which on claim level is the state of an
// auto accident.
var claimReferenceWords = referenceWords.with("LU", "auto_accident_state")

// AmountKind says what an amount is (AMT01).
type AmountKind string

// The amounts of claims, lines and other coverages.
const (
	AmountPatientPaid        AmountKind = "F5"
	AmountPatientEstimated   AmountKind = "F3" // estimated amount due
	AmountPayerPaid          AmountKind = "D"
	AmountNonCovered         AmountKind = "A8"
	AmountRemainingLiability AmountKind = "EAF" // of the patient
	AmountSalesTax           AmountKind = "T"
	AmountPostage            AmountKind = "F4"
	AmountServiceTax         AmountKind = "GT"
	AmountFacilityTax        AmountKind = "N8"
)

var amountWords = newWords(
	"F5", "patient_paid",
	"F3", "patient_estimated",
	"D", "payer_paid",
	"A8", "non_covered",
	"EAF", "remaining_patient_liability",
	"T", "sales_tax",
	"F4", "postage",
	"GT", "service_tax",
	"N8", "facility_tax",
)

// NoteKind says what a note is about (NTE01).
type NoteKind string

// The notes of claims and lines.
const (
	NoteAdditional         NoteKind = "ADD"
	NoteCertification      NoteKind = "CER"
	NoteGoals              NoteKind = "DCP" // rehabilitation potential, discharge plans
	NoteDiagnosis          NoteKind = "DGN"
	NotePayment            NoteKind = "PMT"
	NoteThirdParty         NoteKind = "TPO" // third party organisation
	NoteAllergies          NoteKind = "ALG"
	NoteEquipment          NoteKind = "DME"
	NoteMedications        NoteKind = "MED"
	NoteNutrition          NoteKind = "NTR"
	NoteOrders             NoteKind = "ODT"
	NoteLimitations        NoteKind = "RHB"
	NoteLeavesHome         NoteKind = "RLH"
	NoteNotAtHome          NoteKind = "RNH"
	NoteEnvironment        NoteKind = "SET"
	NoteSafety             NoteKind = "SFM"
	NotePlanOfTreatment    NoteKind = "SPT"
	NoteUpdatedInformation NoteKind = "UPI"
)

var noteWords = newWords(
	"ADD", "additional",
	"CER", "certification",
	"DCP", "goals",
	"DGN", "diagnosis",
	"PMT", "payment",
	"TPO", "third_party",
	"ALG", "allergies",
	"DME", "equipment",
	"MED", "medications",
	"NTR", "nutrition",
	"ODT", "orders",
	"RHB", "limitations",
	"RLH", "leaves_home",
	"RNH", "not_at_home",
	"SET", "environment",
	"SFM", "safety",
	"SPT", "plan_of_treatment",
	"UPI", "updated_information",
)

// CertificationKind says what conditions are about (CRC01).
type CertificationKind string

// The certifications of claims and lines.
const (
	CertificationAmbulance     CertificationKind = "07"
	CertificationLenses        CertificationKind = "E1" // spectacles
	CertificationContactLenses CertificationKind = "E2"
	CertificationFrames        CertificationKind = "E3"
	CertificationHomebound     CertificationKind = "75"
	CertificationEPSDT         CertificationKind = "ZZ"
	CertificationHospice       CertificationKind = "70" // provider employed by the hospice
	CertificationEquipment     CertificationKind = "09" // durable medical equipment
)

var certificationWords = newWords(
	"07", "ambulance",
	"E1", "lenses",
	"E2", "contact_lenses",
	"E3", "frames",
	"75", "homebound",
	"ZZ", "epsdt",
	"70", "hospice_employee",
	"09", "equipment",
)

// DiagnosisKind says what a diagnosis is to the claim, and in which code set.
type DiagnosisKind string

// The diagnoses; those with 9 are ICD-9-CM, the others ICD-10-CM.
const (
	DiagnosisPrincipal      DiagnosisKind = "ABK"
	DiagnosisOther          DiagnosisKind = "ABF"
	DiagnosisAdmitting      DiagnosisKind = "ABJ"
	DiagnosisReasonForVisit DiagnosisKind = "APR"
	DiagnosisExternalCause  DiagnosisKind = "ABN"

	DiagnosisPrincipal9      DiagnosisKind = "BK"
	DiagnosisOther9          DiagnosisKind = "BF"
	DiagnosisAdmitting9      DiagnosisKind = "BJ"
	DiagnosisReasonForVisit9 DiagnosisKind = "PR"
	DiagnosisExternalCause9  DiagnosisKind = "BN"
)

var diagnosisWords = newWords(
	"ABK", "principal",
	"ABF", "other",
	"ABJ", "admitting",
	"APR", "reason_for_visit",
	"ABN", "external_cause",
	"BK", "icd_9_principal",
	"BF", "icd_9_other",
	"BJ", "icd_9_admitting",
	"PR", "icd_9_reason_for_visit",
	"BN", "icd_9_external_cause",
)

// ProcedureKind says what a procedure of an HI segment is.
type ProcedureKind string

// The procedures.
const (
	ProcedurePrincipal         ProcedureKind = "BBR" // ICD-10-PCS
	ProcedureOther             ProcedureKind = "BBQ" // ICD-10-PCS
	ProcedurePrincipal9        ProcedureKind = "BR"  // ICD-9-CM
	ProcedureOther9            ProcedureKind = "BQ"  // ICD-9-CM
	ProcedureAdvancedBilling   ProcedureKind = "CAH" // advanced billing concepts
	ProcedureAnesthesia        ProcedureKind = "BP"  // surgery that anesthesia was given for, HCPCS
	ProcedureAnesthesiaFurther ProcedureKind = "BO"
)

var procedureWords = newWords(
	"BBR", "principal",
	"BBQ", "other",
	"BR", "icd_9_principal",
	"BQ", "icd_9_other",
	"CAH", "advanced_billing_principal",
	"BP", "anesthesia",
	"BO", "anesthesia_further",
)

// CountKind says what a count of a line is (QTY01).
type CountKind string

// The counts.
const (
	CountPatients        CountKind = "PT" // in the ambulance
	CountAnesthesiaUnits CountKind = "FL" // additional, obstetric
)

var countWords = newWords(
	"PT", "ambulance_patients",
	"FL", "obstetric_anesthesia_units",
)
