-- +goose Up
-- Who works on what of a worklist, by when, and what they noted.
CREATE TABLE tasks (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, kind TEXT NOT NULL, object BIGINT NOT NULL,
  owner TEXT NOT NULL, due TEXT NOT NULL, note TEXT NOT NULL, made_by TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (organisation, usage, kind, object));

-- +goose Down
DROP TABLE tasks;
