package fhir

import (
	"encoding/json"

	"claimwire/edi/money"
)

// Code systems.
const (
	systemAdjudication = "http://terminology.hl7.org/CodeSystem/adjudication"
	systemC4BB         = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication"
	systemReason       = "https://x12.org/codes/claim-adjustment-reason-codes"
	systemRemark       = "https://x12.org/codes/remittance-advice-remark-codes"
	systemProcedure    = "https://www.cms.gov/Medicare/Coding/MedHCPCSGenInfo"
	systemRevenue      = "https://www.nubc.org/CodeSystem/RevenueCodes"
	systemClaimType    = "http://terminology.hl7.org/CodeSystem/claim-type"
	systemPayment      = "http://terminology.hl7.org/CodeSystem/ex-paymenttype"
	systemPaymentType  = "http://terminology.hl7.org/CodeSystem/payment-type"
	systemNPI          = "http://hl7.org/fhir/sid/us-npi"
	systemTaxID        = "urn:oid:2.16.840.1.113883.4.4"
	systemDiagnosis    = "http://hl7.org/fhir/sid/icd-10-cm"
)

type (
	coding struct {
		System  string `json:"system,omitempty"`
		Code    string `json:"code,omitempty"`
		Display string `json:"display,omitempty"`
	}
	concept struct {
		Coding []coding `json:"coding,omitempty"`
		Text   string   `json:"text,omitempty"`
	}
	identifier struct {
		System string   `json:"system,omitempty"`
		Value  string   `json:"value,omitempty"`
		Type   *concept `json:"type,omitempty"`
	}
	reference struct {
		Reference  string      `json:"reference,omitempty"`
		Identifier *identifier `json:"identifier,omitempty"`
		Display    string      `json:"display,omitempty"`
	}
	amount struct {
		Value    json.Number `json:"value"`
		Currency string      `json:"currency"`
	}
	period struct {
		Start string `json:"start,omitempty"`
		End   string `json:"end,omitempty"`
	}
	humanName struct {
		Family string   `json:"family,omitempty"`
		Given  []string `json:"given,omitempty"`
		Text   string   `json:"text,omitempty"`
	}
	address struct {
		Line       []string `json:"line,omitempty"`
		City       string   `json:"city,omitempty"`
		State      string   `json:"state,omitempty"`
		PostalCode string   `json:"postalCode,omitempty"`
		Country    string   `json:"country,omitempty"`
	}
	telecom struct {
		System string `json:"system,omitempty"`
		Value  string `json:"value,omitempty"`
	}
	adjudication struct {
		Category concept  `json:"category"`
		Reason   *concept `json:"reason,omitempty"`
		Amount   *amount  `json:"amount,omitempty"`
	}
	total struct {
		Category concept `json:"category"`
		Amount   amount  `json:"amount"`
	}
	// contained is a resource that another one holds.
	contained struct {
		ResourceType string       `json:"resourceType"`
		ID           string       `json:"id"`
		Identifier   []identifier `json:"identifier,omitempty"`
		Active       *bool        `json:"active,omitempty"`
		Name         any          `json:"name,omitempty"`
		Gender       string       `json:"gender,omitempty"`
		BirthDate    string       `json:"birthDate,omitempty"`
		Status       string       `json:"status,omitempty"`
		Beneficiary  *reference   `json:"beneficiary,omitempty"`
		SubscriberID string       `json:"subscriberId,omitempty"`
		Payor        []reference  `json:"payor,omitempty"`
	}
)

func usd(a money.Amount) amount { return amount{json.Number(a.String()), "USD"} }

func usdOf(a money.Amount) *amount {
	v := usd(a)
	return &v
}

func category(system, code string) concept {
	return concept{Coding: []coding{{System: system, Code: code}}}
}

// isoDay is CCYYMMDD as FHIR has it.
func isoDay(day string) string {
	if len(day) != 8 {
		return ""
	}
	return day[:4] + "-" + day[4:6] + "-" + day[6:]
}
