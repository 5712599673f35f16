package api

import (
	"context"
	"fmt"
	"net/http"

	"claimwire/gateway/access"
)

// needs is what one needs for each operation: the matrix of gateway/access
// decides who has it. An operation that is not listed is for nobody; a test
// names it.
var needs = map[string]access.Permission{
	"submit":                      access.SubmitClaims,
	"submit-claims":               access.SubmitClaims,
	"show-payment":                access.SeeMoney,
	"show-partner":                access.SeePartners,
	"explain-code":                access.SeeClaims,
	"list-keys":                   access.ManageKeys,
	"add-key":                     access.ManageKeys,
	"revoke-key":                  access.ManageKeys,
	"prove-audit":                 access.SeeAudit,
	"list-transmissions":          access.SeeFiles,
	"show-transmission":           access.SeeFiles,
	"transmission-receipt":        access.SeeClaims,
	"transmission-content":        access.ReadFiles,
	"list-interchanges":           access.SeeFiles,
	"interchange-content":         access.ReadFiles,
	"list-claims":                 access.SeeClaims,
	"search-claims":               access.SeeClaims,
	"count-claims":                access.SeeClaims,
	"show-claim":                  access.SeeClaims,
	"list-remittances":            access.SeeMoney,
	"show-remittance":             access.SeeMoney,
	"list-payments":               access.SeeMoney,
	"list-unmatched":              access.PostMoney,
	"list-held-remittances":       access.PostMoney,
	"release-remittance":          access.PostMoney,
	"discard-remittance":          access.PostMoney,
	"payment-candidates":          access.PostMoney,
	"match-payment":               access.PostMoney,
	"unmatch-payment":             access.PostMoney,
	"list-reversals-alone":        access.PostMoney,
	"list-provider-adjustments":   access.PostMoney,
	"list-provider-balances":      access.PostMoney,
	"correct-claim":               access.CorrectClaims,
	"pass-claim-on":               access.PostMoney,
	"claim-followers":             access.SeeClaims,
	"list-requests-due":           access.AnswerRequests,
	"show-request":                access.AnswerRequests,
	"own-request":                 access.AnswerRequests,
	"match-request":               access.AnswerRequests,
	"close-request":               access.AnswerRequests,
	"answer-request":              access.AnswerRequests,
	"add-request-document":        access.AnswerRequests,
	"attach-document":             access.AnswerRequests,
	"claim-documents":             access.AnswerRequests,
	"inquire-claim":               access.AnswerRequests,
	"claim-inquiries":             access.SeeClaims,
	"work-denials":                access.WorkDenials,
	"show-denial":                 access.WorkDenials,
	"work-denial":                 access.WorkDenials,
	"remittance-advice":           access.SeeMoney,
	"explanation-of-benefits":     access.SeeMoney,
	"proof-of-filing":             access.WorkDenials,
	"appeal-letter":               access.WorkDenials,
	"report":                      access.SeeReports,
	"report-expected":             access.SeeReports,
	"export-parquet":              access.SeeReports,
	"export-posting":              access.SeeReports,
	"split-transmission":          access.SeeReports,
	"claim-fhir":                  access.SeeReports,
	"check":                       access.SubmitClaims,
	"list-code-releases":          access.SeeClaims,
	"find-code":                   access.SeeClaims,
	"transmission-explained":      access.ReadFiles,
	"transmission-explained-page": access.ReadFiles,
	"interchange-explained":       access.ReadFiles,
	"interchange-explained-page":  access.ReadFiles,
	"list-audit":                  access.SeeAudit,
	"list-webhooks":               access.ManageKeys,
	"show-webhook":                access.ManageKeys,
	"add-webhook":                 access.ManageKeys,
	"pause-webhook":               access.ManageKeys,
	"resume-webhook":              access.ManageKeys,
	"replay-webhook":              access.ManageKeys,
	"remove-webhook":              access.ManageKeys,
	"list-deposits":               access.PostMoney,
	"add-deposits":                access.PostMoney,
	"match-deposit":               access.PostMoney,
	"list-unpaid-remittances":     access.PostMoney,
	"list-denials":                access.WorkDenials,
	"list-requests":               access.AnswerRequests,
	"list-events":                 access.SeeReports,
	"list-partners":               access.SeePartners,
	"list-alerts":                 access.SeeAlerts,
	"list-links":                  access.SeeAlerts,
	"list-certifications":         access.SeeAlerts,
	"list-jobs":                   access.Operate,
	"retry-job":                   access.Operate,
	"release-transmission":        access.Operate,
	"dismiss-transmission":        access.Operate,
	"decide-interchange":          access.Operate,
	"resume-partner":              access.Operate,
	"set-stage":                   access.Operate,
	"list-holds":                  access.Operate,
	"add-hold":                    access.Operate,
	"end-hold":                    access.Operate,
}

// allowed says whether who asks may do an operation.
func allowed(ctx context.Context, operation string) error {
	c := callerOf(ctx)
	p, listed := needs[operation]
	if listed && c.May(p) {
		return nil
	}
	return problem(http.StatusForbidden, c.mayNot(p))
}

// mayNot says why somebody is refused: which key it is, as what, and what it
// lacks.
func (c caller) mayNot(p access.Permission) string {
	if c.key == nil || c.Principal == nil {
		return "nobody may do that without an API key"
	}
	return fmt.Sprintf("the API key %q is a %s's, which may not do that (%s)", c.key.Name, c.Role, p)
}

// Needs says what one needs for an operation, and whether it is listed.
func Needs(operation string) (access.Permission, bool) {
	p, ok := needs[operation]
	return p, ok
}
