package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"claimwire/edi/codes"
	"claimwire/gateway"
	"claimwire/gateway/access"
	"claimwire/gateway/api"
	"claimwire/gateway/archive"
	"claimwire/gateway/web"
	"claimwire/partners"
)

// config is the gateway's configuration: one strict file (an unknown key is an
// error with its line). Paths are relative to the file.
type config struct {
	Data     string       `yaml:"data"`     // folder: database, archive, homes of partners
	Database string       `yaml:"database"` // postgres://…; empty: the embedded database in data
	Partners string       `yaml:"partners"` // folder of trading partner profiles, *.yaml
	Payers   string       `yaml:"payers"`   // payer directory
	HTTP     httpConfig   `yaml:"http"`
	SFTP     sftpConfig   `yaml:"sftp"`
	Poll     string       `yaml:"poll"`        // how often partners' folders are looked at; empty: 1m
	Archive  string       `yaml:"archive_key"` // file with the keys of the archive, or env:NAME of a variable that holds them; empty: not encrypted
	S3       *s3Config    `yaml:"archive_s3"`  // where archived files are kept; empty: in data
	Retain   retainConfig `yaml:"retention"`   // how long files are kept, by class
	Watch    watchConfig  `yaml:"watch"`
	Codes    string       `yaml:"codes"` // folder of code sets that claimwire codes import has loaded; empty: those of the binary alone
	Log      logConfig    `yaml:"log"`
	Keys     []keyConfig  `yaml:"api_keys"`

	dir  string
	poll time.Duration

	webhookNetworks []netip.Prefix
}

// s3Config is an object store that speaks Amazon's S3.
type s3Config struct {
	Endpoint  string `yaml:"endpoint"` // https://s3.example.net
	Region    string `yaml:"region"`   // empty: us-east-1
	Bucket    string `yaml:"bucket"`
	Prefix    string `yaml:"prefix"`     // before every address, such as archive/
	AccessKey string `yaml:"access_key"` // or env:NAME of a variable that holds it
	SecretKey string `yaml:"secret_key"` // env:NAME of a variable that holds it, or file:NAME
}

// retainConfig says how long files are kept: years (10y) or days; empty: 10y, and
// never less than 6y.
type retainConfig struct {
	Claims   string `yaml:"claims"`   // encounters and claims as they came and went
	Payments string `yaml:"payments"` // remittance advices
	Answers  string `yaml:"answers"`  // acknowledgments, questions, receipts
	Other    string `yaml:"other"`    // everything else
}

// watchConfig bounds what is no cause of an alert.
type watchConfig struct {
	KeyAge  string `yaml:"key_age"` // of keys; empty: 365d
	Backlog string `yaml:"backlog"` // how long work may wait; empty: 5m
	Free    string `yaml:"free"`    // bytes that have to be free, such as 1GB; empty: 1GB
}

type httpConfig struct {
	Listen string `yaml:"listen"` // empty: 127.0.0.1:8837
	Secure bool   `yaml:"secure"` // people come by HTTPS alone, through a proxy
	// PublicURL is where people reach this desk. Passkeys are bound to it; empty: that
	// of sign_in, else this machine's own, where nobody else can come.
	PublicURL string `yaml:"public_url"`
	Rate      int    `yaml:"rate"` // requests of an API key a second, ten times as many at once; empty: 200
	// SecondFactor is asked of every user, who sets it up at the first log-in.
	SecondFactor bool          `yaml:"second_factor"`
	SignIn       *signInConfig `yaml:"sign_in"`
	// WebhookNetworks are networks such as 10.0.0.0/8 that webhooks may reach; public
	// addresses always.
	WebhookNetworks []string `yaml:"webhook_networks"`

	address string // where the gateway listens, once it does
}

// signInConfig is an OpenID provider that says who people are.
type signInConfig struct {
	Name     string `yaml:"name"`      // what people call it
	Issuer   string `yaml:"issuer"`    // https://…
	ClientID string `yaml:"client_id"` // what it calls this gateway
	Secret   string `yaml:"secret"`    // env:NAME of a variable that holds it, or file:NAME
	Claim    string `yaml:"claim"`     // which claim is the login here; empty: email, when it is verified
	URL      string `yaml:"url"`       // where people reach this desk; /login/back below it is to be registered
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
	if c.HTTP.PublicURL != "" {
		if p := access.PasskeyProblem(c.HTTP.PublicURL); p != "" {
			bad("http.public_url: %s", p)
		}
	}
	if p := c.HTTP.SignIn; p != nil {
		for _, k := range [][2]string{{"issuer", p.Issuer}, {"url", p.URL}} {
			if u, err := url.Parse(k[1]); err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost") {
				bad("http.sign_in.%s: is an address that begins with https://", k[0])
			}
		}
		if p.Name == "" || p.ClientID == "" {
			bad("http.sign_in: needs name and client_id")
		}
		if !strings.HasPrefix(p.Secret, "env:") && !strings.HasPrefix(p.Secret, "file:") {
			bad("http.sign_in.secret: is env:NAME of a variable or file:NAME of a file that holds it, never the secret")
		}
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
	if x := c.S3; x != nil {
		if u, err := url.Parse(x.Endpoint); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
			bad("archive_s3.endpoint: is an address such as https://s3.example.net")
		}
		if x.Bucket == "" || strings.ContainsAny(x.Bucket, "/ ") {
			bad("archive_s3.bucket: is missing, or no name of a bucket")
		}
		if !strings.HasPrefix(x.SecretKey, "env:") && !strings.HasPrefix(x.SecretKey, "file:") {
			bad("archive_s3.secret_key: is env:NAME of a variable or file:NAME of a file that holds it, never the key")
		}
	}
	for _, r := range c.Retain.classes() {
		if _, err := retentionOf(r.text); err != nil {
			bad("retention.%s: %v", r.name, err)
		}
	}
	for name, text := range map[string]string{"key_age": c.Watch.KeyAge, "backlog": c.Watch.Backlog} {
		if _, err := timeOr(text, time.Hour); err != nil {
			bad("watch.%s: is a time such as 5m or 365d", name)
		}
	}
	if _, err := bytesOr(c.Watch.Free, 1<<30); err != nil {
		bad("watch.free: %v", err)
	}
	if len(wrong) > 0 {
		sort.Strings(wrong)
		return nil, errors.New(strings.Join(wrong, "\n"))
	}
	return c, nil
}

