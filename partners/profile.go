package partners

import (
	"bytes"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/crypto/ssh"

	"claimwire/edi/x12"
)

// Profile is a trading partner.
type Profile struct {
	ID    string `yaml:"id"`    // short, used in commands and folder names
	Name  string `yaml:"name"`  // as its directory has it
	Usage string `yaml:"usage"` // test or production
	Kind  Kind   `yaml:"kind"`  // payer or office; empty: payer
	// Organisation is whose partner it is: that office's claims go to it, and its
	// answers are that office's.
	Organisation string `yaml:"organisation"`
	// SharedWith are others whose claims go to this payer too, over the same
	// connection and under the same numbers; each gets the answers to its own.
	SharedWith []string `yaml:"shared_with"`
	// Offices are whose claims a coding service sends.
	Offices     []ServedOffice `yaml:"offices"`
	Envelope    Envelope       `yaml:"envelope"`
	Connection  Connection     `yaml:"connection"`
	Login       Login          `yaml:"login"`
	Folders     Folders        `yaml:"folders"`
	Names       Names          `yaml:"names"`
	Files       Files          `yaml:"files"`
	Schedule    Schedule       `yaml:"schedule"`
	Answers     Answers        `yaml:"answers"`
	Questions   Questions      `yaml:"questions"`
	Remittances Remittances    `yaml:"remittances"`
	Denials     Denials        `yaml:"denials"`
	// Replies are what we answer to its claims.
	Replies       Replies       `yaml:"replies"`
	Certification Certification `yaml:"certification"`
	// Companion is the file with what this partner wants different from the guides,
	// beside the profile; empty: nothing.
	Companion string `yaml:"companion"`
	// Acknowledge says how much one error in the partner's claims refuses: claims
	// (that claim), sets (its set) or all (the interchange); empty: claims.
	Acknowledge string `yaml:"acknowledge"`
	// Repairs are what may be put right in claims to this partner without asking:
	// points, blanks, case, zip, phones, dashes, or all.
	Repairs []string `yaml:"repairs"`
	Limits  Limits   `yaml:"limits"`

	// Dir is the folder that the profile was read from: relative paths in it are
	// looked for there.
	Dir string `yaml:"-"`

	lines map[string]int // by field
}

// Envelope is what stands in ISA and GS of files to the partner.
type Envelope struct {
	SenderQualifier   string `yaml:"sender_qualifier"`   // ISA05
	Sender            string `yaml:"sender"`             // ISA06
	ReceiverQualifier string `yaml:"receiver_qualifier"` // ISA07
	Receiver          string `yaml:"receiver"`           // ISA08
	GroupSender       string `yaml:"group_sender"`       // GS02; empty: the sender
	GroupReceiver     string `yaml:"group_receiver"`     // GS03; empty: the receiver
	SubmitterName     string `yaml:"submitter_name"`     // 1000A
	SubmitterID       string `yaml:"submitter_id"`       // 1000A NM109; empty: the sender
	ContactName       string `yaml:"contact_name"`
	ContactPhone      string `yaml:"contact_phone"` // digits
	ReceiverName      string `yaml:"receiver_name"` // 1000B; empty: the partner's name
	ReceiverID        string `yaml:"receiver_id"`   // 1000B NM109; empty: the receiver
	Delimiters        string `yaml:"delimiters"`    // element, repetition, component, segment; empty: *^:~
	LineBreaks        bool   `yaml:"line_breaks"`
	RequestTA1        bool   `yaml:"request_ta1"` // ISA14
}

// Connection is how the partner is reached.
type Connection struct {
	Host        string   `yaml:"host"`
	Port        int      `yaml:"port"` // 0: 22
	User        string   `yaml:"user"`
	KeyFile     string   `yaml:"key_file"`     // private key
	PasswordEnv string   `yaml:"password_env"` // environment variable
	HostKeys    []string `yaml:"host_keys"`    // pinned, as in known_hosts without the host, or their SHA256 fingerprints
	Timeout     string   `yaml:"timeout"`      // of connecting and of one step; empty: 30s
}

// Kind is what a partner that comes to us is.
type Kind string

