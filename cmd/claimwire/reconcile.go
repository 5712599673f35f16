package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"claimwire/gateway/archive"
	"claimwire/gateway/ledger"
	"claimwire/gateway/store"
)

type reconcileCmd struct {
	Config string `help:"The gateway's configuration." type:"existingfile" placeholder:"FILE" xor:"what"`
	Dir    string `help:"The folder of a demo, instead of a configuration." type:"existingdir" placeholder:"DIR" xor:"what"`
	Format string `help:"text, or json: one object." enum:"text,json" default:"text"`
}

// Help says what is proved.
func (reconcileCmd) Help() string {
	return `Reads every row and every archived byte, and proves: the chain of events is unbroken and sealed; every byte that
a row names is archived and is what it was; every file received is taken, put aside with a reason, or waits; every
interchange was sent once; every claim is in one state, the one that its events end in; every dollar is in one bucket.
Ends with 1 and the list when not. It may run while the gateway does.

` + example("reconcile --config gateway.yaml", "reconcile --dir demo")
}

// Run reconciles.
func (c *reconcileCmd) Run(a *app) error {
	ctx := context.Background()
	arch, db, err := openBooks(ctx, c.Config, c.Dir)
	if err != nil {
		return err
	}
	defer db.Close()
	var account *ledger.Account
	if err := db.Read(ctx, func(tx *store.Tx) (err error) {
		account, err = ledger.Reconcile(tx)
		return err
	}); err != nil {
		return err
	}
	account.Bytes(arch.Verify)
	if c.Format == "json" {
		m := account.Money
		if err := printJSON(a, map[string]any{"good": account.Good(), "problems": append([]string{}, account.Problems...), "more": account.More,
			"transmissions": account.Transmissions, "interchanges": account.Interchanges, "claims": account.Claims, "events": account.Events, "sealed": account.Sealed,
			"checkpoints": account.Checkpoints, "remittances": account.Remittances, "purged": account.Purged, "money": map[string]string{"charged": account.Charged.String(), "paid": m.Paid.String(),
				"adjusted": m.Adjusted.String(), "patient": m.Patient.String(), "denied": m.Denied.String(), "open": m.Open.String()}}); err != nil {
			return err
		}
	} else {
		writeAccount(a, account)
	}
	if !account.Good() {
		return errNotGood
	}
	return nil
}

// openBooks opens the archive and the database of a configuration, or of a demo's
// folder, that are there.
func openBooks(ctx context.Context, file, dir string) (*archive.Archive, *store.Store, error) {
	o := spineOptions{Dir: dir}
	switch {
	case file != "":
		cfg, err := loadConfig(file)
		if err != nil {
			return nil, nil, err
		}
		if o, err = cfg.stores(); err != nil {
			return nil, nil, err
		}
	case dir == "":
		return nil, nil, errors.New("--config or --dir is needed")
	}
	if o.Database == "" {
		if _, err := os.Stat(filepath.Join(o.Dir, "gateway.db")); err != nil {
			return nil, nil, fmt.Errorf("%s holds no gateway: %w", o.Dir, err)
		}
	}
	return lookStores(ctx, o)
}

func writeAccount(a *app, r *ledger.Account) {
	for _, p := range r.Problems {
		fmt.Fprintln(a.stdout, p)
	}
	if r.More > 0 {
		fmt.Fprintf(a.stdout, "and %d more\n", r.More)
	}
	m := r.Money
	fmt.Fprintf(a.stdout, "%s, %s, %s, %s, %s (%d sealed by %s)\n", count(int(r.Transmissions), "file"), count(int(r.Interchanges), "interchange"), count(int(r.Claims), "claim"), count(int(r.Remittances), "remittance advice"),
		count(int(r.Events), "event"), r.Sealed, count(int(r.Checkpoints), "checkpoint"))
	fmt.Fprintf(a.stdout, "charged %v = paid %v + adjusted %v + patient %v + denied %v + open %v\n", r.Charged, m.Paid, m.Adjusted, m.Patient, m.Denied, m.Open)
	if r.Good() {
		fmt.Fprintln(a.stdout, "Nothing is lost, doubled or changed.")
	} else {
		fmt.Fprintln(a.stdout, count(len(r.Problems)+r.More, "problem")+".")
	}
}
