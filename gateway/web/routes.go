package web

import "claimwire/gateway/access"

// routes is every page and action, with what one needs to be let in. The test
// of the matrix goes through all of them with every role.
var routes = []route{
	{"GET /login", "", true, showLogin},
	{"POST /login", "", true, doLogin},
	{"GET /login/code", "", true, showCode},
	{"POST /login/code", "", true, doCode},
	{"POST /logout", "", false, doLogout},
	{"POST /member", "", false, doMember},
	{"GET /password", "", false, showPassword},
	{"POST /password", "", false, doPassword},

	{"GET /{$}", "", false, showToday},
	{"GET /claims", access.SeeClaims, false, showClaims},
	{"POST /claims/search", access.SeeClaims, false, searchClaims},
	{"GET /claims/{id}", access.SeeClaims, false, showClaim},

	{"/", "", false, func(*server, *request) error { return errNotFound }},
}
