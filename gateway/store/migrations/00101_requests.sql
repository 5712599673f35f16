-- +goose Up
ALTER TABLE requests ADD COLUMN kind TEXT NOT NULL DEFAULT '277rfi';
ALTER TABLE requests ADD COLUMN dialect TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN trace TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN due_from TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN items TEXT NOT NULL DEFAULT '[]';
ALTER TABLE requests ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN answered_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN closed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN again BIGINT NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE INDEX requests_claim ON requests (claim);
CREATE INDEX requests_open ON requests (organisation, usage, due, id) WHERE state='open' OR state='partly_answered';

-- A 275 that goes to a partner: an answer to a request, or documents that go
-- with a claim. It is drafted, and then sent as an interchange.
CREATE TABLE answers (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, request BIGINT NOT NULL, claim BIGINT NOT NULL, partner TEXT NOT NULL, dialect TEXT NOT NULL,
  control TEXT NOT NULL, state TEXT NOT NULL, interchange BIGINT NOT NULL DEFAULT 0, late INTEGER NOT NULL DEFAULT 0, made_by TEXT NOT NULL, at BIGINT NOT NULL, note TEXT NOT NULL DEFAULT '');
CREATE INDEX answers_request ON answers (request);
CREATE INDEX answers_claim ON answers (claim);
CREATE INDEX answers_interchange ON answers (interchange) WHERE interchange<>0;
CREATE TABLE documents (
  id INTEGER PRIMARY KEY, answer BIGINT NOT NULL, item INTEGER NOT NULL, report TEXT NOT NULL, content TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, size BIGINT NOT NULL);
CREATE INDEX documents_answer ON documents (answer);

-- What was asked of a partner about a claim (276).
CREATE TABLE inquiries (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, claim BIGINT NOT NULL, partner TEXT NOT NULL, interchange BIGINT NOT NULL, trace TEXT NOT NULL, at BIGINT NOT NULL,
  answered_at BIGINT NOT NULL DEFAULT 0, said TEXT NOT NULL DEFAULT '');
CREATE INDEX inquiries_claim ON inquiries (claim);
CREATE INDEX inquiries_trace ON inquiries (trace);

-- +goose Down
