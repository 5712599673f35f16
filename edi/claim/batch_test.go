package claim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"claimwire/edi/adjust"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/money"
	"claimwire/edi/party"
	"claimwire/edi/x12"
)

// visit is a claim as intake makes it: nothing of it was read from X12.
func visit(billing, subscriber, patient, id string) *Claim {
	c := &Claim{
		Kind: Professional, ID: id, Charge: money.Of(8550), PlaceOfService: "11", Frequency: "1",
		ProviderSignature: "Y", Assignment: "A", BenefitsAssignment: "Y", ReleaseOfInformation: "Y",
		Submission: &Submission{Purpose: PurposeOriginal, ID: "B1", Date: "20261016", Time: "0800", Use: UseChargeable,
			Submitter: Party{Name: party.OrganizationName("LAKESIDE BILLING"), ID: party.Identify(party.QualifierETIN, "TGJ23"),
				Contacts: []Contact{{Contact: party.Contact{Name: "PAT DOE", Numbers: [3]party.Number{{Kind: party.Telephone, Value: "5125550133"}}}}}},
			Receiver: Party{Name: party.OrganizationName("CENTRAL HEALTH PLAN"), ID: party.Identify(party.QualifierETIN, "66783")}},
		BillingProvider: &BillingProvider{Party: Party{
			Name: party.OrganizationName(billing), ID: party.NPI("2987654326").Identifier(), Specialty: Specialty{Taxonomy: "207Q00000X"},
			Address:    party.Address{Line1: "234 SEAWAY ST", City: "AUSTIN", State: "TX", PostalCode: "787010001"},
			References: []Reference{{Kind: ReferenceEmployerID, Value: "741234567"}}},
			PayToAddress: &Party{Name: party.Name{Entity: party.Organization}, Address: party.Address{Line1: "BOX 9", City: "AUSTIN", State: "TX", PostalCode: "78702"}}},
		Subscriber: &Subscriber{
			Coverage: Coverage{Sequence: "P", ClaimFiling: "CI"},
			Person: Person{Party: Party{Name: party.PersonName(subscriber, "JANE"), ID: party.Identify(party.QualifierMember, "MBR"+subscriber)},
				Demographics: Demographics{BirthDate: "19780101", Gender: "F"}}},
		Payer:       &Party{Name: party.OrganizationName("CENTRAL HEALTH PLAN"), ID: party.Identify(party.QualifierPayer, "88221")},
		Dates:       []Date{On(DateOnset, "20261001")},
		Diagnoses:   []Diagnosis{{Kind: DiagnosisPrincipal, Code: "J0190"}, {Kind: DiagnosisOther, Code: "E119"}},
		Conditions:  []IndustryCode{{Code: "44"}},
		References:  []Reference{{Kind: ReferencePriorAuthorization, Value: "PA1"}},
		Attachments: []Attachment{{ReportType: "OZ", Transmission: "EL", ControlNumber: "ACN1"}},
		Providers:   []Party{{Role: RoleRendering, Name: party.PersonName("KILDARE", "BEN"), ID: party.NPI("2345678900").Identifier(), Specialty: Specialty{Taxonomy: "207Q00000X"}}},
		OtherCoverages: []OtherCoverage{{
			Coverage:    Coverage{Sequence: "S", Relationship: "18", ClaimFiling: "CI"},
			Adjustments: []adjust.Adjustment{{Group: "CO", Reason: "45", Amount: money.Of(1000)}, {Group: "CO", Reason: "97", Amount: money.Of(50)}, {Group: "PR", Reason: "1", Amount: money.Of(2500)}},
			Amounts:     []StatedAmount{{Kind: AmountPayerPaid, Amount: money.Of(5000)}},
			Insurance:   OtherInsurance{BenefitsAssignment: "Y", ReleaseOfInformation: "Y"},
			Subscriber:  Party{Name: party.PersonName(subscriber, "JANE"), ID: party.Identify(party.QualifierMember, "X1")},
			Payer: OtherPayer{Party: Party{Name: party.OrganizationName("OTHER PLAN"), ID: party.Identify(party.QualifierPayer, "77"),
				References: []Reference{{Kind: ReferencePayerClaimID, Value: "ICN1"}}}, Dates: []Date{On(DateAdjudicated, "20261010")}},
		}},
		Lines: []Line{
			{Procedure: Procedure{Qualifier: "HC", Code: "99213", Modifiers: [4]string{"25"}}, Charge: money.Of(5050), Unit: "UN", Units: "1",
				DiagnosisPointers: [4]string{"1", "2"}, Dates: []Date{On(DateService, "20261015")},
				Drug: &Drug{Qualifier: "N4", Code: "00000000001", Quantity: "2.5", Unit: "ML"}},
			{Procedure: Procedure{Qualifier: "HC", Code: "A0429"}, Charge: money.Of(3500), Unit: "UN", Units: "1", DiagnosisPointers: [4]string{"1"},
				Dates: []Date{Between(DateService, "20261014", "20261015")}, Ambulance: &AmbulanceTransport{Reason: "A", Miles: "12", PatientWeight: "154"}},
		},
	}
	if patient != "" {
		c.Patient = &Patient{Information: Information{Relationship: "19"}, Person: Person{
			Party:        Party{Name: party.PersonName(subscriber, patient), Address: party.Address{Line1: "1 MAIN ST", City: "AUSTIN", State: "TX", PostalCode: "78701"}},
			Demographics: Demographics{BirthDate: "20120501", Gender: "M"}}}
	} else {
		c.Subscriber.Coverage.Relationship = "18"
	}
	return c
}

