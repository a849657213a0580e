package sqlstore

import (
	"context"
	"database/sql"
	"errors"
)

// ErrNotFound says that a row that was asked for does not exist.
var ErrNotFound = errors.New("not found")

// One reads one row into a T whose column targets cols gives, in the order of
// the query's columns. Without a row it returns ErrNotFound.
func One[T any](ctx context.Context, q Q, cols func(*T) []any, query string, args ...any) (T, error) {
	var v T
	err := q.QueryRowContext(ctx, query, args...).Scan(cols(&v)...)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return v, err
}

// List reads every row.
func List[T any](ctx context.Context, q Q, cols func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	list := []T{}
	for rows.Next() {
		var v T
		if err := rows.Scan(cols(&v)...); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// Exec runs a statement and returns how many rows it changed.
func Exec(ctx context.Context, q Q, query string, args ...any) (int64, error) {
	res, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
