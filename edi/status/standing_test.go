package status

import "testing"

func ack(role, day string, codes ...Code) *ClaimStatus {
	c := &ClaimStatus{Dialect: Acknowledgment, Header: &Header{Date: "20261101"}, Sender: &Level{Name: Name{Role: role}}}
	for _, code := range codes {
		c.Infos = append(c.Infos, Info{Date: day, Codes: [3]Code{code}})
	}
	return c
}

// TestStanding takes acknowledgments of a claim in every order, and wants the
// same to decide each time.
func TestStanding(t *testing.T) {
	house := func(day, category string) *ClaimStatus { return ack("AY", day, Code{Category: category, Status: "20"}) }
	payer := func(day, category string) *ClaimStatus { return ack("PR", day, Code{Category: category, Status: "20"}) }
	line := payer("20261102", "A2")
	line.Lines = []Line{{Infos: []Info{{Codes: [3]Code{{Category: "A7", Status: "454"}}}}}}
	level := payer("20261102", "")
	level.Infos = nil
	level.Provider = &Level{Infos: []Info{{Codes: [3]Code{{Category: "A3", Status: "24"}}, Action: "U"}}}
	for _, c := range []struct {
		name string
		acks []*ClaimStatus
		want string
	}{
		{"received and accepted on one day", []*ClaimStatus{payer("20261102", "A1"), payer("20261102", "A2")}, "b2:20261102"},
		{"a late A1 does not undo an A2", []*ClaimStatus{payer("20261102", "A2"), payer("20261103", "A1")}, "b2:20261102"},
		{"a payer's A1 does not undo a clearinghouse's A2", []*ClaimStatus{house("20261102", "A2"), payer("20261103", "A1")}, "b1:20261102"},
		{"a payer's A7 beats a clearinghouse's A2", []*ClaimStatus{house("20261102", "A2"), payer("20261103", "A7")}, "r2:20261103"},
		{"even when it is of an earlier day", []*ClaimStatus{house("20261104", "A2"), payer("20261103", "A7")}, "r2:20261103"},
		{"a payer's A2 beats what a clearinghouse refused", []*ClaimStatus{house("20261104", "A3"), payer("20261103", "A2")}, "b2:20261103"},
		{"the same party changes its mind", []*ClaimStatus{payer("20261102", "A6"), payer("20261105", "A2")}, "b2:20261105"},
		{"the same party on the same day", []*ClaimStatus{payer("20261102", "A2"), payer("20261102", "A8")}, "r2:20261102"},
		{"A0, A1, A2 on the way", []*ClaimStatus{house("20261101", "A0"), house("20261102", "A1"), payer("20261103", "A5")}, "b2:20261103"},
		{"not found says nothing", []*ClaimStatus{payer("20261105", "A4"), house("20261101", "A2")}, "b1:20261101"},
		{"refused by a line", []*ClaimStatus{line, house("20261109", "A2")}, "r2:20261102"},
		{"refused with its provider", []*ClaimStatus{level, house("20261109", "A2")}, "r2:20261101"},
	} {
		permute(len(c.acks), func(order []int) {
			var s Standing
			for _, i := range order {
				if a := StandingOf(c.acks[i]); a.Beats(s) {
					s = a
				}
			}
			if s.String() != c.want {
				t.Errorf("%s, in the order %v: %q, want %q", c.name, order, s, c.want)
			}
			if ParseStanding(s.String()) != s {
				t.Errorf("%q does not read back", s)
			}
		})
	}
	for _, bad := range []string{"", "x2:20261102", "a3:1", "a2"} {
		if ParseStanding(bad) != (Standing{}) {
			t.Errorf("%q reads as a standing", bad)
		}
	}
}

func permute(n int, visit func([]int)) {
	order := make([]int, 0, n)
	var step func()
	step = func() {
		if len(order) == n {
			visit(order)
			return
		}
	next:
		for i := range n {
			for _, o := range order {
				if o == i {
					continue next
				}
			}
			order = append(order, i)
			step()
			order = order[:len(order)-1]
		}
	}
	step()
}
