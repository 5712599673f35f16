// Package hook tells organisations what happened to their claims: signed
// webhooks as the Standard Webhooks specification has them (identifier, time
// and HMAC-SHA-256 over both and the body). A message names claims by the
// gateway's numbers and states; what is about a patient is asked for through
// the API.
//
// Events are told in their order, at least once: a receiver that answers 2xx
// has had one, and knows it again by its webhook-id.
package hook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"claimwire/gateway"
)

// Book is where webhooks and events are kept.
type Book interface {
	Webhook(ctx context.Context, s gateway.Scope, id int64) (gateway.Webhook, error)
	EventsAfter(ctx context.Context, s gateway.Scope, after int64, limit int) ([]gateway.Event, error)
	// Told notes an attempt and where the webhook is afterwards.
	Told(ctx context.Context, h gateway.Webhook, a gateway.WebhookAttempt) error
	// Passed notes where the webhook is, where nothing was told.
	Passed(ctx context.Context, h gateway.Webhook) error
}

// The bounds of telling.
const (
	perMessage = 100              // claims of an event in one message; a longer event has several
	perTurn    = 50               // events before others get their turn
	timeout    = 15 * time.Second // for a receiver to answer
	maxAnswer  = 64 << 10         // of an answer's body is read, so that the connection serves again
)

// waits is how long a failing webhook waits before the next try, as the
// specification advises; after the last a person resumes it.
var waits = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// Teller tells.
type Teller struct {
	Book   Book
	Now    func() time.Time
	Client *http.Client
}

// Message is the body of a webhook.
type Message struct {
	Type      string `json:"type"` // claim.payment, claim.held …: claim. and the kind of the event
	Timestamp string `json:"timestamp"`
	Data      Data   `json:"data"`
}

// Data is what happened: the event, and what it did to claims.
type Data struct {
	Event        int64    `json:"event"`
	Transmission int64    `json:"transmission,omitempty"`
	Interchange  int64    `json:"interchange,omitempty"`
	Claims       []Change `json:"claims"`
}

// Change is what the event did to one claim.
type Change struct {
	Claim  int64  `json:"claim"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
}

// ErrEnded says that there is nothing to tell any more: the webhook is gone,
// paused, or failing.
var ErrEnded = errors.New("the webhook is not active")

// Turn tells what happened since the last time, at most perTurn events. It says
// when to come again; zero: there may be more at once. Telling twice is safe:
// a receiver knows the identifier again.
func (t *Teller) Turn(ctx context.Context, s gateway.Scope, id int64) (again time.Duration, err error) {
	h, err := t.Book.Webhook(ctx, s, id)
	if err != nil {
		return 0, err
	}
	if h.State != gateway.WebhookActive {
		return 0, ErrEnded
	}
	events, err := t.Book.EventsAfter(ctx, s, h.Cursor, perTurn)
	if err != nil {
		return 0, err
	}
	for _, e := range events {
		if len(h.Kinds) > 0 && !slices.Contains(h.Kinds, e.Kind) {
			h.Cursor = e.ID
			if err := t.Book.Passed(ctx, h); err != nil {
				return 0, err
			}
			continue
		}
		for part, last := 0, (max(len(e.Claims), 1)-1)/perMessage; part <= last; part++ {
			a := t.tell(ctx, &h, &e, part, last)
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			good := a.Status >= 200 && a.Status < 300
			if good {
				h.Failures = 0
				if part == last {
					h.Cursor = e.ID
				}
			} else if h.Failures++; a.Status == http.StatusGone || h.Failures > len(waits) {
				h.State = gateway.WebhookFailing
			}
			if err := t.Book.Told(ctx, h, a); err != nil {
				return 0, err
			}
			switch {
			case h.State != gateway.WebhookActive:
				return 0, ErrEnded
			case !good:
				return waits[h.Failures-1], nil
			}
		}
	}
	if len(events) == perTurn {
		return 0, nil
	}
	return 2 * time.Second, nil
}

// tell sends one message.
func (t *Teller) tell(ctx context.Context, h *gateway.Webhook, e *gateway.Event, part, last int) gateway.WebhookAttempt {
	id := "evt_" + strconv.FormatInt(e.ID, 10)
	if last > 0 {
		id += "_" + strconv.Itoa(part)
	}
	m := Message{Type: "claim." + e.Kind, Timestamp: e.At.UTC().Format(time.RFC3339), Data: Data{Event: e.ID, Transmission: e.Transmission, Interchange: e.Interchange, Claims: []Change{}}}
	for _, c := range e.Claims[min(part*perMessage, len(e.Claims)):min((part+1)*perMessage, len(e.Claims))] {
		m.Data.Claims = append(m.Data.Claims, Change{c.Claim, string(c.State), c.Reason})
	}
	began := t.Now()
	a := gateway.WebhookAttempt{Webhook: h.ID, Message: id, At: began}
	body, err := json.Marshal(m)
	if err == nil {
		a.Status, err = t.post(ctx, h, id, began, body)
	}
	a.Took = t.Now().Sub(began)
	switch {
	case err != nil:
		a.Note = reason(err)
	case a.Status < 200 || a.Status > 299:
		a.Note = "the receiver answered " + strconv.Itoa(a.Status)
	}
	return a
}

func (t *Teller) post(ctx context.Context, h *gateway.Webhook, id string, at time.Time, body []byte) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	sig, err := Sign(h.Secret, id, at, body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "claimwire")
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("webhook-signature", sig)
	resp, err := t.Client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	return resp.StatusCode, nil
}

// Sign is the value of webhook-signature.
func Sign(secret, id string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return "", errors.New("the secret is not base64")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// NewSecret makes the secret of a webhook.
func NewSecret() string {
	var b [24]byte
	rand.Read(b[:])
	return "whsec_" + base64.StdEncoding.EncodeToString(b[:])
}

// CheckURL says what is wrong with an address; empty: nothing. Plain HTTP is for
// receivers on this machine.
func CheckURL(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || len(address) > 500:
		return "That is not an address such as https://billing.example/claimwire."
	case u.User != nil:
		return "The address holds a name or a password. The signature says who asks; leave them out."
	case u.Scheme == "https":
	case u.Scheme == "http" && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"):
	default:
		return "The address begins with https://."
	}
	return ""
}

// errInside says that an address is one that webhooks may not reach.
var errInside = errors.New("the address is inside this network, which the configuration does not allow")

// NewClient is a client that follows no redirects and reaches public addresses
// alone, and those of the networks that are allowed: an organisation may not
// look around in the network that the gateway stands in.
func NewClient(allowed []netip.Prefix) *http.Client {
	dial := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		ip := ap.Addr().Unmap()
		if slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(ip) }) {
			return nil
		}
		if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || shared.Contains(ip) {
			return errInside
		}
		return nil
	}}
	return &http.Client{Timeout: timeout, Transport: &http.Transport{DialContext: dial.DialContext, TLSHandshakeTimeout: 10 * time.Second, MaxIdleConnsPerHost: 2,
		IdleConnTimeout: time.Minute, ResponseHeaderTimeout: timeout},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// shared is address space between providers and their customers (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// reason says why a try failed, without the address, which may hold a token.
func reason(err error) string {
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errInside):
		return errInside.Error()
	case errors.As(err, &dns):
		return "the name of the host is not known"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the receiver did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nobody listens there"
	case strings.Contains(err.Error(), "certificate"):
		return "the receiver's certificate is not valid"
	}
	return "the receiver cannot be reached"
}
