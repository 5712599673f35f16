package main

import (
	"context"
	"errors"
	"strconv"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/hook"
	"claimwire/gateway/store"
	"claimwire/gateway/web"
	"claimwire/gateway/work"
)

// hookBook keeps webhooks and events for who tells.
type hookBook struct{ g *spine }

var _ hook.Book = hookBook{}

// Webhook finds a webhook.
func (b hookBook) Webhook(ctx context.Context, s gateway.Scope, id int64) (gateway.Webhook, error) {
	return look(ctx, b.g.store, func(tx *store.Tx) (gateway.Webhook, error) { return tx.Webhook(s, id) })
}

// EventsAfter lists what happened after an event.
func (b hookBook) EventsAfter(ctx context.Context, s gateway.Scope, after int64, limit int) ([]gateway.Event, error) {
	return look(ctx, b.g.store, func(tx *store.Tx) ([]gateway.Event, error) {
		return tx.EventPage(s, gateway.Page{After: after, Limit: limit})
	})
}

// Told notes an attempt.
func (b hookBook) Told(ctx context.Context, h gateway.Webhook, a gateway.WebhookAttempt) error {
	return b.g.store.Do(ctx, func(tx *store.Tx) error {
		if err := b.move(tx, h); err != nil {
			return err
		}
		return tx.AddAttempt(&a)
	})
}

// Passed notes how far a webhook is.
func (b hookBook) Passed(ctx context.Context, h gateway.Webhook) error {
	return b.g.store.Do(ctx, func(tx *store.Tx) error { return b.move(tx, h) })
}

// move sets where a webhook is, unless a person has paused it or set it back
// meanwhile.
func (b hookBook) move(tx *store.Tx, h gateway.Webhook) error {
	now, err := tx.Webhook(h.Scope, h.ID)
	if err != nil {
		return err
	}
	if now.State != gateway.WebhookActive || now.Cursor > h.Cursor {
		return nil
	}
	return tx.SetWebhook(&h)
}

// hookJob tells an organisation what happened. Running twice is safe: messages
// have identifiers, and a receiver knows one that it has had.
func (g *spine) hookJob(ctx context.Context, j *gateway.Job) error {
	id, err := strconv.ParseInt(j.Args, 10, 64)
	if err != nil {
		return work.Park{Reason: err}
	}
	again, err := g.teller.Turn(ctx, j.Scope, id)
	switch {
	case errors.Is(err, hook.ErrEnded), errors.Is(err, web.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return work.Snooze(again)
}

// hooks keeps webhooks for the pages.
type hooks struct{ g *spine }

var (
	_ web.Hooks    = hooks{}
	_ api.Webhooks = apiHooks{}
)

// apiHooks are the webhooks as the API has them: what is nobody's is so in its
// words.
type apiHooks struct{ hooks }

func toAPI(err error) error {
	if errors.Is(err, web.ErrNotFound) {
		return api.ErrNotFound
	}
	return err
}

// Webhook finds one with its attempts.
func (k apiHooks) Webhook(ctx context.Context, s gateway.Scope, id int64) (gateway.Webhook, []gateway.WebhookAttempt, error) {
	h, attempts, err := k.hooks.Webhook(ctx, s, id)
	return h, attempts, toAPI(err)
}

// ChangeWebhook changes one.
func (k apiHooks) ChangeWebhook(ctx context.Context, s gateway.Scope, id int64, f func(h *gateway.Webhook) error) error {
	return toAPI(k.hooks.ChangeWebhook(ctx, s, id, f))
}

// RemoveWebhook forgets one.
func (k apiHooks) RemoveWebhook(ctx context.Context, s gateway.Scope, id int64) error {
	return toAPI(k.hooks.RemoveWebhook(ctx, s, id))
}

// Webhooks lists webhooks.
func (k hooks) Webhooks(ctx context.Context, s gateway.Scope) ([]gateway.Webhook, error) {
	return look(ctx, k.g.store, func(tx *store.Tx) ([]gateway.Webhook, error) { return tx.Webhooks(s) })
}

// Webhook finds one with its attempts.
func (k hooks) Webhook(ctx context.Context, s gateway.Scope, id int64) (gateway.Webhook, []gateway.WebhookAttempt, error) {
	var attempts []gateway.WebhookAttempt
	h, err := look(ctx, k.g.store, func(tx *store.Tx) (h gateway.Webhook, err error) {
		if h, err = tx.Webhook(s, id); err == nil {
			attempts, err = tx.Attempts(id)
		}
		return h, err
	})
	return h, attempts, err
}

// AddWebhook adds one, which is told what happens from now on.
func (k hooks) AddWebhook(ctx context.Context, h gateway.Webhook) (int64, error) {
	err := k.g.store.Do(ctx, func(tx *store.Tx) (err error) {
		if h.Cursor, err = tx.LastEvent(h.Scope); err != nil {
			return err
		}
		if err := tx.AddWebhook(&h); err != nil {
			return err
		}
		return tx.AddJob(h.Scope, "hook", strconv.FormatInt(h.ID, 10), k.g.now())
	})
	return h.ID, err
}

// ChangeWebhook changes one, and tells on where it is active afterwards.
func (k hooks) ChangeWebhook(ctx context.Context, s gateway.Scope, id int64, f func(h *gateway.Webhook) error) error {
	err := k.g.store.Do(ctx, func(tx *store.Tx) error {
		h, err := tx.Webhook(s, id)
		if err != nil {
			return err
		}
		if err := f(&h); err != nil {
			return err
		}
		if err := tx.SetWebhook(&h); err != nil || h.State != gateway.WebhookActive {
			return err
		}
		return tx.AddJob(s, "hook", strconv.FormatInt(id, 10), k.g.now())
	})
	if errors.Is(err, store.ErrNotFound) {
		return web.ErrNotFound
	}
	return err
}

// RemoveWebhook forgets one.
func (k hooks) RemoveWebhook(ctx context.Context, s gateway.Scope, id int64) error {
	err := k.g.store.Do(ctx, func(tx *store.Tx) error { return tx.RemoveWebhook(s, id) })
	if errors.Is(err, store.ErrNotFound) {
		return web.ErrNotFound
	}
	return err
}

// Check says what is wrong with an address.
func (hooks) Check(address string) string { return hook.CheckURL(address) }

// NewSecret makes the secret of a webhook.
func (hooks) NewSecret() string { return hook.NewSecret() }
