package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"claimwire/gateway/access"
	"claimwire/gateway/web"
)

// TestPasskeyInBrowser: a person adds a passkey in a real browser, logs out, signs
// in with it where everybody needs two steps, removes it, and is refused then.
func TestPasskeyInBrowser(t *testing.T) {
	d := newDeskWith(t, web.Setup{}, httpConfig{SecondFactor: true})
	d.user("lena", access.Biller, nil)
	b := openTab(t, d.origin())
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Minute)
	defer cancel()
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	device, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Ctap2version: webauthn.Ctap2versionCtap21, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	if err != nil {
		t.Fatal(err)
	}
	b.login("lena", goodPassword)
	b.open("/passkeys")
	b.wants("A new passkey", "You have none yet")
	b.picture("passkeys-none")
	b.run(chromedp.WaitVisible("#newpasskey"), chromedp.SendKeys("#name", "Laptop"), chromedp.SendKeys("#confirm", "wrong\r"), chromedp.WaitVisible("#newpasskey .problem"))
	b.wants("The password or the code is not right")
	b.run(chromedp.SendKeys("#confirm", goodPassword+"\r"), chromedp.WaitReady("table"))
	b.wants("Added. You can sign in with it from now on.", "Laptop", "never")
	b.picture("passkeys-one")
	got, err := chromedp.Call(ctx, webauthn.GetCredentials, webauthn.GetCredentialsParams(device))
	if err != nil || len(got.Credentials) != 1 || !got.Credentials[0].IsResidentCredential || got.Credentials[0].RpID != "localhost" {
		t.Fatalf("the device has %+v: %v", got.Credentials, err)
	}
	// The same device is told that it has one.
	b.run(chromedp.SendKeys("#name", "Laptop again"), chromedp.SendKeys("#confirm", goodPassword+"\r"), chromedp.WaitVisible("#newpasskey .problem"))
	b.wants("This device has a passkey for you already")

	b.run(chromedp.Evaluate[chromedp.Void](`document.querySelector(".me form[action='/logout'] button").click()`), chromedp.WaitVisible("#passkey button"))
	b.picture("passkeys-door")
	b.run(chromedp.Click("#passkey button"), chromedp.WaitReady(".bar"))
	b.open("/claims")
	b.wants("There is no claim yet") // and not the second step, which the password alone would lead to

	// A signature that is none lets nobody in.
	b.run(chromedp.Evaluate[chromedp.Void](`document.querySelector(".me form[action='/logout'] button").click()`), chromedp.WaitVisible("#passkey button"))
	bogus := true
	bits := webauthn.SetResponseOverrideBitsParams{AuthenticatorID: device.AuthenticatorID, IsBogusSignature: &bogus}
	if _, err := chromedp.Call(ctx, webauthn.SetResponseOverrideBits, bits); err != nil {
		t.Fatal(err)
	}
	b.run(chromedp.Click("#passkey button"), chromedp.WaitVisible("#passkey .problem"))
	b.wants("That passkey does not serve here")
	bogus = false
	if _, err := chromedp.Call(ctx, webauthn.SetResponseOverrideBits, bits); err != nil {
		t.Fatal(err)
	}
	b.run(chromedp.Click("#passkey button"), chromedp.WaitReady(".bar"))

	b.open("/passkeys")
	b.run(chromedp.Click("tbody button"), chromedp.WaitReady(".flash"))
	b.wants("You have none yet")
	b.run(chromedp.Evaluate[chromedp.Void](`document.querySelector(".me form[action='/logout'] button").click()`), chromedp.WaitVisible("#passkey button"))
	b.run(chromedp.Click("#passkey button"), chromedp.WaitVisible("#passkey .problem"))
	b.wants("That passkey does not serve here")
	if at := js[string](b, "location.pathname"); at != "/login" {
		t.Errorf("with a passkey that was removed one is at %s", at)
	}

	// Where passkeys do not serve, the page offers none, and the password is a way in.
	b.base = strings.Replace(b.base, "localhost", "127.0.0.1", 1)
	b.open("/login")
	if js[bool](b, `document.querySelector("#passkey").checkVisibility()`) {
		t.Error("at another address, passkeys are offered")
	}
	b.login("lena", goodPassword)
	b.open("/passkeys")
	b.wants("Passkeys serve at " + d.origin())
}

// TestPasskeyPage: the page is looked at as every page is, with a passkey and the form
// for another.
func TestPasskeyPage(t *testing.T) {
	d := newDesk(t)
	d.user("lena", access.Biller, nil)
	c := d.browser()
	d.login(c, "lena", goodPassword)
	d.addPasskey(c, newAuthenticator(t, d.origin()), "Laptop")
	b := openTab(t, d.origin())
	b.login("lena", goodPassword)
	b.open("/passkeys")
	b.run(chromedp.WaitVisible("#newpasskey"))
	b.wants("Laptop", "A new passkey")
	b.press("\t") // a page shows no focus before somebody has touched it
	l := looker{t: t, b: b, checker: axe(t)}
	l.look("passkeys")
}
