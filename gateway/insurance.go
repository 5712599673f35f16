package gateway

import "strings"

// InsuranceKinds lists what kinds of insurance there are, one a line: the claim
// filing indicator code (SBR09) and the words of encounters and of the payer
// directory for it, the first the one that we write.
const InsuranceKinds = `
CI commercial
MB medicare medicare_part_b
MA medicare_part_a
MC medicaid
BL blue_cross_blue_shield blue
CH tricare champus
HM hmo
12 ppo
13 pos
14 epo
15 indemnity
16 medicare_advantage
17 dental_hmo
AM auto
WC workers_compensation
LM liability
DS disability
FI federal_employees
VA veterans
TV title_v
OF other_federal
11 other
ZZ unknown
`

// ClaimFiling is the claim filing indicator code of a word of InsuranceKinds,
// or "".
func ClaimFiling(word string) string {
	for line := range strings.Lines(InsuranceKinds) {
		f := strings.Fields(line)
		for i := 1; i < len(f); i++ {
			if f[i] == word {
				return f[0]
			}
		}
	}
	return ""
}
