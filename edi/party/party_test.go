package party

import "testing"

func TestNPI(t *testing.T) {
	for npi, valid := range map[NPI]bool{
		"1234567893":  true, // the example of the check digit's own specification
		"1234567890":  false,
		"2345678901":  false,
		"3234567893":  false, // begins with 3
		"123456789":   false,
		"12345678933": false,
		"12345A7893":  false,
		"":            false,
	} {
		if npi.Valid() != valid {
			t.Errorf("NPI %s valid: %t, want %t", npi, !valid, valid)
		}
	}
	// Of ten last digits exactly one is right, and a change of any one digit is
	// noticed.
	base := []byte("298765432")
	right := 0
	for d := byte('0'); d <= '9'; d++ {
		n := append(append([]byte(nil), base...), d)
		if !ValidNPI(n) {
			continue
		}
		right++
		for i := 1; i < 10; i++ {
			for c := byte('0'); c <= '9'; c++ {
				m := append([]byte(nil), n...)
				if m[i] = c; c != n[i] && ValidNPI(m) {
					t.Errorf("%s passes as %s", n, m)
				}
			}
		}
	}
	if right != 1 {
		t.Errorf("%d check digits are right, want 1", right)
	}
}

func TestIdentifier(t *testing.T) {
	if got := NPI("1234567893").Identifier().NPI(); got != "1234567893" {
		t.Errorf("NPI comes back as %q", got)
	}
	if got := Identify(QualifierPayer, "1234567893").NPI(); got != "" {
		t.Errorf("a payer id passes as NPI %q", got)
	}
}

func TestTaxID(t *testing.T) {
	for value, valid := range map[string]bool{"123456789": true, "12-345678": false, "12345678": false, "": false} {
		if (TaxID{EmployerID, value}).Valid() != valid {
			t.Errorf("tax id %q valid: %t, want %t", value, !valid, valid)
		}
	}
}

func TestContact(t *testing.T) {
	c := Contact{Numbers: [3]Number{{Telephone, "5550100"}, {Extension, "12"}, {Telephone, "5550101"}}}
	if c.Number(Telephone) != "5550100" || c.Number(Extension) != "12" || c.Number(Email) != "" || c.Empty() || !(Contact{}).Empty() {
		t.Errorf("contact reads wrong: %+v", c)
	}
}
