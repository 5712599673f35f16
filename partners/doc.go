// Package partners holds trading partner profiles, one strict YAML file each,
// and the SFTP client that talks to those partners that we go to.
//
// A profile says who the partner is, how its envelopes look, how it is
// reached, where files lie and how they are named, and which answers come by
// when. Secrets are never in it: a profile names the file or the environment
// variable that holds them.
package partners
