package access_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"claimwire/gateway"
	"claimwire/gateway/access"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// TestMinimumNecessary keeps what the roles exist for.
func TestMinimumNecessary(t *testing.T) {
	for _, c := range []struct {
		role  gateway.Role
		never []access.Permission
	}{
		{access.Coder, []access.Permission{access.SeeMoney, access.ReadFiles, access.PostMoney, access.SeeReports, access.SeeAudit}},
		{access.Support, []access.Permission{access.SeePeople, access.SeeMoney, access.ReadFiles}},
		{access.Administrator, []access.Permission{access.SeeClaims, access.SeePeople, access.SeeMoney, access.ReadFiles}},
		{access.Payer, []access.Permission{access.SubmitClaims, access.CorrectClaims, access.PostMoney, access.ManageUsers, access.SeeAudit, access.SeeReports}},
		{access.Biller, []access.Permission{access.ManageUsers, access.ManageKeys, access.SeeAudit}},
		{access.Manager, []access.Permission{access.AllTenants, access.Operate}},
		{"stranger", access.Permissions(access.Administrator)},
	} {
		for _, p := range c.never {
			if access.May(c.role, p) {
				t.Errorf("%s may %s", c.role, p)
			}
		}
	}
	for _, r := range access.Roles {
		if len(access.Permissions(r)) == 0 {
			t.Errorf("%s may nothing", r)
		}
	}
	var nobody *access.Principal
	if nobody.May(access.SeeClaims) {
		t.Error("nobody may see claims")
	}
}

func TestPasswords(t *testing.T) {
	for password, bad := range map[string]bool{"short": true, "eleven-char": true, "violin rain plough": false, "aaaaaaaaaaaaaaaa": true, "my name is lena okay": true,
		strings.Repeat("long ", 60): true, "überlänge zählt": false} {
		if got := access.PasswordProblem(password, "lena"); (got != "") != bad {
			t.Errorf("%q: %q", password, got)
		}
	}
	u := &gateway.User{Login: "lena", Password: gateway.HashPassword([]byte("violin rain plough"))}
	if !access.CheckPassword(u, "violin rain plough") || access.CheckPassword(u, "violin rain plow") || access.CheckPassword(nil, "x") || access.CheckPassword(&gateway.User{}, "") {
		t.Error("a password is taken for another")
	}
}

// TestLockOut: five failures lock out for a quarter of an hour, a success in
// between begins anew.
func TestLockOut(t *testing.T) {
	u := &gateway.User{}
	for range access.MaxFailures - 1 {
		access.Fail(u, noon)
	}
	access.Succeed(u)
	for range access.MaxFailures - 1 {
		access.Fail(u, noon)
	}
	if access.Locked(u, noon) {
		t.Fatal("locked out too early")
	}
	access.Fail(u, noon)
	if !access.Locked(u, noon.Add(access.LockOut-time.Second)) || access.Locked(u, noon.Add(access.LockOut)) {
		t.Error("not locked out for a quarter of an hour")
	}
}

// TestSecondFactor: a code of now, of the step before or after serves, and once.
func TestSecondFactor(t *testing.T) {
	secret, address, err := access.NewSecret("lena")
	if err != nil || !strings.HasPrefix(address, "otpauth://totp/claimwire:lena?") {
		t.Fatal(address, err)
	}
	at := func(offset time.Duration) string {
		code, err := totp.GenerateCode(secret, noon.Add(offset))
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	u := &gateway.User{Secret: secret}
	if access.CheckCode(u, at(-90*time.Second), noon) || access.CheckCode(u, at(90*time.Second), noon) || access.CheckCode(u, "", noon) || access.CheckCode(u, "000", noon) {
		t.Error("a code of another time serves")
	}
	if !access.CheckCode(u, at(-30*time.Second), noon) || !access.CheckCode(u, " "+at(0)[:3]+" "+at(0)[3:], noon) {
		t.Error("a good code does not serve")
	}
	if access.CheckCode(u, at(0), noon) || access.CheckCode(u, at(-30*time.Second), noon) {
		t.Error("a code serves twice")
	}
	if access.CheckCode(&gateway.User{}, at(30*time.Second), noon) {
		t.Error("without a second factor, one serves")
	}
}

// TestThrottle: tries come back with time, addresses do not share them, and a
// flood of addresses is bounded.
func TestThrottle(t *testing.T) {
	th := &access.Throttle{Burst: 3, Every: time.Minute, Known: 100}
	for i := range 4 {
		if got := th.Allow("a", noon); got != (i < 3) {
			t.Errorf("try %d: %v", i+1, got)
		}
	}
	if !th.Allow("b", noon) || th.Allow("a", noon.Add(59*time.Second)) || !th.Allow("a", noon.Add(2*time.Minute)) {
		t.Error("tries do not come back as they should")
	}
	in := 0
	for i := range 1000 {
		if th.Allow(strconv.Itoa(i), noon.Add(2*time.Minute)) {
			in++
		}
	}
	if in > 100 {
		t.Errorf("%d addresses are known", in)
	}
	if !th.Allow("new", noon.Add(time.Hour)) {
		t.Error("the quiet are not forgotten")
	}
}

// TestSeenByPayer: a payer sees what went to it, and of that nothing that the
// office's own checks said; who sees no money sees none in a sentence either.
func TestSeenByPayer(t *testing.T) {
	s := gateway.Scope{Organisation: "larkspur", Usage: "test"}
	payer := &access.Principal{Membership: gateway.Membership{Scope: s, Role: access.Payer, Partner: "cascade"}}
	c := gateway.Claim{Scope: s, Partner: "cascade", Findings: "E3901 total charge: not the sum of its lines, 1,642.00."}
	if access.Theirs(payer, &c) {
		t.Error("a payer sees what the office has not sent")
	}
	c.Interchange = 7
	if !access.Theirs(payer, &c) || access.Seen(payer, c).Findings != "" {
		t.Error("a payer does not see what went to it, or what the office's checks said")
	}
	coder := &access.Principal{Membership: gateway.Membership{Scope: s, Role: access.Coder}}
	if got := access.Seen(coder, c).Findings; got != "E3901 total charge: not the sum of its lines, (an amount)." {
		t.Errorf("a coder reads %q", got)
	}
	if got := access.WithoutAmounts("E11.65 and 99213 on 2026-11-27, version 5.1, J01.90"); strings.Contains(got, "(") {
		t.Errorf("taken for an amount: %q", got)
	}
}
