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
	"regexp"
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

// Read reads a bank's file: its credits, in their order.
func Read(r io.Reader) ([]gateway.Deposit, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(64)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch t := bytes.TrimLeft(head, "\xef\xbb\xbf \r\n"); {
	case bytes.HasPrefix(t, []byte("01,")):
		return bai2(b)
	case bytes.HasPrefix(t, []byte("101")):
		return nacha(b)
	}
	return nil, ErrForm
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
func nacha(b *bufio.Reader) ([]gateway.Deposit, error) {
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
				return list, nil
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
				return list, nil
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
			health = f(51, 53) == "CCD"
			open = nil
		case '6':
			open = nil
			if !health {
				continue // other kinds of entries pay no claims
			}
			cents, err := strconv.ParseInt(f(30, 39), 10, 64)
			if err != nil {
				return nil, fmt.Errorf("record %d: the amount is no number", n)
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
			if open != nil && f(2, 3) == "05" {
				setTrace(open, f(4, 83))
			}
		case '8', '9':
			open = nil
		default:
			return nil, fmt.Errorf("record %d is of no known kind", n)
		}
	}
}

// bai2 reads records that end with a stroke; 88 goes on with the one before.
func bai2(b *bufio.Reader) ([]gateway.Deposit, error) {
	sc := bufio.NewScanner(b)
	sc.Buffer(make([]byte, 64<<10), maxLine)
	var list []gateway.Deposit
	var date, account string
	var record string
	var at int
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
		case "16":
			code, err := strconv.Atoi(get(1))
			if err != nil {
				return fmt.Errorf("record %d: the type code is no number", at)
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
		line = strings.TrimSuffix(line, "/")
		if rest, ok := strings.CutPrefix(line, "88,"); ok {
			record += "," + rest
			if strings.HasPrefix(record, "16,") { // text goes on
				record = strings.TrimSuffix(record, "/")
			}
			continue
		}
		if err := take(); err != nil {
			return nil, err
		}
		record, at = line, n
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	return list, take()
}

var companyName = regexp.MustCompile(`(?i)(?:COMPANY NAME|ORIG CO NAME|CO NAME)[:=]\s*([^,:;]{1,40}?)(?:\s{2,}|,|;|$)`)

func companyOf(text string) string {
	if m := companyName.FindStringSubmatch(text); m != nil {
		return strings.TrimSpace(m[1])
	}
	return ""
}
