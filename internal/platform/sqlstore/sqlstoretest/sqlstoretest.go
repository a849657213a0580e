// Package sqlstoretest gives a test an empty database of each kind: SQLite, and
// a real PostgreSQL that it starts. It holds no test of its own.
package sqlstoretest

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guichet/internal/platform/sqlstore"
)

// Each runs test once on SQLite and once on PostgreSQL, each time with an empty
// database that has had the migrations.
func Each(t *testing.T, migrations []fs.FS, test func(t *testing.T, db *sqlstore.DB)) {
	t.Helper()
	for _, kind := range []struct {
		name string
		dsn  func(*testing.T) string
	}{{"sqlite", SQLite}, {"postgres", Postgres}} {
		t.Run(kind.name, func(t *testing.T) {
			test(t, Open(t, kind.dsn(t), migrations...))
		})
	}
}

// Open opens a database for a test and migrates it; it is closed at the end.
func Open(t *testing.T, dsn string, migrations ...fs.FS) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), sqlstore.Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context(), migrations...); err != nil {
		t.Fatal(err)
	}
	return db
}

// SQLite is the path of a database that does not exist yet.
func SQLite(t *testing.T) string { return filepath.Join(t.TempDir(), "test.db") }

var databases atomic.Int64

// Postgres makes an empty database on this process's server and returns its DSN.
func Postgres(t *testing.T) string {
	t.Helper()
	base, err := server()
	if err != nil {
		t.Fatalf("a PostgreSQL server is needed for this test (Debian: apt-get install postgresql): %v", err)
	}
	admin, err := sql.Open("pgx", base("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	name := fmt.Sprintf("t%d", databases.Add(1))
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return base(name)
}

// server starts PostgreSQL once per test process. A shell holds it: when the
// test process ends, however it ends, the shell's input closes, and it stops the
// server and removes its folder.
var server = sync.OnceValues(func() (func(database string) string, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "guichet-postgres-*")
	if err != nil {
		return nil, err
	}
	script := `set -e
initdb -D "$DIR/data" -U postgres -A trust -N -E UTF8 --locale=C >"$DIR/log" 2>&1
postgres -D "$DIR/data" -k "$DIR" -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=200 >>"$DIR/log" 2>&1 &
read -r _ || true
kill -INT $!
wait $! || true
rm -rf "$DIR"`
	cmd := exec.Command("sh", "-c", script)
	cmd.Env = append(os.Environ(), "DIR="+dir, "PATH="+bin+":"+os.Getenv("PATH"), "LC_ALL=C")
	cmd.Dir = dir
	if err := asOrdinaryUser(cmd, dir); err != nil {
		return nil, err
	}
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	dsn := func(database string) string {
		// Held open until the process ends.
		defer runtime.KeepAlive(input)
		return "postgres://postgres@/" + database + "?" + url.Values{"host": {dir}}.Encode()
	}
	return dsn, wait(dsn("postgres"), filepath.Join(dir, "log"))
})

func wait(dsn, log string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		db, err := sqlstore.Open(ctx, sqlstore.Options{DSN: dsn})
		if err == nil {
			return db.Close()
		}
		select {
		case <-ctx.Done():
			said, _ := os.ReadFile(log)
			return fmt.Errorf("%w; the server said: %s", err, said)
		case <-poll.C:
		}
	}
}

// binaries finds the folder of initdb and postgres.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("initdb is neither on PATH nor below /usr/lib/postgresql")
	}
	newest := found[0]
	for _, path := range found {
		if len(path) > len(newest) || len(path) == len(newest) && strings.Compare(path, newest) > 0 {
			newest = path
		}
	}
	return filepath.Dir(newest), nil
}
