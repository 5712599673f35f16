package claim

import (
	"fmt"
	"strings"
	"testing"
)

// The guides let a hundred claims stand below a subscriber or a patient: more
// begin the level once more, and whose claim each is stays the same.
func TestManyClaimsOfOne(t *testing.T) {
	var claims []*Claim
	for i := range 250 {
		claims = append(claims, visit("LAKESIDE", "ROE", "", fmt.Sprint("OWN", i)))
	}
	for _, patient := range []string{"TIM", "TOM"} {
		for i := range 101 {
			claims = append(claims, visit("LAKESIDE", "ROE", patient, fmt.Sprint(patient, i)))
		}
	}
	below, most, hl := 0, 0, 0
	var shape []string
	parents := map[string]string{}
	for _, s := range write(t, claims) {
		f := strings.Split(s, "*")
		switch f[0] {
		case "HL":
			hl++
			if f[1] != fmt.Sprint(hl) || f[3] == "23" && parents[f[2]] != "22" || f[3] == "22" && parents[f[2]] != "20" {
				t.Errorf("%s is out of its place", s)
			}
			parents[f[1]] = f[3]
			shape = append(shape, f[3]+"/"+f[4])
			below = 0
		case "CLM":
			below++
			most = max(most, below)
			if who := map[bool]string{true: "22", false: "23"}[strings.HasPrefix(f[1], "OWN")]; parents[fmt.Sprint(hl)] != who {
				t.Errorf("claim %s stands below a level %s", f[1], parents[fmt.Sprint(hl)])
			}
		}
	}
	if most != maxClaims {
		t.Errorf("%d claims stand below one level", most)
	}
	if got := strings.Join(shape, " "); got != "20/1 22/0 22/0 22/0 22/1 23/0 23/0 23/0 23/0" {
		t.Errorf("levels %s", got)
	}
}
