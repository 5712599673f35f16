package main

import (
	"bytes"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/store"
)

// shipped reads one of the shipped samples.
func shipped(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// all lists the claims of the desk's organisation.
func (d *deskUnderTest) all() (list []gateway.Claim) {
	d.t.Helper()
	if err := d.g.store.Read(d.t.Context(), func(tx *store.Tx) (err error) {
		list, err = tx.Claims(deskScope)
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
	return list
}

var inputs = regexp.MustCompile(`<(input|select|textarea)[^>]* name="([^"]+)"([^>]*)>`)

// formIn reads what a form on a page would post as it stands.
func formIn(body string) url.Values {
	form := url.Values{}
	_, body, _ = strings.Cut(body, `class="edit"`)
	for _, m := range inputs.FindAllStringSubmatch(body, -1) {
		name, value := html.UnescapeString(m[2]), ""
		if v := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(m[0]); v != nil {
			value = html.UnescapeString(v[1])
		}
		if m[1] == "select" {
			_, rest, _ := strings.Cut(body, m[0])
			rest, _, _ = strings.Cut(rest, "</select>")
			if v := regexp.MustCompile(`<option(?: value="[^"]*")? selected>([^<]*)<`).FindStringSubmatch(rest); v != nil {
				value = html.UnescapeString(v[1])
			}
		}
		form.Set(name, value)
	}
	return form
}

// TestCorrectHeld: a held encounter opens as a form with the finding at its field,
// is checked, shows what changes, and goes; the one that was held waits no more.
func TestCorrectHeld(t *testing.T) {
	d := newDesk(t)
	d.user("lena", access.Biller, nil)
	d.put(deskScope, "encounter.json", shipped(t, "encounters", "held", "birth-date-in-future-03.json"))
	was := d.all()[0]
	if was.State != gateway.Held {
		t.Fatalf("it is %s", was.State)
	}
	c := d.browser()
	d.login(c, "lena", goodPassword)
	page := "/claims/" + strconv.FormatInt(was.ID, 10) + "/correct"
	status, _, body := d.ask(c, "GET", page, nil)
	if status != 200 || !strings.Contains(body, "this one was held by our checks and never left") {
		t.Fatalf("%d\n%s", status, body)
	}
	wrong := regexp.MustCompile(`<input id="f-patient-birth_date"[^>]*aria-invalid="true"`)
	if !wrong.MatchString(body) {
		t.Error("the finding does not stand at its field")
	}
	form := formIn(body)
	if form.Get("f:patient.birth_date") == "" {
		t.Fatalf("the form has no birth date: %v", form)
	}
	// As it stands it does not go, whatever is posted.
	form.Set("do", "check")
	_, _, body = d.ask(c, "POST", page, form)
	form = formIn(body)
	form.Set("do", "send")
	if status, _, body := d.ask(c, "POST", page, form); status != http.StatusUnprocessableEntity || !strings.Contains(body, "It is still held") {
		t.Errorf("sent as it stands: %d", status)
	}
	form.Set("f:patient.birth_date", "1987-04-12")
	if _, at, body := d.ask(c, "POST", page, form); at != page || !strings.Contains(body, "It was changed since it was checked") {
		t.Error("what was not checked is sent")
	}
	form.Set("do", "check")
	_, _, body = d.ask(c, "POST", page, form)
	for _, want := range []string{"Our checks find nothing that keeps it from going", "<ins><bdi>1987-04-12</bdi></ins>", "patient, birth date", `value="send"`} {
		if !strings.Contains(body, want) {
			t.Errorf("after the check the page does not say %q", want)
		}
	}
	form = formIn(body)
	form.Set("do", "send")
	status, at, body := d.ask(c, "POST", page, form)
	list := d.all()
	if len(list) != 2 {
		t.Fatalf("%d at %s, %d claims", status, at, len(list))
	}
	next := list[1]
	if at != "/claims/"+strconv.FormatInt(next.ID, 10) || next.State == gateway.Held || !strings.Contains(body, "It was sent instead of") {
		t.Errorf("%d at %s: claim %d is %s: %s", status, at, next.ID, next.State, next.Findings)
	}
	if _, _, body := d.ask(c, "GET", "/claims?state=held", nil); strings.Contains(body, was.ClaimID) {
		t.Error("the one that was corrected waits still")
	}
	if _, _, body := d.ask(c, "GET", "/claims/"+strconv.FormatInt(was.ID, 10), nil); strings.Contains(body, "/correct") || !strings.Contains(body, "sent anew instead of this one") {
		t.Error("the one that was corrected can be corrected again, or does not say what followed")
	}
	// Its money counts once, with the one that follows.
	if _, _, body := d.ask(c, "GET", "/reports/payers", nil); !strings.Contains(body, ">2<") || !strings.Contains(body, was.Charge.String()) || strings.Contains(body, (2*was.Charge).String()) {
		t.Error("a report counts the money of a claim that was sent anew twice, or not at all")
	}
	// A second one in its place is refused with the reason.
	if status, _, body := d.ask(c, "GET", page, nil); status != http.StatusConflict || !strings.Contains(body, "corrects it already") {
		t.Errorf("a second correction: %d", status)
	}
}

// TestCorrectRecord: a claim that came as X12 opens as a form of its record, with
// the finding at its member.
func TestCorrectRecord(t *testing.T) {
	d := newDesk(t)
	d.user("cody", access.Coder, nil)
	b := shipped(t, "base", "837p.edi")
	// The payer of the directory wants member numbers of another form.
	d.put(deskScope, "claims.837", bytes.ReplaceAll(b, []byte("LAKESHORE HEALTH PLAN*****PI*LHP01"), []byte("CASCADE MUTUAL HEALTH*****PI*CMHP1")))
	var held *gateway.Claim
	for _, c := range d.all() {
		if c.State == gateway.Held {
			held = &c
			break
		}
	}
	if held == nil {
		t.Fatal("nothing is held")
	}
	c := d.browser()
	d.login(c, "cody", goodPassword)
	page := "/claims/" + strconv.FormatInt(held.ID, 10) + "/correct"
	status, _, body := d.ask(c, "GET", page, nil)
	if status != 200 || !regexp.MustCompile(`<input id="f-subscriber-member_id"[^>]*aria-invalid="true"`).MatchString(body) {
		t.Errorf("%d: the finding does not stand at its member\n%s", status, body)
	}
	if strings.Contains(body, `name="f:charge"`) || strings.Contains(body, held.Charge.String()) {
		t.Error("a coder sees money")
	}
	form := formIn(body)
	form.Set("f:subscriber.member_id", "CMH1234567")
	form.Set("do", "check")
	_, _, body = d.ask(c, "POST", page, form)
	form = formIn(body)
	form.Set("do", "send")
	if status, at, body := d.ask(c, "POST", page, form); status != 200 || strings.HasSuffix(at, "/correct") {
		t.Errorf("%d at %s\n%s", status, at, body)
	}
}

// TestSaidAbout: what a payer rejected is found at its field.
func TestSaidAbout(t *testing.T) {
	for reason, want := range map[string]string{"A7:562:85": "billing_provider.npi", "A7:164:IL": "insurance.member_id", "A3:21": "", "A7:500:85,A7:254": "billing_provider.address.zip diagnoses", "": "", "A7:562": ""} {
		if got := strings.Join(saidAbout(reason), " "); got != want {
			t.Errorf("%s: %q, want %q", reason, got, want)
		}
	}
	doc := map[string]any{"subscriber": map[string]any{"member_id": "X", "last_name": "ROE"}, "billing_provider": map[string]any{"npi": "2"}, "lines": []any{map[string]any{"charge": "1.00", "date": "2026-10-15"}},
		"providers": []any{map[string]any{"role": "rendering", "npi": "3"}}, "references": []any{map[string]any{"type": "prior_authorization", "value": "P"}}, "dates": []any{map[string]any{"type": "onset", "date": "2026-10-01"}}, "payer": map[string]any{"payer_id": "7"}}
	for path, want := range map[string]string{"insurance.member_id": "subscriber.member_id", "patient.last_name": "subscriber.last_name", "patient.sex": "subscriber.gender", "billing_provider.npi": "billing_provider.npi",
		"rendering_provider.npi": "providers[0].npi", "lines[0].from": "lines[0].date", "lines[3].charge": "lines", "prior_authorization": "references[0].value", "onset_date": "dates[0].date", "insurance.payer.id": "payer.payer_id",
		"total_charge": "charge", "id": "claim_id", "": ""} {
		if got := recordField(doc, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}
