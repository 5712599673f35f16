package deposit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/deposit"
)

// record fills a NACHA record.
func record(fields ...any) string {
	b := []byte(strings.Repeat(" ", 94))
	for i := 0; i+1 < len(fields); i += 2 {
		copy(b[fields[i].(int)-1:], fmt.Sprint(fields[i+1]))
	}
	return string(b)
}

func nacha(sep string) string {
	return strings.Join([]string{
		record(1, "101 091000019 1234567892611240615A094101"),
		record(1, "5220", 5, "LAKESHORE HEALTH", 41, "1999000002", 51, "CCD", 54, "HCCLAIMPMT", 70, "261125"),
		record(1, "622", 4, "091000019", 13, "98700012", 30, "0000024150", 40, "EFT0000201", 55, "PRAIRIE FAMILY", 79, "1", 80, "091000010000001"),
		record(1, "705", 4, `TRN*1*EFT0000201*1999000002\`, 84, "0001", 88, "0000001"),
		record(1, "622", 4, "091000019", 13, "98700012", 30, "0000000100", 79, "0", 80, "091000010000002"),
		record(1, "623", 30, "0000000000"),
		record(1, "627", 30, "0000000500", 79, "0"),
		record(1, "8220", 5, "000005", 11, "0018200002", 21, "000000000500", 33, "000000024250"),
		record(1, "5220", 51, "PPD", 70, "261125"),
		record(1, "622", 30, "0000099999"),
		record(1, "8220", 5, "000001", 11, "0000000000", 21, "000000000000", 33, "000000099999"),
		record(1, "9000002000002", 14, "00000006", 22, "0018200002", 32, "000000000500", 44, "000000124249"),
		strings.Repeat("9", 94),
	}, sep)
}

func TestNACHA(t *testing.T) {
	for name, text := range map[string]string{"lines": nacha("\r\n"), "one line": nacha("")} {
		if !deposit.Known([]byte(text)) {
			t.Errorf("%s: not known", name)
		}
		list, notes, err := deposit.Read(strings.NewReader(text))
		if err != nil || len(list) != 3 {
			t.Fatalf("%s: %+v %v", name, list, err)
		}
		if got := strings.Join(notes, "\n"); got != "credits of 999.99 in batches of PPD are passed over: CCD and CTX pay claims" {
			t.Errorf("%s: %s", name, got)
		}
		d := list[0]
		if d.Trace != "EFT0000201" || d.Origin != "1999000002" || d.Amount != 24150 || d.Date != "20261125" || d.Account != "0012" || d.Company != "LAKESHORE HEALTH" || d.BankRef != "091000010000001" {
			t.Errorf("%s: %+v", name, d)
		}
		if list[1].Trace != "" || list[1].Amount != 100 || list[2].Amount != -500 {
			t.Errorf("%s: %+v", name, list[1:])
		}
	}
	for _, bad := range []string{nacha("")[:200], strings.Replace(nacha("\n"), "0000024150", "00000X4150", 1), "101" + strings.Repeat(" ", 91) + "x" + strings.Repeat(" ", 93)} {
		if _, _, err := deposit.Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%.30q is read", bad)
		}
	}
	if _, _, err := deposit.Read(strings.NewReader("ISA*00*")); !errors.Is(err, deposit.ErrForm) {
		t.Error(err)
	}
}

const bai = `01,122099999,123456789,261125,0615,1,,,2/
02,123456789,122099999,1,261125,,USD,2/
03,0975312468,USD,010,500000,,/
16,142,24150,S,24150,0,0,BANK1,CUST1,COMPANY NAME: LAKESHORE HEALTH  ENTRY: HCCLAIMPMT/
88,ADDENDA TRN*1*EFT0000201*1999000002\
16,165,1500,Z,BANK2,,NO ADDENDA
16,455,700,0,BANK3,,A DEBIT/
16,142,900,D,2,0,400,1,500,BANK4,,TRN*1*EFT9*1999000002~
49,527250,7/
98,527250,1,9/
99,527250,1,11/
`

func TestBAI2(t *testing.T) {
	if !deposit.Known([]byte(bai)) {
		t.Error("not known")
	}
	list, notes, err := deposit.Read(strings.NewReader(bai))
	if err != nil || len(list) != 4 || len(notes) != 0 {
		t.Fatalf("%+v %v %v", list, notes, err)
	}
	if d := list[0]; d.Trace != "EFT0000201" || d.Origin != "1999000002" || d.Amount != 24150 || d.Date != "20261125" || d.Account != "2468" || d.BankRef != "BANK1" || d.Company != "LAKESHORE HEALTH" {
		t.Errorf("%+v", d)
	}
	if list[1].Trace != "" || list[1].BankRef != "BANK2" || list[2].Amount != -700 || list[3].Trace != "EFT9" || list[3].BankRef != "BANK4" {
		t.Errorf("%+v", list[1:])
	}
	for _, bad := range []string{strings.Replace(bai, "16,142,24150", "16,142,x", 1), strings.Replace(bai, "16,455", "16,zz", 1), strings.Replace(bai, ",D,2,", ",D,999,", 1)} {
		if _, _, err := deposit.Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%.60q is read", bad)
		}
	}
}

// What a file says of itself is held against what is in it, and said where it is
// not so; a text that goes on in another record is one text.
func TestTotals(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"another amount", strings.Replace(nacha("\n"), "0000024150", "0000024250", 1), "sum of credits"},
		{"another hash", strings.Replace(nacha("\n"), "0018200002", "0018200003", 1), "entry hash"},
		{"an entry is gone", strings.Replace(nacha("\n"), strings.Split(nacha("\n"), "\n")[4]+"\n", "", 1), "number of entries is 5, and it is 4"},
		{"cut", strings.Join(strings.Split(nacha("\n"), "\n")[:4], "\n"), "without its file control record"},
		{"another amount", strings.Replace(bai, "16,142,24150,S,24150", "16,142,24151,S,24151", 1), "control total is 527250, and it is 527251"},
		{"a record is gone", strings.Replace(bai, "16,165,1500,Z,BANK2,,NO ADDENDA\n", "", 1), "number of records is 7, and it is 6"},
		{"cut", bai[:strings.Index(bai, "98,")], "without its file trailer"},
	} {
		_, notes, err := deposit.Read(strings.NewReader(c.text))
		if err != nil || !strings.Contains(strings.Join(notes, "\n"), c.want) {
			t.Errorf("%s: %q %v, want %q", c.name, notes, err, c.want)
		}
	}
	// A CTX, whose advice goes over addenda.
	ctx := strings.Replace(strings.Replace(nacha("\n"), "CCD", "CTX", 1), record(1, "705", 4, `TRN*1*EFT0000201*1999000002\`, 84, "0001", 88, "0000001"),
		record(1, "705", 4, strings.Repeat("X", 72)+"TRN*1*EF")+"\n"+record(1, "705", 4, `T0000201*1999000002\`), 1)
	if list, _, err := deposit.Read(strings.NewReader(ctx)); err != nil || len(list) != 3 || list[0].Trace != "EFT0000201" {
		t.Errorf("CTX: %+v %v", list, err)
	}
	text := strings.Replace(bai, "88,ADDENDA TRN*1*EFT0000201*1999000002\\", "88,ADDENDA TRN*1*EFT00\n88,00201*1999000002\\/", 1)
	if list, _, err := deposit.Read(strings.NewReader(text)); err != nil || list[0].Trace != "EFT0000201" {
		t.Errorf("text that goes on: %+v %v", list, err)
	}
}

// Saturdays and Sundays are no banking days.
func TestBefore(t *testing.T) {
	for day, want := range map[string]string{"2026-11-27": "20261124", "2026-11-24": "20261119", "2026-11-22": "20261118"} {
		d, _ := time.Parse(time.DateOnly, day)
		if got := deposit.Before(d, 3); got != want {
			t.Errorf("three days before %s: %s, want %s", day, got, want)
		}
	}
}

func TestByHand(t *testing.T) {
	m := &gateway.Remittance{ID: 4, Amount: 100, Trace: "E"}
	if err := deposit.ByHand(&gateway.Deposit{Amount: 99}, m, "mary"); err == nil {
		t.Error("another amount")
	}
	if err := deposit.ByHand(&gateway.Deposit{Amount: 100, Trace: "F"}, m, "mary"); err == nil {
		t.Error("another number")
	}
	d := &gateway.Deposit{Amount: 100}
	if err := deposit.ByHand(d, m, "mary"); err != nil || d.State != gateway.DepositMatched || d.Remittance != 4 {
		t.Error(err, d)
	}
	if err := deposit.ByHand(d, m, "mary"); err == nil {
		t.Error("twice")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(nacha("\n")))
	f.Add([]byte(bai))
	f.Fuzz(func(t *testing.T, b []byte) { deposit.Read(strings.NewReader(string(b))) })
}
