package api

import (
	"context"
	"net/http"
	"strings"

	"claimwire/gateway"
)

// Codes is what Books can do besides, where code sets are loaded.
type Codes interface {
	// CodeReleases lists the releases that are loaded.
	CodeReleases() []CodeRelease
	// FindCode says what each code system has of a code on a day (CCYYMMDD, empty:
	// today); a system, when one is named.
	FindCode(system, code, day string) []Code
}

// CodeRelease is a publisher's release of a code system.
type CodeRelease struct {
	System string `json:"system" doc:"Such as icd-10-cm, hcpcs or carc"`
	Name   string `json:"name"`
	From   string `json:"from,omitempty" doc:"Codes of days from this one on"`
	To     string `json:"to,omitempty" doc:"and up to this one"`
	Codes  int    `json:"codes"`
}

// Code is what a code system says of a code on a day.
type Code struct {
	Code       string   `json:"code"`
	System     string   `json:"system"`
	On         string   `json:"on"`
	Standing   string   `json:"standing" enum:"valid,heading,no_code,not_loaded" doc:"not_loaded: no release of that day is loaded, so nothing is known"`
	Text       string   `json:"text,omitempty"`
	Release    string   `json:"release,omitempty"`
	Below      []string `json:"below,omitempty" doc:"Of a heading: the first codes below it that can be billed"`
	ReplacedBy []string `json:"replaced_by,omitempty"`
}

func (s *server) codes(b Codes) {
	get(s, "/v1/codes", "list-code-releases", "Releases of code sets that are loaded", "codes",
		func(context.Context, gateway.Scope, *struct{}) (*only[[]CodeRelease], error) {
			list := b.CodeReleases()
			if list == nil {
				list = []CodeRelease{}
			}
			return &only[[]CodeRelease]{list}, nil
		})
	get(s, "/v1/codes/{code}", "find-code", "What a code means, and whether it could be billed on a day", "codes",
		func(_ context.Context, _ gateway.Scope, in *struct {
			Code   string `path:"code" maxLength:"20" doc:"With or without its point"`
			On     string `query:"on" format:"date" doc:"On this day; today when not given"`
			System string `query:"system" maxLength:"40" doc:"In this system alone"`
		}) (*only[[]Code], error) {
			list := b.FindCode(in.System, in.Code, strings.ReplaceAll(in.On, "-", ""))
			if len(list) == 0 {
				return nil, problem(http.StatusNotFound, "no list of codes that is loaded has it")
			}
			return &only[[]Code]{list}, nil
		})
}
