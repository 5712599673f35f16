// Package export gives what the gateway holds to other programs: Parquet tables
// for research, posting files (CSV, JSON, and the 835 itself split by payee), and
// FHIR R4 resources. It reads what it is given and knows no store.
//
// The tables hold no names, birth dates, member or patient control numbers: a
// claim is known by the gateway's own number.
package export

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/remit"
	"claimwire/gateway"
)

// Source is what is exported.
type Source interface {
	EachClaim(visit func(c *gateway.Claim) error) error // with their records, where lines are asked for
	EachPayment(visit func(p *gateway.Payment) error) error
	EachEvent(visit func(e *gateway.Event) error) error
	EachCorrection(visit func(k *gateway.Correction) error) error
	Table(partner string) *remit.Table
}

// ClaimRow is a row of claims.parquet. Money is a decimal of two places, dates
// are dates.
type ClaimRow struct {
	ID          int64  `parquet:"id"`
	Kind        string `parquet:"kind,dict"`
	Payer       string `parquet:"payer,dict"`
	Partner     string `parquet:"partner,dict"`
	Provider    string `parquet:"provider,dict"`
	ServiceFrom *int32 `parquet:"service_from,optional,date"`
	ServiceTo   *int32 `parquet:"service_to,optional,date"`
	Frequency   string `parquet:"frequency,dict"`
	Sequence    string `parquet:"sequence,dict"`
	State       string `parquet:"state,dict"`
	Decided     bool   `parquet:"decided"`
	Follows     *int64 `parquet:"follows,optional"` // the claim whose services it bills once more
	FollowsAs   string `parquet:"follows_as,dict"`  // new, replace, void or secondary
	Charge      int64  `parquet:"charge,decimal(2:18)"`
	Paid        int64  `parquet:"paid,decimal(2:18)"`
	Adjusted    int64  `parquet:"adjusted,decimal(2:18)"`
	Patient     int64  `parquet:"patient,decimal(2:18)"`
	Denied      int64  `parquet:"denied,decimal(2:18)"`
	Open        int64  `parquet:"open,decimal(2:18)"`
}

// LineRow is a row of lines.parquet: a service line as it was billed.
type LineRow struct {
	Claim       int64  `parquet:"claim"`
	Line        int32  `parquet:"line"`
	Revenue     string `parquet:"revenue_code,dict"`
	Procedure   string `parquet:"procedure,dict"`
	Modifiers   string `parquet:"modifiers,dict"`
	Charge      int64  `parquet:"charge,decimal(2:18)"`
	Unit        string `parquet:"unit,dict"`
	Units       string `parquet:"units,dict"`
	ServiceFrom *int32 `parquet:"service_from,optional,date"`
	ServiceTo   *int32 `parquet:"service_to,optional,date"`
	Place       string `parquet:"place_of_service,dict"`
}

// AdjustmentRow is a row of adjustments.parquet: why a payer paid less, of a
// decision that stands or stood.
type AdjustmentRow struct {
	Payment int64  `parquet:"payment"`
	Claim   int64  `parquet:"claim"` // 0: not matched
	Kind    string `parquet:"kind,dict"`
	Line    int32  `parquet:"line"` // of the payment, from 1; 0: the claim
	Code    string `parquet:"procedure,dict"`
	Group   string `parquet:"group_code,dict"`
	Reason  string `parquet:"reason,dict"`
	Amount  int64  `parquet:"amount,decimal(2:18)"`
	Stands  bool   `parquet:"stands"` // no reversal has undone it
	Denying bool   `parquet:"denying"`
	PaidOn  *int32 `parquet:"paid_on,optional,date"`
}

// EventRow is a row of events.parquet: what happened to a claim.
type EventRow struct {
	Event  int64  `parquet:"event"`
	Claim  int64  `parquet:"claim"`
	At     int64  `parquet:"at,timestamp(millisecond)"`
	Kind   string `parquet:"kind,dict"`
	State  string `parquet:"state,dict"`
	Reason string `parquet:"reason,dict"`
}

// Tables are the names of the tables.
var Tables = []string{"claims", "lines", "adjustments", "events"}

// date is a day as Parquet has it: days since 1970; nil: none.
func date(day string) *int32 {
	t, err := time.Parse("20060102", day)
	if err != nil {
		return nil
	}
	n := int32(t.Unix() / 86400)
	return &n
}

// rowGroup is how many rows are held before they are written.
const rowGroup = 100_000

