package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"claimwire/edi/codes"
	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/api"
	"claimwire/gateway/archive"
	"claimwire/partners"
)

// config is the gateway's configuration: one strict file (an unknown key is an
// error with its line). Paths are relative to the file.
type config struct {
	Data     string      `yaml:"data"`     // folder: database, archive, homes of partners
	Database string      `yaml:"database"` // postgres://…; empty: the embedded database in data
	Partners string      `yaml:"partners"` // folder of trading partner profiles, *.yaml
	Payers   string      `yaml:"payers"`   // payer directory
	HTTP     httpConfig  `yaml:"http"`
	SFTP     sftpConfig  `yaml:"sftp"`
	Poll     string      `yaml:"poll"`        // how often partners' folders are looked at; empty: 1m
	Archive  string      `yaml:"archive_key"` // file with the keys of the archive, or env:NAME of a variable that holds them; empty: not encrypted
	Codes    string      `yaml:"codes"`       // folder of code sets that claimwire codes import has loaded; empty: those of the binary alone
	Log      logConfig   `yaml:"log"`
	Keys     []keyConfig `yaml:"api_keys"`

	dir  string
	poll time.Duration

	webhookNetworks []netip.Prefix
}

type httpConfig struct {
	Listen string `yaml:"listen"` // empty: 127.0.0.1:8837
	Secure bool   `yaml:"secure"` // people come by HTTPS alone, through a proxy
	// WebhookNetworks are networks such as 10.0.0.0/8 that webhooks may reach; public
	// addresses always.
	WebhookNetworks []string `yaml:"webhook_networks"`
}

type sftpConfig struct {
	Listen   string   `yaml:"listen"`    // empty: 127.0.0.1:2222; "off": no SFTP server
	HostKeys []string `yaml:"host_keys"` // files of private keys, one of a type
	// NextHostKeys are shown to clients, so that they know them when they take the
	// place of the others.
	NextHostKeys []string `yaml:"next_host_keys"`
}

type logConfig struct {
	Level string `yaml:"level"` // debug, info, warn, error
}

type keyConfig struct {
	Name         string `yaml:"name"`
	Organisation string `yaml:"organisation"`
	Usage        string `yaml:"usage"`  // test or production
	SHA256       string `yaml:"sha256"` // digest of the key, never the key
	ReadOnly     bool   `yaml:"read_only"`
	Role         string `yaml:"role"` // what it may, as users have roles; empty: manager
	Made         string `yaml:"made"` // day it was made, 2026-11-27, so that its age is watched
}

// loadConfig reads and checks a configuration.
func loadConfig(file string) (*config, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	c := &config{dir: filepath.Dir(file)}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(c); err != nil {
		return nil, fmt.Errorf("%s: %s", file, strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), " in type main.", ", not a key of "))
	}
	var wrong []string
	bad := func(format string, a ...any) { wrong = append(wrong, file+": "+fmt.Sprintf(format, a...)) }
	or := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	or(&c.Data, "data")
	or(&c.Partners, "partners")
	or(&c.Payers, "payers.yaml")
	or(&c.HTTP.Listen, "127.0.0.1:8837")
	or(&c.SFTP.Listen, "127.0.0.1:2222")
	or(&c.Poll, "1m")
	or(&c.Log.Level, "info")
	for _, p := range []*string{&c.Data, &c.Partners, &c.Payers} {
		*p = c.path(*p)
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") && !strings.HasPrefix(c.Database, "env:") {
		bad("database: is an address such as postgres://user@host/claimwire, or env:NAME of a variable that holds it")
	}
	if name, ok := strings.CutPrefix(c.Database, "env:"); ok {
		if c.Database = os.Getenv(name); c.Database == "" {
			bad("database: the environment variable %s is not set", name)
		}
	}
	for i := range c.SFTP.HostKeys {
		c.SFTP.HostKeys[i] = c.path(c.SFTP.HostKeys[i])
	}
	for i := range c.SFTP.NextHostKeys {
		c.SFTP.NextHostKeys[i] = c.path(c.SFTP.NextHostKeys[i])
	}
	if c.poll, err = time.ParseDuration(c.Poll); err != nil || c.poll < time.Second {
		bad("poll: is a time of at least a second, such as 1m")
	}
	for name, addr := range map[string]string{"http.listen": c.HTTP.Listen, "sftp.listen": c.SFTP.Listen} {
		if _, _, err := net.SplitHostPort(addr); err != nil && addr != "off" {
			bad("%s: is an address and a port, such as 127.0.0.1:8837", name)
		}
	}
	for _, n := range c.HTTP.WebhookNetworks {
		p, err := netip.ParsePrefix(n)
		if err != nil {
			bad("http.webhook_networks: %q is not a network such as 10.0.0.0/8", n)
		}
		c.webhookNetworks = append(c.webhookNetworks, p)
	}
	if c.SFTP.Listen != "off" && len(c.SFTP.HostKeys) == 0 {
		bad("sftp.host_keys: is missing; claimwire init makes one, and off as sftp.listen does without")
	}
	for i, k := range c.Keys {
		if k.Name == "" || k.Organisation == "" || len(k.SHA256) != 64 || strings.Trim(k.SHA256, "0123456789abcdef") != "" {
			bad("api_keys, the %d. one: has a name, an organisation and the sha256 of the key in 64 lower-case hexadecimal digits", i+1)
		}
		if k.Usage != "test" && k.Usage != "production" {
			bad("api_keys, the %d. one: usage is test or production", i+1)
		}
		if k.Role != "" && !access.Known(gateway.Role(k.Role)) {
			bad("api_keys, the %d. one: role is coder, biller, manager, payer, support or administrator", i+1)
		}
		if _, err := time.Parse("2006-01-02", k.Made); k.Made != "" && err != nil {
			bad("api_keys, the %d. one: made is a day such as 2026-11-27", i+1)
		}
	}
	if len(wrong) > 0 {
		sort.Strings(wrong)
		return nil, errors.New(strings.Join(wrong, "\n"))
	}
	return c, nil
}

// library opens the code sets that were loaded.
func (c *config) library() (*codes.Library, error) {
	if c.Codes == "" {
		return nil, nil
	}
	return loadLibrary(c.path(c.Codes))
}

// archiveKeys reads the keys of the archive, the newest first.
func (c *config) archiveKeys() ([]*archive.Key, error) {
	if c.Archive == "" {
		return nil, nil
	}
	if name, ok := strings.CutPrefix(c.Archive, "env:"); ok {
		keys, err := archive.ReadKeys(strings.NewReader(os.Getenv(name)))
		if err != nil {
			return nil, fmt.Errorf("archive_key: %s: %w", name, err)
		}
		return keys, nil
	}
	f, err := os.Open(c.path(c.Archive))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	keys, err := archive.ReadKeys(f)
	if err != nil {
		return nil, fmt.Errorf("archive_key: %s: %w", c.Archive, err)
	}
	return keys, nil
}

func (c *config) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.dir, p)
}

// profiles reads all trading partners; every problem of every file is told.
func (c *config) profiles() ([]*partners.Profile, error) {
	names, err := filepath.Glob(filepath.Join(c.Partners, "*.yaml"))
	if err != nil {
		return nil, err
	}
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

func (c *config) apiKeys() []api.Key {
	var list []api.Key
	for _, k := range c.Keys {
		list = append(list, api.Key{Name: k.Name, Scope: gateway.Scope{Organisation: k.Organisation, Usage: k.Usage}, SHA256: k.SHA256, Role: gateway.Role(k.Role), Write: !k.ReadOnly})
	}
	return list
}
