package sqlstore

import (
	"context"
	"database/sql"
	"errors"
)

// ErrBusy says that the queue of a Batcher is full; the caller should be told to
// come again.
var ErrBusy = errors.New("too much waiting to be written")

// Batcher commits many callers' rows in one transaction. It does not linger: a
// batch is whatever came in while the previous commit ran.
type Batcher[T, R any] struct {
	db    *DB
	max   int
	queue chan batchItem[T, R]
	apply func(ctx context.Context, tx *sql.Tx, items []T) ([]R, error)
}

type batchItem[T, R any] struct {
	item T
	done chan batchResult[R]
}

type batchResult[R any] struct {
	value R
	err   error
}

// NewBatcher makes a batcher of at most max items a commit and queue items
// waiting. apply writes them and returns one result for each, in order; it must
// touch nothing but tx.
func NewBatcher[T, R any](db *DB, max, queue int,
	apply func(ctx context.Context, tx *sql.Tx, items []T) ([]R, error),
) *Batcher[T, R] {
	return &Batcher[T, R]{db: db, max: max, queue: make(chan batchItem[T, R], queue), apply: apply}
}

// Do waits until item is committed. It returns ErrBusy at once when the queue is
// full; when ctx ends first the item may still be written.
func (b *Batcher[T, R]) Do(ctx context.Context, item T) (R, error) {
	var zero R
	it := batchItem[T, R]{item: item, done: make(chan batchResult[R], 1)}
	select {
	case b.queue <- it:
	default:
		return zero, ErrBusy
	}
	select {
	case r := <-it.done:
		return r.value, r.err
	case <-ctx.Done():
		return zero, ctx.Err()
	}
}

// Waiting is how many items are not yet being committed.
func (b *Batcher[T, R]) Waiting() int { return len(b.queue) }

// Run commits batches until ctx ends, then commits what still waits.
func (b *Batcher[T, R]) Run(ctx context.Context) error {
	for {
		select {
		case first := <-b.queue:
			b.commit(context.WithoutCancel(ctx), b.fill(first))
		case <-ctx.Done():
			for {
				select {
				case first := <-b.queue:
					b.commit(context.WithoutCancel(ctx), b.fill(first))
				default:
					return nil
				}
			}
		}
	}
}

func (b *Batcher[T, R]) fill(first batchItem[T, R]) []batchItem[T, R] {
	batch := []batchItem[T, R]{first}
	for len(batch) < b.max {
		select {
		case it := <-b.queue:
			batch = append(batch, it)
		default:
			return batch
		}
	}
	return batch
}

// commit writes the batch; when that fails, each item alone, so that one bad
// item does not take its neighbours with it.
func (b *Batcher[T, R]) commit(ctx context.Context, batch []batchItem[T, R]) {
	items := make([]T, len(batch))
	for i, it := range batch {
		items[i] = it.item
	}
	results, err := b.write(ctx, items)
	if err != nil && len(batch) > 1 {
		for _, it := range batch {
			b.commit(ctx, []batchItem[T, R]{it})
		}
		return
	}
	for i, it := range batch {
		r := batchResult[R]{err: err}
		if err == nil {
			r.value = results[i]
		}
		it.done <- r
	}
}

func (b *Batcher[T, R]) write(ctx context.Context, items []T) (results []R, err error) {
	err = b.db.Tx(ctx, func(tx *sql.Tx) error {
		results, err = b.apply(ctx, tx, items)
		return err
	})
	return results, err
}
