-- +goose Up
ALTER TABLE events ADD COLUMN chain TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN previous TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN checkpoint BIGINT NOT NULL DEFAULT 0;
CREATE INDEX events_chain ON events (chain, id);
CREATE INDEX events_unsealed ON events (checkpoint, id);
CREATE TABLE checkpoints (
  id INTEGER PRIMARY KEY, at BIGINT NOT NULL, events INTEGER NOT NULL, root TEXT NOT NULL, previous TEXT NOT NULL, digest TEXT NOT NULL);

-- +goose Down