// Parquet writes a table; it gives how many rows it has.
func Parquet(w io.Writer, table string, src Source) (int64, error) {
	switch table {
	case "claims":
		follows := map[int64]gateway.Correction{}
		if err := src.EachCorrection(func(k *gateway.Correction) error { follows[k.Claim] = *k; return nil }); err != nil {
			return 0, err
		}
		return write(w, func(put func(ClaimRow) error) error {
			return src.EachClaim(func(c *gateway.Claim) error { return put(claimRow(c, follows)) })
		})
	case "lines":
		return write(w, func(put func(LineRow) error) error {
			return src.EachClaim(func(c *gateway.Claim) error { return lineRows(c, put) })
		})
	case "adjustments":
		partners := map[int64]string{}
		if err := src.EachClaim(func(c *gateway.Claim) error { partners[c.ID] = c.Partner; return nil }); err != nil {
			return 0, err
		}
		return write(w, func(put func(AdjustmentRow) error) error {
			return src.EachPayment(func(p *gateway.Payment) error { return adjustmentRows(p, src.Table(partners[p.Claim]), put) })
		})
	}
	return write(w, func(put func(EventRow) error) error {
		return src.EachEvent(func(e *gateway.Event) error {
			for _, c := range e.Claims {
				// A reason holds codes and numbers of ours; who did something by hand stays here.
				reason := c.Reason
				if strings.HasPrefix(reason, "by ") {
					reason = ""
				}
				if err := put(EventRow{e.ID, c.Claim, e.At.UnixMilli(), e.Kind, string(c.State), reason}); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func write[T any](w io.Writer, each func(put func(T) error) error) (int64, error) {
	p := parquet.NewGenericWriter[T](w, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(rowGroup), parquet.CreatedBy("claimwire", "", ""))
	buf := make([]T, 0, 1024)
	var n int64
	flush := func() error {
		_, err := p.Write(buf)
		buf = buf[:0]
		return err
	}
	err := each(func(v T) error {
		n++
		if buf = append(buf, v); len(buf) == cap(buf) {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return n, err
	}
	return n, p.Close()
}

func claimRow(c *gateway.Claim, follows map[int64]gateway.Correction) ClaimRow {
	payer := c.Payer
	if payer == "" {
		payer = c.PayerName
	}
	m := c.Money
	var before *int64
	k, ok := follows[c.ID]
	if ok {
		before = &k.Original
	}
	return ClaimRow{c.ID, c.Kind, payer, c.Partner, c.NPI, date(c.From), date(c.To), c.Frequency, c.Sequence, string(c.State), c.State == gateway.Paid || c.State == gateway.Denied,
		before, string(k.Kind), int64(c.Charge), int64(m.Paid), int64(m.Adjusted), int64(m.Patient), int64(m.Denied), int64(m.Open)}
}

func lineRows(c *gateway.Claim, put func(LineRow) error) error {
	k, err := claim.ParseJSON(c.Document)
	if err != nil {
		return nil // a claim that could not be read has no lines
	}
	for i := range k.Lines {
		l := &k.Lines[i]
		place := l.PlaceOfService
		if place == "" && k.Kind != claim.Institutional {
			place = k.PlaceOfService
		}
		from, to := l.Service().From(), l.Service().To()
		if from == "" {
			from, to = c.From, c.To
		}
		if err := put(LineRow{c.ID, int32(i + 1), l.RevenueCode, l.Procedure.Code, modifiers(l.Procedure.Modifiers), int64(l.Charge.Amount), l.Unit, string(l.Units), date(from), date(to), place}); err != nil {
			return err
		}
	}
	return nil
}

func modifiers(list [4]string) string {
	return strings.TrimSpace(strings.Join(slices.DeleteFunc(list[:], func(s string) bool { return s == "" }), " "))
}

func adjustmentRows(p *gateway.Payment, table *remit.Table, put func(AdjustmentRow) error) error {
	c, err := remit.ParseRecord(p.Document)
	if err != nil {
		return err
	}
	c.Kind, c.Word = remit.Kind(p.Kind), p.Outcome
	denying := map[*adjust.Adjustment]bool{}
	table.EachDenying(c, func(_ int, a *adjust.Adjustment) { denying[a] = true })
	stands := p.Pair == 0 && c.Kind != remit.Reversal
	add := func(line int32, code string, list []adjust.Adjustment) error {
		for i := range list {
			a := &list[i]
			if err := put(AdjustmentRow{p.ID, p.Claim, p.Kind, line, code, string(a.Group), string(a.Reason), int64(a.Amount.Amount), stands, denying[a] && stands, date(p.PaidOn)}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := add(0, "", c.Adjustments); err != nil {
		return err
	}
	for i := range c.Lines {
		if err := add(int32(i+1), c.Lines[i].Procedure.Code, c.Lines[i].Adjustments); err != nil {
			return err
		}
	}
	return nil
}
