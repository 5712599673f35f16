package store

import (
	"strings"
	"time"

	"claimwire/gateway"
)

const webhookColumns = `id, organisation, usage, url, secret, kinds, place, state, failures, made_by, made`

func scanWebhook(scan func(...any) error) (gateway.Webhook, error) {
	var h gateway.Webhook
	var kinds string
	var made int64
	err := scan(&h.ID, &h.Scope.Organisation, &h.Scope.Usage, &h.URL, &h.Secret, &kinds, &h.Cursor, &h.State, &h.Failures, &h.MadeBy, &made)
	h.Kinds, h.Made = strings.Fields(kinds), time.UnixMilli(made)
	return h, err
}

// Webhooks lists those of a scope.
func (t *Tx) Webhooks(s gateway.Scope) ([]gateway.Webhook, error) {
	return list(t, webhookColumns, `webhooks`, in(s).all(), scanWebhook)
}

// Webhook finds one.
func (t *Tx) Webhook(s gateway.Scope, id int64) (gateway.Webhook, error) {
	return one(t, webhookColumns, `webhooks`, s, id, scanWebhook)
}

// AddWebhook adds one.
func (t *Tx) AddWebhook(h *gateway.Webhook) error {
	return t.row(`INSERT INTO webhooks (organisation, usage, url, secret, kinds, place, state, made_by, made) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) RETURNING id`,
		h.Scope.Organisation, h.Scope.Usage, h.URL, h.Secret, strings.Join(h.Kinds, " "), h.Cursor, h.State, h.MadeBy, h.Made.UnixMilli()).Scan(&h.ID)
}

// SetWebhook changes where one is and how it does. What it is told from does not
// go back unless a person asks for it: see Cursor.
func (t *Tx) SetWebhook(h *gateway.Webhook) error {
	var id int64
	return found(t.row(`UPDATE webhooks SET place=$1, state=$2, failures=$3 WHERE organisation=$4 AND usage=$5 AND id=$6 RETURNING id`,
		h.Cursor, h.State, h.Failures, h.Scope.Organisation, h.Scope.Usage, h.ID).Scan(&id))
}

// RemoveWebhook forgets one and its attempts.
func (t *Tx) RemoveWebhook(s gateway.Scope, id int64) error {
	if _, err := t.Webhook(s, id); err != nil {
		return err
	}
	if _, err := t.exec(`DELETE FROM webhook_attempts WHERE webhook=$1`, id); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM webhooks WHERE id=$1`, id)
	return err
}

// keptAttempts is how many attempts are kept of a webhook.
const keptAttempts = 1000

// AddAttempt notes a try, and forgets the oldest.
func (t *Tx) AddAttempt(a *gateway.WebhookAttempt) error {
	if err := t.row(`INSERT INTO webhook_attempts (webhook, message, at, status, note, took) VALUES ($1,$2,$3,$4,$5,$6) RETURNING id`,
		a.Webhook, a.Message, a.At.UnixMilli(), a.Status, a.Note, a.Took.Milliseconds()).Scan(&a.ID); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM webhook_attempts WHERE webhook=$1 AND id <= COALESCE((SELECT id FROM webhook_attempts WHERE webhook=$1 ORDER BY id DESC LIMIT 1 OFFSET $2),0)`, a.Webhook, keptAttempts)
	return err
}

// Attempts lists the tries of a webhook, the newest first, at most a hundred. The
// caller has found the webhook in its scope.
func (t *Tx) Attempts(webhook int64) ([]gateway.WebhookAttempt, error) {
	w := &where{` WHERE webhook=$1 ORDER BY id DESC LIMIT 100`, []any{webhook}}
	return list(t, `id, webhook, message, at, status, note, took`, `webhook_attempts`, w, func(scan func(...any) error) (gateway.WebhookAttempt, error) {
		var a gateway.WebhookAttempt
		var at, took int64
		err := scan(&a.ID, &a.Webhook, &a.Message, &at, &a.Status, &a.Note, &took)
		a.At, a.Took = time.UnixMilli(at), time.Duration(took)*time.Millisecond
		return a, err
	})
}
