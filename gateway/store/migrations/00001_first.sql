-- +goose Up
CREATE TABLE transmissions (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, inbound INTEGER NOT NULL, partner TEXT NOT NULL,
  name TEXT NOT NULL, sha256 TEXT NOT NULL, size BIGINT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, at BIGINT NOT NULL,
  business TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX transmissions_bytes ON transmissions (organisation, usage, inbound, partner, sha256);
CREATE INDEX transmissions_business ON transmissions (organisation, usage, partner, business);

CREATE TABLE claims (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, transmission BIGINT NOT NULL, item INTEGER NOT NULL,
  claim_id TEXT NOT NULL, trace TEXT NOT NULL, kind TEXT NOT NULL, payer TEXT NOT NULL, payer_name TEXT NOT NULL, partner TEXT NOT NULL,
  npi TEXT NOT NULL, tax_id TEXT NOT NULL, charge BIGINT NOT NULL, service_from TEXT NOT NULL, service_to TEXT NOT NULL,
  frequency TEXT NOT NULL, sequence TEXT NOT NULL, state TEXT NOT NULL, at BIGINT NOT NULL, interchange BIGINT NOT NULL DEFAULT 0,
  set_control TEXT NOT NULL DEFAULT '', document BLOB NOT NULL, findings TEXT NOT NULL DEFAULT '', payer_claim_id TEXT NOT NULL DEFAULT '',
  paid BIGINT NOT NULL DEFAULT 0, adjusted BIGINT NOT NULL DEFAULT 0, patient BIGINT NOT NULL DEFAULT 0, denied BIGINT NOT NULL DEFAULT 0,
  open BIGINT NOT NULL);
CREATE UNIQUE INDEX claims_item ON claims (transmission, item);
CREATE UNIQUE INDEX claims_trace ON claims (trace);
CREATE INDEX claims_claim_id ON claims (organisation, usage, claim_id);
CREATE INDEX claims_interchange ON claims (interchange, set_control);
CREATE INDEX claims_queue ON claims (organisation, usage, state, partner, interchange, id);

CREATE TABLE interchanges (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, partner TEXT NOT NULL, control TEXT NOT NULL, group_control TEXT NOT NULL,
  sha256 TEXT NOT NULL, name TEXT NOT NULL, size BIGINT NOT NULL, claims INTEGER NOT NULL, charge BIGINT NOT NULL, state TEXT NOT NULL,
  at BIGINT NOT NULL, note TEXT NOT NULL DEFAULT '', lease_owner TEXT NOT NULL DEFAULT '', lease_fence BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0, begun INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX interchanges_control ON interchanges (organisation, usage, partner, control);

CREATE TABLE events (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, transmission BIGINT NOT NULL,
  interchange BIGINT NOT NULL, sha256 TEXT NOT NULL, place_offset BIGINT NOT NULL, segment INTEGER NOT NULL, claims TEXT NOT NULL);

CREATE TABLE remittances (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, partner TEXT NOT NULL, trace TEXT NOT NULL, origin TEXT NOT NULL,
  amount BIGINT NOT NULL, date TEXT NOT NULL, method TEXT NOT NULL, claims INTEGER NOT NULL, balanced INTEGER NOT NULL, adjusted BIGINT NOT NULL,
  sha256 TEXT NOT NULL, place_offset BIGINT NOT NULL, segment INTEGER NOT NULL);
CREATE UNIQUE INDEX remittances_trace ON remittances (organisation, usage, partner, trace, origin);

CREATE TABLE payments (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, remittance BIGINT NOT NULL, claim BIGINT NOT NULL, kind TEXT NOT NULL,
  status TEXT NOT NULL, outcome TEXT NOT NULL, scenario TEXT NOT NULL, claim_id TEXT NOT NULL, payer_claim_id TEXT NOT NULL, charge BIGINT NOT NULL,
  paid BIGINT NOT NULL, adjusted BIGINT NOT NULL, patient BIGINT NOT NULL, denied BIGINT NOT NULL, sha256 TEXT NOT NULL, place_offset BIGINT NOT NULL,
  segment INTEGER NOT NULL, document BLOB NOT NULL, candidates TEXT NOT NULL);
CREATE UNIQUE INDEX payments_place ON payments (sha256, place_offset);
CREATE INDEX payments_claim ON payments (claim);

CREATE TABLE requests (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, claim BIGINT NOT NULL, partner TEXT NOT NULL, due TEXT NOT NULL,
  question TEXT NOT NULL, state TEXT NOT NULL, sha256 TEXT NOT NULL, place_offset BIGINT NOT NULL, segment INTEGER NOT NULL);
CREATE UNIQUE INDEX requests_place ON requests (sha256, place_offset, claim);

CREATE TABLE controls (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, partner TEXT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL,
  PRIMARY KEY (organisation, usage, partner, name));

CREATE TABLE collected (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, partner TEXT NOT NULL, name TEXT NOT NULL, size BIGINT NOT NULL, sha256 TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (organisation, usage, partner, name, size));

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, kind TEXT NOT NULL, args TEXT NOT NULL, state TEXT NOT NULL,
  run_at BIGINT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, lease_until BIGINT NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '', active TEXT);
CREATE UNIQUE INDEX jobs_active ON jobs (active);
CREATE INDEX jobs_ready ON jobs (state, run_at);

-- +goose Down
