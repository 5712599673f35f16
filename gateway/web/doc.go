// Package web is the desk: the pages at which billers, coders, managers,
// payers' analysts, support and administrators work. Pages are made on the
// server from html/template; htmx brings live numbers, and everything works
// without it. Nothing is loaded from elsewhere, and no address holds a
// patient's data: searches are POSTs.
//
// Every route stands in one table with the permission that it needs; what a
// page may show of a claim is decided in one place (access.Seen), not in templates.
// Every view and change of a record is audited.
package web
