package partners

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// What a connection can say. Everything else is temporary: try again later.
var (
	ErrHostKey  = errors.New("the partner's host key is not the pinned one")
	ErrDenied   = errors.New("the partner refused the log-in")
	ErrNotFound = errors.New("no such file")
	ErrSize     = errors.New("what arrived is not as long as what was sent")
	ErrExists   = errors.New("a file of this name is there already")
	ErrNoRename = errors.New("the partner does not let files be renamed: names.temporary is to be none")
	ErrGone     = errors.New("the file was closed, and is not there any more")
	ErrFull     = errors.New("the partner cannot take the file: it may have no room left")
)

// File is a file at the partner's.
type File struct {
	Name    string
	Size    int64
	ModTime time.Time
}

// Client is a connection to a partner.
type Client struct {
	conn net.Conn
	ssh  *ssh.Client
	sftp *sftp.Client
	step time.Duration
}

// pin is a host key that is trusted: the key, or its fingerprint.
type pin struct {
	key         []byte
	fingerprint string
}

func parsePin(s string) (pin, error) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "SHA256:") {
		return pin{fingerprint: s}, nil
	}
	k, _, _, _, err := ssh.ParseAuthorizedKey([]byte(s))
	if err != nil {
		return pin{}, errors.New("a host key is its type and base64 text, or SHA256:fingerprint")
	}
	return pin{key: k.Marshal()}, nil
}

// Modern algorithms only, as both ends of every connection of ours have them.
var (
	KeyExchanges  = []string{"mlkem768x25519-sha256", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"}
	Ciphers       = []string{"aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"}
	MACs          = []string{"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"}
	KeyAlgorithms = []string{"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"}
)

// Dial connects to a partner, checks its host key against the pinned ones and
// logs in.
func Dial(ctx context.Context, c *Connection) (*Client, error) {
	timeout, err := time.ParseDuration(c.Timeout)
	if err != nil || timeout <= 0 {
		timeout = 30 * time.Second
	}
	auth, err := credentials(c)
	if err != nil {
		return nil, err
	}
	var pins []pin
	for _, k := range c.HostKeys {
		p, err := parsePin(k)
		if err != nil {
			return nil, err
		}
		pins = append(pins, p)
	}
	var hostKeyErr error
	cfg := &ssh.ClientConfig{
		User: c.User, Auth: auth, Timeout: timeout, HostKeyAlgorithms: KeyAlgorithms,
		Config: ssh.Config{KeyExchanges: KeyExchanges, Ciphers: Ciphers, MACs: MACs},
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			for _, p := range pins {
				if p.key != nil && bytes.Equal(p.key, key.Marshal()) || p.fingerprint != "" && p.fingerprint == ssh.FingerprintSHA256(key) {
					return nil
				}
			}
			hostKeyErr = fmt.Errorf("%w: it shows %s", ErrHostKey, ssh.FingerprintSHA256(key))
			return hostKeyErr
		},
	}
	port := c.Port
	if port == 0 {
		port = 22
	}
	addr := net.JoinHostPort(c.Host, strconv.Itoa(port))
	d := net.Dialer{Timeout: timeout}
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(timeout))
	sc, chans, reqs, err := ssh.NewClientConn(conn, addr, cfg)
	if err != nil {
		conn.Close()
		switch {
		case hostKeyErr != nil:
			return nil, hostKeyErr
		case strings.Contains(err.Error(), "unable to authenticate"):
			return nil, fmt.Errorf("%w: %s", ErrDenied, c.User)
		}
		return nil, err
	}
	client := &Client{conn: conn, ssh: ssh.NewClient(sc, chans, reqs), step: timeout}
	if client.sftp, err = openSFTP(ctx, client.ssh, timeout); err != nil {
		client.ssh.Close()
		return nil, err
	}
	conn.SetDeadline(time.Time{})
	return client, nil
}

