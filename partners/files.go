package partners

import (
	"fmt"
	"path"
	"strings"
	"time"
)

// Files says how files are wrapped on their way to and from the partner.
type Files struct {
	Zip      bool   `yaml:"zip"`       // ours go as the one member of a zip file; theirs may, whatever this says
	Marker   string `yaml:"marker"`    // put after each file of ours, such as "{name}.done"
	MarkerIn string `yaml:"marker_in"` // a file of theirs counts when this is there, such as "{stem}.ctl"
	PGP      PGP    `yaml:"pgp"`
}

// PGP says what is encrypted and signed, with keys in files. What is to be
// encrypted and signed is signed first, so that the signature is not seen.
type PGP struct {
	EncryptTo     []string `yaml:"encrypt_to"`     // public key files of the partner
	SignWith      string   `yaml:"sign_with"`      // our private key file
	DecryptWith   []string `yaml:"decrypt_with"`   // our private key files, the newest first
	VerifyWith    []string `yaml:"verify_with"`    // public key files of the partner; with them, what is not signed is put aside
	PassphraseEnv string   `yaml:"passphrase_env"` // environment variable with the passphrase of our keys
	Suffix        string   `yaml:"suffix"`         // of encrypted files; empty: .pgp
	Armor         bool     `yaml:"armor"`          // as text
	Required      bool     `yaml:"required"`       // what comes unencrypted is put aside
}

// Used says whether anything is encrypted or signed on the way out.
func (p *PGP) Used() bool { return len(p.EncryptTo) > 0 || p.SignWith != "" }

// Receives says whether anything may come encrypted or signed.
func (p *PGP) Receives() bool { return len(p.DecryptWith) > 0 || len(p.VerifyWith) > 0 }

func (f *Files) check(bad func(field, format string, a ...any)) {
	for field, t := range map[string]string{"files.marker": f.Marker, "files.marker_in": f.MarkerIn} {
		if t == "" {
			continue
		}
		if !strings.Contains(t, "{name}") && !strings.Contains(t, "{stem}") || strings.ContainsAny(t, "/\\") || t == "{name}" {
			bad(field, `is the name of a marker file, such as "{name}.done" or "{stem}.ctl"`)
		}
	}
	p := &f.PGP
	if p.Suffix == "" {
		p.Suffix = ".pgp"
	}
	if strings.ContainsAny(p.Suffix, "/\\") || len(p.Suffix) > 20 {
		bad("files.pgp.suffix", "is the end of a name, such as .pgp")
	}
	if p.Required && len(p.DecryptWith) == 0 {
		bad("files.pgp.decrypt_with", "is missing: what has to come encrypted needs a key of ours")
	}
}

// MarkerOf fills in a marker's name for a file's.
func MarkerOf(template, name string) string {
	return strings.NewReplacer("{name}", name, "{stem}", strings.TrimSuffix(name, path.Ext(name))).Replace(template)
}

// IsMarker says whether a name is that of a marker for some file, as a template
// has them.
func IsMarker(template, name string) bool {
	if template == "" {
		return false
	}
	before, after, _ := strings.Cut(strings.ReplaceAll(template, "{stem}", "{name}"), "{name}")
	return len(name) > len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after)
}

// FileName fills in the template for a file of claims: control is the
// interchange control number, kind the kind of claim.
func (p *Profile) FileName(control, kind string, at time.Time) string {
	at = at.In(p.Schedule.Zone())
	letter := strings.ToUpper(kind)
	if letter != "" {
		letter = letter[:1]
	}
	sequence := control
	if len(sequence) > 3 {
		sequence = sequence[len(sequence)-3:]
	}
	return strings.NewReplacer("{control}", control, "{sequence}", sequence, "{date}", at.Format("20060102"), "{mmddyy}", at.Format("010206"), "{yymmdd}", at.Format("060102"),
		"{time}", at.Format("150405"), "{day}", fmt.Sprintf("%03d", at.YearDay()), "{type}", "837", "{kind}", letter, "{usage}", p.UsageCode(), "{sender}", p.Envelope.Sender,
		"{receiver}", p.Envelope.Receiver).Replace(p.Names.Claims)
}

// WireName is how a file is called once it is wrapped.
func (p *Profile) WireName(name string) string {
	if p.Files.Zip {
		name += ".zip"
	}
	if p.Files.PGP.Used() {
		name += p.Files.PGP.Suffix
	}
	return name
}