// A claim that was made of struct literals is written as the guide has it.
func TestWriteOfLiterals(t *testing.T) {
	got := write(t, []*Claim{visit("LAKESIDE", "ROE", "TIM", "PCN1")})
	compare(t, "literals", strings.Split(strings.TrimSpace(`
BHT*0019*00*B1*20261016*0800*CH
NM1*41*2*LAKESIDE BILLING*****46*TGJ23
PER*IC*PAT DOE*TE*5125550133
NM1*40*2*CENTRAL HEALTH PLAN*****46*66783
HL*1**20*1
PRV*BI*PXC*207Q00000X
NM1*85*2*LAKESIDE*****XX*2987654326
N3*234 SEAWAY ST
N4*AUSTIN*TX*787010001
REF*EI*741234567
NM1*87*2
N3*BOX 9
N4*AUSTIN*TX*78702
HL*2*1*22*1
SBR*P********CI
NM1*IL*1*ROE*JANE****MI*MBRROE
DMG*D8*19780101*F
NM1*PR*2*CENTRAL HEALTH PLAN*****PI*88221
HL*3*2*23*0
PAT*19
NM1*QC*1*ROE*TIM
N3*1 MAIN ST
N4*AUSTIN*TX*78701
DMG*D8*20120501*M
CLM*PCN1*85.5***11:B:1*Y*A*Y*Y
DTP*431*D8*20261001
PWK*OZ*EL***AC*ACN1
REF*G1*PA1
HI*ABK:J0190*ABF:E119
HI*BG:44
NM1*82*1*KILDARE*BEN****XX*2345678900
PRV*PE*PXC*207Q00000X
SBR*S*18*******CI
CAS*CO*45*10**97*.5
CAS*PR*1*25
AMT*D*50
OI***Y***Y
NM1*IL*1*ROE*JANE****MI*X1
NM1*PR*2*OTHER PLAN*****PI*77
DTP*573*D8*20261010
REF*F8*ICN1
LX*1
SV1*HC:99213:25*50.5*UN*1***1:2
DTP*472*D8*20261015
LIN**N4*00000000001
CTP****2.5*ML
LX*2
SV1*HC:A0429*35*UN*1***1
CR1*LB*154**A*DH*12
DTP*472*RD8*20261014-20261015`), "\n"), got)
}

