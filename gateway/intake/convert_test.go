package intake

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/claim"
	"claimwire/edi/diag"
	"claimwire/edi/guide"
	"claimwire/edi/party"
	"claimwire/edi/x12"
	"claimwire/gateway"
)

// written is a claim as an interchange, a segment a line.
func written(t *testing.T, c *claim.Claim) string {
	t.Helper()
	w := x12.NewWriter(nil, x12.DefaultDelimiters, x12.WriterOptions{LineBreaks: true})
	w.BeginInterchange(x12.Interchange{SenderQualifier: "ZZ", Sender: "S", ReceiverQualifier: "ZZ", Receiver: "R", Date: "261124", Time: "1200", Version: "00501", Control: "1", Usage: "T"})
	w.BeginGroup(x12.Group{FunctionalID: "HC", Sender: "S", Receiver: "R", Date: "20261124", Time: "1200", Control: "1", Version: "005010X222A1"})
	w.BeginSet("837", "0001", "005010X222A1")
	s := &claim.Submission{Purpose: claim.PurposeOriginal, ID: "1", Date: "20261124", Time: "1200", Use: claim.UseChargeable,
		Submitter: claim.Party{Name: party.OrganizationName("S"), ID: party.Identify(party.QualifierETIN, "S")},
		Receiver:  claim.Party{Name: party.OrganizationName("R"), ID: party.Identify(party.QualifierETIN, "R")}}
	if err := claim.NewBatch(w).Write(s, []*claim.Claim{c}); err != nil {
		t.Fatal(err)
	}
	w.EndSet()
	w.EndGroup()
	w.EndInterchange()
	return string(w.Buffer())
}

