package partners_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"claimwire/partners"
)

func scheduled(t *testing.T, schedule string) *partners.Profile {
	t.Helper()
	p, err := partners.Parse("p.yaml", []byte(profile+"schedule: "+schedule+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const profile = `id: x
name: X
usage: test
envelope: {sender_qualifier: ZZ, sender: A, receiver_qualifier: ZZ, receiver: B, submitter_name: A}
answers: {999: 1h, 277ca: 1d}
`

// TestSchedule goes through days on which clocks change, nobody works, or the
// day of the partner is not ours.
func TestSchedule(t *testing.T) {
	const form = "2006-01-02 15:04 MST"
	ny, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, ny)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct{ schedule, when, send, open, counts string }{
		{"{time_zone: America/New_York}", "2026-11-27 03:00", "2026-11-27 03:00 EST", "2026-11-27 03:00 EST", "2026-11-27 03:00 EST"},
		{`{time_zone: America/New_York, send: ["10:00", "16:30"], cut_off: "17:00", days: [mon-fri]}`, "2026-11-27 09:59", "2026-11-27 10:00 EST", "2026-11-27 09:59 EST", "2026-11-27 09:59 EST"},
		{`{time_zone: America/New_York, send: ["10:00", "16:30"], cut_off: "17:00", days: [mon-fri]}`, "2026-11-27 10:00", "2026-11-27 10:00 EST", "2026-11-27 10:00 EST", "2026-11-27 10:00 EST"},
		{`{time_zone: America/New_York, send: ["10:00", "16:30"], cut_off: "17:00", days: [mon-fri]}`, "2026-11-27 10:01", "2026-11-27 16:30 EST", "2026-11-27 10:01 EST", "2026-11-27 10:01 EST"},
		// Friday evening is Monday's.
		{`{time_zone: America/New_York, send: ["10:00", "16:30"], cut_off: "17:00", days: [mon-fri]}`, "2026-11-27 17:00", "2026-11-30 10:00 EST", "2026-11-27 17:00 EST", "2026-11-30 00:00 EST"},
		{`{time_zone: America/New_York, open: "06:00-22:00", holidays: ["2026-12-25"], cut_off: "17:00"}`, "2026-12-24 23:00", "2026-12-26 06:00 EST", "2026-12-26 06:00 EST", "2026-12-26 06:00 EST"},
		// Over midnight: the small hours of Saturday are still Friday's opening.
		{`{time_zone: America/New_York, open: "20:00-04:00", days: [mon-fri]}`, "2026-11-28 03:00", "2026-11-28 03:00 EST", "2026-11-28 03:00 EST", "2026-11-30 20:00 EST"},
		{`{time_zone: America/New_York, open: "20:00-04:00", days: [mon-fri]}`, "2026-11-28 05:00", "2026-11-30 20:00 EST", "2026-11-30 20:00 EST", "2026-11-30 20:00 EST"},
		// The clock jumps forward at two: half past two is not there.
		{`{time_zone: America/New_York, send: ["02:30"]}`, "2026-03-08 01:00", "2026-03-08 03:30 EDT", "2026-03-08 01:00 EST", "2026-03-08 01:00 EST"},
		// And back at two: half past one is there twice, and comes once.
		{`{time_zone: America/New_York, send: ["01:30"]}`, "2026-11-01 01:00", "2026-11-01 01:30 EDT", "2026-11-01 01:00 EDT", "2026-11-01 01:00 EDT"},
	} {
		p := scheduled(t, c.schedule)
		s := &p.Schedule
		for what, v := range map[string][2]string{"send": {s.NextSend(at(c.when)).In(ny).Format(form), c.send}, "open": {s.NextOpen(at(c.when)).In(ny).Format(form), c.open},
			"counts": {s.Counts(at(c.when)).In(ny).Format(form), c.counts}} {
			if v[0] != v[1] {
				t.Errorf("%s at %s: %s is %s, want %s", c.schedule, c.when, what, v[0], v[1])
			}
		}
	}
	// The partner's day is its own: evening here is tomorrow there.
	p := scheduled(t, `{time_zone: Asia/Tokyo, send: ["09:00"], days: [mon-fri]}`)
	if got := p.Schedule.NextSend(time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC)).UTC().Format("2006-01-02 15:04"); got != "2026-11-30 00:00" {
		t.Errorf("Tokyo: %s", got)
	}
	p = scheduled(t, `{time_zone: America/New_York, cut_off: "17:00", days: [mon-fri]}`)
	if due, ok := p.Due("277ca", at("2026-11-27 18:00")); !ok || due.In(ny).Format(form) != "2026-12-01 00:00 EST" {
		t.Errorf("due %v", due)
	}
	if _, ok := p.Due("835", at("2026-11-27 18:00")); ok {
		t.Error("an answer that the partner does not send is due")
	}
}

// TestScheduleForward never goes back, and what it gives is open: on every hour
// of a year, in zones with all kinds of clocks.
func TestScheduleForward(t *testing.T) {
	for _, zone := range []string{"America/New_York", "America/Phoenix", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"} {
		p := scheduled(t, `{time_zone: `+zone+`, send: ["00:00", "02:30", "12:15"], open: "22:00-14:00", days: [mon, tue, wed, thu, fri], cut_off: "13:00", holidays: ["2026-07-04"]}`)
		s := &p.Schedule
		for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.Add(47 * time.Minute) {
			open, send, counts := s.NextOpen(at), s.NextSend(at), s.Counts(at)
			if open.Before(at) || send.Before(at) || counts.Before(at) {
				t.Fatalf("%s at %v: %v %v %v go back", zone, at, open, send, counts)
			}
			if again := s.NextOpen(open); !again.Equal(open) {
				t.Fatalf("%s at %v: it opens at %v and is closed then, until %v", zone, at, open, again)
			}
			if again := s.NextSend(send); !again.Equal(send) {
				t.Fatalf("%s: %v is no time to send", zone, send)
			}
		}
	}
}

// TestProfileLint names everything that is wrong with a profile, with its line.
func TestProfileLint(t *testing.T) {
	for text, want := range map[string]string{
		"schedule: {time_zone: Mars/Base}":                                     "p.yaml:6: schedule.time_zone: is a zone",
		"schedule: {send: [\"10:00\"]}":                                        "schedule.time_zone: is missing",
		"schedule: {time_zone: UTC, send: [\"25:00\"]}":                        "no time of day",
		"schedule: {time_zone: UTC, send: [\"23:00\"], open: \"06:00-22:00\"}": "outside of schedule.open",
		"schedule: {time_zone: UTC, days: [someday]}":                          "are mon, tue",
		"schedule: {time_zone: UTC, open: \"6-22\"}":                           "from and until",
		"schedule: {time_zone: UTC, holidays: [christmas]}":                    "are dates",
		"schedule: {fetch: 1ms}":                                               "from a second to a day",
		"files: {marker: done}":                                                "name of a marker",
		"files: {pgp: {required: true}}":                                       "decrypt_with: is missing",
		"shared_with: [b]":                                                     "whose connection is shared",
		"offices: [{organisation: b, npis: [\"1\"]}]":                          "is for a coding service",
		"kind: service\norganisation: s":                                       "whose claims does the service send",
		"kind: service\noffices: [{organisation: b}]":                          "npis or tax_ids",
		"kind: service\noffices: [{organisation: b, npis: [\"1\"]}, {organisation: c, npis: [\"1\"]}]": "stands for b and for c",
		"kind: clinic":                                "is payer, office or service",
		"replies: {999: sometimes}":                   "is always, errors or never",
		"replies: {ta1: never}":                       "is always, errors or asked",
		"replies: {lists: [xml]}":                     "are csv, json",
		"certification: {test: -1}":                   "numbers of claims",
		"names: {claims: \"{date}.837\"}":             "control number",
		"names: {claims: \"{mmddyy}{sequence}.837\"}": "",
		"login: {user: x, keys: [nonsense]}":          "a key is its type",
		"login: {user: x, password: secret}":          "never the password",
		"login: {user: x, from: [here]}":              "no address and no network",
		"login: {user: x}":                            "keys or password is missing",
		"companion: ../other":                         "beside the profile",
		"connection: {host: h}":                       "connection.user: is missing",
		"connection: {host: h, user: u, key_file: k}": "pin the partner's host key",
		"answers: {999: 1h}\nanswers: {999: 1h}":      "answers",
		"colour: blue":                                "unknown key colour",
	} {
		_, err := partners.Parse("p.yaml", []byte(profile+text+"\n"))
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v, want %s", text, err, want)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the secret is told", text)
		}
	}
}

