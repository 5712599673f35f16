// Package claim is the meaning of the 837: professional, institutional and
// dental claims and encounters, in the words of those who bill.
//
// A Claim is read from the matched segments of a transaction set (Mapper),
// written back as segments (Batch), appended as the JSON record `claim`
// (AppendJSON) and read from it (ParseJSON). The three ways share one function
// a segment and one a JSON object, so that none can forget a field that
// another knows; tests tie them together over generated and foreign files.
//
// It does not check anything: form and usage are the guide's (package guide),
// sums and situations are rules' (package rule). It keeps what it reads as it
// stood, text byte for byte and amounts to the cent, and keeps with every
// segment where it stood, so that a rule can place what it finds.
//
// Terms: coded values are the standard's own codes (relationship "18", place
// of service "11"). Where a code decides what a value *is* (which date, which
// reference, which provider), its type has constants with the business name,
// and the JSON record has that name in words. Dates are CCYYMMDD text.
//
//	c := &claim.Claim{
//		Kind: claim.Professional, ID: "PCN0001", Charge: money.Of(8550),
//		PlaceOfService: "11", Frequency: "1",
//		Dates:     []claim.Date{claim.On(claim.DateOnset, "20261001")},
//		Diagnoses: []claim.Diagnosis{{Kind: claim.DiagnosisPrincipal, Code: "J0190"}},
//		Lines: []claim.Line{{
//			Procedure: claim.Procedure{Qualifier: "HC", Code: "99213"},
//			Charge:    money.Of(8550), Unit: "UN", Units: "1",
//			DiagnosisPointers: [4]string{"1"},
//			Dates:     []claim.Date{claim.On(claim.DateService, "20261015")},
//		}},
//	}
package claim
