-- +goose Up
-- Money that came to the bank, by the bank's own files.
CREATE TABLE deposits (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, sha256 TEXT NOT NULL, position INTEGER NOT NULL, format TEXT NOT NULL, trace TEXT NOT NULL, origin TEXT NOT NULL,
  amount BIGINT NOT NULL, date TEXT NOT NULL, account TEXT NOT NULL, company TEXT NOT NULL, bank_reference TEXT NOT NULL, remittance BIGINT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL, at BIGINT NOT NULL);
CREATE UNIQUE INDEX deposits_place ON deposits (organisation, usage, sha256, position);
CREATE INDEX deposits_trace ON deposits (trace);
CREATE INDEX deposits_remittance ON deposits (remittance);
CREATE INDEX deposits_waiting ON deposits (organisation, usage, id) WHERE state='waiting' OR state='differs';

-- +goose Down
