-- +goose Up
CREATE TABLE wires (
  interchange BIGINT NOT NULL PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, name TEXT NOT NULL, size BIGINT NOT NULL, sha256 TEXT NOT NULL);

CREATE TABLE certifications (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, partner TEXT NOT NULL, stage TEXT NOT NULL, since BIGINT NOT NULL, checked BIGINT NOT NULL,
  recent TEXT NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY (organisation, usage, partner));

CREATE TABLE parts (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, transmission BIGINT NOT NULL, part BIGINT NOT NULL, part_organisation TEXT NOT NULL, part_usage TEXT NOT NULL,
  items TEXT NOT NULL,
  PRIMARY KEY (organisation, usage, transmission, part));
CREATE INDEX parts_part ON parts (part_organisation, part_usage, part);

CREATE TABLE questions (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, partner TEXT NOT NULL, transmission BIGINT NOT NULL, item INTEGER NOT NULL,
  office TEXT NOT NULL, office_usage TEXT NOT NULL, claim BIGINT NOT NULL, state TEXT NOT NULL, at BIGINT NOT NULL);
CREATE UNIQUE INDEX questions_claim ON questions (office, office_usage, claim);
CREATE INDEX questions_service ON questions (organisation, usage, partner, state, id);

-- +goose Down
DROP TABLE questions;
DROP TABLE parts;
DROP TABLE certifications;
DROP TABLE wires;
