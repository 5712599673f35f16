-- +goose Up
-- What waits for somebody is few of many: held remittance advices, and what each
-- person has taken.
CREATE INDEX remittances_held ON remittances (organisation, usage, id) WHERE state='held';
CREATE INDEX tasks_owner ON tasks (organisation, usage, owner, kind, object) WHERE owner<>'';

-- +goose Down
DROP INDEX tasks_owner;
DROP INDEX remittances_held;
