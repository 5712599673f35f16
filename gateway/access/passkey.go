package access

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"claimwire/gateway"
)

// The bounds of passkeys.
const (
	MaxPasskeys    = 20 // of a user
	MaxPasskeyName = 60
	ChallengeLife  = 2 * time.Minute // how long a person may take to answer the browser
)

// Passkeys asks browsers for passkeys and judges what they answer (WebAuthn level
// 2). What a question needs to be judged by is given to the caller, who keeps it:
// here nothing is.
type Passkeys struct {
	Origin string // the one address at which they serve: scheme, name and port
	rp     *webauthn.WebAuthn
}

// PasskeyProblem says why passkeys cannot serve people who reach the desk at an
// address; empty: they can.
func PasskeyProblem(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return "is an address such as https://desk.example.net, without a path"
	case u.Scheme == "http" && u.Hostname() != "localhost":
		return "begins with https://; browsers keep passkeys from addresses that begin with http://, other than http://localhost"
	case u.Scheme != "https" && u.Scheme != "http":
		return "begins with https://"
	case net.ParseIP(u.Hostname()) != nil:
		return "has a name; browsers have no passkeys for the numbers of an address"
	}
	return ""
}

// NewPasskeys makes them for people who reach the desk at an address.
func NewPasskeys(address string) (*Passkeys, error) {
	if p := PasskeyProblem(address); p != "" {
		return nil, errors.New(p)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	origin := u.Scheme + "://" + strings.ToLower(u.Host)
	timeout := webauthn.TimeoutConfig{Timeout: ChallengeLife, TimeoutUVD: ChallengeLife}
	rp, err := webauthn.New(&webauthn.Config{
		RPID: strings.ToLower(u.Hostname()), RPDisplayName: "claimwire", RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{RequireResidentKey: protocol.ResidentKeyRequired(), ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired},
		Timeouts: webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
	})
	if err != nil {
		return nil, err
	}
	return &Passkeys{Origin: origin, rp: rp}, nil
}

// owner is a user as the library asks for one.
type owner struct {
	user     *gateway.User
	handle   []byte
	passkeys []gateway.Passkey
}

func (o owner) WebAuthnID() []byte          { return o.handle }
func (o owner) WebAuthnName() string        { return o.user.Login }
func (o owner) WebAuthnDisplayName() string { return o.user.Name }

func (o owner) WebAuthnCredentials() []webauthn.Credential {
	var all []webauthn.Credential
	for _, p := range o.passkeys {
		c := webauthn.Credential{ID: p.Credential, PublicKey: p.Key, Flags: webauthn.NewCredentialFlags(protocol.AuthenticatorFlags(p.Flags)), Authenticator: webauthn.Authenticator{SignCount: p.Count}}
		for t := range strings.SplitSeq(p.Transports, ",") {
			if t != "" {
				c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
			}
		}
		all = append(all, c)
	}
	return all
}

// asked is what is kept of a question.
type asked struct {
	Session webauthn.SessionData
	User    int64  // whose passkey is to be added; 0: somebody signs in
	Name    string // what it is to be called
}

// PasskeyName is a name as it is kept; empty: it is none.
func PasskeyName(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if len([]rune(name)) > MaxPasskeyName {
		return ""
	}
	return name
}

// Add asks for a new passkey of a user who has others already: what to give the
// browser, and what to keep.
func (p *Passkeys) Add(u *gateway.User, has []gateway.Passkey, name string) (options, keep []byte, err error) {
	o := owner{u, nil, has}
	if len(has) > 0 {
		o.handle = has[0].Handle
	} else {
		o.handle = make([]byte, 32)
		rand.Read(o.handle)
	}
	q, session, err := p.rp.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return nil, nil, err
	}
	return both(q.Response, asked{*session, u.ID, name})
}

// Ask asks whoever wants to sign in for any of the passkeys of this desk.
func (p *Passkeys) Ask() (options, keep []byte, err error) {
	q, session, err := p.rp.BeginDiscoverableLogin()
	if err != nil {
		return nil, nil, err
	}
	return both(q.Response, asked{Session: *session})
}

func both(options any, a asked) (_, _ []byte, err error) {
	o, err := json.Marshal(options)
	if err != nil {
		return nil, nil, err
	}
	k, err := json.Marshal(a)
	return o, k, err
}

// Added judges the answer to Add. An error says why it does not hold, without
// anything of the answer.
func (p *Passkeys) Added(u *gateway.User, kept, answer []byte) (gateway.Passkey, error) {
	var a asked
	if err := json.Unmarshal(kept, &a); err != nil {
		return gateway.Passkey{}, err
	}
	if a.User == 0 || a.User != u.ID {
		return gateway.Passkey{}, errors.New("the question was another one's")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return gateway.Passkey{}, why(err)
	}
	c, err := p.rp.CreateCredential(owner{u, a.Session.UserID, nil}, a.Session, parsed)
	if err != nil {
		return gateway.Passkey{}, why(err)
	}
	k := gateway.Passkey{User: u.ID, Handle: a.Session.UserID, Credential: c.ID, Key: c.PublicKey, Count: c.Authenticator.SignCount, Flags: c.Flags.MsgpByte(), Name: a.Name}
	var transports []string
	for _, t := range c.Transport {
		if s := string(t); len(s) <= 20 && !strings.Contains(s, ",") && len(transports) < 10 {
			transports = append(transports, s)
		}
	}
	k.Transports = strings.Join(transports, ",")
	return k, nil
}

// Answer is an answer to Ask that holds.
type Answer struct {
	Count uint32 // as the authenticator says
	Flags byte
}

// Credential names the passkey that an answer is of, before it is judged.
func (p *Passkeys) Credential(answer []byte) ([]byte, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil, why(err)
	}
	return parsed.RawID, nil
}

// Answered judges the answer to Ask, of a passkey and the user whose it is. Whether
// the count goes on is left to who keeps it, so that two answers at once are
// judged one after the other.
func (p *Passkeys) Answered(u *gateway.User, k gateway.Passkey, kept, answer []byte) (Answer, error) {
	var a asked
	if err := json.Unmarshal(kept, &a); err != nil {
		return Answer{}, err
	}
	if a.User != 0 {
		return Answer{}, errors.New("the question was for a new passkey")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Answer{}, why(err)
	}
	_, c, err := p.rp.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return owner{u, k.Handle, []gateway.Passkey{k}}, nil }, a.Session, parsed)
	if err != nil {
		return Answer{}, why(err)
	}
	return Answer{parsed.Response.AuthenticatorData.Counter, c.Flags.MsgpByte()}, nil
}

// why is the library's reason in its own fixed words; what it says besides may
// hold what was sent.
func why(err error) error {
	var e *protocol.Error
	if errors.As(err, &e) {
		return fmt.Errorf("the passkey's answer does not hold: %s", strings.ReplaceAll(e.Type, "_", " "))
	}
	return errors.New("the passkey's answer does not hold")
}
