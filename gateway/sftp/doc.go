// Package sftp is the door through which trading partners come to us: billing
// offices that put claims and fetch answers, payers that fetch claims and put
// answers. It decides what each may see, when a file counts, and what happens
// to it; how SFTP is spoken is partners/sftpd.
//
// Each partner has a home with /upload (it writes), /download (it reads and
// deletes) and /archive (it reads). A file that was closed cleanly under a name
// that is not temporary is moved out of the home at once, into a spool of its
// own, so that nothing can be overwritten and no crash loses it. From there it
// is handed to the gateway when it is whole; X12 says so itself, and what is not
// whole waits five minutes for its client to go on with it, and is then handed
// over as refused: the bytes are kept in any case.
package sftp
