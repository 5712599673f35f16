-- +goose Up
-- A remittance advice that may not be posted is a row too: held with the
-- arithmetic, until a person decides. Two that name one payment and say
-- different things are two rows.
ALTER TABLE remittances ADD COLUMN state TEXT NOT NULL DEFAULT 'posted';
ALTER TABLE remittances ADD COLUMN hold TEXT NOT NULL DEFAULT '';
ALTER TABLE remittances ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE remittances ADD COLUMN handling TEXT NOT NULL DEFAULT '';
ALTER TABLE remittances ADD COLUMN payer_name TEXT NOT NULL DEFAULT '';
ALTER TABLE remittances ADD COLUMN payee TEXT NOT NULL DEFAULT '';
ALTER TABLE remittances ADD COLUMN payee_name TEXT NOT NULL DEFAULT '';
DROP INDEX remittances_trace;
CREATE UNIQUE INDEX remittances_trace ON remittances (organisation, usage, trace, origin, partner, digest);

ALTER TABLE payments ADD COLUMN other_payer BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN paid_on TEXT NOT NULL DEFAULT '';
ALTER TABLE payments ADD COLUMN pair BIGINT NOT NULL DEFAULT 0;
DROP INDEX payments_place;
CREATE UNIQUE INDEX payments_place ON payments (sha256, place_offset, organisation, usage);
DROP INDEX requests_place;
CREATE UNIQUE INDEX requests_place ON requests (sha256, place_offset, claim, organisation, usage);
CREATE INDEX payments_unmatched ON payments (organisation, usage, id) WHERE claim=0;

CREATE TABLE provider_adjustments (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, remittance BIGINT NOT NULL, partner TEXT NOT NULL, payee TEXT NOT NULL,
  provider TEXT NOT NULL, fiscal_year TEXT NOT NULL, reason TEXT NOT NULL, reference TEXT NOT NULL, amount BIGINT NOT NULL, date TEXT NOT NULL,
  trace TEXT NOT NULL, position INTEGER NOT NULL);
CREATE UNIQUE INDEX provider_adjustments_place ON provider_adjustments (remittance, position);

-- Which claim a claim corrects, voids, or follows to the next payer.
CREATE TABLE corrections (
  claim BIGINT PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, original BIGINT NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, note TEXT NOT NULL);
CREATE INDEX corrections_original ON corrections (original);

-- +goose Down
