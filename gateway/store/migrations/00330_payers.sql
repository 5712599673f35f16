-- +goose Up
-- The claims of a payer, the newest first, of which a payer may have few or none.
CREATE INDEX claims_payer ON claims (organisation, usage, payer, id);

-- +goose Down
DROP INDEX claims_payer;