// The kinds of partner.
const (
	PayerPartner Kind = "payer"  // gets claims, gives answers; the kind when none is given
	Office       Kind = "office" // a billing office: gives claims, gets answers
	// Service is a coding service: gives claims of several offices, gets questions
	// about what is held, and answers them.
	Service Kind = "service"
)

// Gives says whether the partner gives us claims.
func (k Kind) Gives() bool { return k == Office || k == Service }

// ServedOffice is an office that a coding service sends claims of. A claim is the
// office's whose number its billing provider has.
type ServedOffice struct {
	Organisation string   `yaml:"organisation"`
	NPIs         []string `yaml:"npis"`
	TaxIDs       []string `yaml:"tax_ids"`
}

// Replies say what a partner that gives claims gets back.
type Replies struct {
	TA1   string   `yaml:"ta1"`   // asked: when its ISA14 asks, or the interchange is in error; always; errors: only when it is in error
	A999  string   `yaml:"999"`   // always; errors: only when something is refused; never
	CA    string   `yaml:"277ca"` // always, errors, never
	Words *bool    `yaml:"words"` // plain text beside each of them; not said: yes
	Lists []string `yaml:"lists"` // forms of receipts, payments, requests and denials: csv, json; empty: both
}

// Certification is how a partner comes from test to live: by so many claims
// without too many errors, first as tests, then in parallel (real claims,
// checked and answered, and not sent on). Without it, it is live.
type Certification struct {
	Test      int     `yaml:"test"`       // claims to be checked before it goes on from test
	Parallel  int     `yaml:"parallel"`   // claims before it goes live
	MaxErrors float64 `yaml:"max_errors"` // percent of claims with errors that are allowed; 0: 5
	Window    int     `yaml:"window"`     // claims, the last ones, that are looked at; 0: 100
}

// Used says whether the partner is certified at all.
func (c *Certification) Used() bool { return c.Test > 0 || c.Parallel > 0 }

// Login is how the partner comes to us over SFTP; without a user it does not.
type Login struct {
	User     string   `yaml:"user"`
	Keys     []string `yaml:"keys"`      // public keys, as in authorized_keys
	Password string   `yaml:"password"`  // argon2id text; empty: keys only
	Quota    string   `yaml:"quota"`     // bytes in its home, such as 5GB; empty: 5GB
	Rate     string   `yaml:"rate"`      // bytes a second, such as 20MB; empty: no bound
	KeepDays int      `yaml:"keep_days"` // how long files stay in /download and /archive; 0: 30
	From     []string `yaml:"from"`      // addresses or networks that it may come from, such as 192.0.2.0/24; empty: anywhere
}

// Networks are where a log-in may come from.
func (l *Login) Networks() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, s := range l.From {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, err := netip.ParseAddr(s)
			if err != nil {
				return nil, fmt.Errorf("%q is no address and no network such as 192.0.2.0/24", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

// Bytes reads an amount of bytes such as 5GB, 200MB, 64KB or 1000.
func Bytes(s string) (int64, error) {
	unit := int64(1)
	for suffix, u := range map[string]int64{"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30} {
		if t, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = t, u
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 40)
	if err != nil || n < 0 || n > (1<<50)/unit {
		return 0, errors.New("is a number of bytes such as 5GB, 200MB or 64KB")
	}
	return n * unit, nil
}

// PublicKeys are the keys of a log-in.
func (l *Login) PublicKeys() ([]ssh.PublicKey, error) {
	var list []ssh.PublicKey
	for _, k := range l.Keys {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(k))
		if err != nil {
			return nil, errors.New("a key is its type and base64 text, as in authorized_keys")
		}
		if r, ok := key.(ssh.CryptoPublicKey); ok {
			if rk, ok := r.CryptoPublicKey().(*rsa.PublicKey); ok && rk.N.BitLen() < 2048 {
				return nil, errors.New("an RSA key has at least 2048 bits")
			}
		}
		list = append(list, key)
	}
	return list, nil
}

// Folders are the partner's.
type Folders struct {
	Out   string `yaml:"out"`   // where we put our files
	In    string `yaml:"in"`    // where its answers lie
	Taken string `yaml:"taken"` // where it shows our files that it has taken; empty: it does not
}

// Names says how files are called.
type Names struct {
	Claims     string `yaml:"claims"`      // template: {control} or {sequence} (its last three digits), {date} {mmddyy} {yymmdd} {day} {time} {type} {kind} {usage} {sender} {receiver}
	Temporary  string `yaml:"temporary"`   // suffix while a file is being written; "none": the final name at once
	AfterFetch string `yaml:"after_fetch"` // leave, delete, or move:FOLDER
	// PicksUp says that the partner takes a file away the moment it is closed: one
	// that is gone after a clean close has arrived.
	PicksUp bool `yaml:"picks_up"`
}

// Answers says what the partner sends, and by when; an empty time means that
// it does not send them.
type Answers struct {
	TA1  string `yaml:"ta1"`
	A999 string `yaml:"999"`
	CA   string `yaml:"277ca"`
	RFI  string `yaml:"277rfi"`
	Pay  string `yaml:"835"`
	Gap  string `yaml:"silence"` // how long it may send nothing while claims wait there; empty: 3d
}

// Limits bound what one file holds.
type Limits struct {
	ClaimsPerSet  int `yaml:"claims_per_set"`  // 0: 5000
	ClaimsPerFile int `yaml:"claims_per_file"` // 0: no bound
}

// MaxClaimsPerSet is what the guides recommend at most.
const MaxClaimsPerSet = 5000

// Problem is what is wrong with a profile, with its line.
type Problem struct {
	File    string
	Line    int // 0: the whole file
	Field   string
	Message string
}

// Error gives "file:line: field: message".
func (p Problem) Error() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
	}
	if p.Field != "" {
		s += ": " + p.Field
	}
	return s + ": " + p.Message
}

