-- +goose Up
CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, partner TEXT NOT NULL,
  read_only INTEGER NOT NULL, sha256 TEXT NOT NULL, made_by TEXT NOT NULL, made BIGINT NOT NULL, revoked BIGINT NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX api_keys_sha256 ON api_keys (sha256);
CREATE INDEX api_keys_scope ON api_keys (organisation, usage, id);

-- +goose Down
DROP TABLE api_keys;