func sampleItem(t *testing.T, name string) *Item {
	t.Helper()
	b, err := os.ReadFile(samples + "/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return readAll(t, b)[0]
}

// What the office wrote stands in the segments where the guide has it.
func TestClaimsOfSamples(t *testing.T) {
	for sample, want := range map[string][]string{
		"oncology-chemotherapy-breast-02": {"CLM*CHO-88131*1729***11:B:1*Y*A*Y*Y~", "REF*G1*CM77120934~", "HI*ABK:Z5111*ABF:C50411*ABF:Z170~",
			"PER*IC**TE*2085550147*FX*2085550148~", "SV1*HC:J9267*340*UN*280***2~", "LIN**N4*61703342150~", "CTP****46.7*ML~", "REF*6R*7~"},
		"tertiary-after-two-payers-05": {"SBR*T*18*******MC~", "SBR*P*18*******MB~", "AMT*D*31.2~", "SBR*S*18*******12~", "AMT*EAF*2~", "REF*F8*1126272009917~",
			"SVD*MCPB5*31.2*HC:92557**1~", "CAS*CO*45*69~", "DTP*573*D8*20260929~", "SVD*SUMP4*5.8*HC:92557**1~", "CAS*OA*23*100.2~"},
		"secondary-commercial-claim-level-01": {"SBR*S**70021******CI~", "CAS*CO*45*100~", "CAS*PR*2*30.4~", "AMT*D*121.6~", "OI***Y***Y~", "DTP*573*D8*20260921~", "PAT*01~"},
		"ambulance-emergency-fall-01": {"PAT*******01*128~", "CLM*TCA-26-3301*905.2***41:B:1*Y*A*Y*Y*P*OA~", "DTP*439*D8*20260907~", "CR1*LB*128**A*DH*12~", "CRC*07*Y*04*06~",
			"NM1*PW*2~", "N3*2108 FERRY SLIP ROAD~", "NM1*45*2*SAINT BRANNOC HOSPITAL~", "SV1*HC:A0425:RH*163.2*UN*12***1:2~"},
		"dme-oxygen-concentrator-02": {"SV5*HC:E1390*DA*30*186*1860*4~", "PWK*CT*AD~", "CR3*I*MO*99~", "CRC*09*Y*38~", "DTP*463*D8*20260905~", "NM1*DK*1*KESTREL*AVA****XX*2238506275~",
			"PER*IC*CLINIC DESK*TE*5095550118~", "LQ*UT*484.03~", "FRM*1A**54~", "FRM*1C***20260901~", "FRM*04*Y~"},
		"anesthesia-knee-replacement-02": {"HI*BP:27447~", "DTP*435*D8*20260921~", "DTP*096*D8*20260923~", "SV1*HC:01402:QX:P3*880*MJ*128***1~", "NM1*82*1*VESPER*KIT****XX*2219138460~",
			"NM1*77*2*SAINT OLWEN REGIONAL HOSPITAL*****XX*2301178465~"},
		"orthopedics-shoulder-work-injury-04": {"NM1*IL*2*HARLAN RIDGE TIMBER COMPANY*****MI*900553871~", "PAT*20~", "REF*Y4*PC-2609-55127~", "PER*IC*RAY CUTHBERTSON*TE*5415550198~",
			"CLM*JOS-14502*471***11:B:1*Y*A*Y*Y**EM~", "DTP*297*D8*20260928~", "DTP*444*D8*20260930~", "DTP*360*D8*20260929~", "PWK*PY*FX***AC*JOS14502A~"},
		"pediatrics-vaccines-program-02":           {"CRC*ZZ*N*NU~", "SV1*HC:99392:25*196*UN*1***1****Y~", "SV1*HC:90696:SL*0*UN*1***2~"},
		"gynecology-iud-04":                        {"SV1*HC:58300*198*UN*1***1*****Y~"},
		"ophthalmology-glasses-after-surgery-05":   {"DTP*471*D8*20261102~", "CRC*E1*Y*L5~", "CRC*E3*Y*L5~", "NM1*DK*1*VANE*GIDEON****XX*2227496504~"},
		"chiropractic-medicare-01":                 {"NM1*85*1*OKONEDO*MARCUS*T***XX*2148350673~", "REF*SY*900412286~", "DTP*454*D8*20260901~", "DTP*455*D8*20260828~", "CR2********A**LOW BACK PAIN AFTER LIFTING~"},
		"family-medicine-corrected-08":             {"CLM*LFM-260908-08C*410***11:B:7*Y*A*Y*Y~", "REF*F8*BHP2026091800441~", "NTE*ADD*CORRECTED. MODIFIER 25 ADDED TO VISIT~", "LIN**N4*60219204301~"},
		"family-medicine-void-09":                  {"CLM*LFM-260916-09V*142***11:B:8*Y*A*Y*Y~", "REF*F8*CM26092200173~"},
		"family-medicine-wellness-medicare-05":     {"SBR*P*18*******MB~"},
		"family-medicine-medicaid-spanish-name-10": {"NM1*IL*1*MUNOZ PENA*JOSE MARIA****MI*204417730WA~"},
		"secondary-medicare-working-aged-03":       {"SBR*S*18***12****MB~", "SBR*P*01*70550******CI~"},
		"office-pay-to-post-box-05":                {"NM1*87*2~", "N3*PO BOX 4410~", "REF*EA*HDE0044718~", "REF*9F*REF5590012~"},
		"late-oncology-eligibility-04":             {"CLM*CHO-88099*278***11:B:1*Y*A*Y*Y***********8~"},
		"radiology-head-ct-auto-05":                {"CLM*CWI-501266*168***23:B:1*Y*A*Y*Y**AA:::WA~", "REF*Y4*RWM-26-880147~"},
		"laboratory-pathology-referred-03":         {"REF*X4*38D0997214~", "REF*F4*50D0711836~"},
		"oncology-iron-infusion-04":                {"MEA*TR*R1*8.9~", "DTP*738*D8*20261012~"},
		"dme-replacement-cane-06":                  {"CRC*09*Y*ZV~", "NTE*ADD*LOST IN FLOOD OF 10/28/2026 REPLACED~"},
		"dme-wheelchair-rental-04":                 {"DTP*472*RD8*20261003-20261102~"},
		"immunization-travel-02":                   {"REF*BT*HA44107~", "CLM*HVP-2026-131*306***01:B:1*Y*A*Y*Y~"},
		"oncology-second-opinion-06":               {"CLM*CHO-88230*388***11:B:1*Y*A*Y*Y***09~", "PWK*P4*BM***AC*CHO88230-P1~"},
		"radiology-mammogram-02":                   {"REF*EW*230774~"},
		"family-medicine-sinusitis-01":             {"AMT*F5*25~", "NM1*IL*1*ABERNATHY*COLIN*R***MI*CMH4471830~"},
		"ophthalmology-cataract-comanaged-02":      {"DTP*090*D8*20260922~", "NM1*DN*1*VANE*GIDEON****XX*2227496504~"},
	} {
		it := sampleItem(t, sample)
		text := written(t, it.Claim(nil))
		for _, s := range want {
			if !strings.Contains(text, "\n"+s+"\n") {
				t.Errorf("%s: no %s in\n%s", sample, s, text)
			}
		}
	}
}

// A medicare number is printed with hyphens and sent without.
func TestMedicareNumber(t *testing.T) {
	it := sampleItem(t, "family-medicine-wellness-medicare-05")
	if c := it.Claim(nil); len(it.Encounter.Insurance.MemberID) != 13 || len(c.Subscriber.ID.Value) != 11 {
		t.Errorf("%s became %s", it.Encounter.Insurance.MemberID, c.Subscriber.ID.Value)
	}
}

// directory of two payers.
type directory struct{}

func (directory) Payer(id, name string) (gateway.Payer, bool) {
	for _, p := range []gateway.Payer{{ID: "P1", Name: "Cascade Mutual Health", ClaimFiling: "HM"}, {ID: "P2", Name: "Second Payer", ClaimFiling: "CI"}} {
		if p.ID == id || id == "" && strings.EqualFold(p.Name, name) || id == "OLD"+p.ID {
			return p, true
		}
	}
	return gateway.Payer{}, false
}

// The directory's number and kind stand for what the office calls the payer;
// prior payments may call it either way.
func TestPayersOfTheDirectory(t *testing.T) {
	it := sampleItem(t, "secondary-medicaid-after-commercial-02")
	e := it.Encounter
	e.Insurance.Payer, e.Insurance.Kind = &Payer{Name: "cascade mutual health"}, ""
	e.OtherInsurance[0].Payer = &Payer{ID: "OLDP2"}
	for i := range e.Lines {
		e.Lines[i].PriorPayments[0].PayerID = "OLDP2"
	}
	c, findings := ToClaim(e, directory{})
	if len(findings) > 0 {
		t.Fatalf("%v", fieldsOf(findings))
	}
	if c.Payer.ID.Value != "P1" || c.Payer.Name.Last != "CASCADE MUTUAL HEALTH" || c.Subscriber.Coverage.ClaimFiling != "HM" {
		t.Errorf("payer %+v, filing %s", c.Payer, c.Subscriber.Coverage.ClaimFiling)
	}
	if got := c.Lines[0].Adjudications[0].PayerID; got != "P2" || c.OtherCoverages[0].Payer.ID.Value != "P2" {
		t.Errorf("line of payer %s, coverage of %s", got, c.OtherCoverages[0].Payer.ID.Value)
	}
	// Without a directory what the office wrote stays, and the kind is missing.
	c, findings = ToClaim(e, nil)
	if c.Payer.ID.Value != "" || len(findings) != 1 || findings[0].Field != "insurance.kind" {
		t.Errorf("payer %+v, %v", c.Payer.ID, fieldsOf(findings))
	}
}

// Two payments of a claim come to the claim's where the office did not add
// them up.
func TestPaymentsOfLinesAreSummed(t *testing.T) {
	e := sampleItem(t, "cardiology-medicare-then-supplement-07").Encounter
	e.OtherInsurance[0].Paid = ""
	c, findings := ToClaim(e, nil)
	if got := c.OtherCoverages[0].Amount(claim.AmountPayerPaid).String(); got != "114.57" || len(findings) > 0 {
		t.Errorf("paid %s, %v", got, fieldsOf(findings))
	}
}

// A provider who bills alone is not named twice.
func TestRenderingProviderWhoBills(t *testing.T) {
	e := sampleItem(t, "family-medicine-sinusitis-01").Encounter
	e.RenderingProvider = &Provider{LastName: "Hale", FirstName: "Miriam", NPI: e.BillingProvider.NPI}
	if c, _ := ToClaim(e, nil); c.Provider(claim.RoleRendering) != nil {
		t.Error("the billing provider is sent as rendering provider as well")
	}
}

// Lines: defaults, and what the line says itself.
func TestLines(t *testing.T) {
	e := sampleItem(t, "family-medicine-annual-exam-02").Encounter
	e.Lines = []Line{
		{Procedure: "99213", Charge: "10", DiagnosisPointers: []string{"c", "1"}, PlaceOfService: "12", From: "10/5/2026", To: "2026-10-07", ControlNumber: "x-1"},
		{Procedure: "99213", Charge: "2.5", DiagnosisPointers: []string{"2"}, Units: "1.5", PlaceOfService: "11"},
	}
	c, findings := ToClaim(e, nil)
	if len(findings) > 0 {
		t.Fatal(fieldsOf(findings))
	}
	a, b := &c.Lines[0], &c.Lines[1]
	if a.DiagnosisPointers != [4]string{"3", "1"} || a.PlaceOfService != "12" || b.PlaceOfService != "" || a.Units != "1" || b.Units != "1.5" {
		t.Errorf("%+v\n%+v", a, b)
	}
	if a.Service().From() != "20261005" || a.Service().To() != "20261007" || b.Service().Text != "20260921" {
		t.Errorf("dates %v and %v", a.Service(), b.Service())
	}
	if a.Reference(claim.ReferenceLineControlNumber) != "x-1" || b.Reference(claim.ReferenceLineControlNumber) != "2" || c.Charge.String() != "12.50" {
		t.Errorf("numbers %v %v, charge %v", a.References, b.References, c.Charge)
	}
}

func TestDrugCode(t *testing.T) {
	for s, want := range map[string]string{
		"60219-2043-01": "60219204301", "60219-2043-1": "60219204301", "0219-2043-01": "00219204301", "60219-043-01": "60219004301",
		"60219204301": "60219204301", "6021920431": "6021920431", "1-2-3": "123",
	} {
		if got := drugCode(s); got != want {
			t.Errorf("%s: got %s, want %s", s, got, want)
		}
	}
}

func TestReadDay(t *testing.T) {
	for s, want := range map[string]string{
		"2026-10-15": "20261015", "20261015": "20261015", "10/15/2026": "20261015", "1/5/2026": "20260105", "02/29/2028": "20280229",
		"02/29/2027": "", "2026-13-01": "", "15/10/2026": "", "10/15/26": "", "2026-1-5": "", "Oct 15 2026": "", "": "", "1/5/20266": "", "////": "", "0026-10-15": "",
	} {
		if got := readDay(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}

func TestReadDiagnosis(t *testing.T) {
	for s, want := range map[string]bool{
		"J01.90": true, "j0190": true, "I10": true, "S61.411A": true, "Z3A.39": true, "C4A.0": true, "U07.1": true, "M1A.00X0": true,
		"J1": false, "01.90": false, "JJ1.9": false, "J019.0": false, "J01.": false, "J01.90.1": false, "S61.411AA": false, "": false,
	} {
		if _, ok := readDiagnosis(s); ok != want {
			t.Errorf("%q: got %v", s, ok)
		}
	}
}

func TestFold(t *testing.T) {
	for s, want := range map[string]string{
		"José María": "JOSE MARIA", "  two   blanks\tand\nlines ": "TWO BLANKS AND LINES", "O’Neil – Straße": "O'NEIL - STRASSE",
		"Łukasz Ørsted": "LUKASZ ORSTED", "PLAIN": "PLAIN", "": "", "½ mg": "1/2 MG", "a^b": "A'B", "10:30*x~": "10.30 X-",
	} {
		if got, ok := fold(s); got != want || !ok {
			t.Errorf("%q: got %q %v", s, got, ok)
		}
	}
	if got, ok := fold("Юлия A"); got != "A" || ok {
		t.Errorf("got %q %v", got, ok)
	}
}

// A word is read however it is written; each code has a word that is written.
func TestVocabulary(t *testing.T) {
	for word, want := range map[string]string{"Self": "18", "life partner": "53", "LIFE-PARTNER": "53", "life_partner": "53", "wife": "", "": ""} {
		if got := relationshipWords.code(word); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
	var visit func(n *node)
	seen := 0
	visit = func(n *node) {
		if n.form.kind == word {
			seen++
			for _, w := range n.form.words.words {
				code := n.form.words.code(w)
				if code == "" || n.form.words.code(n.form.words.word(code)) != code {
					t.Errorf("%s: %s is %q", n.name, w, code)
				}
			}
		}
		for _, m := range n.members {
			visit(m)
		}
	}
	visit(description())
	if seen < 30 {
		t.Errorf("%d fields with words", seen)
	}
	if got := insuranceWords.offer("medicair"); !strings.Contains(got, "medicare") {
		t.Error(got)
	}
}

// known says whether a path leads to a field.
func known(path string) bool {
	n := description()
	for step := range strings.SplitSeq(path, ".") {
		name, _, _ := strings.Cut(step, "[")
		if n = n.member(name); n == nil {
			return false
		}
	}
	return true
}

// Wherever in a claim a finding stands, the field that it is placed in exists;
// and what an office fills in has a field.
func TestLocate(t *testing.T) {
	unplaced := map[string]bool{}
	placed := 0
	for name := range sampleFiles(t) {
		it := sampleItem(t, strings.TrimSuffix(name, ".json"))
		text := written(t, it.Claim(nil))
		type at struct {
			d diag.Diagnostic
		}
		var all []at
		var sent *claim.Claim
		_, err := edi.Process(bytes.NewReader([]byte(text)), edi.Options{}, edi.Sink{
			Claim: func(c *claim.Claim, _ *edi.Verdict) { sent = c.Clone() },
			Segment: func(_ *edi.Set, n int, mt guide.Match, seg *x12.Segment) {
				if mt.Node == nil {
					return
				}
				for e := 0; e <= seg.Len(); e++ {
					parts := 1
					if e > 0 {
						parts += strings.Count(string(seg.Element(e)), ":")
					}
					for c := 0; c <= parts && (c == 0 || parts > 1); c++ {
						all = append(all, at{diag.Diagnostic{Pos: diag.Pos{Segment: n, SegmentID: seg.ID().String(), Loop: mt.Node.Loop, Element: e, Component: c}}})
					}
				}
			},
		})
		if err != nil || sent == nil {
			t.Fatal(name, err)
		}
		locate := Locate(it.Encounter)
		for _, a := range all {
			field := locate(sent, a.d)
			switch {
			case field == "":
				unplaced[a.d.Loop+" "+a.d.Designator()] = true
			case !known(field):
				t.Errorf("%s: %s %s is placed in %s, which is no field", name, a.d.Loop, a.d.Designator(), field)
			default:
				placed++
			}
		}
	}
	// The envelope, hierarchy and header, and what the standard says twice.
	for where := range unplaced {
		loop, designator, _ := strings.Cut(where, " ")
		segment := strings.TrimRight(designator, "0123456789-")
		if strings.HasPrefix(loop, "1000") || loop == "ST_LOOP" || slices.Contains([]string{"HL", "CLM", "HI", "PAT"}, segment) {
			continue
		}
		t.Errorf("%s has no field", where)
	}
	if placed < 10_000 {
		t.Errorf("%d places", placed)
	}
}

// Findings of the samples of held/ are placed where the mistake is: see the
// tests of package gateway. Here: fields that stood in for a line's.
func TestLocateStandIns(t *testing.T) {
	it := sampleItem(t, "family-medicine-sinusitis-01")
	for in, want := range map[string]string{"lines[0].from": "service_date", "lines[0].charge": "lines[0].charge", "lines[9].from": "lines[9].from", "id": "id"} {
		if got := it.Encounter.stated(in); got != want {
			t.Errorf("%s: got %s", in, got)
		}
	}
}

// A professional claim has room for fifty lines.
func TestTooManyLines(t *testing.T) {
	e := sampleItem(t, "family-medicine-sinusitis-01").Encounter
	for len(e.Lines) < 50 {
		e.Lines = append(e.Lines, e.Lines[0])
	}
	if _, findings := ToClaim(e, nil); len(findings) > 0 {
		t.Errorf("50 lines: %v", fieldsOf(findings))
	}
	e.Lines = append(e.Lines, e.Lines[0])
	if _, findings := ToClaim(e, nil); len(findings) != 1 || findings[0].Code != codeTooManyLines || findings[0].Field != "lines" {
		t.Errorf("51 lines: %v", fieldsOf(findings))
	}
}
