-- +goose Up
-- What patients were coded for in a year, as categories of risk adjustment. The
-- patient is a digest that leads back to nobody.
CREATE TABLE conditions (
  organisation TEXT NOT NULL, usage TEXT NOT NULL, patient TEXT NOT NULL, year INTEGER NOT NULL, category INTEGER NOT NULL,
  PRIMARY KEY (organisation, usage, patient, year, category));

-- +goose Down
DROP TABLE conditions;
