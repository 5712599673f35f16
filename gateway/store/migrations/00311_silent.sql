-- +goose Up
-- Claims of which a payer says nothing, the longest first: few of all are on their
-- way at a time.
CREATE INDEX claims_silent ON claims (organisation, usage, state, at) WHERE state='sent' OR state='accepted';

-- +goose Down
DROP INDEX claims_silent;
