package sqlstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// ErrNewer says that the database was written by a newer version of Guichet
// than this one, which therefore leaves it alone.
var ErrNewer = errors.New("the database belongs to a newer version of Guichet")

// Migrate brings the database to the newest version. Each set is a room's folder
// of files "<number>_<room>_<what>.sql" in goose's format; numbers are unique
// across all sets, {{blob}} and {{serial}} stand for the
// dialect's types (see Dialect).
func (db *DB) Migrate(ctx context.Context, sets ...fs.FS) error {
	merged, err := db.mergeMigrations(sets)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithAllowOutofOrder(true), goose.WithDisableGlobalRegistry(true)}
	dialect := goose.DialectSQLite3
	if db.dialect.Name == Postgres.Name {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db.write, merged, options...)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := refuseNewer(ctx, db, provider); err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// mergeMigrations lays the rooms' folders into one, as goose reads one.
func (db *DB) mergeMigrations(sets []fs.FS) (fs.FS, error) {
	merged := fstest.MapFS{}
	for _, set := range sets {
		names, err := fs.Glob(set, "*/*.sql")
		if err != nil {
			return nil, err
		}
		sort.Strings(names)
		for _, name := range names {
			text, err := fs.ReadFile(set, name)
			if err != nil {
				return nil, err
			}
			base := name[len("migrations/"):]
			if merged[base] != nil {
				return nil, fmt.Errorf("migrate: two migrations are named %s", base)
			}
			text = bytes.ReplaceAll(text, []byte("{{blob}}"), []byte(db.dialect.Blob))
			text = bytes.ReplaceAll(text, []byte("{{serial}}"), []byte(db.dialect.Serial))
			merged[base] = &fstest.MapFile{Data: text}
		}
	}
	return merged, nil
}

// refuseNewer compares the versions recorded in the database with those known.
func refuseNewer(ctx context.Context, db *DB, provider *goose.Provider) error {
	known := map[int64]bool{0: true}
	for _, s := range provider.ListSources() {
		known[s.Version] = true
	}
	// The provider makes its table when it first runs; without it nothing has.
	if _, err := provider.GetDBVersion(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	applied, err := List(ctx, db.read, func(v *int64) []any { return []any{v} },
		`SELECT version_id FROM goose_db_version`)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, v := range applied {
		if !known[v] {
			return fmt.Errorf("%w (migration %d)", ErrNewer, v)
		}
	}
	return nil
}