// Problems are all that is wrong with a profile.
type Problems []Problem

// Error joins them, one a line.
func (p Problems) Error() string {
	s := make([]string, len(p))
	for i := range p {
		s[i] = p[i].Error()
	}
	return strings.Join(s, "\n")
}

// maxProfile bounds a profile file.
const maxProfile = 1 << 20

// Load reads and checks a profile file.
func Load(file string) (*Profile, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxProfile))
	if err != nil {
		return nil, err
	}
	p, err := Parse(file, b)
	if err != nil {
		return nil, err
	}
	p.Dir = filepath.Dir(file)
	c := &p.Connection
	c.KeyFile = Beside(p.Dir, c.KeyFile)
	return p, nil
}

// Beside finds a file that a profile names: as it is named, beside the profile,
// or beside the profile's folder, the first that is there.
func Beside(dir, name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	for _, f := range []string{filepath.Join(dir, name), filepath.Join(dir, "..", name)} {
		if _, err := os.Stat(f); err == nil {
			return f
		}
	}
	return name
}

var lineOf = regexp.MustCompile(`line (\d+): (.*)`)

// Parse reads and checks a profile. The error is Problems when the profile is
// wrong.
func Parse(file string, b []byte) (*Profile, error) {
	p := &Profile{}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	var list Problems
	if err := dec.Decode(p); err != nil {
		list = problemsOf(file, err)
		var te *yaml.TypeError
		if !errors.As(err, &te) {
			return nil, list // no YAML at all
		}
	}
	var node yaml.Node
	if err := yaml.Unmarshal(b, &node); err != nil {
		return nil, problemsOf(file, err)
	}
	p.lines = map[string]int{}
	if len(node.Content) > 0 {
		notePaths(p.lines, "", node.Content[0])
	}
	// What else is wrong is told at once. Where a line could not be read, what is
	// said of its value follows from that, and what is missing may stand in a key
	// that is not known.
	known := list
	for _, pr := range p.check(file, p.lines) {
		if len(known) == 0 || pr.Line != 0 && !slices.ContainsFunc(known, func(k Problem) bool { return k.Line == pr.Line }) {
			list = append(list, pr)
		}
	}
	if len(list) > 0 {
		slices.SortStableFunc(list, func(a, b Problem) int { return a.Line - b.Line })
		return nil, list
	}
	return p, nil
}

// Line is where a field stands in the file that the profile was read from; 0: it
// does not stand there.
func (p *Profile) Line(field string) int { return p.lines[field] }

