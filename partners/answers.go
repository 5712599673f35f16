package partners

import "time"

// Within is how long an answer may take: "ta1", "999", "277ca", "277rfi" or "835";
// false when the partner does not send it.
func (a Answers) Within(answer string) (time.Duration, bool) {
	text := map[string]string{"ta1": a.TA1, "999": a.A999, "277ca": a.CA, "277rfi": a.RFI, "835": a.Pay}[answer]
	if text == "" {
		return 0, false
	}
	d, err := parseWait(text)
	return d, err == nil && d > 0
}

// Silence is how long the partner may send nothing while claims wait there; where
// the profile does not say, three days.
func (a Answers) Silence() time.Duration {
	if d, err := parseWait(a.Gap); err == nil && d > 0 {
		return d
	}
	return 3 * 24 * time.Hour
}
