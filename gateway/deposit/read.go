// Package deposit is money that comes to the bank: the bank's files (NACHA CCD+
// with addenda, BAI2), and the remittance advices that explain it. A deposit and
// an advice belong together by trace and amount (CAQH CORE 370); either that
// stays without the other for some banking days is told.
package deposit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"claimwire/edi/money"
	"claimwire/gateway"
)

// ErrForm says that a file is of none of the forms.
var ErrForm = errors.New("it is no NACHA file and no BAI2 file")

// Bounds of a bank's file.
const (
	maxRecords  = 5_000_000
	maxDeposits = 1_000_000
	maxLine     = 1 << 20
)

// Known says whether a file begins as a bank's file does.
func Known(head []byte) bool {
	head = bytes.TrimLeft(head, "\xef\xbb\xbf \r\n")
	return bytes.HasPrefix(head, []byte("101 ")) || bytes.HasPrefix(head, []byte("101")) && len(head) > 40 && head[34] >= '0' || bytes.HasPrefix(head, []byte("01,"))
}

// trn finds a reassociation trace in a payment's text.
var trn = regexp.MustCompile(`TRN\*1\*([^*~\\/|]{1,50})(?:\*([0-9A-Z]{1,10}))?`)

// maxNotes bounds what is said of a file.
const maxNotes = 20

// totals are what a file says of itself, held against what was read: a file that
// was cut or changed is told by them. They are said, and not refused: banks add
// them up in ways of their own, and a deposit moves no money here.
type totals struct{ notes []string }

func (t *totals) note(format string, a ...any) {
	if len(t.notes) < maxNotes {
		t.notes = append(t.notes, fmt.Sprintf(format, a...))
	}
}

// hold compares a number as it is written with what was counted.
func (t *totals) hold(record int, what, stated string, counted int64) {
	stated = strings.TrimSpace(strings.TrimPrefix(stated, "+"))
	n, err := strconv.ParseInt(stated, 10, 64)
	switch {
	case stated == "":
		t.note("record %d does not say the %s; it is %d", record, what, counted)
	case err != nil:
		t.note("record %d: the %s is no number", record, what)
	case n != counted:
		t.note("record %d says that the %s is %d, and it is %d", record, what, n, counted)
	}
}

// Read reads a bank's file: its credits, in their order, and what its own totals
// say against it.
func Read(r io.Reader) (list []gateway.Deposit, notes []string, err error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(64)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	var sums totals
	switch t := bytes.TrimLeft(head, "\xef\xbb\xbf \r\n"); {
	case bytes.HasPrefix(t, []byte("01,")):
		list, err = bai2(b, &sums)
	case bytes.HasPrefix(t, []byte("101")):
		list, err = nacha(b, &sums)
	default:
		err = ErrForm
	}
	if err != nil {
		return nil, nil, err
	}
	return list, sums.notes, nil
}

// day makes CCYYMMDD of YYMMDD.
func day(s string) string {
	if len(s) != 6 || strings.Trim(s, "0123456789") != "" {
		return ""
	}
	return "20" + s
}

// lastFour is what is kept of an account's number.
func lastFour(s string) string {
	s = strings.TrimSpace(s)
	return s[max(0, len(s)-4):]
}

func setTrace(d *gateway.Deposit, text string) {
	if m := trn.FindStringSubmatch(text); m != nil && d.Trace == "" {
		d.Trace, d.Origin = strings.TrimSpace(m[1]), m[2]
	}
}