func problemsOf(file string, err error) Problems {
	var te *yaml.TypeError
	var list Problems
	texts := []string{err.Error()}
	if errors.As(err, &te) {
		texts = te.Errors
	}
	for _, t := range texts {
		pr := Problem{File: file, Message: t}
		if m := lineOf.FindStringSubmatch(t); m != nil {
			pr.Line, _ = strconv.Atoi(m[1])
			pr.Message = strings.NewReplacer("field ", "unknown key ", " not found in type partners.", ", not a key of ").Replace(m[2])
		}
		list = append(list, pr)
	}
	return list
}

func notePaths(lines map[string]int, path string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i].Value
		if path != "" {
			k = path + "." + k
		}
		lines[k] = n.Content[i].Line
		notePaths(lines, k, n.Content[i+1])
	}
}

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// check finds what is wrong, and fills in what may be left out.
func (p *Profile) check(file string, lines map[string]int) Problems {
	var list Problems
	bad := func(field, format string, a ...any) {
		list = append(list, Problem{file, lines[field], field, fmt.Sprintf(format, a...)})
	}
	if !idForm.MatchString(p.ID) {
		bad("id", "is lower-case letters, digits and hyphens, at most 40")
	}
	if p.Name == "" {
		bad("name", "is missing")
	}
	if p.Usage != "test" && p.Usage != "production" {
		bad("usage", "is test or production, not %q", p.Usage)
	}
	if p.Kind == "" {
		p.Kind = PayerPartner
	}
	if p.Kind != PayerPartner && !p.Kind.Gives() {
		bad("kind", "is payer, office or service")
	}
	for _, o := range append([]string{p.Organisation}, p.SharedWith...) {
		if strings.ContainsAny(o, "/\x00") || len(o) > 60 {
			bad("organisation", "is a short name")
		}
	}
	if len(p.SharedWith) > 0 && p.Kind != PayerPartner {
		bad("shared_with", "is for payers")
	}
	if len(p.SharedWith) > 0 && p.Organisation == "" {
		bad("organisation", "is missing: whose connection is shared?")
	}
	p.checkOffices(bad)
	p.Questions.check(bad)
	p.Remittances.check(bad)
	p.Denials.check(bad)
	p.Files.check(bad)
	p.Schedule.check(bad)
	p.Replies.check(bad)
	p.Certification.check(bad)
	if strings.ContainsAny(p.Companion, "/\\") {
		bad("companion", "is the name of a file beside the profile")
	}
	e := &p.Envelope
	for _, v := range []struct {
		field, value string
		max          int
	}{{"envelope.sender", e.Sender, 15}, {"envelope.receiver", e.Receiver, 15}, {"envelope.sender_qualifier", e.SenderQualifier, 2},
		{"envelope.receiver_qualifier", e.ReceiverQualifier, 2}} {
		if p.Kind.Gives() && v.value == "" {
			continue // its answers go back to whom its files name
		}
		if v.value == "" || len(v.value) > v.max {
			bad(v.field, "has 1 to %d characters", v.max)
		}
	}
	if e.SubmitterName == "" && !p.Kind.Gives() {
		bad("envelope.submitter_name", "is missing")
	}
	if e.ContactPhone != "" && (len(e.ContactPhone) != 10 || strings.Trim(e.ContactPhone, "0123456789") != "") {
		bad("envelope.contact_phone", "is ten digits")
	}
	or := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	or(&e.GroupSender, e.Sender)
	or(&e.GroupReceiver, e.Receiver)
	or(&e.SubmitterID, e.Sender)
	or(&e.ContactName, e.SubmitterName)
	or(&e.ReceiverName, p.Name)
	or(&e.ReceiverID, e.Receiver)
	or(&e.Delimiters, "*^:~")
	if len(e.Delimiters) != 4 {
		bad("envelope.delimiters", "are four characters: element, repetition, component, segment")
	} else if err := e.X12Delimiters().Check(); err != nil {
		bad("envelope.delimiters", "%v", err)
	}
	or(&p.Connection.Timeout, "30s")
	if d, err := time.ParseDuration(p.Connection.Timeout); err != nil || d <= 0 || d > time.Hour {
		bad("connection.timeout", "is a time such as 30s, at most an hour")
	}
	if p.Connection.Port < 0 || p.Connection.Port > 65535 {
		bad("connection.port", "is 1 to 65535")
	}
	if p.Connection.Host != "" {
		if p.Connection.User == "" {
			bad("connection.user", "is missing")
		}
		if p.Connection.KeyFile == "" && p.Connection.PasswordEnv == "" {
			bad("connection", "key_file or password_env is missing")
		}
		if len(p.Connection.HostKeys) == 0 {
			bad("connection.host_keys", "is missing: pin the partner's host key")
		}
		for _, k := range p.Connection.HostKeys {
			if _, err := parsePin(k); err != nil {
				bad("connection.host_keys", "%v", err)
			}
		}
		if p.Folders.Out == "" {
			bad("folders.out", "is missing")
		}
		if p.Folders.In == "" {
			bad("folders.in", "is missing")
		}
	}
	or(&p.Acknowledge, "claims")
	if a := p.Acknowledge; a != "claims" && a != "sets" && a != "all" {
		bad("acknowledge", "is claims, sets or all")
	}
	for _, r := range p.Repairs {
		if !slices.Contains([]string{"points", "blanks", "case", "zip", "phones", "dashes", "all"}, r) {
			bad("repairs", "are points, blanks, case, zip, phones, dashes or all, not %q", r)
		}
	}
	l := &p.Login
	or(&l.Quota, "5GB")
	if l.User != "" {
		if !idForm.MatchString(l.User) {
			bad("login.user", "is lower-case letters, digits and hyphens, at most 40")
		}
		if len(l.Keys) == 0 && l.Password == "" {
			bad("login", "keys or password is missing")
		}
	}
	if _, err := l.PublicKeys(); err != nil {
		bad("login.keys", "%v", err)
	}
	if _, err := l.Networks(); err != nil {
		bad("login.from", "%v", err)
	}
	if n, err := Bytes(l.Quota); err != nil || n == 0 {
		bad("login.quota", "is a number of bytes such as 5GB, 200MB or 64KB")
	}
	if l.Rate != "" {
		if _, err := Bytes(l.Rate); err != nil {
			bad("login.rate", "%v", err)
		}
	}
	if l.Password != "" && !strings.HasPrefix(l.Password, "$argon2id$") {
		bad("login.password", "is the argon2id text of a password, never the password: claimwire partners password makes it")
	}
	if l.KeepDays < 0 || l.KeepDays > 3650 {
		bad("login.keep_days", "is 1 to 3650")
	}
	if l.KeepDays == 0 {
		l.KeepDays = 30
	}
	if p.Connection.Host == "" && l.User != "" {
		// It comes to us: our files for it are put into its home.
		p.Folders = Folders{Out: "download", In: "upload", Taken: "taken"}
		p.Names.Temporary = ".tmp"
	}
	if p.Connection.Port == 0 {
		p.Connection.Port = 22
	}
	or(&p.Names.Claims, "{control}.837")
	if c := p.Names.Claims; !strings.Contains(c, "{control}") && !(strings.Contains(c, "{sequence}") && (strings.Contains(c, "{date}") || strings.Contains(c, "{mmddyy}") || strings.Contains(c, "{yymmdd}"))) {
		bad("names.claims", "carries the interchange control number: {control}, or {sequence} with a date")
	}
	if strings.ContainsAny(p.Names.Claims, "/\\") {
		bad("names.claims", "is a name, not a path")
	}
	or(&p.Names.Temporary, ".tmp")
	or(&p.Names.AfterFetch, "leave")
	if a := p.Names.AfterFetch; a != "leave" && a != "delete" && !strings.HasPrefix(a, "move:") {
		bad("names.after_fetch", "is leave, delete or move:FOLDER")
	}
	for field, v := range map[string]string{"answers.ta1": p.Answers.TA1, "answers.999": p.Answers.A999, "answers.277ca": p.Answers.CA,
		"answers.277rfi": p.Answers.RFI, "answers.835": p.Answers.Pay, "answers.silence": p.Answers.Gap} {
		if v == "" {
			continue
		}
		if _, err := parseWait(v); err != nil {
			bad(field, "is a time such as 1h or 30d")
		}
	}
	if p.Limits.ClaimsPerSet == 0 {
		p.Limits.ClaimsPerSet = MaxClaimsPerSet
	}
	if p.Limits.ClaimsPerSet < 1 || p.Limits.ClaimsPerSet > MaxClaimsPerSet {
		bad("limits.claims_per_set", "is 1 to %d", MaxClaimsPerSet)
	}
	return list
}

