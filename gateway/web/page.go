package web

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"claimwire/edi/explain"
	"claimwire/edi/money"
	"claimwire/gateway"
	"claimwire/gateway/access"
)

//go:embed templates
var templateFiles embed.FS

// pages are the templates by their name; each has the frame around it. They are
// read when a page is first shown, not when a file is validated.
var pages = sync.OnceValue(func() map[string]*template.Template {
	frame := template.Must(template.New("frame").Funcs(words).ParseFS(templateFiles, "templates/frame.html", "templates/part-*.html"))
	entries, err := templateFiles.ReadDir("templates")
	if err != nil {
		panic(err) // the folder is embedded
	}
	all := map[string]*template.Template{}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".html")
		if !ok || name == "frame" || strings.HasPrefix(name, "part-") {
			continue
		}
		all[name] = template.Must(template.Must(frame.Clone()).ParseFS(templateFiles, "templates/"+e.Name()))
	}
	return all
})

// words are what templates can say.
var words = template.FuncMap{
	"day":     func(s string) string { return isoDate(s) },
	"time":    func(t time.Time) template.HTML { return timeTag(t) },
	"state":   stateWords,
	"tone":    stateTone,
	"plural":  plural,
	"meaning": explained,
	"record": func(document map[string]any, money bool) map[string]any {
		return map[string]any{"Document": document, "Money": money}
	},
	"pair": func(p page, claims []gateway.Claim) map[string]any {
		return map[string]any{"Page": p, "Claims": claims}
	},
	"size":        size,
	"words":       explain.Words,
	"icd":         icd,
	"inc":         func(i int) int { return i + 1 },
	"title":       func(s string) string { return strings.ToUpper(s[:1]) + strings.ReplaceAll(s[1:], "_", " ") },
	"minus":       func(a money.Amount) money.Amount { return -a },
	"dollars":     dollars,
	"zero":        func(a money.Amount) bool { return a == 0 },
	"lines":       func(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") },
	"denialstate": func(s gateway.DenialState) string { return denialWords[s] },
	"scenario":    func(s string) string { return scenarioWords[s] },
	"outcome":     func(s string) string { return strings.ReplaceAll(s, "_", " ") },
	"left":        leftWords,
	"urgent":      func(days int) string { return map[bool]string{true: "bad", false: "calm"}[days < 8] },
	"login":       func(actor string) string { return strings.TrimPrefix(actor, "user:") },
	"others":      others,
	"dict":        dict,
	"fieldtitle":  titleOf,
	"itemtitle":   itemTitle,
	"daynumber":   dayOf,
	"question":    func(s string) string { return strings.ReplaceAll(s, ".; ", ". ") },
	"untitled":    func(s string) string { return strings.TrimSuffix(strings.ReplaceAll(s, ".; ", ". "), ".") },
	"unit":        unitWords,
	"method":      methodWords,
	"upto":        func(s, end string) string { before, _, _ := strings.Cut(s, end); return before },
	"money": func(v any) string {
		s, _ := v.(string)
		return shownNumber("", s)
	},
	"in":   func(list []string, s string) bool { return slices.Contains(list, s) },
	"role": func(r gateway.Role) string { return roleWords[r] },
	"first": func(s string, n int) string {
		if r := []rune(s); len(r) > n {
			return string(r[:n-1]) + "…"
		}
		return s
	},
}

var roleWords = map[gateway.Role]string{access.Coder: "Coder", access.Biller: "Biller", access.Manager: "Office manager", access.Payer: "Payer's EDI analyst",
	access.Support: "Support", access.Administrator: "Administrator"}

// stateWords says a state as people say it.
func stateWords(s gateway.State) string {
	switch s {
	case gateway.Requested:
		return "information asked for"
	case gateway.Paid:
		return "paid or settled"
	case gateway.Denied:
		return "denied"
	case gateway.Reversed:
		return "reversed"
	}
	return string(s)
}

// stateTone is how loud a state is.
func stateTone(s gateway.State) string {
	switch s {
	case gateway.Held, gateway.Rejected, gateway.Denied:
		return "bad"
	case gateway.Requested, gateway.Reversed:
		return "ask"
	case gateway.Paid, gateway.Accepted:
		return "good"
	}
	return "calm"
}

// dollars writes an amount with its thousands apart.
func dollars(a money.Amount) string {
	s := a.String()
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, cents, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + cents
}

// methodWords say how a payment is made (BPR04).
func methodWords(code string) string {
	switch code {
	case "ACH":
		return "transfer (ACH)"
	case "BOP":
		return "as the bank decides"
	case "CHK":
		return "check"
	case "FWT":
		return "wire"
	case "NON":
		return "nothing is paid"
	}
	return code
}

// unitWords say a unit of measure of a line.
func unitWords(unit any) string {
	s, _ := unit.(string)
	switch s {
	case "UN":
		return "" // that many
	case "MJ":
		return "minutes"
	case "DA":
		return "days"
	}
	return s
}

// leftWords says how many days are left.
func leftWords(days int) string {
	switch {
	case days < -1:
		return strconv.Itoa(-days) + " days over"
	case days == -1:
		return "since yesterday over"
	case days == 0:
		return "today"
	case days == 1:
		return "tomorrow"
	}
	return strconv.Itoa(days) + " days"
}

// others is an owner who is nobody of the staff, such as a role; none where it is.
func others(staff []gateway.User, owner string) []string {
	if owner == "" || slices.ContainsFunc(staff, func(u gateway.User) bool { return u.Login == owner }) {
		return nil
	}
	return []string{owner}
}

// dict gives a template several values under their names.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// icd writes a diagnosis with its point, as people write it.
func icd(code any) string {
	s, _ := code.(string)
	if len(s) <= 3 {
		return s
	}
	return s[:3] + "." + s[3:]
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1e6:
		return strconv.FormatFloat(float64(n)/1e3, 'f', 1, 64) + " kB"
	}
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
}

