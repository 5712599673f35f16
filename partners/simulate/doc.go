// Package simulate is a payer to try things with: it has an SFTP server of its
// own, checks claims with the same engine, adjudicates them by a seed and by
// rules that docs/simulated-payer.md lists, and answers as payers do: TA1, 999,
// 277CA, 277 request for information, 835.
//
// What it answers depends on the file that it got and on the seed alone, never
// on the clock: a payer that is killed and started again gives the same bytes
// under the same names.
package simulate
