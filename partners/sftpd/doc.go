// Package sftpd is an SFTP server over pkg/sftp and x/crypto/ssh. Every user is
// locked in a home (os.Root); a file appears only when its upload was closed
// cleanly; every table, queue and wait has a bound.
//
// An upload is written beside its name, out of sight, and takes the name when
// the client closes it: fsync, then rename. When the connection breaks first,
// nothing appears; what arrived is kept for a day, so that the client may go on
// with it (the name and the size that arrived are shown to it, and to nobody
// as a file).
//
// A home is either plain (one folder tree that may be read and written, as the
// simulated payer has it), or a list of folders with rights. A folder with a
// Spool hands every finished file over at once: the next file of the same name
// is another file, and nothing is overwritten.
//
// It knows nothing of X12, partners' profiles or databases.
package sftpd