// stores are the options of opening archive and database.
func (c *config) stores() (o spineOptions, err error) {
	o = spineOptions{Dir: c.Data, Database: c.Database}
	if o.Keys, err = c.archiveKeys(); err != nil || c.S3 == nil {
		return o, err
	}
	x := c.S3
	o.S3 = &archive.S3{Endpoint: strings.TrimSuffix(x.Endpoint, "/"), Region: x.Region, Bucket: x.Bucket, Prefix: x.Prefix}
	if o.S3.AccessKey, err = c.secret("archive_s3.access_key", x.AccessKey); err != nil {
		return o, err
	}
	o.S3.SecretKey, err = c.secret("archive_s3.secret_key", x.SecretKey)
	return o, err
}

// signIn is the provider that lets people in, where there is one.
func (c *config) signIn() (*web.SignIn, error) {
	p := c.HTTP.SignIn
	if p == nil {
		return nil, nil
	}
	secret, err := c.secret("http.sign_in.secret", p.Secret)
	if err != nil {
		return nil, err
	}
	return &web.SignIn{Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID, Secret: secret, Claim: p.Claim, Back: strings.TrimSuffix(p.URL, "/") + "/login/back"}, nil
}

// passkeys asks for passkeys at the address by which people reach this desk; why:
// there is none at which they could serve.
func (c httpConfig) passkeys() (p *access.Passkeys, why string, err error) {
	at := c.PublicURL
	if at == "" && c.SignIn != nil {
		at = strings.TrimSuffix(c.SignIn.URL, "/")
	}
	if at == "" {
		host, port, err := net.SplitHostPort(c.address)
		if ip := net.ParseIP(host); err == nil && (host == "localhost" || ip != nil && ip.IsLoopback()) {
			at = "http://localhost:" + port
		}
	}
	if at == "" || c.PublicURL == "" && access.PasskeyProblem(at) != "" {
		return nil, "Passkeys do not serve here: http.public_url in the gateway's configuration has to say by which https:// address people reach this desk.", nil
	}
	if p, err = access.NewPasskeys(at); err != nil {
		return nil, "", fmt.Errorf("http.public_url: %w", err)
	}
	return p, "", nil
}

// secret reads a value that stands in a variable, in a file, or as it is.
func (c *config) secret(key, text string) (string, error) {
	if name, ok := strings.CutPrefix(text, "env:"); ok {
		v := os.Getenv(name)
		if v == "" {
			return "", fmt.Errorf("%s: the environment variable %s is not set", key, name)
		}
		return v, nil
	}
	if name, ok := strings.CutPrefix(text, "file:"); ok {
		b, err := os.ReadFile(c.path(name))
		return strings.TrimSpace(string(b)), err
	}
	return text, nil
}

// timeOr reads a time of hours or of days.
func timeOr(text string, otherwise time.Duration) (time.Duration, error) {
	if text == "" {
		return otherwise, nil
	}
	if n, ok := strings.CutSuffix(text, "d"); ok {
		days, err := strconv.Atoi(n)
		if err == nil && days <= 0 {
			err = errors.New("is more than none")
		}
		return time.Duration(days) * 24 * time.Hour, err
	}
	d, err := time.ParseDuration(text)
	if err == nil && d <= 0 {
		err = errors.New("is more than none")
	}
	return d, err
}

func bytesOr(text string, otherwise int64) (int64, error) {
	if text == "" {
		return otherwise, nil
	}
	return partners.Bytes(text)
}

// codeSets opens the code sets that were loaded.
func (c *config) codeSets() (*codes.Library, error) {
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
func (c *config) profiles() ([]*partners.Profile, error) { return profilesIn(c.Partners) }

func (c *config) apiKeys() []api.Key {
	var list []api.Key
	for _, k := range c.Keys {
		list = append(list, api.Key{Name: k.Name, Scope: gateway.Scope{Organisation: k.Organisation, Usage: k.Usage}, SHA256: k.SHA256, Role: gateway.Role(k.Role), Write: !k.ReadOnly})
	}
	return list
}
