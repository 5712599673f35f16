-- +goose Up
ALTER TABLE jobs ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
DELETE FROM jobs WHERE state='done';

ALTER TABLE interchanges ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE interchanges ADD COLUMN ta1_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE interchanges ADD COLUMN acknowledged_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE interchanges ADD COLUMN temporary TEXT NOT NULL DEFAULT '';
UPDATE interchanges SET sent_at=at WHERE state<>'queued' AND state<>'unsure';
CREATE INDEX interchanges_state ON interchanges (state, organisation, usage);

-- Who let a file in that was put aside; purged_at: its bytes went by retention.
ALTER TABLE transmissions ADD COLUMN released TEXT NOT NULL DEFAULT '';
ALTER TABLE transmissions ADD COLUMN purged_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE interchanges ADD COLUMN purged_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX transmissions_state ON transmissions (state, organisation, usage);

-- What makes a file the same as another though its bytes differ: an interchange's
-- envelope, a remittance's trace, an acknowledgment's number.
CREATE TABLE document_keys (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, partner TEXT NOT NULL, document TEXT NOT NULL, transmission BIGINT NOT NULL,
  PRIMARY KEY (organisation, usage, partner, document));
CREATE INDEX document_keys_transmission ON document_keys (transmission);
INSERT INTO document_keys (organisation, usage, partner, document, transmission)
  SELECT organisation, usage, partner, business, MIN(id) FROM transmissions WHERE inbound=1 AND state='taken' AND business<>'' GROUP BY organisation, usage, partner, business;

-- Files of partners that were fetched, and those that were seen at the last look.
CREATE TABLE fetched (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, partner TEXT NOT NULL, name TEXT NOT NULL, size BIGINT NOT NULL, modified BIGINT NOT NULL,
  sha256 TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (organisation, usage, partner, name, size, modified));
INSERT INTO fetched (organisation, usage, partner, name, size, modified, sha256, at) SELECT organisation, usage, partner, name, size, 0, sha256, at FROM collected;
DROP TABLE collected;
CREATE TABLE sightings (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, partner TEXT NOT NULL, name TEXT NOT NULL, size BIGINT NOT NULL, modified BIGINT NOT NULL,
  at BIGINT NOT NULL, PRIMARY KEY (organisation, usage, partner, name));

-- How the connection to a partner is: shared by all processes, and kept over
-- restarts, since partners lock out who knocks too often.
CREATE TABLE links (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, partner TEXT NOT NULL, stopped INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '', since BIGINT NOT NULL DEFAULT 0, next_try BIGINT NOT NULL DEFAULT 0, heard_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (organisation, usage, partner));

-- +goose Down
