-- +goose Up
-- What a person does about a denied claim payment.
CREATE TABLE denial_work (
  payment BIGINT PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL, made_by TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX payments_denied ON payments (organisation, usage, id) WHERE denied<>0;

-- +goose Down