// parseWait reads a time of hours or of days.
func parseWait(s string) (time.Duration, error) {
	if n, ok := strings.CutSuffix(s, "d"); ok {
		days, err := strconv.Atoi(n)
		return time.Duration(days) * 24 * time.Hour, err
	}
	return time.ParseDuration(s)
}

// X12Delimiters are the delimiters of files to the partner.
func (e *Envelope) X12Delimiters() x12.Delimiters {
	d := e.Delimiters
	return x12.Delimiters{Element: d[0], Repetition: d[1], Component: d[2], Segment: d[3]}
}

// UsageCode is ISA15: P or T.
func (p *Profile) UsageCode() string {
	if p.Usage == "production" {
		return "P"
	}
	return "T"
}

func (p *Profile) checkOffices(bad func(field, format string, a ...any)) {
	if p.Kind == Service && len(p.Offices) == 0 {
		bad("offices", "is missing: whose claims does the service send?")
	}
	if p.Kind != Service && len(p.Offices) > 0 {
		bad("offices", "is for a coding service")
	}
	seen := map[string]string{}
	for _, o := range p.Offices {
		if o.Organisation == "" || len(o.NPIs)+len(o.TaxIDs) == 0 {
			bad("offices", "each has an organisation and npis or tax_ids of its billing providers")
		}
		for _, n := range append(append([]string(nil), o.NPIs...), o.TaxIDs...) {
			if other, ok := seen[n]; ok {
				bad("offices", "%s stands for %s and for %s", n, other, o.Organisation)
			}
			seen[n] = o.Organisation
		}
	}
}

