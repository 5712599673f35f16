package gateway

// Page asks for a part of a list, in the order in which things came: what came
// after an id, at most so many (1 to MaxPage; 0: 100).
type Page struct {
	After int64
	Limit int
}

// MaxPage bounds a page.
const MaxPage = 1000

// Bound is the limit to use.
func (p Page) Bound() int {
	switch {
	case p.Limit <= 0:
		return 100
	case p.Limit > MaxPage:
		return MaxPage
	}
	return p.Limit
}

// ClaimQuery picks claims; empty fields pick all.
type ClaimQuery struct {
	Page
	State        State
	Partner      string
	Payer        string
	PayerName    string // only those of a payer of this name that has no id
	ServedFrom   string // CCYYMMDD; only those whose services end on this day or later
	ServedTo     string // CCYYMMDD; only those whose services begin on this day or before
	Transmission int64  // that they came in
	Interchange  int64  // that they went in
	ClaimID      string
	Trace        string
	PayerClaimID string
	Waiting      bool    // only those that no correction has followed
	Sent         bool    // only those that went into an interchange
	IDs          []int64 // only these, at most MaxPage
}

// PaymentQuery picks claim payments; empty fields pick all.
type PaymentQuery struct {
	Page
	Remittance int64
	Claim      int64
	Kind       string // payment, denial, reversal
	Unmatched  bool   // only those whose claim is not known
	File       string // digest of the file that they came in
}