// nacha reads records of 94 characters, with or without line breaks.
func nacha(b *bufio.Reader, sums *totals) ([]gateway.Deposit, error) {
	type control struct{ entries, hash, debit, credit int64 }
	var batch, file control
	var batches int64
	var kind, texts string
	ended := false
	passed := map[string]int64{} // credits of kinds of batches that pay no claims
	end := func(list []gateway.Deposit) ([]gateway.Deposit, error) {
		if !ended {
			sums.note("it ends without its file control record: a part of it may be missing")
		}
		for _, k := range slices.Sorted(maps.Keys(passed)) {
			sums.note("credits of %v in batches of %s are passed over: CCD and CTX pay claims", money.Amount(passed[k]), k)
		}
		return list, nil
	}
	var list []gateway.Deposit
	var company, date string
	health := false
	var open *gateway.Deposit
	rec := make([]byte, 94)
	for n := 1; ; n++ {
		if n > maxRecords {
			return nil, fmt.Errorf("it has more than %d records", maxRecords)
		}
		for {
			c, err := b.ReadByte()
			if errors.Is(err, io.EOF) {
				return end(list)
			}
			if err != nil {
				return nil, err
			}
			if c != '\r' && c != '\n' {
				b.UnreadByte()
				break
			}
		}
		if k, err := io.ReadFull(b, rec); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) && strings.TrimSpace(string(rec[:k])) == "" {
				return end(list)
			}
			return nil, fmt.Errorf("record %d is shorter than 94 characters", n)
		}
		if bytes.ContainsAny(rec, "\r\n") {
			return nil, fmt.Errorf("record %d is shorter than 94 characters", n)
		}
		f := func(from, to int) string { return strings.TrimSpace(string(rec[from-1 : to])) }
		switch rec[0] {
		case '1':
			if n != 1 && f(2, 3) != "01" {
				return nil, fmt.Errorf("record %d is a file header in the middle", n)
			}
		case '5':
			company, date = f(5, 20), day(f(70, 75))
			kind = f(51, 53)
			health = kind == "CCD" || kind == "CTX"
			open, batch = nil, control{}
		case '6':
			open, texts = nil, ""
			cents, err := strconv.ParseInt(f(30, 39), 10, 64)
			if err != nil {
				return nil, fmt.Errorf("record %d: the amount is no number", n)
			}
			batch.entries++
			if n, err := strconv.ParseInt(f(4, 11), 10, 64); err == nil {
				batch.hash += n
			}
			credit := rec[2] >= '0' && rec[2] <= '4'
			if credit {
				batch.credit += cents
			} else {
				batch.debit += cents
			}
			if !health {
				if credit {
					passed[kind] += cents
				}
				continue // other kinds of entries pay no claims
			}
			switch f(2, 3) {
			case "22", "32": // credits
			case "27", "37":
				cents = -cents
			default:
				continue // notes and prenotes move no money
			}
			if len(list) == maxDeposits {
				return nil, fmt.Errorf("it has more than %d deposits", maxDeposits)
			}
			list = append(list, gateway.Deposit{Position: n, Format: "nacha", Amount: money.Amount(cents), Date: date, Account: lastFour(f(13, 29)), Company: company, BankRef: f(80, 94), State: gateway.DepositWaiting})
			open = &list[len(list)-1]
		case '7':
			batch.entries++
			if open != nil && f(2, 3) == "05" && len(texts) < 1<<20 {
				// A CTX carries a whole advice in them, eighty characters each.
				texts += strings.TrimRight(string(rec[3:83]), " ")
				open.Trace, open.Origin = "", ""
				setTrace(open, texts)
			}
		case '8':
			open = nil
			batches++
			sums.hold(n, "number of entries", f(5, 10), batch.entries)
			sums.hold(n, "entry hash", f(11, 20), batch.hash%1e10)
			sums.hold(n, "sum of debits in cents", f(21, 32), batch.debit)
			sums.hold(n, "sum of credits in cents", f(33, 44), batch.credit)
			file = control{file.entries + batch.entries, file.hash + batch.hash, file.debit + batch.debit, file.credit + batch.credit}
			batch = control{}
		case '9':
			if open = nil; ended {
				continue // what fills the block
			}
			ended = true
			sums.hold(n, "number of batches", f(2, 7), batches)
			sums.hold(n, "number of entries", f(14, 21), file.entries)
			sums.hold(n, "entry hash", f(22, 31), file.hash%1e10)
			sums.hold(n, "sum of debits in cents", f(32, 43), file.debit)
			sums.hold(n, "sum of credits in cents", f(44, 55), file.credit)
		default:
			return nil, fmt.Errorf("record %d is of no known kind", n)
		}
	}
}

