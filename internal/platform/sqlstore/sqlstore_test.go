package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"guichet/internal/platform/sqlstore"
	"guichet/internal/platform/sqlstore/sqlstoretest"
)

func migration(name, text string) fs.FS {
	return fstest.MapFS{"migrations/" + name: {Data: []byte("-- +goose Up\n" + text)}}
}

var items = migration("0001_test_create.sql", `CREATE TABLE item (seq {{serial}}, name TEXT NOT NULL UNIQUE, raw {{blob}} NOT NULL);`)

func TestTxRollsBackOnError(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, []fs.FS{items}, func(t *testing.T, db *sqlstore.DB) {
		boom := errors.New("boom")
		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(t.Context(), `INSERT INTO item (name, raw) VALUES ($1, $2)`, "a", []byte{0, 1}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("error %v", err)
		}
		if n := count(t, db); n != 0 {
			t.Errorf("%d rows after a rollback", n)
		}
	})
}

func TestUniqueIsTold(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, []fs.FS{items}, func(t *testing.T, db *sqlstore.DB) {
		insert := func() error {
			return db.Tx(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), `INSERT INTO item (name, raw) VALUES ($1, $2)`, "a", []byte("x"))
				return err
			})
		}
		if err := insert(); err != nil {
			t.Fatal(err)
		}
		if err := insert(); !sqlstore.IsUnique(err) {
			t.Errorf("the second insert: %v", err)
		}
		if sqlstore.IsUnique(errors.New("UNIQUE constraint failed")) {
			t.Error("a text was taken for a violation")
		}
	})
}

func TestInFindsOfAList(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, []fs.FS{items}, func(t *testing.T, db *sqlstore.DB) {
		add(t, db, "a", "b", "c")
		d := db.Dialect()
		got, err := sqlstore.List(t.Context(), db.Read(), func(s *string) []any { return []any{s} },
			`SELECT name FROM item WHERE `+d.In("name", "$1")+` ORDER BY name`, d.ListArg([]string{"c", "a", "x"}))
		if err != nil || strings.Join(got, "") != "ac" {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestBatcherCommitsAllAndSparesTheGood(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, []fs.FS{items}, func(t *testing.T, db *sqlstore.DB) {
		bad := errors.New("bad item")
		b := sqlstore.NewBatcher(db, 16, 1000, func(ctx context.Context, tx *sql.Tx, names []string) ([]int, error) {
			lengths := make([]int, len(names))
			for i, name := range names {
				if name == "bad" {
					return nil, bad
				}
				if _, err := tx.ExecContext(ctx, `INSERT INTO item (name, raw) VALUES ($1, $2)`, name, []byte(name)); err != nil {
					return nil, err
				}
				lengths[i] = len(name)
			}
			return lengths, nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.Run(ctx) }()
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				name := strings.Repeat("x", i+1)
				if i == 50 {
					name = "bad"
				}
				n, err := b.Do(t.Context(), name)
				if i == 50 && !errors.Is(err, bad) || i != 50 && (err != nil || n != len(name)) {
					t.Errorf("item %d: %d, %v", i, n, err)
				}
			})
		}
		wg.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if n := count(t, db); n != 99 {
			t.Errorf("%d rows, not 99", n)
		}
	})
}

func TestBatcherSaysWhenItIsFull(t *testing.T) {
	t.Parallel()
	db := sqlstoretest.Open(t, sqlstoretest.SQLite(t), items)
	b := sqlstore.NewBatcher(db, 1, 1, func(context.Context, *sql.Tx, []int) ([]int, error) { return []int{0}, nil })
	waiting, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Do(waiting, 1); !errors.Is(err, context.Canceled) {
		t.Fatalf("the first: %v", err)
	}
	if _, err := b.Do(t.Context(), 2); !errors.Is(err, sqlstore.ErrBusy) {
		t.Errorf("the second: %v", err)
	}
}

func TestNewerDatabaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, dsn := range []func(*testing.T) string{sqlstoretest.SQLite, sqlstoretest.Postgres} {
		at := dsn(t)
		newer := migration("0002_test_more.sql", `ALTER TABLE item ADD COLUMN more TEXT;`)
		if err := sqlstoretest.Open(t, at, items, newer).Close(); err != nil {
			t.Fatal(err)
		}
		db, err := sqlstore.Open(t.Context(), sqlstore.Options{DSN: at})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context(), items); !errors.Is(err, sqlstore.ErrNewer) {
			t.Errorf("error %v", err)
		}
		_ = db.Close()
	}
}

func TestUnusableIsSaid(t *testing.T) {
	t.Parallel()
	blocked := filepath.Join(sqlstoretest.SQLite(t), "below-a-file", "x.db")
	sqlstoretest.Open(t, filepath.Dir(filepath.Dir(blocked)), items)
	for _, dsn := range []string{blocked, "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"} {
		if _, err := sqlstore.Open(t.Context(), sqlstore.Options{DSN: dsn}); !errors.Is(err, sqlstore.ErrUnusable) {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

func add(t *testing.T, db *sqlstore.DB, names ...string) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		for _, name := range names {
			if _, err := tx.ExecContext(t.Context(), `INSERT INTO item (name, raw) VALUES ($1, $2)`, name, []byte(name)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *sqlstore.DB) int {
	t.Helper()
	n, err := sqlstore.One(t.Context(), db.Read(), func(n *int) []any { return []any{n} }, `SELECT count(*) FROM item`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The same statement may run again while its rows are still being read, and a
// failed one must not poison the next.
func TestStatementsAreKeptSafely(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, []fs.FS{items}, func(t *testing.T, db *sqlstore.DB) {
		add(t, db, "a", "b", "c")
		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			for range 3 {
				for _, name := range []string{"a", "b"} {
					got, err := sqlstore.One(t.Context(), tx, func(s *string) []any { return []any{s} }, `SELECT name FROM item WHERE name = $1`, name)
					if err != nil || got != name {
						t.Errorf("asked for %s, got %s, %v", name, got, err)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		const everything = `SELECT name FROM item ORDER BY name`
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				outer, err := db.Read().QueryContext(t.Context(), everything)
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = outer.Close() }()
				for n := 0; outer.Next(); n++ {
					if n == 1 {
						return
					}
				}
			})
		}
		wg.Wait()
		for range 3 {
			insert := db.Tx(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), `INSERT INTO item (name, raw) VALUES ($1, $2)`, "a", []byte("x"))
				return err
			})
			if !sqlstore.IsUnique(insert) {
				t.Errorf("insert: %v", insert)
			}
			if n := count(t, db); n != 3 {
				t.Errorf("%d rows", n)
			}
		}
	})
}
