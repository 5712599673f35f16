package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Office is what Books can do besides, where an organisation's own keys
// and audit trail are kept.
type Office interface {
	FindKey(ctx context.Context, sha256 string) (gateway.APIKey, error)
	Keys(ctx context.Context, s gateway.Scope) ([]gateway.APIKey, error)
	AddKey(ctx context.Context, k gateway.APIKey) error
	RevokeKey(ctx context.Context, s gateway.Scope, id int64) error

	// BrokenAudit names entries that were changed, removed before or slipped in.
	BrokenAudit(ctx context.Context, s gateway.Scope) ([]string, error)
}

// maxKeys bounds the keys of an organisation that serve.
const maxKeys = 100

// APIKey is a key by which a program asks. The key itself is shown once.
type APIKey struct {
	ID        int64      `json:"id"`
	Name      string     `json:"name"`
	Role      string     `json:"role"`
	Partner   string     `json:"partner,omitempty" doc:"Of a payer's key: whose claims"`
	ReadOnly  bool       `json:"read_only"`
	Usage     string     `json:"usage" enum:"test,production"`
	MadeBy    string     `json:"made_by"`
	MadeAt    time.Time  `json:"made_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty" doc:"Missing while it serves"`
}

func shapeKey(k gateway.APIKey) APIKey {
	return APIKey{k.ID, k.Name, string(k.Role), k.Partner, k.ReadOnly, k.Scope.Usage, k.MadeBy, k.Made.UTC(), timeOrNil(k.Revoked)}
}

// NewAPIKey is a key that was just made.
type NewAPIKey struct {
	APIKey
	Key string `json:"key" doc:"The key. It is shown this once; only its digest is kept"`
}

// AuditProof says whether the audit trail is unbroken.
type AuditProof struct {
	Unbroken bool     `json:"unbroken"`
	Broken   []string `json:"broken" doc:"Entries that are not as they were written"`
}

func (s *server) office(o Office) {
	get(s, "/v1/keys", "list-keys", "API keys of the organisation", "operation", func(ctx context.Context, scope gateway.Scope, _ *struct{}) (*only[[]APIKey], error) {
		list, err := o.Keys(ctx, scope)
		return &only[[]APIKey]{shapeAll(list, shapeKey)}, err
	})
	made(s, "/v1/keys", "add-key", "Make an API key for the same organisation and usage", "operation", func(ctx context.Context, c caller, in *struct {
		Body struct {
			Name     string `json:"name" minLength:"1" maxLength:"60" pattern:"^[A-Za-z0-9._-]+$" doc:"After the program that has it"`
			Role     string `json:"role" enum:"coder,biller,manager,payer,support,administrator"`
			Partner  string `json:"partner,omitempty" maxLength:"40" doc:"Of a payer's key: whose claims"`
			ReadOnly bool   `json:"read_only,omitempty"`
		}
	}) (*only[NewAPIKey], error) {
		list, err := o.Keys(ctx, c.Scope)
		if err != nil {
			return nil, err
		}
		serving := slices.DeleteFunc(list, func(k gateway.APIKey) bool { return !k.Revoked.IsZero() })
		k := gateway.APIKey{Scope: c.Scope, Name: in.Body.Name, Role: gateway.Role(in.Body.Role), ReadOnly: in.Body.ReadOnly, Partner: in.Body.Partner, MadeBy: c.Actor, Made: s.cfg.Now()}
		switch {
		case !slices.Contains(access.MayGive(c.Principal), k.Role):
			return nil, problem(http.StatusForbidden, "this API key may not give that role")
		case k.Role == access.Payer && k.Partner == "":
			return nil, fieldProblem("partner", "a payer's key belongs to a trading partner")
		case k.Role != access.Payer && k.Partner != "":
			return nil, fieldProblem("partner", "only a payer's key belongs to a trading partner")
		case slices.ContainsFunc(serving, func(o gateway.APIKey) bool { return o.Name == k.Name }):
			return nil, Refused{"a key of this name serves"}
		case len(serving) >= maxKeys:
			return nil, Refused{"there are 100 keys that serve; revoke those that nobody uses"}
		}
		key := "cw_" + k.Scope.Usage + "_" + rand.Text() + rand.Text()
		k.SHA256 = Digest(key)
		if err := o.AddKey(ctx, k); err != nil {
			return nil, err
		}
		k, err = o.FindKey(ctx, k.SHA256)
		return &only[NewAPIKey]{NewAPIKey{shapeKey(k), key}}, err
	})
	change(s, "/v1/keys/{id}/revoke", "revoke-key", "End an API key", "operation", func(ctx context.Context, c caller, in *ByID) (*only[APIKey], error) {
		if err := o.RevokeKey(ctx, c.Scope, in.ID); err != nil {
			return nil, err
		}
		return s.keyOf(ctx, o, c.Scope, in.ID)
	}, func(ctx context.Context, c caller, in *ByID) (*only[APIKey], error) {
		return s.keyOf(ctx, o, c.Scope, in.ID)
	})

	get(s, "/v1/audit/proof", "prove-audit", "Whether the audit trail is unbroken", "audit", func(ctx context.Context, scope gateway.Scope, _ *struct{}) (*only[AuditProof], error) {
		broken, err := o.BrokenAudit(ctx, scope)
		if broken == nil {
			broken = []string{}
		}
		return &only[AuditProof]{AuditProof{len(broken) == 0, broken}}, err
	})
}

func (s *server) keyOf(ctx context.Context, o Office, scope gateway.Scope, id int64) (*only[APIKey], error) {
	list, err := o.Keys(ctx, scope)
	for _, k := range list {
		if k.ID == id {
			return &only[APIKey]{shapeKey(k)}, err
		}
	}
	if err == nil {
		err = ErrNotFound
	}
	return nil, err
}
