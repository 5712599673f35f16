package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"

	"claimwire/gateway"
	"claimwire/gateway/api"
	"claimwire/gateway/store/postgres"
	"claimwire/gateway/web"
	"claimwire/gateway/work"
	"claimwire/partners"
)

type serveCmd struct {
	Config string   `help:"The configuration; claimwire init writes a first one." type:"existingfile" required:"" placeholder:"FILE"`
	Role   []string `help:"Only these parts: web (HTTP), sftp (partners who come to us), worker (jobs, partners that we go to)." enum:"web,sftp,worker" default:"web,sftp,worker"`
}

// Help gives the example.
func (serveCmd) Help() string {
	return `Runs until it is told to stop (interrupt or SIGTERM): then it takes nothing new, ends what it is at, and ends
with 0. Being killed loses nothing: what was kept is gone on with at the next start.

` + example("serve --config claimwire/gateway.yaml", "serve --config gateway.yaml --role worker")
}

// shutdown is how long requests under way may take once we are told to stop.
const shutdown = 20 * time.Second

// Run runs the gateway.
func (c *serveCmd) Run(a *app) error {
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	level, err := zerolog.ParseLevel(cfg.Log.Level)
	if err != nil {
		return fmt.Errorf("log.level: is debug, info, warn or error")
	}
	log := zerolog.New(a.stderr).Level(level).With().Timestamp().Logger()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := newService(ctx, cfg, c.Role, log)
	if err != nil {
		return err
	}
	if s.http != nil {
		fmt.Fprintf(a.stdout, "http       http://%s\n", s.httpAddr)
		if s.setup.Code != "" {
			fmt.Fprintf(a.stdout, "set-up     nobody can log in yet: open http://%s/setup with the code %s\n", s.httpAddr, s.setup.Code)
		}
	}
	if s.sftp != nil {
		fmt.Fprintf(a.stdout, "sftp       %s\n", s.sftp.Addr())
	}
	a.stdout.Flush()
	return s.run(ctx)
}

// service is the running gateway.
type service struct {
	cfg      *config
	g        *spine
	log      zerolog.Logger
	http     *http.Server
	listener net.Listener
	httpAddr string
	sftp     *door
	worker   bool
	setup    web.Setup
}

