package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"claimwire/gateway"
)

// Hooks is where webhooks are kept.
type Hooks interface {
	Webhooks(ctx context.Context, s gateway.Scope) ([]gateway.Webhook, error)
	Webhook(ctx context.Context, s gateway.Scope, id int64) (gateway.Webhook, []gateway.WebhookAttempt, error)
	AddWebhook(ctx context.Context, h gateway.Webhook) (int64, error)
	ChangeWebhook(ctx context.Context, s gateway.Scope, id int64, f func(h *gateway.Webhook) error) error
	RemoveWebhook(ctx context.Context, s gateway.Scope, id int64) error
	// Check says what is wrong with an address; empty: nothing.
	Check(address string) string
	// NewSecret makes the secret by which messages are signed.
	NewSecret() string
}

func showHooks(s *server, r *request) error { return s.hooks(r, http.StatusOK, nil) }

func (s *server) hooks(r *request, status int, more map[string]any) error {
	list, err := s.Hooks.Webhooks(r.Context(), r.who.Scope)
	if err != nil {
		return err
	}
	data := map[string]any{"Hooks": list, "Kinds": gateway.EventKinds}
	for k, v := range more {
		data[k] = v
	}
	return s.show(r, status, "hooks", "Webhooks", data)
}

func addHook(s *server, r *request) error {
	address := strings.TrimSpace(r.PostFormValue("url"))
	problem := s.Hooks.Check(address)
	list, err := s.Hooks.Webhooks(r.Context(), r.who.Scope)
	if err != nil {
		return err
	}
	if len(list) >= gateway.MaxWebhooks {
		problem = "There are 20 webhooks. Remove one that nobody needs."
	}
	var kinds []string
	for _, k := range r.PostForm["kind"] {
		if slices.Contains(gateway.EventKinds, k) {
			kinds = append(kinds, k)
		}
	}
	if problem != "" {
		return s.hooks(r, http.StatusUnprocessableEntity, map[string]any{"Problem": problem, "URL": address})
	}
	h := gateway.Webhook{Scope: r.who.Scope, URL: address, Secret: s.Hooks.NewSecret(), Kinds: kinds, State: gateway.WebhookActive, MadeBy: r.who.Actor, Made: s.Now()}
	id, err := s.Hooks.AddWebhook(r.Context(), h)
	if err != nil {
		return err
	}
	s.audit(r, "webhook.add", "webhook:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	return s.redirect(r, "/webhooks/"+strconv.FormatInt(id, 10))
}

func showHook(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	h, attempts, err := s.Hooks.Webhook(r.Context(), r.who.Scope, id)
	if err != nil {
		return err
	}
	return s.show(r, http.StatusOK, "hook", "Webhook", map[string]any{"Hook": h, "Attempts": attempts})
}

// changeHook pauses, resumes, sets back or removes a webhook.
func changeHook(s *server, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	action := r.PostFormValue("do")
	to := "/webhooks/" + strconv.FormatInt(id, 10)
	switch action {
	case "remove":
		to = "/webhooks"
		err = s.Hooks.RemoveWebhook(r.Context(), r.who.Scope, id)
	case "pause", "resume":
		err = s.Hooks.ChangeWebhook(r.Context(), r.who.Scope, id, func(h *gateway.Webhook) error {
			h.State, h.Failures = map[string]string{"pause": gateway.WebhookPaused, "resume": gateway.WebhookActive}[action], 0
			return nil
		})
	case "replay":
		var from int64
		if from, err = strconv.ParseInt(strings.TrimSpace(r.PostFormValue("event")), 10, 64); err != nil || from < 1 {
			return badRequest("Give the number of the event to begin with, such as 17.")
		}
		err = s.Hooks.ChangeWebhook(r.Context(), r.who.Scope, id, func(h *gateway.Webhook) error {
			if from > h.Cursor {
				return badRequest("That event was not told yet. It will be, by itself.")
			}
			h.Cursor, h.State, h.Failures = from-1, gateway.WebhookActive, 0
			return nil
		})
	default:
		return errNotFound
	}
	if err != nil {
		return err
	}
	s.audit(r, "webhook."+action, "webhook:"+strconv.FormatInt(id, 10), gateway.AuditDone, "")
	return s.redirect(r, to)
}
