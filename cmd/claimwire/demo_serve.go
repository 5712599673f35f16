package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/api"
	"claimwire/gateway/web"
)

// demoLogin is who looks at the demo's pages: one person with every role, since
// there is nobody to share them with.
const demoLogin = "demo"

// serve keeps the demo running with the pages open, until it is told to stop.
func (d *demo) serve(ctx context.Context, a *app, listen string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	password := strings.ToLower(rand.Text()[:16])
	if err := d.demoUser(ctx, password); err != nil {
		return err
	}
	key := "cw_test_" + rand.Text()
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	v := strings.TrimPrefix(version(), "claimwire ")
	srv := &http.Server{Handler: front(api.New(api.Config{Books: books{d.g}, Operator: books{d.g}, FindKey: books{d.g}.FindKey, Audit: d.g.store, Trail: trail{d.g.store}, Webhooks: apiHooks{hooks{d.g}}, Now: d.g.now, Keys: []api.Key{{Name: "demo", Scope: demoScope, SHA256: api.Digest(key), Write: true}}, Version: v, Log: d.g.log,
		Metrics: metrics(d.g)}), d.g.pages(ctx, v, httpConfig{address: l.Addr().String()}, nil, web.Setup{})), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	if err := d.g.startPolling(ctx, time.Second); err != nil {
		l.Close()
		return err
	}
	fmt.Fprintf(a.stdout, `
The gateway goes on. Look at it, first at one claim's life, step by step:
    http://%[1]s/tour
    login      %[2]s
    password   %[3]s
    API key    %[4]s
Interrupt (Ctrl-C) ends it.
`, l.Addr(), demoLogin, password, key)
	a.stdout.Flush()
	go d.g.mindFolders(ctx)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case <-ctx.Done():
	case err := <-failed:
		return err
	}
	down, cancel := context.WithTimeout(context.Background(), shutdown)
	defer cancel()
	if err := srv.Shutdown(down); err != nil {
		return errors.Join(err, srv.Close())
	}
	return nil
}

// demoUser makes the demo's login, or gives it a new password.
func (d *demo) demoUser(ctx context.Context, password string) error {
	p := people{d.g.store}
	if err := p.SetOrganisation(ctx, gateway.Organisation{ID: demoScope.Organisation, Name: "Demo office", Kind: "office"}); err != nil {
		return err
	}
	u := gateway.User{Login: demoLogin, Name: "Dana Demo", Password: gateway.HashPassword([]byte(password))}
	for _, r := range []gateway.Role{access.Manager, access.Biller, access.Coder, access.Payer, access.Support, access.Administrator} {
		m := gateway.Membership{Scope: demoScope, Role: r}
		if r == access.Payer {
			m.Partner = d.p.ID
		}
		u.Memberships = append(u.Memberships, m)
	}
	added, err := p.AddUser(ctx, u)
	if err != nil || added {
		return err
	}
	return p.ChangeUser(ctx, demoLogin, func(was *gateway.User) error {
		was.Password, was.Memberships = u.Password, u.Memberships
		return nil
	})
}
