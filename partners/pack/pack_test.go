package pack_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/gopenpgp/v3/crypto"
	"github.com/ProtonMail/gopenpgp/v3/profile"

	"claimwire/partners"
	"claimwire/partners/pack"
)

var text = []byte("ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*000000001*0*T*:~IEA*0*000000001~")

// keys makes a key pair in a folder: name.asc and name.pub.asc.
func keys(t *testing.T, dir, name, passphrase string) {
	t.Helper()
	pgp := crypto.PGPWithProfile(profile.RFC4880())
	k, err := pgp.KeyGeneration().AddUserId(name, name+"@example.com").GenerationTime(time.Now().Add(-time.Hour).Unix()).New().GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	public, err := k.GetArmoredPublicKey()
	if err != nil {
		t.Fatal(err)
	}
	if passphrase != "" {
		if k, err = pgp.LockKey(k, []byte(passphrase)); err != nil {
			t.Fatal(err)
		}
	}
	private, err := k.Armor()
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(dir, name+".asc"), []byte(private), 0o600)
	os.WriteFile(filepath.Join(dir, name+".pub.asc"), []byte(public), 0o600)
}

func packer(t *testing.T, dir string, f partners.Files) *pack.Packer {
	t.Helper()
	if f.PGP.Suffix == "" {
		f.PGP.Suffix = ".pgp"
	}
	k, err := pack.New(&partners.Profile{Files: f}, dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestThereAndBack wraps as the one side does and unwraps as the other.
func TestThereAndBack(t *testing.T) {
	dir := t.TempDir()
	keys(t, dir, "we", "violin rain plough")
	keys(t, dir, "they", "")
	t.Setenv("CLAIMWIRE_TEST_PASSPHRASE", "violin rain plough")
	ours := partners.PGP{EncryptTo: []string{"they.pub.asc"}, SignWith: "we.asc", DecryptWith: []string{"we.asc"}, VerifyWith: []string{"they.pub.asc"}, PassphraseEnv: "CLAIMWIRE_TEST_PASSPHRASE"}
	theirs := partners.PGP{EncryptTo: []string{"we.pub.asc"}, SignWith: "they.asc", DecryptWith: []string{"they.asc"}, VerifyWith: []string{"we.pub.asc"}, Required: true}
	now := time.Now()
	for _, c := range []struct {
		name       string
		out, in    partners.Files
		wire, back string
	}{
		{"plain", partners.Files{}, partners.Files{}, "1.837", "1.837"},
		{"zip", partners.Files{Zip: true}, partners.Files{}, "1.837.zip", "1.837"},
		{"encrypted and signed", partners.Files{PGP: ours}, partners.Files{PGP: theirs}, "1.837.pgp", "1.837"},
		{"zip, encrypted and signed", partners.Files{Zip: true, PGP: ours}, partners.Files{PGP: theirs}, "1.837.zip.pgp", "1.837"},
		{"signed alone", partners.Files{PGP: partners.PGP{SignWith: "they.asc"}}, partners.Files{PGP: partners.PGP{VerifyWith: []string{"they.pub.asc"}}}, "1.837.pgp", "1.837"},
		{"encrypted alone, as text", partners.Files{PGP: partners.PGP{EncryptTo: []string{"they.pub.asc"}, Armor: true, Suffix: ".asc"}}, partners.Files{PGP: partners.PGP{DecryptWith: []string{"they.asc"}, Required: true}},
			"1.837.asc", "1.837"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, wire, err := packer(t, dir, c.out).Pack("1.837", text, now)
			if err != nil || name != c.wire {
				t.Fatalf("%s, %v", name, err)
			}
			in := packer(t, dir, c.in)
			files, err := in.Unpack(name, wire, now)
			if err != nil || len(files) != 1 || files[0].Name != c.back || !bytes.Equal(files[0].Bytes, text) {
				t.Fatalf("%d files, %v", len(files), err)
			}
			if c.name == "plain" {
				return
			}
			if bytes.Contains(wire, []byte("SENDER")) && c.name != "signed alone" {
				t.Error("it can be read on the wire")
			}
			// Cut off anywhere, it is never taken for whole.
			for n := 1; n < len(wire); n += 1 + len(wire)/37 {
				files, err := in.Unpack(name, wire[:n], now)
				if err == nil && (len(files) != 1 || !bytes.Equal(files[0].Bytes, text) && (c.in.PGP.Receives() || !bytes.Equal(files[0].Bytes, wire[:n]))) {
					t.Fatalf("%d of %d bytes were taken for whole", n, len(wire))
				}
			}
			// Changed anywhere, it does not say something else.
			for n := 0; n < len(wire); n += 1 + len(wire)/23 {
				b := bytes.Clone(wire)
				b[n] ^= 0x20
				if files, err := in.Unpack(name, b, now); err == nil && c.in.PGP.Receives() && !bytes.Equal(files[0].Bytes, text) {
					t.Fatalf("with byte %d changed it says something else", n)
				}
			}
		})
	}
}

// TestRefused names what is wrong with a file.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"we", "they", "other"} {
		keys(t, dir, n, "")
	}
	now := time.Now()
	from := func(g partners.PGP) []byte {
		_, b, err := packer(t, dir, partners.Files{PGP: g}).Pack("x", text, now)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	in := packer(t, dir, partners.Files{PGP: partners.PGP{DecryptWith: []string{"we.asc"}, VerifyWith: []string{"they.pub.asc"}, Required: true}})
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"plain":               {text, pack.ErrPlain},
		"not signed":          {from(partners.PGP{EncryptTo: []string{"we.pub.asc"}}), pack.ErrUnsigned},
		"signed by another":   {from(partners.PGP{EncryptTo: []string{"we.pub.asc"}, SignWith: "other.asc"}), pack.ErrSignature},
		"encrypted for other": {from(partners.PGP{EncryptTo: []string{"other.pub.asc"}, SignWith: "they.asc"}), pack.ErrKey},
	} {
		if _, err := in.Unpack("x", c.b, now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		} else if strings.Contains(err.Error(), "SENDER") {
			t.Errorf("%s: the reason tells what is in the file", name)
		}
	}
	if _, err := packer(t, dir, partners.Files{PGP: partners.PGP{VerifyWith: []string{"they.pub.asc"}}}).Unpack("x", text, now); !errors.Is(err, pack.ErrUnsigned) {
		t.Errorf("a file that has to be signed: %v", err)
	}
	if _, err := pack.New(&partners.Profile{Files: partners.Files{PGP: partners.PGP{SignWith: "we.pub.asc"}}}, dir); err == nil {
		t.Error("signing with a public key")
	}
	if _, err := pack.New(&partners.Profile{Files: partners.Files{PGP: partners.PGP{SignWith: "none.asc"}}}, dir); err == nil {
		t.Error("a key that is not there")
	}
}