// bai2 reads records that end with a stroke; 88 goes on with the one before.
func bai2(b *bufio.Reader, sums *totals) ([]gateway.Deposit, error) {
	type control struct{ amount, records, parts int64 }
	var of [3]control // of the account, the group, the file
	ended := false
	count := func() {
		for i := range of {
			of[i].records++
		}
	}
	closed := func(at, level int, f []string) {
		c := of[level]
		of[level] = control{}
		get := func(i int) string {
			if i < len(f) {
				return f[i]
			}
			return ""
		}
		sums.hold(at, "control total", get(1), c.amount)
		if level == 0 {
			sums.hold(at, "number of records", get(2), c.records)
		} else {
			sums.hold(at, map[int]string{1: "number of accounts", 2: "number of groups"}[level], get(2), c.parts)
			sums.hold(at, "number of records", get(3), c.records)
		}
		if level < 2 {
			of[level+1].amount += c.amount
			of[level+1].parts++
		}
	}
	sc := bufio.NewScanner(b)
	sc.Buffer(make([]byte, 64<<10), maxLine)
	var list []gateway.Deposit
	var date, account string
	var record string
	var at int
	open := false // the last record's text goes on
	take := func() error {
		if record == "" {
			return nil
		}
		f := strings.Split(record, ",")
		get := func(i int) string {
			if i < len(f) {
				return strings.TrimSpace(f[i])
			}
			return ""
		}
		switch get(0) {
		case "02":
			date = day(get(4))
		case "03":
			account = get(1)
			of[0].amount += summed(f)
		case "49":
			closed(at, 0, f)
		case "98":
			closed(at, 1, f)
		case "99":
			ended = true
			closed(at, 2, f)
		case "16":
			code, err := strconv.Atoi(get(1))
			if err != nil {
				return fmt.Errorf("record %d: the type code is no number", at)
			}
			if n, err := strconv.ParseInt(strings.TrimPrefix(get(2), "+"), 10, 64); err == nil {
				of[0].amount += n
			}
			if code < 100 || code >= 700 {
				return nil // no credit and no debit
			}
			cents, err := strconv.ParseInt(strings.TrimPrefix(get(2), "+"), 10, 64)
			if err != nil {
				return fmt.Errorf("record %d: the amount is no number", at)
			}
			if code >= 400 {
				cents = -cents
			}
			// After the funds type stand its own fields, then the bank's reference, the
			// customer's, and text in which commas are plain.
			k := 4
			switch get(3) {
			case "S":
				k += 3
			case "V":
				k += 2
			case "D":
				n, err := strconv.Atoi(get(4))
				if err != nil || n < 0 || n > 100 {
					return fmt.Errorf("record %d: the number of distributions is none", at)
				}
				k += 1 + 2*n
			}
			d := gateway.Deposit{Position: at, Format: "bai2", Amount: money.Amount(cents), Date: date, Account: lastFour(account), BankRef: get(k), State: gateway.DepositWaiting}
			text := ""
			if k+2 < len(f) {
				text = strings.Join(f[k+2:], ",")
			}
			setTrace(&d, text+" "+get(k+1))
			d.Company = companyOf(text)
			if len(list) == maxDeposits {
				return fmt.Errorf("it has more than %d deposits", maxDeposits)
			}
			list = append(list, d)
		}
		return nil
	}
	for n := 1; sc.Scan(); n++ {
		if n > maxRecords {
			return nil, fmt.Errorf("it has more than %d records", maxRecords)
		}
		line := strings.TrimRight(sc.Text(), " \r")
		if line == "" {
			continue
		}
		line, whole := strings.CutSuffix(line, "/")
		if rest, ok := strings.CutPrefix(line, "88,"); ok {
			// A stroke ends the field before; without one its text goes on in the midst.
			if !open {
				record += ","
			}
			record, open = record+rest, !whole
			count()
			continue
		}
		if err := take(); err != nil {
			return nil, err
		}
		switch {
		case strings.HasPrefix(line, "03,"):
			of[0] = control{}
		case strings.HasPrefix(line, "02,"):
			of[1] = control{}
		}
		record, at, open = line, n, !whole
		count()
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	if err := take(); err != nil {
		return nil, err
	}
	if !ended {
		sums.note("it ends without its file trailer (99): a part of it may be missing")
	}
	return list, nil
}

// summed adds the amounts of an account's summaries (03): after the currency
// stand type, amount, count and funds type, with the fields of the funds type.
func summed(f []string) (sum int64) {
	for i := 3; i+1 < len(f); {
		if n, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(f[i+1]), "+"), 10, 64); err == nil {
			sum += n
		}
		funds := ""
		if i+3 < len(f) {
			funds = strings.TrimSpace(f[i+3])
		}
		i += 4
		switch funds {
		case "S":
			i += 3
		case "V":
			i += 2
		case "D":
			n := 0
			if i < len(f) {
				n, _ = strconv.Atoi(strings.TrimSpace(f[i]))
			}
			i += 1 + 2*max(0, min(n, 100))
		}
	}
	return sum
}

var companyName = regexp.MustCompile(`(?i)(?:COMPANY NAME|ORIG CO NAME|CO NAME)[:=]\s*([^,:;]{1,40}?)(?:\s{2,}|,|;|$)`)

func companyOf(text string) string {
	if m := companyName.FindStringSubmatch(text); m != nil {
		return strings.TrimSpace(m[1])
	}
	return ""
}