// newService opens everything that the roles need, and listens; nothing is
// served yet.
func newService(ctx context.Context, cfg *config, roles []string, log zerolog.Logger) (_ *service, err error) {
	profiles, err := cfg.profiles()
	if err != nil {
		return nil, err
	}
	payers, err := payerDirectory(cfg.Payers)
	if err != nil {
		return nil, err
	}
	for _, p := range payers.Payers() {
		if !slices.ContainsFunc(profiles, func(q *partners.Profile) bool { return q.ID == p.Partner }) {
			log.Warn().Str("payer", p.ID).Str("partner", p.Partner).Msg("a payer's trading partner has no profile: its claims are held")
		}
	}
	library, err := cfg.codeSets()
	if err != nil {
		return nil, err
	}
	o, err := cfg.stores()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, err
	}
	if library != nil {
		o.Stays = newStayTables(cfg.path(cfg.Codes))
	}
	o.Codes, o.Payers, o.Profiles, o.Now, o.Log, o.WebhookNetworks = library, payers, profiles, time.Now, log, cfg.webhookNetworks
	g, err := openWhenThere(ctx, o)
	if err != nil {
		return nil, err
	}
	g.retain = cfg.Retain
	g.registry = registry{partners: cfg.Partners, payers: cfg.Payers, keys: func(set *partnerSet) {
		var partnerKeys []string
		for _, p := range set.list {
			partnerKeys = append(partnerKeys, p.Connection.KeyFile)
		}
		keys := cfg.keysOf(partnerKeys)
		g.keys.Store(&keys)
	}}
	g.registry.keys(g.partners.Load())
	if cfg.Codes != "" {
		g.registry.codes = cfg.path(cfg.Codes)
		if g.registry.coded, err = g.registry.codeMarks(); err != nil {
			return nil, errors.Join(err, g.close())
		}
	}
	if g.registry.seen, err = g.registry.marks(); err != nil {
		return nil, errors.Join(err, g.close())
	}
	// The configuration was checked.
	g.watcher.KeyAge, _ = timeOr(cfg.Watch.KeyAge, 0)
	g.watcher.Backlog, _ = timeOr(cfg.Watch.Backlog, 0)
	free, _ := bytesOr(cfg.Watch.Free, 0)
	g.watcher.Free = uint64(free)
	s := &service{cfg: cfg, g: g, log: log, worker: slices.Contains(roles, "worker")}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if slices.Contains(roles, "web") {
		if s.listener, err = net.Listen("tcp", cfg.HTTP.Listen); err != nil {
			return nil, err
		}
		s.httpAddr = s.listener.Addr().String()
		cfg.HTTP.address = s.httpAddr
		if err := whenThere(ctx, log, g.store.Away, func() (err error) {
			s.setup, err = g.setup(ctx, profiles)
			return err
		}); err != nil {
			return nil, err
		}
		signIn, err := cfg.signIn()
		if err != nil {
			return nil, err
		}
		v := strings.TrimPrefix(version(), "claimwire ")
		s.http = &http.Server{Handler: calm(front(api.New(api.Config{Books: books{g}, Operator: books{g}, Away: g.store.Away, FindKey: books{g}.FindKey, Audit: g.store, Trail: trail{g.store}, Webhooks: apiHooks{hooks{g}}, Rate: cfg.HTTP.Rate, Now: g.now, Keys: cfg.apiKeys(), Version: v, Log: log, Metrics: metrics(g)}), g.pages(ctx, v, cfg.HTTP, signIn, s.setup)), log),
			// What net/http would write there may hold what a request held.
			ErrorLog:          stdlog.New(io.Discard, "", 0),
			ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	}
	if slices.Contains(roles, "sftp") && cfg.SFTP.Listen != "off" {
		if s.sftp, err = openDoor(cfg, g, log); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// calm answers 500 where a handler panics, and tells where it did and not with
// what: that may hold a patient's data.
func calm(next http.Handler, log zerolog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			log.Error().Str("route", r.Pattern).Str("at", work.PanickedAt()).Msg("a request's handler panicked")
			w.WriteHeader(http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// openWhenThere opens the gateway's data; a database that cannot be reached is
// waited for.
func openWhenThere(ctx context.Context, o spineOptions) (g *spine, err error) {
	away := func(err error) bool { return o.Database != "" && postgres.Away(err) }
	err = whenThere(ctx, o.Log, away, func() error {
		g, err = openSpine(ctx, o)
		return err
	})
	return g, err
}

// whenThere does what a start needs of the database, again and again while it is
// away.
func whenThere(ctx context.Context, log zerolog.Logger, away func(error) bool, do func() error) error {
	for wait := time.Second; ; wait = min(2*wait, 15*time.Second) {
		err := do()
		if err == nil || !away(err) || ctx.Err() != nil {
			return err
		}
		log.Error().Err(err).Msg("the database cannot be reached; it is tried again")
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (s *service) close() {
	if s.listener != nil {
		s.listener.Close()
	}
	if s.sftp != nil {
		s.sftp.Close()
	}
	s.g.close()
}

// run serves until the context ends.
func (s *service) run(ctx context.Context) error {
	// What is under way gets a moment of its own when we are told to stop.
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var wg sync.WaitGroup
	failed := make(chan error, 1)
	if s.http != nil {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
	}
	if s.worker {
		if err := whenThere(ctx, s.log, s.g.store.Away, func() error { return s.g.startPolling(ctx, s.cfg.poll) }); err != nil {
			return err
		}
		wg.Add(1)
		go func() { defer wg.Done(); s.g.run(ctx) }()
		wg.Add(1)
		go func() {
			defer wg.Done()
			tick, began := time.NewTicker(time.Second), time.Now()
			defer tick.Stop()
			// Round(0) takes the steady part of a time away.
			s.g.mindClock(ctx, tick.C, func() time.Time { return s.g.now().Round(0) }, func() time.Duration { return time.Since(began) })
		}()
	}
	if s.sftp != nil {
		wg.Add(1)
		go func() { defer wg.Done(); s.sftp.run(ctx) }()
	}
	wg.Add(1)
	go func() { defer wg.Done(); s.g.mindFolders(ctx) }()
	s.log.Info().Bool("web", s.http != nil).Bool("sftp", s.sftp != nil).Bool("worker", s.worker).Int("partners", len(s.g.profiles())).Msg("the gateway runs")
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	if s.sftp != nil {
		s.sftp.Close()
	}
	if s.http != nil {
		down, done := context.WithTimeout(working, shutdown)
		if e := s.http.Shutdown(down); e != nil && err == nil {
			err = s.http.Close()
		}
		done()
	}
	wg.Wait()
	s.log.Info().Msg("the gateway has stopped")
	if s.worker {
		err = errors.Join(err, s.g.seal(working))
	}
	return errors.Join(err, s.g.close())
}

// setup is the code by which the first administrator is made, where nobody can
// log in yet.
func (g *spine) setup(ctx context.Context, profiles []*partners.Profile) (web.Setup, error) {
	n, err := (people{g.store}).CountUsers(ctx)
	if err != nil || n > 0 {
		return web.Setup{}, err
	}
	t := rand.Text()
	s := web.Setup{Code: t[:4] + "-" + t[4:8] + "-" + t[8:12]}
	for _, p := range profiles {
		if s.Organisation == "" {
			s.Organisation = p.Organisation
		}
	}
	return s, nil
}

// scopeOf is whose partner it is.
func scopeOf(p *partners.Profile) gateway.Scope {
	return gateway.Scope{Organisation: p.Organisation, Usage: p.Usage}
}

// metrics are what Prometheus asks for. Labels are states and our own words:
// nothing of a patient, and nothing of a partner's content.
func metrics(g *spine) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(alertMetrics{g})
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	jobs := func(parked bool) func() float64 {
		return func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			open, aside, err := g.store.Pending(ctx)
			switch {
			case err != nil:
				return -1
			case parked:
				return float64(aside)
			}
			return float64(open)
		}
	}
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "claimwire_jobs_open", Help: "Jobs that wait or run; -1 when the store does not answer."}, jobs(false)),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "claimwire_jobs_parked", Help: "Jobs put aside for a person; -1 when the store does not answer."}, jobs(true)))
	return r
}
