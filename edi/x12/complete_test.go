package x12_test

import (
	"strings"
	"testing"
	"testing/iotest"

	"claimwire/edi/x12"
)

func TestComplete(t *testing.T) {
	isa := func(control string) string {
		return "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*" + control + "*0*T*:~"
	}
	group := "GS*HC*SENDER*RECEIVER*20261124*1200*1*X*005010X222A1~ST*837*0001*005010X222A1~SE*2*0001~GE*1*1~"
	whole := isa("000000001") + group + "IEA*1*000000001~"
	for text, want := range map[string]bool{
		whole:                  true,
		whole + "\r\n":         true,
		"\xef\xbb\xbf" + whole: true,
		whole + isa("000000002") + group + "IEA*1*000000002~\n":  true,
		isa("000000001") + "IEA*0*000000001~":                    true,
		whole[:len(whole)-1]:                                     false, // without its last terminator
		whole[:len(whole)-20]:                                    false,
		isa("000000001"):                                         false,
		whole + isa("000000002"):                                 false,
		isa("000000001") + isa("000000002") + "IEA*0*000000002~": false,
		isa("000000001") + group + "IEA*2*000000001~":            false, // a group is missing
		isa("000000001") + group + "IEA*1*000000002~":            false,
		"claim_id,patient\n1,2\n":                                true,
		"":                                                       true,
	} {
		got, err := x12.Complete(iotest.HalfReader(strings.NewReader(text)))
		if err != nil || got != want {
			t.Errorf("%.140q: %v, %v; want %v", text, got, err, want)
		}
	}
	for i := range whole[:len(whole)-1] {
		if got, _ := x12.Complete(strings.NewReader(whole[:i])); got && i >= 3 {
			t.Errorf("the first %d bytes look whole", i)
		}
	}
}
