package api

import (
	"context"
	"strings"

	"claimwire/edi/explain"
	"claimwire/gateway"
)

// CodeMeaning is what a code means.
type CodeMeaning struct {
	Code  string `json:"code"`
	List  string `json:"list,omitempty"`
	Words string `json:"words"`
	Next  string `json:"next,omitempty" doc:"What to do"`
	Who   string `json:"who,omitempty" doc:"Who does it"`
}

// explain adds what codes of answers and of our own findings mean.
func (s *server) explain() {
	get(s, "/v1/explain/{code}", "explain-code", "What a diagnostic, CARC, RARC, claim status or TA1 or 999 code means, in our words", "codes", func(_ context.Context, _ gateway.Scope, in *struct {
		Code string `path:"code" minLength:"1" maxLength:"40" example:"CO-97"`
	}) (*only[[]CodeMeaning], error) {
		res := explain.Find(strings.TrimSpace(in.Code))
		list := []CodeMeaning{}
		if res.Sentence != "" {
			list = append(list, CodeMeaning{Code: res.Query, Words: res.Sentence})
		}
		for _, e := range res.Diagnostics {
			list = append(list, CodeMeaning{Code: e.Code.String(), List: "findings", Words: e.Message, Next: e.Fix})
		}
		for _, m := range res.Meanings {
			list = append(list, CodeMeaning{Code: m.Code, List: m.List.Title, Words: m.Words, Next: m.Next, Who: string(m.Who)})
		}
		if len(list) == 0 {
			return nil, ErrNotFound
		}
		return &only[[]CodeMeaning]{list}, nil
	})
}