func isoDate(s string) string {
	if len(s) != 8 {
		return s
	}
	return s[:4] + "-" + s[4:6] + "-" + s[6:]
}

// timeTag writes a time for people and for machines.
func timeTag(t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	u := t.UTC()
	return template.HTML(`<time datetime="` + u.Format(time.RFC3339) + `">` + u.Format("2006-01-02 15:04") + `</time>`)
}

// page is what the frame and a template see.
type page struct {
	Title   string
	Who     *access.Principal
	User    *gateway.User
	Member  int // which membership it is
	Nav     []navItem
	Flash   string
	Version string
	SignIn  string // what the provider is called that people may log in with
	Refused bool   // what was sent was not taken: the focus goes to why
	Passkey string // at which address passkeys serve; empty: nowhere
	Data    map[string]any
}

// May says whether who looks may p.
func (p page) May(perm string) bool { return p.Who.May(access.Permission(perm)) }

// Test says whether this is test data, which every page says aloud.
func (p page) Test() bool { return p.Who != nil && p.Who.Scope.Usage == "test" }

type navItem struct {
	Path, Label string
	needs       access.Permission
	Here        bool
}

// navigation is the way to the main pages; each is shown to who may see it.
var navigation = []navItem{
	{"/", "Today", "", false},
	{"/claims", "Claims", access.SeeClaims, false},
	{"/submit", "Send claims", access.SubmitClaims, false},
	{"/denials", "Denials", access.WorkDenials, false},
	{"/requests", "Requests", access.AnswerRequests, false},
	{"/remittances", "Remittances", access.SeeMoney, false},
	{"/unmatched", "Unmatched", access.PostMoney, false},
	{"/files", "Files", access.SeeFiles, false},
	{"/reports", "Reports", access.SeeReports, false},
	{"/partners", "Partners", access.SeePartners, false},
	{"/codes", "Codes", "", false},
	{"/alerts", "Alerts", access.SeeAlerts, false},
	{"/operation", "Operation", access.Operate, false},
	{"/organisations", "Organisations", access.AllTenants, false},
	{"/users", "Users", access.ManageUsers, false},
	{"/keys", "API keys", access.ManageKeys, false},
	{"/webhooks", "Webhooks", access.ManageKeys, false},
	{"/audit", "Audit trail", access.SeeAudit, false},
}

// show writes a page.
func (s *server) show(r *request, status int, name, title string, data map[string]any) error {
	p := page{Title: title, Who: r.who, User: r.user, Data: data, Version: s.Version, Refused: status >= 400}
	if s.SignIn != nil {
		p.SignIn = s.SignIn.Name
	}
	if s.Passkey != nil {
		p.Passkey = s.Passkey.Origin
	}
	if r.who != nil {
		for i, m := range r.user.Memberships {
			if m == r.who.Membership {
				p.Member = i
			}
		}
		for _, n := range navigation {
			if n.needs == "" || r.who.May(n.needs) {
				n.Here = n.Path == r.URL.Path || n.Path != "/" && strings.HasPrefix(r.URL.Path, n.Path)
				p.Nav = append(p.Nav, n)
			}
		}
		p.Flash = s.sessions.PopString(r.Context(), "flash")
	}
	var b bytes.Buffer
	if err := pages()[name].ExecuteTemplate(&b, "frame", p); err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	r.w.WriteHeader(status)
	_, err := b.WriteTo(r.w)
	return err
}

// flash says something on the next page.
func (s *server) flash(r *request, text string) { s.sessions.Put(r.Context(), "flash", text) }

func (s *server) redirect(r *request, to string) error {
	http.Redirect(r.w, r.Request, to, http.StatusSeeOther)
	return nil
}
