-- +goose Up
-- Passkeys of users, and the questions that browsers have yet to answer.
CREATE TABLE passkeys (
  id INTEGER PRIMARY KEY, user_id BIGINT NOT NULL, handle TEXT NOT NULL, credential TEXT NOT NULL, public_key BLOB NOT NULL, sign_count BIGINT NOT NULL,
  flags INTEGER NOT NULL, transports TEXT NOT NULL, name TEXT NOT NULL, made BIGINT NOT NULL, used BIGINT NOT NULL DEFAULT 0, suspect BIGINT NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential);
CREATE INDEX passkeys_user ON passkeys (user_id, id);
CREATE TABLE challenges (token TEXT PRIMARY KEY, data BLOB NOT NULL, until BIGINT NOT NULL);
CREATE INDEX challenges_until ON challenges (until);

-- +goose Down
DROP TABLE challenges;
DROP TABLE passkeys;