// TestEveryProblemAtOnce tells what is wrong besides keys that are not known and
// values that cannot be read, and nothing that only follows from these.
func TestEveryProblemAtOnce(t *testing.T) {
	_, err := partners.Parse("p.yaml", []byte("id: Bad_ID\nname: X\nusage: live\nkind: office\norganisaton: a\nlogin:\n  user: x\n  keys: [\"ssh-rsa AAAA\"]\n  keep_days: long\n  quota: 5XB\n"))
	var list partners.Problems
	if !errors.As(err, &list) {
		t.Fatal(err)
	}
	var lines []int
	for _, p := range list {
		lines = append(lines, p.Line)
	}
	slices.Sort(lines)
	if want := []int{1, 3, 5, 8, 9, 10}; !slices.Equal(lines, want) {
		t.Errorf("lines %v, want %v:\n%v", lines, want, err)
	}
}

// TestNames fills in names as partners want them.
func TestNames(t *testing.T) {
	p, err := partners.Parse("p.yaml", []byte(profile+"names: {claims: \"{sender}{kind}{mmddyy}{sequence}.837\"}\nfiles: {zip: true, pgp: {encrypt_to: [k], suffix: .PGP}}\nschedule: {time_zone: America/Los_Angeles}\n"))
	if err != nil {
		t.Fatal(err)
	}
	// The partner's day, not ours.
	name := p.FileName("000000217", "institutional", time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC))
	if name != "AI112726217.837" || p.WireName(name) != "AI112726217.837.zip.PGP" {
		t.Errorf("%s, %s", name, p.WireName(name))
	}
	for template, want := range map[string]string{"{name}.done": "a.b.837.done", "{stem}.ctl": "a.b.ctl", "ready-{name}": "ready-a.b.837"} {
		got := partners.MarkerOf(template, "a.b.837")
		if got != want || !partners.IsMarker(template, got) || partners.IsMarker(template, "a.b.837") {
			t.Errorf("%s: %s", template, got)
		}
	}
}
