// Package access is who may see and do what: users with their memberships, the
// roles and what each may, log-in with password and second factor, and the
// bounds that keep guessing out. It knows no database, no HTTP and no clock of
// its own.
//
// Minimum necessary (45 CFR 164.502(b)): a coder sees no money, a payer only
// its own claims, support no names, an administrator no claims at all.
package access

import (
	"slices"

	"claimwire/gateway"
)

// Permission is one thing that someone may see or do.
type Permission string

// The permissions.
const (
	SeeClaims      Permission = "claims.see"      // number, payer, state, history, codes
	SeePeople      Permission = "people.see"      // names, birth dates, member numbers, addresses
	SeeMoney       Permission = "money.see"       // charges, payments, adjustments, remittances
	SubmitClaims   Permission = "claims.submit"   // put files in
	CorrectClaims  Permission = "claims.correct"  // correct and send again, replace, void
	WorkDenials    Permission = "denials.work"    // owner, appeal, close
	AnswerRequests Permission = "requests.answer" // see and answer payers' questions
	PostMoney      Permission = "money.post"      // match and unmatch, release what is held
	SeeFiles       Permission = "files.see"       // that a file came or went, and what it holds
	ReadFiles      Permission = "files.read"      // the bytes, and what they say
	SeePartners    Permission = "partners.see"
	ManagePartners Permission = "partners.manage" // add, change, certify, try the connection
	ManageCodes    Permission = "codes.manage"    // load releases
	SeeReports     Permission = "reports.see"
	SeeAlerts      Permission = "alerts.see"
	Operate        Permission = "operate"        // parked jobs, quarantined files, unsure deliveries
	ManageUsers    Permission = "users.manage"   // of the own organisation
	ManageKeys     Permission = "keys.manage"    // API keys and webhooks of the own organisation
	SeeAudit       Permission = "audit.see"      // of the own organisation
	AllTenants     Permission = "tenants.manage" // organisations, and users of any of them
)

// The roles.
const (
	Coder         gateway.Role = "coder"
	Biller        gateway.Role = "biller"
	Manager       gateway.Role = "manager"
	Payer         gateway.Role = "payer" // EDI analyst of a payer: the claims of one trading partner
	Support       gateway.Role = "support"
	Administrator gateway.Role = "administrator"
)

// Roles lists them in the order in which they are shown.
var Roles = []gateway.Role{Coder, Biller, Manager, Payer, Support, Administrator}

// may is the matrix: what each role may. A test goes through every route with
// every role by it.
var may = map[gateway.Role][]Permission{
	Coder:         {SeeClaims, SeePeople, SubmitClaims, CorrectClaims, AnswerRequests},
	Biller:        {SeeClaims, SeePeople, SeeMoney, SubmitClaims, CorrectClaims, WorkDenials, AnswerRequests, PostMoney, SeeFiles, ReadFiles, SeePartners, SeeReports, SeeAlerts},
	Manager:       {SeeClaims, SeePeople, SeeMoney, SubmitClaims, CorrectClaims, WorkDenials, AnswerRequests, PostMoney, SeeFiles, ReadFiles, SeePartners, SeeReports, SeeAlerts, ManageUsers, ManageKeys, SeeAudit},
	Payer:         {SeeClaims, SeePeople, SeeMoney, SeeFiles, ReadFiles, SeePartners},
	Support:       {SeeClaims, SeeFiles, SeePartners, SeeAlerts},
	Administrator: {SeeFiles, SeePartners, ManagePartners, ManageCodes, SeeAlerts, Operate, ManageUsers, ManageKeys, SeeAudit, AllTenants},
}

// MayGive lists the roles that who asks may give to others.
func MayGive(who *Principal) []gateway.Role {
	if who.May(AllTenants) {
		return Roles
	}
	return []gateway.Role{Coder, Biller, Manager, Support}
}

// Known says whether r is one of the roles.
func Known(r gateway.Role) bool { return slices.Contains(Roles, r) }

// May says whether a role may p.
func May(r gateway.Role, p Permission) bool { return slices.Contains(may[r], p) }

// Permissions lists what a role may.
func Permissions(r gateway.Role) []Permission { return slices.Clone(may[r]) }

// Principal is who asks: a user as one of its memberships, or an API key.
type Principal struct {
	Actor string // as the audit trail names it: user:LOGIN, key:NAME
	Name  string // as pages show it
	gateway.Membership
}

// May says whether who asks may p.
func (p *Principal) May(perm Permission) bool { return p != nil && May(p.Role, perm) }
