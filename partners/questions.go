package partners

import (
	"strings"
	"time"

	"claimwire/edi/remit"
)

// Questions say how a payer's requests for information are answered, and when it
// is asked about a claim in its turn.
type Questions struct {
	Days    int    `yaml:"days"`    // to answer, where its question does not say; 0: Medicare's 45, else 30
	Dialect string `yaml:"dialect"` // of documents that no 277 asked for: 005010X210 or 006020X314; empty: the first
	MaxSize string `yaml:"max_size"`
	// Inquire is after how long a silent claim is asked about (276), such as 30d;
	// empty: never by itself.
	Inquire string `yaml:"inquire"`
}

// Remittances say what is different about a payer's remittance advices.
type Remittances struct {
	// Outcomes are lines of the table of outcomes that go before the binary's, such
	// as "contractual CO 253" or "denial CO 45".
	Outcomes []string `yaml:"outcomes"`
	// BankDays is how many banking days its payment and its advice may lie apart; 0: 3.
	BankDays int `yaml:"bank_days"`
}

func (q *Questions) check(bad func(field, format string, a ...any)) {
	if q.Days < 0 || q.Days > 365 {
		bad("questions.days", "is 1 to 365")
	}
	if q.Dialect != "" && q.Dialect != "005010X210" && q.Dialect != "006020X314" {
		bad("questions.dialect", "is 005010X210 or 006020X314")
	}
	if q.MaxSize != "" {
		if n, err := Bytes(q.MaxSize); err != nil || n == 0 {
			bad("questions.max_size", "is a number of bytes such as 64MB")
		}
	}
	if q.Inquire != "" {
		if d, err := parseWait(q.Inquire); err != nil || d <= 0 {
			bad("questions.inquire", "is a time such as 30d")
		}
	}
}

// Limit is the largest document in bytes; 0: it does not say.
func (q *Questions) Limit() int64 {
	n, _ := Bytes(q.MaxSize)
	return n
}

// InquireAfter is after how long a silent claim is asked about; 0: never.
func (q *Questions) InquireAfter() time.Duration {
	d, _ := parseWait(q.Inquire)
	return d
}

func (r *Remittances) check(bad func(field, format string, a ...any)) {
	if _, err := remit.DefaultTable().With("outcomes", strings.Join(r.Outcomes, "\n")); err != nil {
		bad("remittances.outcomes", "%v", err)
	}
	if r.BankDays < 0 || r.BankDays > 60 {
		bad("remittances.bank_days", "is 1 to 60")
	}
}

// Denials say by when a payer's denials must be acted on, where its contract
// does.
type Denials struct {
	AppealDays    int `yaml:"appeal_days"`    // for the first appeal; 0: the rule for its kind
	CorrectedDays int `yaml:"corrected_days"` // for a corrected claim; 0: as for any claim
}

func (d *Denials) check(bad func(field, format string, a ...any)) {
	if d.AppealDays < 0 || d.AppealDays > 3650 || d.CorrectedDays < 0 || d.CorrectedDays > 3650 {
		bad("denials", "has numbers of days")
	}
}
