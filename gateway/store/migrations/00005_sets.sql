-- +goose Up
-- Each index is written with every change of a claim: those that few rows need
-- hold only these.
DROP INDEX claims_interchange;
CREATE INDEX claims_interchange ON claims (interchange, set_control) WHERE interchange<>0;
DROP INDEX claims_payer_claim_id;
CREATE INDEX claims_payer_claim_id ON claims (payer_claim_id) WHERE payer_claim_id<>'';
DROP INDEX claims_claim_id;
CREATE INDEX claims_claim_id ON claims (claim_id);
DROP INDEX claims_queue;
CREATE INDEX claims_waiting ON claims (partner, organisation, usage, id) WHERE state='queued' AND interchange=0;
CREATE INDEX claims_state ON claims (organisation, usage, state, id);
-- Which claims an event is about, so that the history of one is found without
-- reading all events; 0: an event of an earlier release.
ALTER TABLE events ADD COLUMN first_claim BIGINT NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN last_claim BIGINT NOT NULL DEFAULT 0;
CREATE INDEX events_claims ON events (organisation, usage, last_claim, first_claim);

-- +goose Down
