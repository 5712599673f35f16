package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// described adds to the description what is true of every operation: the problems
// that any of them answers with. Those that say more of their own keep it.
func (s *server) described() {
	o := s.api.OpenAPI()
	of := o.Components.Schemas.Schema(typeOf[Problem](), true, "")
	for path, item := range o.Paths {
		if !strings.HasPrefix(path, "/v1/") {
			continue
		}
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			if op.Description == "" { // programs that print one of the two want this one
				op.Description = op.Summary + "."
			}
			problems := map[int]string{400: "The request cannot be read", 401: "No API key, or one that does not serve", 403: "The role of this API key may not do that", 422: "A parameter or the body is not as described",
				429: "Too many requests of this key; Retry-After says when to go on", 500: "It could not be done; the gateway's log says why", 503: "The store does not answer; ask again later"}
			if strings.Contains(path, "{") {
				problems[404] = "There is none of this id"
			}
			if op.Method == http.MethodPost {
				problems[409] = "Refused, and why"
				problems[408] = "The body did not come in time"
				problems[413] = "The body is too long; nothing of it was taken"
				problems[415] = "The content type is not one of those that are taken"
				problems[507] = "The gateway has no room; nothing was taken"
			}
			for status, text := range problems {
				k := strconv.Itoa(status)
				if r := op.Responses[k]; r == nil || r.Description == "" || r.Description == http.StatusText(status) {
					op.Responses[k] = &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: of}}}
				}
			}
		}
	}
	o.Tags = slices.Clone(tags)
}

// tags are what operations are about, in the order of the documents.
var tags = []*huma.Tag{
	{Name: "transmissions", Description: "Files, in and out"},
	{Name: "claims", Description: "Claims, their history, and what may be done about them"},
	{Name: "requests", Description: "Payers' questions and their answers"},
	{Name: "money", Description: "Remittance advices, payments, denials, deposits"},
	{Name: "reports", Description: "Numbers"},
	{Name: "exports", Description: "Files for other programs"},
	{Name: "events", Description: "What happened, to be followed"},
	{Name: "webhooks", Description: "Addresses that events are told to"},
	{Name: "codes", Description: "Code sets"},
	{Name: "partners", Description: "Trading partners"},
	{Name: "audit", Description: "Who did what"},
	{Name: "operation", Description: "What was put aside, and what a person should see to"},
}
