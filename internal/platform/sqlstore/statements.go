package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
)

// keptStatements bounds how many prepared statements one connection keeps. The
// program's statements are constants, far fewer than this.
const keptStatements = 300

// openKeeping is sql.Open for SQLite with connections that keep their prepared
// statements: parsing and planning a statement costs SQLite more than running a
// small one. PostgreSQL's driver does the same by itself.
func openKeeping(dsn string) (*sql.DB, error) {
	plain, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	c := connector{driver: plain.Driver(), dsn: dsn}
	return sql.OpenDB(c), plain.Close()
}

type connector struct {
	driver driver.Driver
	dsn    string
}

// Connect opens a connection.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	known, ok := inner.(sqliteConn)
	if !ok {
		_ = inner.Close()
		return nil, errors.New("the SQLite driver's connections lack what is needed to keep statements")
	}
	return &keeping{sqliteConn: known, kept: map[string]keptStatement{}}, nil
}

// Driver is the SQLite driver.
func (c connector) Driver() driver.Driver { return c.driver }

// sqliteConn is what the driver's connections offer to database/sql.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keptStatement is a prepared statement of the driver.
type keptStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keeping is a connection that keeps prepared statements. database/sql uses a
// connection from one goroutine at a time.
type keeping struct {
	sqliteConn
	kept map[string]keptStatement
}

// take gives the statement for query, out of the kept ones while it runs: the
// same query may run again before its rows are closed.
func (k *keeping) take(ctx context.Context, query string) (keptStatement, error) {
	if s, ok := k.kept[query]; ok {
		delete(k.kept, query)
		return s, nil
	}
	s, err := k.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	kept, ok := s.(keptStatement)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver's statements cannot be kept"), s.Close())
	}
	return kept, nil
}

// giveBack keeps the statement for the next time.
func (k *keeping) giveBack(query string, s keptStatement) error {
	if _, twice := k.kept[query]; twice || len(k.kept) >= keptStatements {
		return s.Close()
	}
	k.kept[query] = s
	return nil
}

// worthKeeping leaves out what runs once, such as migrations, which may also
// hold several statements in one text.
func worthKeeping(query string) bool {
	verb, _, _ := strings.Cut(strings.TrimLeft(query, " \t\n"), " ")
	switch strings.ToUpper(verb) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return !strings.Contains(query, ";")
	}
	return false
}

// ExecContext runs a statement.
func (k *keeping) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if !worthKeeping(query) {
		return k.sqliteConn.ExecContext(ctx, query, args)
	}
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return result, k.giveBack(query, s)
}

// QueryContext runs a query; its statement is kept once the rows are closed.
func (k *keeping) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if !worthKeeping(query) {
		return k.sqliteConn.QueryContext(ctx, query, args)
	}
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &keptRows{Rows: rows, close: func() error { return k.giveBack(query, s) }}, nil
}

// keptRows gives its statement back when it is closed.
type keptRows struct {
	driver.Rows
	close func() error
}

// Close closes the rows; a second call does nothing.
func (r *keptRows) Close() error {
	if r.close == nil {
		return nil
	}
	err := errors.Join(r.Rows.Close(), r.close())
	r.close = nil
	return err
}

// Close closes the kept statements and the connection.
func (k *keeping) Close() error {
	var errs []error
	for query, s := range k.kept {
		errs = append(errs, s.Close())
		delete(k.kept, query)
	}
	return errors.Join(append(errs, k.sqliteConn.Close())...)
}