// What intake makes goes through JSON and through X12 without change, and the
// guide has nothing to say against it.
func TestLiteralsComeBack(t *testing.T) {
	c := visit("LAKESIDE", "ROE", "TIM", "PCN1")
	line := c.AppendJSON(nil)
	back, err := ParseJSON(line)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(back.AppendJSON(nil)); got != string(line) {
		t.Errorf("1st %s\n2nd %s", line, got)
	}
	compare(t, "through JSON", write(t, []*Claim{c}), write(t, []*Claim{back}))

	segments := slices.Concat([]string{"ST*837*0001*005010X222A1"}, write(t, []*Claim{c}))
	segments = append(segments, fmt.Sprintf("SE*%d*0001", len(segments)+1))
	findings := 0
	matcher := guide.NewMatcher(guides(t)[0], diag.ReporterFunc(func(d diag.Diagnostic) {
		findings++
		t.Logf("%v %s %s: want %s", d.Code, d.Loop, d.Designator(), d.Want)
	}))
	matcher.Begin(guide.SetPos{}, x12.DefaultDelimiters)
	for i, s := range segments {
		matcher.Segment(x12.ParseSegment([]byte(s), x12.DefaultDelimiters), i+1)
	}
	matcher.End()
	if findings > 0 {
		t.Errorf("%d findings against the written claim", findings)
	}
	var again *Claim
	p := prepare(t, segments)
	p.run(NewMapper(p.g, func(k *Claim) { again = k.Clone() }))
	again.Lines[0].Number, again.Lines[1].Number = "", ""
	compare(t, "through X12", write(t, []*Claim{c}), write(t, []*Claim{again}))
}

// levels gives the HL segments and claims of a set in short.
func levels(t *testing.T, claims []*Claim) string {
	t.Helper()
	var b strings.Builder
	for _, s := range write(t, claims) {
		f := strings.Split(s, "*")
		switch f[0] {
		case "HL":
			fmt.Fprintf(&b, "%s<%s:%s/%s ", f[1], f[2], f[3], f[4])
		case "CLM":
			b.WriteString(f[1] + " ")
		}
	}
	return strings.TrimSpace(b.String())
}

func TestLevels(t *testing.T) {
	a, b, c := visit("L", "ROE", "", "A"), visit("L", "ROE", "TIM", "B"), visit("L", "ROE", "TIM", "C")
	d, e := visit("L", "DOE", "", "D"), visit("M", "DOE", "", "E")
	// A dependant's subscriber says no relationship, so ROE has two levels.
	if got, want := levels(t, []*Claim{a, b, c, d, e}),
		"1<:20/1 2<1:22/0 A 3<1:22/1 4<3:23/0 B C 5<1:22/0 D 6<:20/1 7<6:22/0 E"; got != want {
		t.Errorf("levels:\ngot  %s\nwant %s", got, want)
	}
	// Where the subscriber says the same, own claims and dependants share one.
	a.Subscriber = b.Subscriber
	if got, want := levels(t, []*Claim{a, b, c}), "1<:20/1 2<1:22/1 A 3<2:23/0 B C"; got != want {
		t.Errorf("levels:\ngot  %s\nwant %s", got, want)
	}
	// A subscriber's own claim cannot stand below a patient.
	if got, want := levels(t, []*Claim{b, a}), "1<:20/1 2<1:22/1 3<2:23/0 B 4<1:22/0 A"; got != want {
		t.Errorf("levels:\ngot  %s\nwant %s", got, want)
	}
	list := []*Claim{e, c, d, a, b}
	Arrange(list)
	if got, want := levels(t, list), "1<:20/1 2<1:22/0 E 3<:20/1 4<3:22/1 A 5<4:23/0 C B 6<3:22/0 D"; got != want {
		t.Errorf("arranged:\ngot  %s\nwant %s", got, want)
	}
	again := slices.Clone(list)
	Arrange(again)
	if !slices.Equal(list, again) {
		t.Error("arranging twice changes the order")
	}
}

