package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // database/sql driver "pgx"
)

// server is the PostgreSQL of this test process: started by the first test that
// wants one, on a free port, as a user that is not root, in a folder of its own.
var server struct {
	once sync.Once
	port int
	why  string // that there is none
	dir  string
	cmd  *exec.Cmd
	next int
	mu   sync.Mutex
}

// NeedPostgres is the environment variable that makes a missing PostgreSQL a
// failure instead of a skip.
const NeedPostgres = "CLAIMWIRE_NEED_POSTGRES"

// Postgres gives the address of a new, empty database. Where PostgreSQL is not
// installed the test is skipped, and says so.
func Postgres(t testing.TB) string {
	t.Helper()
	server.once.Do(func() {
		if err := initialise(); err != nil {
			server.why = err.Error()
		}
	})
	if server.why != "" {
		if os.Getenv(NeedPostgres) != "" {
			t.Fatal("PostgreSQL is wanted and not there: " + server.why)
		}
		t.Skip("no PostgreSQL: " + server.why)
	}
	server.mu.Lock()
	server.next++
	name := "t" + strconv.Itoa(server.next)
	server.mu.Unlock()
	admin, err := sql.Open("pgx", address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.ExecContext(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return address(name)
}

// StopPostgres ends the server; a TestMain calls it last.
func StopPostgres() {
	if server.cmd != nil {
		server.cmd.Process.Signal(syscall.SIGINT) // a fast shutdown
		server.cmd.Wait()
		os.RemoveAll(server.dir)
	}
}

// RestartPostgres ends the server as a crash would (SIGQUIT) and starts it again
// on the same data.
func RestartPostgres(t testing.TB) {
	t.Helper()
	server.cmd.Process.Signal(syscall.SIGQUIT)
	server.cmd.Wait()
	if err := run(); err != nil {
		t.Fatal(err)
	}
}

func address(name string) string {
	return (&url.URL{Scheme: "postgres", User: url.User("claimwire"), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(server.port)), Path: name, RawQuery: "sslmode=disable"}).String()
}

// bin finds one of PostgreSQL's programs, where Debian has it or in the path.
func bin(name string) string {
	list, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	sort.Strings(list)
	if len(list) > 0 {
		return list[len(list)-1]
	}
	p, _ := exec.LookPath(name)
	return p
}

// unprivileged lets a command run as a user that is not root: PostgreSQL
// refuses root.
func unprivileged(cmd *exec.Cmd) error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		return os.Chown(server.dir, uid, gid)
	}
	return fmt.Errorf("we are root, and there is no user postgres or nobody")
}

func initialise() error {
	initdb := bin("initdb")
	if initdb == "" {
		return fmt.Errorf("initdb is not installed (Debian: postgresql)")
	}
	dir, err := os.MkdirTemp("", "claimwire-postgres-")
	if err != nil {
		return err
	}
	server.dir = dir
	cmd := exec.Command(initdb, "-D", filepath.Join(dir, "data"), "-U", "claimwire", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
	if err := unprivileged(cmd); err != nil {
		return err
	}
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %v: %s", err, out)
	}
	if server.port, err = FreePort(); err != nil {
		return err
	}
	return run()
}

// FreePort gives a port that nobody listens on, for a server that is to come up
// there again after it was killed. It is below those that systems give to
// connections that go out: one of these would have it while the server is away.
func FreePort() (int, error) {
	for range 100 {
		port := 10_000 + rand.IntN(20_000)
		ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, ln.Close()
		}
	}
	return 0, errors.New("no free port")
}

func run() error {
	cmd := exec.Command(bin("postgres"), "-D", filepath.Join(server.dir, "data"), "-p", strconv.Itoa(server.port), "-k", server.dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100",
		// Tests end the server, never the machine: what the system has is not lost.
		"-c", "fsync=off", "-c", "full_page_writes=off")
	if err := unprivileged(cmd); err != nil {
		return err
	}
	cmd.Dir = server.dir
	if err := cmd.Start(); err != nil {
		return err
	}
	server.cmd = cmd
	db, err := sql.Open("pgx", address("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	// After a crash it reads its log first: on a machine that does much else, that
	// takes a while.
	for range 1200 {
		if err = db.Ping(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("it does not answer: %w", err)
}
