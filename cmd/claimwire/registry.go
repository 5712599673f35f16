package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"claimwire/edi"
	"claimwire/gateway"
	"claimwire/gateway/route"
	"claimwire/gateway/scrub"
	"claimwire/gateway/store"
	"claimwire/partners"
	"claimwire/partners/pack"
)

// partnerSet is the trading partners and the payer directory as they are at a
// time. It is not changed: when something of it changes, another takes its place,
// and who holds this one ends with it what was begun.
type partnerSet struct {
	list       []*partners.Profile // in the order of their files
	byID       map[string]*partners.Profile
	packers    map[string]*pack.Packer  // by partner
	companions map[string]edi.Narrowing // by partner
	payers     *route.Directory
}

// newPartnerSet makes a set of profiles that are right by themselves.
func newPartnerSet(list []*partners.Profile, payers *route.Directory) (*partnerSet, error) {
	set := &partnerSet{list: list, byID: map[string]*partners.Profile{}, packers: map[string]*pack.Packer{}, companions: map[string]edi.Narrowing{}, payers: payers}
	for _, p := range list {
		var err error
		if set.packers[p.ID], err = pack.New(p, p.Dir); err != nil {
			return nil, fmt.Errorf("partner %s: %w", p.ID, err)
		}
		n, err := companionOfProfile(p)
		if err != nil {
			return nil, err
		}
		if n != nil {
			set.companions[p.ID] = n
		}
		set.byID[p.ID] = p
	}
	return set, nil
}

// served checks what the parts ask of a set besides, so that one that they could
// not serve does not take the place of one that they do.
func (set *partnerSet) served() error {
	users := map[string]string{}
	for _, p := range set.list {
		if p.Connection.Host != "" && p.Organisation == "" {
			return fmt.Errorf("the profile of %s has no organisation: what it answers would be nobody's", p.ID)
		}
		if p.Login.User == "" {
			continue
		}
		if other, ok := users[p.Login.User]; ok {
			return fmt.Errorf("partners %s and %s have the same login.user", other, p.ID)
		}
		users[p.Login.User] = p.ID
	}
	return nil
}

// scrub is what checks claims, with the code sets that are loaded at this moment.
func (g *spine) scrub() *scrub.Scrubber { return g.scrubber.Load() }

// profile finds a trading partner; nil: there is none of this name now.
func (g *spine) profile(id string) *partners.Profile { return g.partners.Load().byID[id] }

// profiles are all trading partners at this moment.
func (g *spine) profiles() []*partners.Profile { return g.partners.Load().list }

// packer wraps and unwraps the files of a partner; nil where it is none any more.
func (g *spine) packer(id string) *pack.Packer { return g.partners.Load().packers[id] }

// payer finds a payer in the directory.
func (g *spine) payer(id, name string) (gateway.Payer, bool) {
	return g.partners.Load().payers.Payer(id, name)
}

// livePayers is the payer directory as it is when it is asked.
type livePayers struct{ g *spine }

// Payer finds a payer.
func (l livePayers) Payer(id, name string) (gateway.Payer, bool) {
	return l.g.payer(id, name)
}

// Nearest names payers that may be meant.
func (l livePayers) Nearest(id, name string, n int) []string {
	return l.g.partners.Load().payers.Nearest(id, name, n)
}

// registry is where partners and payers are read from, and how they were.
type registry struct {
	partners string // folder of profiles; empty: nowhere
	payers   string // payer directory; empty: the one that the binary has
	codes    string // folder of code sets; empty: none
	keys     func(set *partnerSet)
	seen     map[string]fileMark // files of the folder, and the directory
	coded    map[string]fileMark // files of code sets
}

// fileMark is how a file looks from outside.
type fileMark struct {
	size int64
	at   time.Time
}

// partnersEvery is how often a process looks whether somebody changed a profile or
// the directory: another process's page, or an editor.
const partnersEvery = 2 * time.Second

