-- +goose Up
-- By whom a claim is found: its patient, and its subscriber where that is somebody
-- else, folded (gateway.PersonKey). '?' stands for claims from before, until a job
-- has read them. Bytes are compared, not what a language makes of them.
ALTER TABLE claims ADD COLUMN person TEXT COLLATE BINARY NOT NULL DEFAULT '?';
ALTER TABLE claims ADD COLUMN insured TEXT COLLATE BINARY NOT NULL DEFAULT '';
CREATE INDEX claims_person ON claims (organisation, usage, person, id DESC, partner);
CREATE INDEX claims_insured ON claims (organisation, usage, insured, id DESC, partner) WHERE insured<>'';
CREATE INDEX claims_unread ON claims (id) WHERE person='?';

-- +goose Down
DROP INDEX claims_unread;
DROP INDEX claims_insured;
DROP INDEX claims_person;
ALTER TABLE claims DROP COLUMN insured;
ALTER TABLE claims DROP COLUMN person;
