package web

import "claimwire/gateway/access"

// routes is every page and action, with what one needs to be let in. The test
// of the matrix goes through all of them with every role.
var routes = []route{
	{"GET /setup", "", true, showSetup},
	{"POST /setup", "", true, doSetup},
	{"GET /login", "", true, showLogin},
	{"POST /login", "", true, doLogin},
	{"GET /login/code", "", true, showCode},
	{"POST /login/code", "", true, doCode},
	{"GET /login/with", "", true, doSignIn},
	{"GET /login/back", "", true, doSignedIn},
	{"POST /login/passkey/options", "", true, askPasskey},
	{"POST /login/passkey", "", true, doPasskey},
	{"POST /logout", "", false, doLogout},
	{"POST /member", "", false, doMember},
	{"GET /password", "", false, showPassword},
	{"POST /password", "", false, doPassword},

	{"GET /factor", "", false, showFactor},
	{"POST /factor", "", false, doFactor},
	{"GET /passkeys", "", false, showPasskeys},
	{"POST /passkeys/options", "", false, askNewPasskey},
	{"POST /passkeys", "", false, addPasskey},
	{"POST /passkeys/{id}/remove", "", false, removePasskey},

	{"GET /{$}", "", false, showToday},
	{"GET /live/today", "", false, liveToday},
	{"GET /worklists/{list}", access.SeeClaims, false, showWork},
	{"POST /worklists/{list}", access.CorrectClaims, false, doWork},
	{"GET /claims", access.SeeClaims, false, showClaims},
	{"POST /search", "", false, search},
	{"GET /claims/{id}", access.SeeClaims, false, showClaim},

	{"GET /submit", access.SubmitClaims, false, showSubmit},
	{"POST /submit", access.SubmitClaims, false, doSubmit},
	{"POST /submit/sample", access.SubmitClaims, false, sendSample},
	{"GET /tour", access.WorkDenials, false, showTour},
	{"GET /live/file/{id}", access.SeeFiles, false, liveFile},
	{"GET /denials", access.WorkDenials, false, showDenials},
	{"POST /denials", access.WorkDenials, false, workDenials},
	{"GET /denials/{id}", access.WorkDenials, false, showDenial},
	{"POST /denials/{id}", access.WorkDenials, false, workDenial},
	{"GET /denials/{id}/appeal", access.WorkDenials, false, paper("appeal", "payment")},
	{"GET /claims/{id}/proof", access.WorkDenials, false, paper("proof", "claim")},
	{"GET /claims/{id}/explanation", access.PostMoney, false, paper("eob", "claim")},
	{"GET /remittances/{id}/advice", access.PostMoney, false, paper("remittance", "remittance")},
	{"GET /claims/{id}/correct", access.CorrectClaims, false, showCorrect},
	{"POST /claims/{id}/correct", access.CorrectClaims, false, doCorrect},
	{"POST /claims/{id}/task", access.CorrectClaims, false, takeClaim},
	{"POST /claims/{id}/inquire", access.WorkDenials, false, inquireClaim},
	{"GET /requests", access.AnswerRequests, false, showRequests},
	{"GET /requests/{id}", access.AnswerRequests, false, showRequest},
	{"POST /requests/{id}", access.AnswerRequests, false, changeRequest},
	{"POST /requests/{id}/documents", access.AnswerRequests, false, addDocuments},
	{"GET /requests/{id}/documents/{document}", access.AnswerRequests, false, readDocument},
	{"GET /ledger", access.PostMoney, false, showLedger},
	{"GET /remittances", access.SeeMoney, false, showRemittances},
	{"GET /remittances/held", access.PostMoney, false, showHeld},
	{"POST /remittances/{id}/decide", access.PostMoney, false, decideHeld},
	{"GET /unmatched", access.PostMoney, false, showUnmatched},
	{"GET /payments/{id}", access.PostMoney, false, showPayment},
	{"POST /payments/{id}/match", access.PostMoney, false, matchPayment},
	{"POST /claims/{id}/follow", access.CorrectClaims, false, followClaim},
	{"GET /alerts", access.SeeAlerts, false, showAlerts},
	{"GET /operation", access.Operate, false, showOperation},
	{"POST /operation", access.Operate, false, operate},
	{"GET /remittances/{id}", access.SeeMoney, false, showRemittance},
	{"GET /files", access.SeeFiles, false, showFiles},
	{"GET /files/{id}", access.SeeFiles, false, showFile},
	{"GET /files/{id}/bytes", access.ReadFiles, false, readFile},
	{"GET /interchanges/{id}", access.SeeFiles, false, showInterchange},
	{"GET /interchanges/{id}/bytes", access.ReadFiles, false, readInterchange},
	{"GET /partners", access.SeePartners, false, showPartners},
	{"GET /partners/profile", access.ManagePartners, false, showProfile},
	{"POST /partners/profile", access.ManagePartners, false, saveProfile},
	{"GET /partners/{partner}", access.SeePartners, false, showPartner},
	{"POST /partners/{partner}/try", access.ManagePartners, false, tryPartner},
	{"POST /partners/{partner}/remove", access.ManagePartners, false, removePartner},
	{"GET /codes", "", false, showCodes},
	{"GET /codes/{system}/changes", "", false, showDiff},
	{"GET /explain", "", false, showExplain},
	{"GET /reports", access.SeeReports, false, showReports},
	{"GET /reports/{report}", access.SeeReports, false, showReport},
	{"GET /reports/{report}/export", access.SeeReports, false, exportReport},
	{"GET /organisations", access.AllTenants, false, showOrganisations},
	{"POST /organisations", access.AllTenants, false, setOrganisation},

	{"GET /users", access.ManageUsers, false, showUsers},
	{"POST /users", access.ManageUsers, false, addUser},
	{"POST /users/{id}", access.ManageUsers, false, changeUser},
	{"GET /keys", access.ManageKeys, false, showKeys},
	{"POST /keys", access.ManageKeys, false, addKey},
	{"POST /keys/{id}/revoke", access.ManageKeys, false, revokeKey},
	{"GET /webhooks", access.ManageKeys, false, showHooks},
	{"POST /webhooks", access.ManageKeys, false, addHook},
	{"GET /webhooks/{id}", access.ManageKeys, false, showHook},
	{"POST /webhooks/{id}", access.ManageKeys, false, changeHook},
	{"GET /audit", access.SeeAudit, false, showAudit},
	{"GET /audit/export", access.SeeAudit, false, exportAudit},
	{"POST /audit/prove", access.SeeAudit, false, proveAudit},

	{"/", "", false, func(*server, *request) error { return errNotFound }},
}

// bodies bound what a route takes where it is more than a page of fields.
var bodies = map[string]int64{"POST /submit": maxUpload, "POST /requests/{id}/documents": maxDocuments, "POST /claims/{id}/correct": maxForm}

// Route is a route as others may know it.
type Route struct {
	Pattern string
	Needs   access.Permission
	Public  bool
}

// Routes lists every route, for the test of the matrix.
func Routes() []Route {
	var all []Route
	for _, r := range routes {
		all = append(all, Route{r.pattern, r.needs, r.public})
	}
	return all
}
