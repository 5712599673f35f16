package correct_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"claimwire/edi"
	"claimwire/edi/adjust"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/money"
	"claimwire/edi/party"
	"claimwire/edi/remit"
	"claimwire/gateway/correct"
	"claimwire/gateway/intake"
	"claimwire/gateway/route"
	"claimwire/partners"
	"claimwire/partners/simulate"
	"claimwire/testdata"
)

const profile = `id: demo-payer
name: Demo Payer
usage: test
envelope: {sender_qualifier: ZZ, sender: CLAIMWIREDEMO, receiver_qualifier: ZZ, receiver: DEMOPAYER, submitter_name: CLAIMWIRE DEMO OFFICE, contact_phone: "5555550100"}
`

func newPayer(t *testing.T) *simulate.Payer {
	t.Helper()
	key, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := simulate.New(simulate.Config{ID: "DEMOPAYER", Dir: t.TempDir(), HostKey: key, Keys: []ssh.PublicKey{key.PublicKey()}, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// shipped gives the claims of the shipped encounters that go to a first payer.
func shipped(t *testing.T) []*claim.Claim {
	t.Helper()
	b, err := testdata.Files.ReadFile("payers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	directory, err := route.ReadDirectory(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var list []*claim.Claim
	err = fs.WalkDir(testdata.Files, "encounters", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.Contains(name, "/held/") || !strings.HasSuffix(name, ".json") {
			return err
		}
		f, err := testdata.Files.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		r := intake.NewReader(f, intake.Options{})
		for {
			it, err := r.Next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if c := it.Claim(directory); c != nil && c.Subscriber != nil && c.Subscriber.Coverage.Sequence == "P" && c.Frequency == "1" && c.Predetermination == "" {
				list = append(list, c)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// insure gives a claim a second payer, of the patient's own or of another's,
// unless it names one.
func insure(c *claim.Claim, own bool) {
	if correct.Next(c) != nil {
		return
	}
	o := claim.OtherCoverage{Coverage: claim.Coverage{Sequence: "S", Relationship: "18", ClaimFiling: "CI", GroupNumber: "G77"}}
	o.Subscriber = claim.Party{Role: claim.RoleSubscriber, Name: c.PatientPerson().Name, ID: party.Identifier{Qualifier: party.QualifierMember, Value: "SUMM00012345"}}
	if !own {
		o.Coverage.Relationship = "01"
		o.Subscriber.Name = party.PersonName("ASHWORTH", "OLIVE")
	}
	o.Insurance = claim.OtherInsurance{BenefitsAssignment: "Y", ReleaseOfInformation: "Y"}
	o.Payer.Party = claim.Party{Role: claim.RolePayer, Name: party.OrganizationName("SUMMIT PPO"), ID: party.Identifier{Qualifier: party.QualifierPayer, Value: "SUMM2"}}
	c.OtherCoverages = append(c.OtherCoverages, o)
}

// send builds an interchange, and says what is wrong with it by our own checks.
func send(t *testing.T, p *partners.Profile, number int64, claims ...*claim.Claim) []byte {
	t.Helper()
	built, err := route.Build(p, claims, route.Numbers{Interchange: number, Group: number}, time.Date(2026, 11, 24, 6, 15, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	_, err = edi.Process(bytes.NewReader(built.Bytes), edi.Options{}, edi.Sink{Report: func(d diag.Diagnostic) {
		if d.Code.Severity() == diag.Error {
			t.Errorf("%s: %v: %s (got %q, segment %d)", claims[0].ID, d.Code, d.Message(), d.Got, d.Segment)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return built.Bytes
}

// answer gives what the payer decides.
func answer(t *testing.T, payer *simulate.Payer, file []byte) (list []*remit.ClaimPayment) {
	t.Helper()
	answers, err := payer.Answers(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		if !strings.HasSuffix(a.Name, ".835") {
			continue
		}
		var g remit.Gate
		if _, err := edi.Process(bytes.NewReader(a.Bytes), edi.Options{}, edi.Sink{
			Report:       func(diag.Diagnostic) {},
			BeginSet:     func(*edi.Set) { g.Next() },
			ClaimPayment: func(c *remit.ClaimPayment) { g.ClaimPayment(c); list = append(list, c.Clone()) },
			Remittance: func(r *remit.Remittance) {
				if g.Remittance(r); !g.Holds() {
					t.Errorf("the payer's advice does not balance: %v", g.Faults)
				}
			},
		}); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// bare holds the equations of a claim after another payer against its bare text:
// CLM02 is AMT*D and every CAS of the prior payer, and a line that it decided of
// is SVD02 and its CAS.
func bare(t *testing.T, file []byte, payerID string) (claims, lines int) {
	t.Helper()
	n := func(f []string, i int) *big.Rat {
		r := new(big.Rat)
		if i < len(f) && f[i] != "" {
			if _, ok := r.SetString(f[i]); !ok {
				t.Fatalf("%v", f)
			}
		}
		return r
	}
	var charge, prior, line, lineSum *big.Rat
	in2320, ours := false, false
	cas := func(f []string) *big.Rat {
		sum := new(big.Rat)
		for k := 3; k < len(f); k += 3 {
			sum.Add(sum, n(f, k))
		}
		return sum
	}
	var pending *big.Rat // of the 2320 whose payer is not known yet
	endLine := func() {
		if line != nil && lineSum != nil {
			lines++
			if line.Cmp(lineSum) != 0 {
				t.Errorf("a line of %s has %s", line.FloatString(2), lineSum.FloatString(2))
			}
		}
		line, lineSum = nil, nil
	}
	endClaim := func() {
		endLine()
		if charge != nil && prior != nil {
			claims++
			if charge.Cmp(prior) != 0 {
				t.Errorf("a claim of %s has %s", charge.FloatString(2), prior.FloatString(2))
			}
		}
		charge, prior = nil, nil
	}
	for _, s := range strings.Split(string(file), "~") {
		f := strings.Split(strings.TrimSpace(s), "*")
		switch f[0] {
		case "CLM":
			endClaim()
			charge, in2320, ours = n(f, 2), false, false
		case "HL":
			endClaim()
		case "SBR":
			if charge != nil {
				in2320, pending = true, new(big.Rat)
			}
		case "AMT":
			if in2320 && f[1] == "D" {
				pending.Add(pending, n(f, 2))
			}
		case "NM1":
			if in2320 && f[1] == "PR" && f[9] == payerID {
				prior = pending
			}
		case "LX":
			endLine()
			in2320, ours = false, false
		case "SV1":
			line = n(f, 2)
		case "SV2":
			line = n(f, 3)
		case "SV3":
			line = n(f, 2)
		case "SVD":
			if ours = f[1] == payerID; ours {
				if lineSum == nil {
					lineSum = new(big.Rat)
				}
				lineSum.Add(lineSum, n(f, 2))
			}
		case "CAS":
			switch sum := cas(f); {
			case in2320:
				pending.Add(pending, sum)
			case ours && lineSum != nil:
				lineSum.Add(lineSum, sum)
				if prior != nil {
					prior.Add(prior, sum)
				}
			}
		case "SE":
			endClaim()
		}
	}
	return claims, lines
}

// Every shipped claim to a first payer, with a second payer: sent, decided,
// sent to the second, decided by it; good and balanced at each step by our own
// checks and by bare arithmetic.
func TestToTheNextPayer(t *testing.T) {
	p, err := partners.Parse("p.yaml", []byte(profile))
	if err != nil {
		t.Fatal(err)
	}
	payer := newPayer(t)
	refusals := map[string]int{}
	var first, second, lines int
	for i, c := range shipped(t) {
		insure(c, i%3 != 0)
		file := send(t, p, int64(2*i+1), c)
		for _, d := range answer(t, payer, file) {
			first++
			prior := c.Payer.ID.Value
			before := c.AppendJSON(nil)
			n, err := correct.Secondary(c, []*remit.ClaimPayment{d}, "20261124")
			if !bytes.Equal(before, c.AppendJSON(nil)) {
				t.Errorf("%s: the first claim was changed", c.ID)
			}
			if err != nil {
				refusals[err.Error()]++
				continue
			}
			if n.Payer.ID.Value == prior || n.Subscriber.Coverage.Sequence != "S" || len(n.OtherCoverages) == 0 || n.OtherCoverages[0].Payer.Reference(claim.ReferencePayerClaimID) != d.PayerClaimID {
				t.Errorf("%s: %s %+v", c.ID, n.Subscriber.Coverage.Sequence, n.OtherCoverages)
			}
			out := send(t, p, int64(2*i+2), n)
			claims, k := bare(t, out, prior)
			if claims != 1 {
				t.Errorf("%s: bare arithmetic finds %d claims", c.ID, claims)
			}
			lines += k
			for _, d := range answer(t, payer, out) {
				second++
				if d.Status != "2" && d.Status != "22" {
					t.Errorf("%s: decided as %s", c.ID, d.Status)
				}
			}
		}
	}
	if !t.Failed() && (first < 100 || second < 80 || lines < 100 || len(refusals) > 3) {
		t.Errorf("%d first decisions, %d second, %d lines, refused %v", first, second, lines, refusals)
	}
	t.Logf("%d first decisions, %d second, %d lines balanced, refused %v", first, second, lines, refusals)
}

// small is a claim of two lines with a second payer, and its decision.
func small() (*claim.Claim, *remit.ClaimPayment) {
	c := &claim.Claim{Kind: claim.Professional, ID: "A", Charge: money.Of(15000), PlaceOfService: "11", Frequency: "1", Payer: &claim.Party{Role: claim.RolePayer, ID: party.Identifier{Qualifier: "PI", Value: "P1"}}}
	c.BillingProvider = &claim.BillingProvider{}
	c.Subscriber = &claim.Subscriber{Coverage: claim.Coverage{Sequence: "P", Relationship: "18"}, Person: claim.Person{Party: claim.Party{Role: claim.RoleSubscriber, Name: party.PersonName("ABERNATHY", "MARGARET")}}}
	c.References = []claim.Reference{{Kind: claim.ReferencePriorAuthorization, Value: "AUTH1"}}
	for i, charge := range []money.Amount{10000, 5000} {
		l := claim.Line{Procedure: claim.Procedure{Qualifier: "HC", Code: fmt.Sprint("9921", i+1)}, Charge: money.Of(charge), Unit: "UN", Units: "1"}
		c.Lines = append(c.Lines, l)
	}
	insure(c, true)
	d := &remit.ClaimPayment{ID: "A", Status: "1", Charge: money.Of(15000), Paid: money.Of(9000), PayerClaimID: "ICN1", Remittance: &remit.Remittance{Date: "20261021"}}
	for i, v := range [][2]money.Amount{{10000, 6000}, {5000, 3000}} {
		d.Lines = append(d.Lines, remit.ServicePayment{Procedure: remit.Procedure{Qualifier: "HC", Code: fmt.Sprint("9921", i+1)}, Charge: money.Of(v[0]), Paid: money.Of(v[1]),
			Adjustments: []adjust.Adjustment{{Group: "CO", Reason: "45", Amount: money.Of(v[0] - v[1] - 500)}, {Group: "PR", Reason: "2", Amount: money.Of(500)}}})
	}
	return c, d
}

// What stands in the way of a claim to the next payer is said.
func TestSecondaryRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		change    func(c *claim.Claim, d *remit.ClaimPayment)
	}{
		{"nothing", "", func(*claim.Claim, *remit.ClaimPayment) {}},
		{"forwarded as primary", "has forwarded it (claim status 19)", func(_ *claim.Claim, d *remit.ClaimPayment) { d.Status = "19" }},
		{"forwarded as secondary", "has forwarded it (claim status 20)", func(_ *claim.Claim, d *remit.ClaimPayment) { d.Status = "20" }},
		{"forwarded as tertiary", "has forwarded it (claim status 21)", func(_ *claim.Claim, d *remit.ClaimPayment) { d.Status = "21" }},
		{"not its claim, forwarded", "has forwarded it (claim status 23)", func(_ *claim.Claim, d *remit.ClaimPayment) { d.Status = "23" }},
		{"crossed over", "has forwarded it to OTHER PLAN", func(_ *claim.Claim, d *remit.ClaimPayment) {
			d.Names = []remit.Name{{Role: "TT", Last: "OTHER PLAN"}}
		}},
		{"taken back", "taken its decision back", func(_ *claim.Claim, d *remit.ClaimPayment) { d.Status = "22" }},
		{"predetermined", "predetermination", func(_ *claim.Claim, d *remit.ClaimPayment) { d.Status = "25" }},
		{"not balanced", "does not balance", func(_ *claim.Claim, d *remit.ClaimPayment) { d.Paid.Amount++ }},
		{"nobody is next", "names no further coverage", func(c *claim.Claim, _ *remit.ClaimPayment) { c.OtherCoverages = nil }},
		{"the next is not known well", "the member number at the next payer is not known", func(c *claim.Claim, _ *remit.ClaimPayment) { c.OtherCoverages[0].Subscriber.ID = party.Identifier{} }},
		{"the next is Medicare", "why Medicare is not first", func(c *claim.Claim, _ *remit.ClaimPayment) { c.OtherCoverages[0].Coverage.ClaimFiling = "MB" }},
		{"a line is strange", "line 2 of the payer's decision (J9999) is none of the claim's", func(_ *claim.Claim, d *remit.ClaimPayment) { d.Lines[1].Procedure.Code = "J9999" }},
		{"a line does not add up", "line 1 was charged 90.00", func(c *claim.Claim, d *remit.ClaimPayment) {
			c.Lines[0].Charge.Amount, c.Lines[1].Charge.Amount = 9000, 6000
			d.Lines[0].References = []remit.Reference{{Kind: "6R", Value: "1"}}
			d.Lines[1].References = []remit.Reference{{Kind: "6R", Value: "2"}}
		}},
		{"the claim does not add up", "the claim was charged 160.00", func(c *claim.Claim, _ *remit.ClaimPayment) { c.Charge.Amount = 16000 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl, d := small()
			c.change(cl, d)
			n, err := correct.Secondary(cl, []*remit.ClaimPayment{d}, "20261124")
			if c.why == "" {
				if err != nil {
					t.Fatal(err)
				}
				o := n.OtherCoverages[0]
				if o.Payer.Reference(claim.ReferencePriorAuthorization) != "AUTH1" || n.Reference(claim.ReferencePriorAuthorization) != "" || o.Amount(claim.AmountRemainingLiability).Amount != 1000 {
					t.Errorf("%+v", o)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v; want %s", err, c.why)
			}
		})
	}
	c, d := small()
	if _, err := correct.Secondary(c, nil, "20261124"); err == nil {
		t.Error("built on nothing")
	}
	// A split claim: two decisions, one claim to the next.
	a, b := *d, *d
	a.Lines, b.Lines = d.Lines[:1], d.Lines[1:]
	a.Charge, a.Paid, b.Charge, b.Paid = money.Of(10000), money.Of(6000), money.Of(5000), money.Of(3000)
	n, err := correct.Secondary(c, []*remit.ClaimPayment{&a, &b}, "20261124")
	if err != nil || n.OtherCoverages[0].Amount(claim.AmountPayerPaid).Amount != 9000 || len(n.Lines[1].Adjudications) != 1 {
		t.Errorf("%v", err)
	}
}
