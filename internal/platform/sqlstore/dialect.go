package sqlstore

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	sqlitelib "modernc.org/sqlite"
)

// Dialect holds what differs between the two databases.
type Dialect struct {
	// Name is "sqlite" or "postgres".
	Name string
	// Blob is the column type for bytes, put for {{blob}} in migrations.
	Blob string
	// Serial is the column type of a row number that the database counts up, put
	// for {{serial}} in migrations.
	Serial string
	// SkipLocked is appended to a SELECT that claims rows; SQLite has one writer
	// and needs nothing.
	SkipLocked string
}

// The two dialects.
var (
	SQLite   = Dialect{Name: "sqlite", Blob: "BLOB", Serial: "INTEGER PRIMARY KEY AUTOINCREMENT"}
	Postgres = Dialect{Name: "postgres", Blob: "BYTEA", Serial: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", SkipLocked: " FOR UPDATE SKIP LOCKED"}
)

// In is a condition that column equals one of the values of the list parameter
// $n (see ListArg).
func (d Dialect) In(column, placeholder string) string {
	if d.Name == Postgres.Name {
		return column + " = ANY(" + placeholder + ")"
	}
	return column + " IN (SELECT value FROM json_each(" + placeholder + "))"
}

// ListArg is the argument for a placeholder used with In.
func (d Dialect) ListArg(values any) any {
	if d.Name == Postgres.Name {
		return values
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic("sqlstore: a list of ids that is not JSON: " + err.Error())
	}
	return string(text)
}

// IsUnique says whether err is the violation of a unique key.
func IsUnique(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	if lite, ok := errors.AsType[*sqlitelib.Error](err); ok {
		// SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE.
		return lite.Code() == 1555 || lite.Code() == 2067
	}
	return false
}

// Micros is a time as it is stored: microseconds since 1970 UTC, 0 for the zero
// time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the reverse of Micros.
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// At is the scan target for a stored time.
func At(t *time.Time) sql.Scanner { return (*at)(t) }

type at time.Time

// Scan reads microseconds since 1970.
func (a *at) Scan(src any) error {
	us, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time that is stored as %T", src)
	}
	*a = at(Time(us))
	return nil
}

// Like turns a user's text into a pattern for LIKE … ESCAPE '\' that matches it
// anywhere and literally.
func Like(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}