// openSFTP begins SFTP on a connection. Where the other side ends the connection
// at the very moment at which a channel is opened, the library waits for an answer
// that can no more come, whatever deadline the connection has: so it is waited for
// from outside, and what waits in vain is left behind.
func openSFTP(ctx context.Context, c *ssh.Client, timeout time.Duration) (*sftp.Client, error) {
	type opened struct {
		c   *sftp.Client
		err error
	}
	done := make(chan opened, 1)
	go func() {
		s, err := sftp.NewClient(c)
		done <- opened{s, err}
	}()
	late := time.NewTimer(timeout + time.Second)
	defer late.Stop()
	select {
	case o := <-done:
		return o.c, o.err
	case <-late.C:
		return nil, errors.New("the server does not begin SFTP")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func credentials(c *Connection) ([]ssh.AuthMethod, error) {
	var auth []ssh.AuthMethod
	if c.KeyFile != "" {
		b, err := os.ReadFile(c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("key file: %w", err)
		}
		signer, err := ssh.ParsePrivateKey(b)
		if err != nil {
			return nil, errors.New("key file: it is no private key, or has a passphrase")
		}
		auth = append(auth, ssh.PublicKeys(signer))
	}
	if c.PasswordEnv != "" {
		p, ok := os.LookupEnv(c.PasswordEnv)
		if !ok {
			return nil, fmt.Errorf("environment variable %s is not set", c.PasswordEnv)
		}
		auth = append(auth, ssh.Password(p))
	}
	return auth, nil
}

// watch arms a deadline for one step; moved extends it while bytes move.
func (c *Client) watch() { c.conn.SetDeadline(time.Now().Add(c.step)) }
func (c *Client) rest()  { c.conn.SetDeadline(time.Time{}) }

// Close ends the connection.
func (c *Client) Close() error {
	c.watch()
	return errors.Join(c.sftp.Close(), ignoreClosed(c.ssh.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func known(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return err
}

// List lists the plain files of a folder.
func (c *Client) List(dir string) ([]File, error) {
	c.watch()
	defer c.rest()
	infos, err := c.sftp.ReadDir(dir)
	if err != nil {
		return nil, known(err)
	}
	var list []File
	for _, i := range infos {
		if i.Mode().IsRegular() {
			list = append(list, File{path.Base(i.Name()), i.Size(), i.ModTime()})
		}
	}
	return list, nil
}

// Stat tells of one file; ErrNotFound when there is none.
func (c *Client) Stat(name string) (File, error) {
	c.watch()
	defer c.rest()
	i, err := c.sftp.Stat(name)
	if err != nil {
		return File{}, known(err)
	}
	return File{path.Base(i.Name()), i.Size(), i.ModTime()}, nil
}

// moving extends the deadline while bytes move.
type moving struct {
	c *Client
	r io.Reader
}

func (m moving) Read(p []byte) (int, error) {
	m.c.watch()
	return m.r.Read(p)
}

// Put writes a file from the beginning and checks that it has the size.
func (c *Client) Put(ctx context.Context, name string, r io.Reader, size int64) error {
	c.watch()
	defer c.rest()
	f, err := c.sftp.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return full(known(err))
	}
	n, err := io.Copy(f, moving{c, contextReader{ctx, r}})
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return full(err)
	}
	if n != size {
		return ErrSize
	}
	st, err := c.Stat(name)
	if errors.Is(err, ErrNotFound) {
		return ErrGone
	}
	if err != nil {
		return err
	}
	if st.Size != size {
		return fmt.Errorf("%w: %d of %d", ErrSize, st.Size, size)
	}
	return nil
}

// full says what a failure most often means. SFTP has no word for a full disk: a
// server that speaks of a failure while bytes come, and goes on talking, has no
// room.
func full(err error) error {
	if status := (*sftp.StatusError)(nil); errors.As(err, &status) && status.FxCode() == sftp.ErrSSHFxFailure {
		return fmt.Errorf("%w (%w)", ErrFull, err)
	}
	return err
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Rename gives a file its final name. Where the server cannot replace, an
// existing file is an error: a final name is never used twice.
func (c *Client) Rename(from, to string) error {
	c.watch()
	defer c.rest()
	if _, err := c.sftp.Stat(to); err == nil {
		return ErrExists
	}
	var err error
	if _, ok := c.sftp.HasExtension("posix-rename@openssh.com"); ok {
		err = c.sftp.PosixRename(from, to)
	} else {
		err = c.sftp.Rename(from, to)
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, sftp.ErrSSHFxOpUnsupported) {
		return ErrNoRename
	}
	return known(err)
}

// Get reads a file whole and checks that it is as long as the server says.
func (c *Client) Get(ctx context.Context, name string, w io.Writer) (int64, error) {
	c.watch()
	defer c.rest()
	st, err := c.Stat(name)
	if err != nil {
		return 0, err
	}
	c.watch()
	f, err := c.sftp.Open(name)
	if err != nil {
		return 0, known(err)
	}
	defer f.Close()
	n, err := io.Copy(w, moving{c, contextReader{ctx, f}})
	if err != nil {
		return n, err
	}
	if n != st.Size {
		return n, fmt.Errorf("%w: %d of %d", ErrSize, n, st.Size)
	}
	return n, nil
}

// Remove removes a file; one that is not there is no error.
func (c *Client) Remove(name string) error {
	c.watch()
	defer c.rest()
	if err := known(c.sftp.Remove(name)); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}
