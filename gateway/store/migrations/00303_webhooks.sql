-- +goose Up
CREATE TABLE webhooks (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL, kinds TEXT NOT NULL,
  place BIGINT NOT NULL, state TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0, made_by TEXT NOT NULL, made BIGINT NOT NULL);
CREATE INDEX webhooks_scope ON webhooks (organisation, usage, id);
CREATE TABLE webhook_attempts (
  id INTEGER PRIMARY KEY, webhook BIGINT NOT NULL, message TEXT NOT NULL, at BIGINT NOT NULL, status INTEGER NOT NULL, note TEXT NOT NULL, took BIGINT NOT NULL);
CREATE INDEX webhook_attempts_webhook ON webhook_attempts (webhook, id);

-- +goose Down
DROP TABLE webhook_attempts;
DROP TABLE webhooks;
