package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"claimwire/gateway"
	"claimwire/gateway/store"
	"claimwire/gateway/watch"
	"claimwire/gateway/work"
)

// watchEvery is how often causes of alerts are looked for.
const watchEvery = 30 * time.Second

// watchJob raises and closes alerts, and asks to be called again. It may run
// twice: an alert is open once.
func (g *spine) watchJob(ctx context.Context, _ *gateway.Job) error {
	if err := g.look(ctx); err != nil {
		return err
	}
	if err := g.store.Optimize(ctx); err != nil {
		return err
	}
	return work.Snooze(watchEvery)
}

// look looks for causes of alerts once.
func (g *spine) look(ctx context.Context) error {
	now := g.now()
	backlog, err := g.store.Backlog(ctx, now)
	if err != nil {
		return err
	}
	free, size := freeSpace(g.dir)
	var raised, closed []gateway.Alert
	err = g.store.Do(ctx, func(tx *store.Tx) error {
		jumped, err := g.jumped(tx, now)
		if err != nil {
			return err
		}
		watcher := g.watcher
		watcher.Partners = g.profiles()
		list, err := watcher.Look(tx, watch.State{Waiting: backlog.Oldest, Open: backlog.Open, Free: free, Size: size, Jumped: jumped, Keys: *g.keys.Load()}, now)
		if err != nil {
			return err
		}
		more, err := g.moneyAlerts(tx, now)
		if err != nil {
			return err
		}
		raised, closed, err = tx.SetAlerts(append(list, more...), now)
		return err
	})
	if err != nil {
		return err
	}
	for _, a := range raised {
		g.log.Warn().Str("alert", a.Kind).Str("subject", a.Subject).Str("do", a.Advice).Msg(a.Message)
	}
	for _, a := range closed {
		g.log.Info().Str("alert", a.Kind).Str("subject", a.Subject).Msg("this alert is over")
	}
	return nil
}

// jumped says by how much the clock was set lately. The alert stays for an hour.
func (g *spine) jumped(tx *store.Tx, now time.Time) (time.Duration, error) {
	g.mu.Lock()
	by := g.clockSet
	g.clockSet = 0
	g.mu.Unlock()
	if by != 0 {
		return by, nil
	}
	since, err := tx.LastAlert("clock-jumped")
	if err != nil || since.IsZero() || now.Sub(since) > time.Hour || now.Before(since) {
		return 0, err
	}
	return time.Second, nil
}

// bigJump is how far a clock may be set without anybody minding.
const bigJump = 5 * time.Second

// mindClock watches the wall clock against one that only goes forward. When it is
// set back, what waits for a time waits for that time less: nothing stands still
// until the old time comes round again. When it is set forward, leases end early,
// which every handler bears.
func (g *spine) mindClock(ctx context.Context, tick <-chan time.Time, wall func() time.Time, steady func() time.Duration) {
	c := clockWatch{g: g, offset: wall().UnixNano() - int64(steady())}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			c.look(ctx, wall(), steady())
		}
	}
}

// clockWatch knows how far the wall clock is from the one that only goes forward.
type clockWatch struct {
	g      *spine
	offset int64
}

// look compares the two clocks.
func (c *clockWatch) look(ctx context.Context, wall time.Time, steady time.Duration) {
	by := time.Duration(wall.UnixNano() - int64(steady) - c.offset)
	if by.Abs() < bigJump {
		return
	}
	c.g.log.Error().Dur("by", by).Msg("the clock was set")
	if by < 0 {
		if err := c.g.store.ShiftJobs(ctx, by); err != nil {
			return // and again at the next tick
		}
	}
	c.offset += int64(by)
	c.g.mu.Lock()
	c.g.clockSet = by
	c.g.mu.Unlock()
}

// keysOf are the keys that age: by when their files were written, and by what
// the configuration says of API keys.
func (c *config) keysOf(partnerKeys []string) []watch.Key {
	var list []watch.Key
	files := append([]string{}, c.SFTP.HostKeys...)
	if c.Archive != "" && !strings.HasPrefix(c.Archive, "env:") {
		files = append(files, c.path(c.Archive))
	}
	seen := map[string]bool{}
	for _, f := range append(files, partnerKeys...) {
		st, err := os.Stat(f)
		if f == "" || seen[f] || err != nil {
			continue
		}
		seen[f] = true
		list = append(list, watch.Key{Name: filepath.Base(f), Made: st.ModTime()})
	}
	for _, k := range c.Keys {
		if made, err := time.Parse("2006-01-02", k.Made); err == nil {
			list = append(list, watch.Key{Name: "api_keys:" + k.Name, Made: made})
		}
	}
	return list
}

// alertMetrics count the open alerts by kind, and tell of the backlog and of
// room.
type alertMetrics struct{ g *spine }

var (
	alertsOpen = prometheus.NewDesc("claimwire_alerts_open", "Alerts that are open, by kind.", []string{"kind"}, nil)
	oldestJob  = prometheus.NewDesc("claimwire_jobs_oldest_seconds", "How long the oldest job that could run has waited.", nil, nil)
	diskFree   = prometheus.NewDesc("claimwire_disk_free_bytes", "Bytes free where the data are.", nil, nil)
)

// Describe names the metrics.
func (alertMetrics) Describe(c chan<- *prometheus.Desc) {
	c <- alertsOpen
	c <- oldestJob
	c <- diskFree
}

// Collect asks the store.
func (m alertMetrics) Collect(c chan<- prometheus.Metric) {
	if free, size := freeSpace(m.g.dir); size > 0 {
		c <- prometheus.MustNewConstMetric(diskFree, prometheus.GaugeValue, float64(free))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	now := m.g.now()
	if b, err := m.g.store.Backlog(ctx, now); err == nil {
		old := 0.0
		if !b.Oldest.IsZero() {
			old = max(0, now.Sub(b.Oldest).Seconds())
		}
		c <- prometheus.MustNewConstMetric(oldestJob, prometheus.GaugeValue, old)
	}
	n, err := read(ctx, m.g, func(tx *store.Tx) (map[string]int, error) { return tx.OpenAlerts() })
	if err != nil {
		return
	}
	for _, kind := range []string{"late-ta1", "late-999", "late-277ca", "late-835", "partner-silent", "partner-stopped", "partner-unreachable", "queue-growing", "job-parked",
		"file-aside", "delivery-unsure", "key-ageing", "disk-full", "clock-jumped", "partner-full", "delivery-stuck", "interchange-rejected", "partner-back-in-test"} {
		c <- prometheus.MustNewConstMetric(alertsOpen, prometheus.GaugeValue, float64(n[kind]), kind)
	}
}
