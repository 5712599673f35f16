-- +goose Up
-- Legal holds: transmission 0 holds everything of the organisation.
CREATE TABLE holds (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, transmission BIGINT NOT NULL, reason TEXT NOT NULL, by_whom TEXT NOT NULL,
  at BIGINT NOT NULL, ended_at BIGINT NOT NULL DEFAULT 0);
CREATE INDEX holds_scope ON holds (organisation, usage, ended_at);
CREATE INDEX transmissions_age ON transmissions (at) WHERE purged_at=0;
CREATE INDEX interchanges_age ON interchanges (at) WHERE purged_at=0;
CREATE INDEX transmissions_sha256 ON transmissions (sha256);
CREATE INDEX interchanges_sha256 ON interchanges (sha256);

-- +goose Down