func TestIncompleteClaims(t *testing.T) {
	for want, spoil := range map[string]func(*Claim){
		"claim 2 of 2: no billing provider":    func(c *Claim) { c.BillingProvider = nil },
		"claim 2 of 2: no subscriber":          func(c *Claim) { c.Subscriber = nil },
		"claim 2 of 2: no payer":               func(c *Claim) { c.Payer = nil },
		"claim 2 of 2: kinds of claims differ": func(c *Claim) { c.Kind = Dental },
	} {
		good, bad := visit("L", "ROE", "", "A"), visit("L", "ROE", "", "B")
		spoil(bad)
		w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{})
		if err := NewBatch(w).Write(good.Submission, []*Claim{good, bad}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if len(w.Buffer()) > 0 {
			t.Error("something was written of an incomplete batch")
		}
	}
	w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{})
	if err := NewBatch(w).Write(nil, nil); err == nil {
		t.Error("a batch without submission is written")
	}
	incomplete := visit("L", "ROE", "", "A")
	incomplete.Payer = nil
	list := []*Claim{incomplete, visit("L", "ROE", "", "B")}
	if Arrange(list); list[1] != incomplete {
		t.Error("an incomplete claim is not last")
	}
}

// More codes than one segment holds go to a second; those added to a claim
// that was read join theirs.
func TestCodesInSegments(t *testing.T) {
	hi := func(claims ...*Claim) string {
		var list []string
		for _, s := range write(t, claims) {
			if strings.HasPrefix(s, "HI*") {
				list = append(list, s)
			}
		}
		return strings.Join(list, " ")
	}
	c := visit("L", "ROE", "", "A")
	c.Kind, c.Conditions, c.Diagnoses = Institutional, nil, nil
	for i := range 14 {
		c.Conditions = append(c.Conditions, IndustryCode{Code: fmt.Sprint(10 + i)})
	}
	c.Diagnoses = []Diagnosis{{Kind: DiagnosisPrincipal, Code: "A", PresentOnAdmission: "Y"}, {Kind: DiagnosisAdmitting, Code: "B"},
		{Kind: DiagnosisOther, Code: "C"}, {Kind: DiagnosisOther, Code: "D"}}
	c.DRG = IndustryCode{Code: "470"}
	c.Procedures = []SurgicalProcedure{{Kind: ProcedurePrincipal, Code: "P", Period: Period{FormatDate, "20261001"}}, {Kind: ProcedureOther, Code: "Q", Period: Period{FormatDate, "20261002"}}}
	c.OccurrenceSpans = []Occurrence{{Code: "70", Period: Period{FormatRange, "20261001-20261002"}}}
	c.Values = []ValueCode{{Code: "01", Amount: money.Of(50)}}
	want := "HI*ABK:A:::::::Y HI*ABJ:B HI*DR:470 HI*ABF:C*ABF:D HI*BBR:P:D8:20261001 HI*BBQ:Q:D8:20261002 HI*BI:70:RD8:20261001-20261002 HI*BE:01:::.5 " +
		"HI*BG:10*BG:11*BG:12*BG:13*BG:14*BG:15*BG:16*BG:17*BG:18*BG:19*BG:20*BG:21 HI*BG:22*BG:23"
	if got := hi(c); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	var read *Claim
	p := prepare(t, office(1))
	p.run(NewMapper(p.g, func(k *Claim) { read = k.Clone() }))
	read.Diagnoses = append(read.Diagnoses, Diagnosis{Kind: DiagnosisOther, Code: "NEW"})
	read.Conditions = append(read.Conditions, IndustryCode{Code: "44"})
	if got, want := hi(read), "HI*ABK:J0190*ABF:E119*ABF:I10*ABF:NEW HI*BG:44"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
