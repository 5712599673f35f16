-- +goose Up
-- How far the answers of an interchange are in: 0 a claim may wait for its
-- acknowledgment, 1 for its payment, 2 none waits any more.
ALTER TABLE interchanges ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
CREATE INDEX interchanges_waiting ON interchanges (partner, sent_at) WHERE sent_at>0 AND answered<2;

-- name is set while an alert is open.
CREATE TABLE alerts (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, partner TEXT NOT NULL,
  message TEXT NOT NULL, advice TEXT NOT NULL, raised_at BIGINT NOT NULL, closed_at BIGINT NOT NULL DEFAULT 0, name TEXT);
CREATE UNIQUE INDEX alerts_name ON alerts (name);
CREATE INDEX alerts_scope ON alerts (organisation, usage, id);

-- +goose Down
