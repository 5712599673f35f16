package intake

import (
	"strings"

	"claimwire/gateway"
)

// vocabulary is the list of words that a field takes, each with the standard's
// code for it.
type vocabulary struct {
	words []string // as the schema lists them
	codes map[string]string
}

// newVocabulary takes lines of a code and its words: the first is the one that
// we write, the others are read as well.
func newVocabulary(lines string) *vocabulary {
	v := &vocabulary{codes: map[string]string{}}
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		f := strings.Fields(line)
		for _, w := range f[1:] {
			v.words = append(v.words, w)
			v.codes[strings.ToLower(w)] = f[0]
		}
	}
	return v
}

// code is the code of a word, or "". Case does not matter, and neither does
// whether blanks or hyphens stand for underscores.
func (v *vocabulary) code(word string) string {
	if c := v.codes[strings.ToLower(word)]; c != "" {
		return c
	}
	return v.codes[strings.ToLower(strings.NewReplacer(" ", "_", "-", "_").Replace(word))]
}

// word is the first word of a code, or "".
func (v *vocabulary) word(code string) string {
	for _, w := range v.words {
		if v.codes[strings.ToLower(w)] == code {
			return w
		}
	}
	return ""
}

// offer says what could stand instead: the nearest words of a long list, all
// of a short one.
func (v *vocabulary) offer(word string) string {
	if len(v.words) > 8 {
		if near := gateway.Nearest(word, v.words, 3); len(near) > 0 {
			return "did you mean " + strings.Join(near, " or ") + "?"
		}
	}
	return "known are " + strings.Join(v.words, ", ")
}