// OfficeOf is the organisation whose billing provider has a number; empty:
// none that the service sends claims of.
func (p *Profile) OfficeOf(npi, taxID string) string {
	for _, o := range p.Offices {
		if npi != "" && slices.Contains(o.NPIs, npi) {
			return o.Organisation
		}
	}
	for _, o := range p.Offices {
		if taxID != "" && slices.Contains(o.TaxIDs, taxID) {
			return o.Organisation
		}
	}
	return ""
}

func (r *Replies) check(bad func(field, format string, a ...any)) {
	for _, v := range []struct {
		field string
		value *string
		first string
	}{{"replies.ta1", &r.TA1, "asked"}, {"replies.999", &r.A999, "always"}, {"replies.277ca", &r.CA, "always"}} {
		if *v.value == "" {
			*v.value = v.first
		}
		allowed := []string{"always", "errors", "never"}
		if v.field == "replies.ta1" {
			allowed[2] = "asked" // an interchange in error is always said
		}
		if !slices.Contains(allowed, *v.value) {
			bad(v.field, "is %s, %s or %s", allowed[0], allowed[1], allowed[2])
		}
	}
	if len(r.Lists) == 0 {
		r.Lists = []string{"csv", "json"}
	}
	for _, l := range r.Lists {
		if l != "csv" && l != "json" {
			bad("replies.lists", "are csv, json")
		}
	}
}

// InWords says whether answers are told in plain text too.
func (r *Replies) InWords() bool { return r.Words == nil || *r.Words }

func (c *Certification) check(bad func(field, format string, a ...any)) {
	if c.Test < 0 || c.Parallel < 0 || c.Window < 0 || c.MaxErrors < 0 || c.MaxErrors > 100 || c.Test > 100000 || c.Parallel > 100000 || c.Window > 100000 {
		bad("certification", "has numbers of claims, and a percentage")
	}
	if c.MaxErrors == 0 {
		c.MaxErrors = 5
	}
	if c.Window == 0 {
		c.Window = 100
	}
}

// IsTemporary says whether a file's name says that it is not complete.
func IsTemporary(name string) bool {
	if strings.HasPrefix(name, ".") {
		return true
	}
	for _, s := range []string{".tmp", ".part", ".partial", ".filepart"} {
		if strings.HasSuffix(strings.ToLower(name), s) {
			return true
		}
	}
	return false
}
