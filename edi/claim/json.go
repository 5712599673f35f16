package claim

import (
	"errors"
	"fmt"
	"strconv"

	"claimwire/edi/record"
	"claimwire/edi/x12"
)

// AppendJSON appends the claim as a `claim` record, one JSON object without
// line break. Empty parts are left out.
func (c *Claim) AppendJSON(dst []byte) []byte {
	f := walkers.Get().(*fields)
	f.mode = appending
	f.dst = append(dst, `{"record":"claim","source":`...)
	f.dst = c.Source.AppendJSON(f.dst)
	f.dst = append(f.dst, ',')
	levelsField(f, c)
	f.member("kind", c.Kind.String())
	c.fields(f)
	f.end('}')
	dst = f.dst
	f.dst = nil
	walkers.Put(f)
	return dst
}

// maxRecord is the longest record that is read.
const maxRecord = 64 << 20

// ParseJSON reads a `claim` record. Fields that it does not know are ignored
// and named in Claim.Unknown. An error names the field that cannot be read and
// what it should be, never what stood there.
func ParseJSON(line []byte) (*Claim, error) {
	f := &fields{mode: parsing}
	if len(line) > maxRecord {
		return nil, errors.New("claim: the record is too long")
	}
	if err := f.doc.Read(line); err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	if f.doc.Tokens[0].Kind != '{' {
		return nil, errors.New("claim: not one JSON object")
	}
	f.open, f.cursor = 0, 1
	var kindOfRecord, word string
	if textField(f, "record", &kindOfRecord) && kindOfRecord != "claim" {
		return nil, errors.New(`claim: record: want "claim"`)
	}
	c := new(Claim)
	object(f, "source", (*sourceFields)(&c.Source), true)
	textField(f, "kind", &word)
	switch word {
	case "professional":
		c.Kind = Professional
	case "institutional":
		c.Kind = Institutional
	case "dental":
		c.Kind = Dental
	default:
		return nil, errors.New("claim: kind: want professional, institutional or dental")
	}
	c.fields(f)
	levelsField(f, c)
	f.noteUnknown()
	if f.err != nil {
		return nil, f.err
	}
	c.Unknown = f.unknown
	return c, nil
}

type sourceFields record.Source

func (s *sourceFields) fields(f *fields) {
	textField(f, "file", &s.File)
	textField(f, "interchange", &s.Interchange)
	textField(f, "group", &s.Group)
	textField(f, "transaction", &s.Transaction)
	var ordinal string
	if textField(f, "segment", &ordinal) && digits(ordinal) && len(ordinal) < 10 {
		for i := range len(ordinal) {
			s.Segment = s.Segment*10 + int(ordinal[i]-'0')
		}
	}
}

// Clone copies a claim with all that it holds, so that it outlives the Mapper
// that made it. The copy shares nothing with other claims.
func (c *Claim) Clone() *Claim {
	n := *c
	n.shared = nil
	f := &fields{mode: cloning}
	(*sourceFields)(&n.Source).clone(f)
	n.fields(f)
	n.Unknown = append([]string(nil), c.Unknown...)
	return &n
}

func (s *sourceFields) clone(f *fields) {
	for _, p := range []*string{&s.File, &s.Interchange, &s.Group, &s.Transaction} {
		*p = f.memory.Copy(*p)
	}
}

// sharedLevels are the levels that all claims of a billing provider share, in
// JSON: they are written once and then copied. It is right only as long as
// nobody changes those levels, which Claim forbids.
type sharedLevels struct {
	submission *Submission
	billing    *BillingProvider
	json       []byte
}

// sharedLevels appends the shared levels; it is false when the claim has
// others than its Mapper gave it.
func (f *fields) sharedLevels(c *Claim) bool {
	s := c.shared
	if f.mode != appending || s == nil || s.submission != c.Submission || s.billing != c.BillingProvider {
		return false
	}
	if len(s.json) == 0 {
		n := len(f.dst)
		optional(f, "submission", &c.Submission)
		optional(f, "billing_provider", &c.BillingProvider)
		s.json = append(s.json[:0], f.dst[n:]...)
		return true
	}
	f.dst = append(f.dst, s.json...)
	return true
}

// levelsField says where the levels of a claim stood, billing provider,
// subscriber, patient, so that claims share them again when they are written.
func levelsField(f *fields, c *Claim) {
	at := [3]*x12.At{}
	if c.BillingProvider != nil {
		at[0] = &c.BillingProvider.HL
	}
	if c.Subscriber != nil {
		at[1] = &c.Subscriber.HL
	}
	if c.Patient != nil {
		at[2] = &c.Patient.HL
	}
	if f.mode == appending {
		if at[0] == nil || !at[0].Known() {
			return
		}
		f.key("levels")
		f.dst = append(f.dst, '[')
		for _, a := range at {
			if a == nil {
				break
			}
			f.dst = strconv.AppendInt(f.dst, int64(a.Segment), 10)
			f.dst = append(f.dst, ',')
		}
		f.end(']')
		f.dst = append(f.dst, ',')
		return
	}
	var ordinals [3]string
	numbersField(f, "levels", ordinals[:])
	for i, s := range ordinals {
		if n, err := strconv.ParseInt(s, 10, 32); err == nil && at[i] != nil {
			at[i].Segment = int32(n)
		}
	}
}
