// Package api is the gateway's HTTP interface: /v1 with its OpenAPI document,
// problem documents (RFC 9457) and idempotency keys, and what operators watch:
// /healthz, /readyz, /metrics.
//
// Who asks is known by an API key, which carries the organisation and the usage
// (test or production): nothing of another organisation, and nothing of the
// other usage, is found with it. Ids in addresses are the gateway's own numbers;
// searches by a patient's account number are POSTs. Problems name the field and
// never its value.
//
// It knows nothing of the store: Books is what it asks for.
package api