// mindFolders takes up what changes in the folders of profiles and of code sets,
// until the context ends. What cannot be used is said once, and all stays as it was.
func (g *spine) mindFolders(ctx context.Context) {
	tick := time.NewTicker(partnersEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := g.reload(ctx, false); err != nil && ctx.Err() == nil {
			g.log.Error().Err(err).Msg("the trading partners cannot be read anew: they stay as they were")
		}
		if err := g.reloadCodes(); err != nil {
			g.log.Error().Err(err).Msg("the code sets cannot be read anew: they stay as they were")
		}
	}
}

// marks looks at the files from outside.
func (r *registry) marks() (map[string]fileMark, error) {
	found := map[string]fileMark{}
	look := func(file string) error {
		st, err := os.Stat(file)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil && st.Mode().IsRegular() {
			found[file] = fileMark{st.Size(), st.ModTime()}
		}
		return err
	}
	entries, err := os.ReadDir(r.partners)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".tmp") && !strings.HasSuffix(e.Name(), removedProfile) {
			if err := look(filepath.Join(r.partners, e.Name())); err != nil {
				return nil, err
			}
		}
	}
	if r.payers != "" {
		if err := look(r.payers); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// reload reads partners and payers anew, where their files have changed or it is
// told to, and lets every part use them.
func (g *spine) reload(ctx context.Context, always bool) error {
	g.reloading.Lock()
	defer g.reloading.Unlock()
	r := &g.registry
	if r.partners == "" {
		return nil
	}
	found, err := r.marks()
	if err != nil {
		return err
	}
	if !always && maps.Equal(found, r.seen) {
		return nil
	}
	set, err := r.set(g.partners.Load())
	if err == nil {
		err = set.served()
	}
	r.seen = found
	if err != nil {
		return err
	}
	return g.adopt(ctx, set)
}

// set reads all profiles and the directory. A profile whose file is as it was is
// the same one.
func (r *registry) set(was *partnerSet) (*partnerSet, error) {
	list, err := profilesIn(r.partners)
	if err != nil {
		return nil, err
	}
	for i, p := range list {
		if old := was.byID[p.ID]; old != nil && reflect.DeepEqual(old, p) {
			list[i] = old
		}
	}
	payers := was.payers
	if r.payers != "" {
		if payers, err = payerDirectory(r.payers); err != nil {
			return nil, err
		}
	}
	return newPartnerSet(list, payers)
}

// adopt puts a set in the place of the one that serves: at the door who may come
// in, and who is let go; of whom answers are fetched.
func (g *spine) adopt(ctx context.Context, set *partnerSet) error {
	was := g.partners.Load()
	// Who comes in is known by then.
	g.partners.Store(set)
	if g.door != nil {
		g.doorAudit.know(set.list)
		if err := g.door.Serve(set.list); err != nil {
			g.partners.Store(was)
			return err
		}
	}
	if g.registry.keys != nil {
		g.registry.keys(set)
	}
	if err := g.pollNew(ctx); err != nil {
		return err
	}
	for _, p := range set.list {
		switch old := was.byID[p.ID]; {
		case old == nil:
			g.log.Info().Str("partner", p.ID).Msg("a trading partner is added")
		case old != p:
			g.log.Info().Str("partner", p.ID).Msg("a trading partner is changed")
		}
	}
	for _, p := range was.list {
		if set.byID[p.ID] == nil {
			g.log.Info().Str("partner", p.ID).Msg("a trading partner is removed")
		}
	}
	return nil
}

// pollNew asks for those partners to be looked at that we go to, where this
// process does that; who is asked for already is not asked for twice.
func (g *spine) pollNew(ctx context.Context) error {
	if g.pollEvery == 0 {
		return nil
	}
	return g.store.Do(ctx, func(tx *store.Tx) error {
		if err := g.watchSilence(tx); err != nil {
			return err
		}
		for _, p := range g.profiles() {
			if p.Connection.Host == "" {
				continue
			}
			if err := tx.AddRecurring(scopeOf(p), "poll", p.ID, g.now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// removedProfile ends the name of a profile's file that was taken out of use.
const removedProfile = ".removed"

// profilesIn reads the profiles of a folder; every problem of every file is told.
func profilesIn(dir string) ([]*partners.Profile, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var list []*partners.Profile
	var wrong []error
	seen := map[string]string{}
	for _, n := range names {
		p, err := partners.Load(n)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		if other, ok := seen[p.ID]; ok {
			wrong = append(wrong, fmt.Errorf("%s: id: %s is the id in %s too", n, p.ID, other))
			continue
		}
		seen[p.ID] = n
		list = append(list, p)
	}
	return list, errors.Join(wrong...)
}

// keepProfile keeps a profile that is right by itself, and lets it serve: both, or
// neither.
func (g *spine) keepProfile(ctx context.Context, id string, text []byte) error {
	file := filepath.Join(g.registry.partners, id+".yaml")
	if err := os.MkdirAll(g.registry.partners, 0o700); err != nil {
		return err
	}
	g.reloading.Lock()
	defer g.reloading.Unlock()
	temp := file + ".tmp"
	if err := os.WriteFile(temp, text, 0o600); err != nil {
		return err
	}
	defer os.Remove(temp)
	p, err := partners.Load(temp)
	if err != nil {
		return err
	}
	was := g.partners.Load()
	list := slices.DeleteFunc(slices.Clone(was.list), func(q *partners.Profile) bool { return q.ID == id })
	list = append(list, p)
	slices.SortFunc(list, func(a, b *partners.Profile) int { return strings.Compare(a.ID, b.ID) })
	set, err := newPartnerSet(list, was.payers)
	if err == nil {
		err = set.served()
	}
	if err != nil {
		return refusedProfile{err}
	}
	if err := g.adopt(ctx, set); err != nil {
		return err
	}
	if err := os.Rename(temp, file); err != nil {
		return errors.Join(err, g.adopt(ctx, was))
	}
	return nil
}

// refusedProfile is why a profile that is right by itself cannot serve here.
type refusedProfile struct{ error }

// dropProfile takes a partner out of use; its file stays, under another name.
func (g *spine) dropProfile(ctx context.Context, id string) error {
	g.reloading.Lock()
	defer g.reloading.Unlock()
	was := g.partners.Load()
	set, err := newPartnerSet(slices.DeleteFunc(slices.Clone(was.list), func(q *partners.Profile) bool { return q.ID == id }), was.payers)
	if err != nil {
		return err
	}
	file := filepath.Join(g.registry.partners, id+".yaml")
	if err := os.Rename(file, file+removedProfile); err != nil {
		return err
	}
	return g.adopt(ctx, set)
}

// codeMarks looks at the files of code sets from outside.
func (r *registry) codeMarks() (map[string]fileMark, error) {
	found := map[string]fileMark{}
	err := filepath.WalkDir(r.codes, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !slices.Contains([]string{releaseExt, ".bin", ".jar", ".zip"}, strings.ToLower(filepath.Ext(file))) {
			return err
		}
		st, err := e.Info()
		if err == nil {
			found[file] = fileMark{st.Size(), st.ModTime()}
		}
		return err
	})
	return found, err
}

// reloadCodes opens the code sets anew where their files have changed. Claims that
// are being checked go on with those that they began with.
func (g *spine) reloadCodes() error {
	g.reloading.Lock()
	defer g.reloading.Unlock()
	r := &g.registry
	if r.codes == "" {
		return nil
	}
	found, err := r.codeMarks()
	if err != nil || maps.Equal(found, r.coded) {
		return err
	}
	r.coded = found
	library, err := loadLibrary(r.codes)
	if err != nil {
		return err
	}
	next := *g.scrub()
	next.Codes, next.Stays = library, newStayTables(r.codes)
	g.scrubber.Store(&next)
	g.log.Info().Int("files", len(found)).Msg("code sets are loaded anew")
	return nil
}
