package status_test

import (
	"strings"
	"testing"

	"claimwire/edi"
	"claimwire/edi/status"
)

// TestRefusedLevels reads refusals at the submitter and at the provider, with
// nothing below them, and wants each to lead to the batch that it falls on.
func TestRefusedLevels(t *testing.T) {
	const head = "ISA*00*          *00*          *ZZ*PAYER01        *ZZ*SUBMITTER01    *261124*1200*^*00501*000000001*0*T*:~" +
		"GS*HN*PAYER01*SUBMITTER01*20261124*1200*1*X*005010X214~ST*277*0001*005010X214~BHT*0085*08*1*20261124*1200*TH~" +
		"HL*1**20*1~NM1*PR*2*LAKESHORE HEALTH PLAN*****PI*LHP01~TRN*1*1~DTP*050*D8*20261124~DTP*009*D8*20261124~"
	submitter := func(code, more string) string {
		return "HL*2*1*21*" + more + "~NM1*41*2*CEDAR BILLING SERVICE*****46*SUBMITTER01~TRN*2*B000123~STC*" + code + "*20261124*" + map[bool]string{true: "U", false: "WQ"}[code[:2] != "A1"] + "*100~QTY*AA*1~AMT*YY*100~"
	}
	provider := func(npi string) string {
		return "HL*3*2*19*0~NM1*85*2*PRAIRIE FAMILY PRACTICE*****XX*" + npi + "~TRN*1*0~STC*A7:562:85**U*100~QTY*QC*1~AMT*YY*100~"
	}
	const tail = "SE*%*0001~GE*1*1~IEA*1*000000001~"
	for _, c := range []struct {
		name, body, kind, id string
	}{
		{"submitter", submitter("A3:24:41", "0"), "21", "SUBMITTER01"},
		{"provider", submitter("A1:19:PR", "1") + provider("2000000010"), "19", "2000000010"},
	} {
		var got []*status.Level
		var records []string
		file := head + c.body + strings.Replace(tail, "%", "0", 1)
		_, err := edi.Process(strings.NewReader(file), edi.Options{}, edi.Sink{StatusLevel: func(l *status.Level) { got = append(got, l) },
			Record: func(r edi.Record) { records = append(records, string(r.AppendJSON(nil))) }})
		if err != nil || len(got) != 1 {
			t.Errorf("%s: %d levels, %v", c.name, len(got), err)
			continue
		}
		if l := got[0]; l.Kind != c.kind || l.Name.Value != c.id || l.Batch() != "B000123" || !status.Rejects(l.Infos) {
			t.Errorf("%s: %+v of batch %q", c.name, l, l.Batch())
		}
		if len(records) != 1 || !strings.Contains(records[0], `"record":"level_status"`) || !strings.Contains(records[0], `"id":"`+c.id+`","batch":"B000123","accepted":false`) || !strings.Contains(records[0], `"refused_charge":"100.00"`) {
			t.Errorf("%s: %v", c.name, records)
		}
	}
}