var (
	kindWords = newVocabulary(`
		P professional
		I institutional
		D dental`)

	purposeWords = newVocabulary(`
		CH payment chargeable
		RP reporting`)

	presentWords = newVocabulary(`
		Y yes Y
		N no N
		U unknown U
		W undetermined W`)

	contractWords = newVocabulary(`
		01 drg
		02 per_diem
		03 variable_per_diem
		04 flat
		05 capitated
		06 percent
		09 other`)

	// repricingWords are our own short names of the standard's methods.
	repricingWords = newVocabulary(`
		00 none 00
		01 standard_fee 01
		02 standard_fee_negotiated 02
		03 priced_by_contract 03
		04 bundled 04
		05 peer_review 05
		06 per_diem 06
		07 flat_rate 07
		08 combination 08
		09 maternity 09
		10 other 10
		11 lower_of 11
		12 cost_ratio 12
		13 percentage_of_cost 13
		14 adjusted 14`)

	prosthesisWords = newVocabulary(`
		I initial
		R replacement`)

	oralCavityWords = newVocabulary(`
		00 entire_mouth 00
		01 upper_arch 01
		02 lower_arch 02
		03 upper_right_sextant 03
		04 upper_front_sextant 04
		05 upper_left_sextant 05
		06 lower_left_sextant 06
		07 lower_front_sextant 07
		08 lower_right_sextant 08
		10 upper_right 10
		20 upper_left 20
		30 lower_left 30
		40 lower_right 40`)

	frequencyWords = newVocabulary(`
		1 original 1
		7 corrected replacement 7
		8 void 8`)

	taxIDWords = newVocabulary(`
		EI ein
		SY ssn`)

	sexWords = newVocabulary(`
		F female F
		M male M
		U unknown U`)

	orderWords = newVocabulary(`
		P primary
		S secondary
		T tertiary
		A fourth
		B fifth
		U unknown`)

	relationshipWords = newVocabulary(`
		18 self
		01 spouse
		19 child
		20 employee
		21 unknown
		39 organ_donor
		40 cadaver_donor
		53 life_partner
		G8 other`)

	insuranceWords = newVocabulary(gateway.InsuranceKinds)

	medicareSecondaryWords = newVocabulary(`
		12 working_aged
		13 end_stage_renal_disease
		14 no_fault
		15 workers_compensation
		16 public_health_service
		41 black_lung
		42 veterans
		43 disabled
		47 liability`)

	delayWords = newVocabulary(`
		1 eligibility_unknown
		2 litigation
		3 authorization_delay
		4 provider_certification_delay
		5 billing_forms_delay
		6 appliance_delivery_delay
		7 third_party_delay
		8 eligibility_determination_delay
		9 rejected_for_other_reasons
		10 administrative_delay
		11 other
		15 natural_disaster`)

	assignmentWords = newVocabulary(`
		A yes
		B lab_only
		C no`)

	benefitsWords = newVocabulary(`
		Y yes
		N no
		W not_applicable`)

	releaseWords = newVocabulary(`
		Y signed
		I informed_consent`)

	programWords = newVocabulary(`
		02 physically_handicapped_children
		03 special_federal_funding
		05 disability
		09 second_opinion`)

	causeWords = newVocabulary(`
		AA auto_accident auto
		EM employment work
		OA other_accident other`)

	claimNoteWords = newVocabulary(`
		ADD additional
		CER certification
		DCP goals
		DGN diagnosis
		TPO third_party
		ALG allergies
		DME equipment
		MED medications
		NTR nutrition
		ODT orders
		RHB limitations
		RLH leaves_home
		RNH not_at_home
		SET environment
		SFM safety
		SPT plan_of_treatment
		UPI updated_information`)

	lineNoteWords = newVocabulary(`
		ADD additional
		DCP goals`)

	drugUnitWords = newVocabulary(`
		F2 international_unit F2
		GR gram GR
		ME milligram ME
		ML milliliter ML
		UN unit UN`)

	testWords = newVocabulary(`
		HT height
		R1 hemoglobin
		R2 hematocrit
		R3 epoetin
		R4 creatinine`)

	rentalWords = newVocabulary(`
		1 weekly
		4 monthly
		6 daily`)

	certificationWords = newVocabulary(`
		I initial
		R renewal
		S revised`)

	formWords = newVocabulary(`
		UT cms
		AS other`)

	formAnswerWords = newVocabulary(`
		Y yes
		N no
		W not_applicable`)

	adjustmentWords = newVocabulary(`
		CO contractual CO
		PR patient PR
		OA other OA
		PI payer PI
		CR correction CR`)

	transportWords = newVocabulary(`
		A nearest_facility
		B preferred_physician
		C nearness_of_family
		D specialist_or_equipment
		E rehabilitation`)

	transportConditionWords = newVocabulary(`
		01 admitted_to_hospital
		04 moved_by_stretcher
		05 unconscious_or_shock
		06 emergency
		07 restrained
		08 visible_hemorrhaging
		09 medically_necessary
		12 confined_to_bed_or_chair`)

	spinalWords = newVocabulary(`
		A acute
		C chronic
		D not_acute
		E not_life_threatening
		F routine
		G symptomatic
		M acute_manifestation`)

	visionItemWords = newVocabulary(`
		E1 lenses
		E2 contact_lenses
		E3 frames`)

	visionWords = newVocabulary(`
		L1 standard_met
		L2 loss_or_theft
		L3 breakage_or_damage
		L4 patient_preference
		L5 medical_reason`)

	screeningWords = newVocabulary(`
		AV refused
		NU not_used
		S2 under_treatment
		ST new_services_requested`)

	transmissionWords = newVocabulary(`
		AA on_request
		BM mail
		EL electronic
		EM email
		FT file_transfer
		FX fax
		AB cmn_sent_before
		AD cmn_in_claim
		AF cmn_narrative
		AG cmn_not_required
		NS cmn_not_specified`)

	// reportWords are our own short names of the standard's report types.
	reportWords = newVocabulary(`
		03 justification_beyond_guidelines 03
		04 drugs_administered 04
		05 treatment_diagnosis 05
		06 initial_assessment 06
		07 functional_goals 07
		08 plan_of_treatment 08
		09 progress_report 09
		10 continued_treatment 10
		11 chemical_analysis 11
		13 certified_test_report 13
		15 justification_for_admission 15
		21 recovery_plan 21
		A3 allergies A3
		A4 autopsy_report A4
		AM ambulance_certification AM
		AS admission_summary AS
		B2 prescription B2
		B3 physician_order B3
		B4 referral_form B4
		BR benchmark_testing BR
		BS baseline BS
		BT blanket_test_results BT
		CB chiropractic_justification CB
		CK consent CK
		CT certification CT
		D2 drug_profile D2
		DA dental_models DA
		DB equipment_prescription DB
		DG diagnostic_report DG
		DJ discharge_monitoring DJ
		DS discharge_summary DS
		EB explanation_of_benefits EB
		HC health_certificate HC
		HR health_clinic_records HR
		I5 immunization_record I5
		IR state_school_immunization IR
		LA laboratory_results LA
		M1 medical_record M1
		MT models MT
		NN nursing_notes NN
		OB operative_note OB
		OC oxygen_averaging OC
		OD orders_and_treatments OD
		OE physical_examination OE
		OX oxygen_therapy OX
		OZ support_data OZ
		P4 pathology_report P4
		P5 patient_history P5
		PE parenteral_enteral_certification PE
		PN physical_therapy_notes PN
		PO prosthetics_certification PO
		PQ paramedical_results PQ
		PY physician_report PY
		PZ physical_therapy_certification PZ
		RB radiology_films RB
		RR radiology_report RR
		RT tests_and_analysis RT
		RX renewable_oxygen RX
		SG symptoms SG
		V5 death_notification V5
		XP photographs XP`)
)
