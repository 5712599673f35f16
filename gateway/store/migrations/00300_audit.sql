-- +goose Up
CREATE TABLE audit (
  id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, usage TEXT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL,
  address TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL, digest TEXT NOT NULL);
CREATE INDEX audit_scope ON audit (organisation, usage, id);
CREATE INDEX audit_object ON audit (organisation, usage, object, id);
CREATE INDEX audit_actor ON audit (organisation, usage, actor, id);

-- +goose Down
DROP TABLE audit;
