-- +goose Up
CREATE TABLE organisations (id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE users (
  id INTEGER PRIMARY KEY, login TEXT NOT NULL, name TEXT NOT NULL, password TEXT NOT NULL, secret TEXT NOT NULL, last_step BIGINT NOT NULL DEFAULT 0,
  subject TEXT NOT NULL, disabled INTEGER NOT NULL, must_change INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0, locked_until BIGINT NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX users_login ON users (login);
CREATE INDEX users_subject ON users (subject);
CREATE TABLE memberships (
  user_id BIGINT NOT NULL, organisation TEXT NOT NULL, usage TEXT NOT NULL, role TEXT NOT NULL, partner TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (user_id, organisation, usage, role, partner));
CREATE INDEX memberships_scope ON memberships (organisation, usage);
CREATE TABLE sessions (token TEXT PRIMARY KEY, data BLOB NOT NULL, until BIGINT NOT NULL);
CREATE INDEX sessions_until ON sessions (until);

-- +goose Down
DROP TABLE sessions;
DROP TABLE memberships;
DROP TABLE users;
DROP TABLE organisations;
