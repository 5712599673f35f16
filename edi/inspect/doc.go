// Package inspect shows an X12 file so that a person can read it: loops as a
// tree, each claim as a card in a biller's words, every element with its name
// and what its code means, findings in place, and the bytes beside. A page can
// be of a whole file or of what stands around one segment of it.
//
// It reads with the engine and knows no disk, no network and no clock. What it
// writes is safe to open: everything of the file is escaped and set apart.
package inspect
