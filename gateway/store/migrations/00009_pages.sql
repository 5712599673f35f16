-- +goose Up
-- Lists are pages in the order of ids, of one scope: an index that ends with the id
-- gives them without sorting, however many rows there are.
CREATE INDEX claims_scope ON claims (organisation, usage, id);
CREATE INDEX payments_scope ON payments (organisation, usage, id);
CREATE INDEX events_scope ON events (organisation, usage, id);
CREATE INDEX transmissions_scope ON transmissions (organisation, usage, id);
CREATE INDEX interchanges_scope ON interchanges (organisation, usage, id);
CREATE INDEX remittances_scope ON remittances (organisation, usage, id);
DROP INDEX claims_waiting;
CREATE INDEX claims_waiting ON claims (partner, id) WHERE state='queued' AND interchange=0;

-- +goose Down
