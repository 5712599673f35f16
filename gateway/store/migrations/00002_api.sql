-- +goose Up
CREATE TABLE idempotency (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, key TEXT NOT NULL, sha256 TEXT NOT NULL, transmission BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (organisation, usage, key));
CREATE INDEX payments_remittance ON payments (remittance);
CREATE INDEX events_sha256 ON events (sha256);
CREATE INDEX claims_payer_claim_id ON claims (organisation, usage, payer_claim_id);

-- +goose Down
