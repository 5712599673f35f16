package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

// Keys is where API keys are kept.
type Keys interface {
	Keys(ctx context.Context, s gateway.Scope) ([]gateway.APIKey, error)
	AddKey(ctx context.Context, k gateway.APIKey) error
	RevokeKey(ctx context.Context, s gateway.Scope, id int64) error
}

// maxKeys bounds the keys of an organisation that serve.
const maxKeys = 100

func showKeys(s *server, r *request) error { return s.keys(r, http.StatusOK, nil) }

func (s *server) keys(r *request, status int, more map[string]any) error {
	list, err := s.Keys.Keys(r.Context(), r.who.Scope)
	if err != nil {
		return err
	}
	data := map[string]any{"Keys": list, "Roles": s.mayGive(r)}
	for k, v := range more {
		data[k] = v
	}
	return s.show(r, status, "keys", "API keys", data)
}

// addKey makes a key and shows it this once.
func addKey(s *server, r *request) error {
	k := gateway.APIKey{Scope: r.who.Scope, Name: strings.TrimSpace(r.PostFormValue("name")), Role: gateway.Role(r.PostFormValue("role")), ReadOnly: r.PostFormValue("read_only") != "",
		Partner: strings.TrimSpace(r.PostFormValue("partner")), MadeBy: r.who.Actor, Made: s.Now()}
	list, err := s.Keys.Keys(r.Context(), r.who.Scope)
	if err != nil {
		return err
	}
	serving := slices.DeleteFunc(list, func(k gateway.APIKey) bool { return !k.Revoked.IsZero() })
	problem := ""
	switch {
	case !shortName(k.Name):
		problem = "Name the key after the program that has it: letters, digits and hyphens, such as billing-system."
	case !slices.Contains(s.mayGive(r), k.Role):
		problem = "Choose a role that you may give."
	case k.Role == access.Payer && k.Partner == "":
		problem = "A payer's key belongs to a trading partner. Name it."
	case slices.ContainsFunc(serving, func(o gateway.APIKey) bool { return o.Name == k.Name }):
		problem = "A key of this name serves. Revoke it first, or choose another name."
	case len(serving) >= maxKeys:
		problem = "There are 100 keys. Revoke those that nobody uses."
	}
	if k.Role != access.Payer {
		k.Partner = ""
	}
	if problem != "" {
		return s.keys(r, http.StatusUnprocessableEntity, map[string]any{"Problem": problem})
	}
	key := "cw_" + k.Scope.Usage + "_" + rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(key))
	k.SHA256 = hex.EncodeToString(sum[:])
	if err := s.Keys.AddKey(r.Context(), k); err != nil {
		return err
	}
	s.audit(r, "key.add", "key:"+k.Name, gateway.AuditDone, string(k.Role))
	return s.keys(r, http.StatusOK, map[string]any{"Given": key, "To": k.Name})
}

func revokeKey(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Keys.RevokeKey(r.Context(), r.who.Scope, id); err != nil {
		return err
	}
	s.audit(r, "key.revoke", "key:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	s.flash(r, "Revoked. The key serves no more.")
	return s.redirect(r, "/keys")
}