// TestHostileZip bounds what a zip file may hold, and where its names lead.
func TestHostileZip(t *testing.T) {
	k := packer(t, "", partners.Files{})
	k.MaxBytes = 5 << 20
	made := func(members map[string][]byte) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for n, text := range members {
			f, _ := w.Create(n)
			f.Write(text)
		}
		w.Close()
		return b.Bytes()
	}
	files, err := k.Unpack("x.zip", made(map[string][]byte{"../../etc/x": text, "a\\..\\b": text, "dir/": nil}), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.ContainsAny(f.Name, "/\\") || f.Name == ".." {
			t.Errorf("a member is called %q", f.Name)
		}
	}
	if _, err := k.Unpack("bomb.zip", made(map[string][]byte{"a": make([]byte, 3<<20), "b": make([]byte, 3<<20)}), time.Now()); !errors.Is(err, pack.ErrTooMuch) {
		t.Errorf("6 MB of nothing: %v", err)
	}
	many := map[string][]byte{}
	for i := range pack.MaxMembers + 1 {
		many[fmt.Sprint(i)] = nil
	}
	if _, err := k.Unpack("many.zip", made(many), time.Now()); !errors.Is(err, pack.ErrTooMuch) {
		t.Errorf("%d members: %v", len(many), err)
	}
	if _, err := k.Unpack("empty.zip", made(nil), time.Now()); !errors.Is(err, pack.ErrForm) {
		t.Errorf("nothing in it: %v", err)
	}
}

// TestGnuPG exchanges files with GnuPG, as partners use it, both ways.
func TestGnuPG(t *testing.T) {
	gpg, err := exec.LookPath("gpg")
	if err != nil {
		t.Skip("gpg is not installed")
	}
	// Its socket's path has to be short.
	home, err := os.MkdirTemp("", "gpg")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(home)
	os.Chmod(home, 0o700)
	dir := t.TempDir()
	keys(t, dir, "we", "")
	run := func(args ...string) []byte {
		t.Helper()
		cmd := exec.Command(gpg, append([]string{"--homedir", home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "", "--trust-model", "always"}, args...)...)
		var out, log bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &log
		if err := cmd.Run(); err != nil {
			t.Fatalf("gpg %v: %v\n%s", args, err, log.String())
		}
		return out.Bytes()
	}
	defer exec.Command("gpgconf", "--homedir", home, "--kill", "gpg-agent").Run()
	run("--quick-generate-key", "they@example.com", "default", "default", "never")
	os.WriteFile(filepath.Join(dir, "they.pub.asc"), run("--armor", "--export", "they@example.com"), 0o600)
	run("--import", filepath.Join(dir, "we.pub.asc"))
	k := packer(t, dir, partners.Files{PGP: partners.PGP{EncryptTo: []string{"they.pub.asc"}, SignWith: "we.asc", DecryptWith: []string{"we.asc"}, VerifyWith: []string{"they.pub.asc"}}})
	now := time.Now()
	_, wire, err := k.Pack("x.837", text, now)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "x.837.pgp")
	os.WriteFile(file, wire, 0o600)
	if got := run("--decrypt", file); !bytes.Equal(got, text) {
		t.Errorf("GnuPG reads %q", got)
	}
	plain := filepath.Join(dir, "y.835")
	os.WriteFile(plain, text, 0o600)
	for _, armor := range [][]string{nil, {"--armor"}} {
		sealed := run(append(armor, "--sign", "--encrypt", "--recipient", "we@example.com", "--local-user", "they@example.com", "--output", "-", plain)...)
		files, err := k.Unpack("y.835.gpg", sealed, time.Now())
		if err != nil || len(files) != 1 || files[0].Name != "y.835" || !bytes.Equal(files[0].Bytes, text) {
			t.Errorf("from GnuPG %v: %d files, %v", armor, len(files), err)
		}
	}
}
