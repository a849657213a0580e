// Package sqlstore opens the database that a half of Guichet keeps its truth in
// (SQLite by default, PostgreSQL by DSN), runs its migrations and holds the few
// places where the two dialects differ. It knows no table of anyone's.
//
// SQL is written once for both: $n placeholders numbered in order of first use,
// ON CONFLICT, RETURNING, partial indexes; times are BIGINT microseconds since
// 1970 (see Micros), ids are made by the caller.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver, named "pgx"
	_ "modernc.org/sqlite"             // the SQLite driver, named "sqlite"
)

// Q is what a statement runs on: a DB's read side or a transaction.
type Q interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is an open database: one writer and a pool of readers on SQLite, one pool
// on PostgreSQL.
type DB struct {
	write, read *sql.DB
	dialect     Dialect
	temporary   string
}

// Options say how a database is opened.
type Options struct {
	// DSN is "postgres://…" or the path of an SQLite file; its folder is made.
	DSN string
	// Ephemeral gives SQLite a private temporary file without durability, which
	// Close removes. DSN is then ignored.
	Ephemeral bool
}

// ErrUnusable marks a database that cannot be opened or written: wrong path,
// missing rights, a server that does not answer.
var ErrUnusable = errors.New("the database cannot be used")

// Open opens the database and proves that it answers. The caller closes it.
func Open(ctx context.Context, o Options) (*DB, error) {
	if strings.HasPrefix(o.DSN, "postgres://") || strings.HasPrefix(o.DSN, "postgresql://") {
		return openPostgres(ctx, o.DSN)
	}
	return openSQLite(ctx, o)
}

func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(8)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("%w: PostgreSQL does not answer: %w", ErrUnusable, err)
	}
	return &DB{write: pool, read: pool, dialect: Postgres}, nil
}

func openSQLite(ctx context.Context, o Options) (*DB, error) {
	db := &DB{dialect: SQLite}
	path, sync := o.DSN, "FULL"
	if o.Ephemeral {
		dir, err := os.MkdirTemp("", "guichet-*")
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
		}
		db.temporary, path, sync = dir, filepath.Join(dir, "state.db"), "OFF"
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	dsn := func(extra string) string {
		q := url.Values{"_pragma": {
			"journal_mode(WAL)", "synchronous(" + sync + ")", "foreign_keys(1)", "busy_timeout(5000)",
		}}
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode() + extra
	}
	var err error
	if db.write, err = openKeeping(dsn("&_txlock=immediate")); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	db.write.SetMaxOpenConns(1)
	if err := checkSQLite(ctx, db.write, sync); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("%w: %s: %w", ErrUnusable, path, err)
	}
	if db.read, err = openKeeping(dsn("&_pragma=query_only(1)")); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	db.read.SetMaxOpenConns(4)
	db.read.SetMaxIdleConns(4)
	return db, nil
}

// checkSQLite reads the pragmas back: the driver ignores a misspelt one, and a
// database that silently syncs less than asked loses acknowledged events.
func checkSQLite(ctx context.Context, db *sql.DB, sync string) error {
	want := map[string]string{"FULL": "2", "OFF": "0"}[sync]
	for pragma, expected := range map[string]string{"journal_mode": "wal", "synchronous": want, "foreign_keys": "1"} {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
			return err
		}
		if got != expected {
			return fmt.Errorf("PRAGMA %s is %s, not %s", pragma, got, expected)
		}
	}
	return nil
}

// Dialect is which of the two databases this is.
func (db *DB) Dialect() Dialect { return db.dialect }

// Read is the side for statements outside a transaction that change nothing.
func (db *DB) Read() Q { return db.read }

// Ping proves that the database still answers.
func (db *DB) Ping(ctx context.Context) error { return db.read.PingContext(ctx) }

// Tx runs fn in a write transaction and commits it when fn returns nil. On
// PostgreSQL it is run again, up to five times, when the server ended it for a
// deadlock or a serialization failure, so fn must not touch anything but tx.
func (db *DB) Tx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	for try := 1; ; try++ {
		err := db.txOnce(ctx, fn)
		if try < 5 && retryable(err) {
			continue
		}
		return err
	}
}

func (db *DB) txOnce(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func retryable(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40P01" || pg.Code == "40001")
}

// Close closes the database; it may be called more than once.
func (db *DB) Close() error {
	var errs []error
	if db.read != nil && db.read != db.write {
		errs = append(errs, db.read.Close())
	}
	if db.write != nil {
		errs = append(errs, db.write.Close())
	}
	if db.temporary != "" {
		errs = append(errs, os.RemoveAll(db.temporary))
	}
	return errors.Join(errs...)
}
