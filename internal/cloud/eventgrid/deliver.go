package eventgrid

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"guichet/internal/platform/sqlstore"
)

const (
	// laneCapacity is how many deliveries of one subscription are in memory; the
	// rest waits in the database.
	laneCapacity = 1024
	// laneWorkers is how many requests run at one endpoint at a time.
	laneWorkers = 32
	// fetchLimit is how many new deliveries are read at a time.
	fetchLimit = 512
)

// delivery is one event on its way to one subscription.
type delivery struct {
	seq          int64
	subscription int64
	raw          []byte
	publishedUS  int64
	attempts     int
	nextUS       int64
	lastUS       int64
	lastOutcome  string
}

func deliveryCols(d *delivery) []any {
	return []any{&d.seq, &d.subscription, &d.raw, &d.publishedUS, &d.attempts, &d.nextUS, &d.lastUS, &d.lastOutcome}
}

// event decodes what Publish stored.
func (d *delivery) event() (*stored, error) {
	var e stored
	return &e, json.Unmarshal(d.raw, &e)
}

const (
	deliveryColumns = `seq, subscription, event, published_us, attempts, next_us, last_us, last_outcome`
	// A number once committed is never followed by the commit of a lower one, as
	// SQLite has a single writer.
	selectNew = `SELECT ` + deliveryColumns + ` FROM eg_deliveries WHERE seq > $1 AND attempts = 0 ORDER BY seq LIMIT $2`
	selectDue = `SELECT ` + deliveryColumns + ` FROM eg_deliveries WHERE subscription = $1 AND next_us <= $2
		ORDER BY next_us, seq LIMIT $3`
	selectNext   = `SELECT coalesce(min(next_us), 0) FROM eg_deliveries WHERE subscription = $1 AND next_us > $2`
	selectNewest = `SELECT coalesce(max(seq), 0) FROM eg_deliveries`
)

// lane is a subscription's queue. New deliveries come straight from the
// dispatcher; what does not fit, and retries that come due, are read from the
// database when there is room.
type lane struct {
	mu    sync.Mutex
	queue []*delivery
	// held are the deliveries in the queue or under way.
	held    map[int64]struct{}
	workers int
	// behind says that due deliveries may be in the database alone.
	behind bool
	// next is when the earliest retry comes due, 0 without one.
	next int64
	// settled collects what was settled while the database is being read, which
	// may therefore still show it as it was.
	settled map[int64]struct{}
}

// deliver is the dispatcher: the only reader of new and due deliveries.
func (b *Broker) deliver(ctx context.Context) error {
	var workers sync.WaitGroup
	defer workers.Wait()
	cursor, err := sqlstore.One(ctx, b.db.Read(), func(n *int64) []any { return []any{n} }, selectNewest)
	if err != nil {
		if ctx.Err() != nil {
			return nil // stopped while starting
		}
		return err
	}
	for _, s := range b.lanes() {
		s.lane.behind = true
	}
	for {
		if err := b.fetchNew(ctx, &cursor); err != nil && ctx.Err() == nil {
			return err
		}
		now := b.clock.Now()
		var soonest int64
		for _, s := range b.lanes() {
			next, err := b.catchUp(ctx, s, sqlstore.Micros(now))
			if err != nil && ctx.Err() == nil {
				return err
			}
			if next != 0 && (soonest == 0 || next < soonest) {
				soonest = next
			}
			b.work(ctx, &workers, s)
		}
		var timer <-chan time.Time
		stop := func() {}
		if soonest != 0 {
			timer, stop = b.clock.Until(sqlstore.Time(soonest))
		}
		select {
		case <-b.wake:
		case <-timer:
		case <-ctx.Done():
			stop()
			return nil
		}
		stop()
	}
}

func (b *Broker) lanes() []*subscription {
	b.mu.RLock()
	defer b.mu.RUnlock()
	list := make([]*subscription, 0, len(b.subs))
	for _, s := range b.subs {
		if s.number != 0 {
			list = append(list, s)
		}
	}
	return list
}

// fetchNew hands new deliveries to their lanes.
func (b *Broker) fetchNew(ctx context.Context, cursor *int64) error {
	for {
		list, err := sqlstore.List(ctx, b.db.Read(), deliveryCols, selectNew, *cursor, fetchLimit)
		if err != nil {
			return err
		}
		b.mu.RLock()
		byNumber := b.byNumber
		b.mu.RUnlock()
		for i := range list {
			d := &list[i]
			*cursor = d.seq
			if s := byNumber[d.subscription]; s != nil {
				s.lane.offer(d, sqlstore.Micros(b.clock.Now()))
			}
		}
		if len(list) < fetchLimit {
			return nil
		}
	}
}

// offer takes a new delivery into the queue when it is due and there is room.
func (l *lane) offer(d *delivery, now int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d.nextUS > now {
		if l.next == 0 || d.nextUS < l.next {
			l.next = d.nextUS
		}
		return
	}
	if _, known := l.held[d.seq]; known {
		return
	}
	if l.behind || len(l.held) >= laneCapacity {
		l.behind = true
		return
	}
	l.held[d.seq] = struct{}{}
	l.queue = append(l.queue, d)
}

// catchUp reads due deliveries of a lane that is behind or has retries due, and
// says when the next retry comes due.
func (b *Broker) catchUp(ctx context.Context, s *subscription, now int64) (next int64, err error) {
	l := &s.lane
	l.mu.Lock()
	if l.next != 0 && l.next <= now {
		l.behind = true
	}
	if !l.behind || len(l.held) > laneCapacity/2 {
		defer l.mu.Unlock()
		if l.behind {
			return 0, nil // a worker wakes the dispatcher when there is room
		}
		return l.next, nil
	}
	l.settled = map[int64]struct{}{}
	l.next = 0
	l.mu.Unlock()

	list, err := sqlstore.List(ctx, b.db.Read(), deliveryCols, selectDue, s.number, now, laneCapacity)
	if err == nil {
		next, err = sqlstore.One(ctx, b.db.Read(), func(n *int64) []any { return []any{n} }, selectNext, s.number, now)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() { l.settled = nil }()
	if err != nil {
		return 0, err
	}
	for i := range list {
		_, held := l.held[list[i].seq]
		_, settled := l.settled[list[i].seq]
		if !held && !settled {
			l.held[list[i].seq] = struct{}{}
			l.queue = append(l.queue, &list[i])
		}
	}
	l.behind = len(list) == laneCapacity
	if next != 0 && (l.next == 0 || next < l.next) {
		l.next = next
	}
	return l.next, nil
}

// work starts as many workers as the queue needs.
func (b *Broker) work(ctx context.Context, group *sync.WaitGroup, s *subscription) {
	active := s.active.Load()
	if active == nil || ctx.Err() != nil {
		return
	}
	l := &s.lane
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.workers < laneWorkers && l.workers < len(l.queue) {
		l.workers++
		group.Go(func() { b.workLane(ctx, s) })
	}
}

// workLane delivers until the queue is empty or the broker stops. An attempt
// under way is finished.
func (b *Broker) workLane(ctx context.Context, s *subscription) {
	l := &s.lane
	for {
		batch := l.take(ctx, s)
		if batch == nil {
			return
		}
		outcomes := b.attempt(context.WithoutCancel(ctx), s, batch)
		_, err := b.outcomes.Do(context.WithoutCancel(ctx), outcomes)
		if err != nil {
			// The rows are as before, so the events are tried again, at the latest
			// after a restart.
			b.log.ErrorContext(ctx, "eventgrid.outcome.lost", "subscription", s.document().Name, "error", err)
		}
		b.announce(outcomes)
		if l.settle(outcomes, err != nil) {
			b.Wake()
		}
	}
}

// take is the next batch; nil ends the worker.
func (l *lane) take(ctx context.Context, s *subscription) []*delivery {
	l.mu.Lock()
	defer l.mu.Unlock()
	active := s.active.Load()
	gone := false
	select {
	case <-s.done:
		gone = true
	default:
	}
	if len(l.queue) == 0 || ctx.Err() != nil || gone || active == nil {
		l.workers--
		return nil
	}
	w := active.properties.Destination.Properties
	n, size := 1, len(l.queue[0].raw)
	for n < len(l.queue) && n < w.MaxEventsPerBatch && l.queue[n].attempts == l.queue[0].attempts &&
		size+len(l.queue[n].raw) <= w.PreferredBatchSizeInKilobytes<<10 {
		size += len(l.queue[n].raw)
		n++
	}
	batch := append([]*delivery(nil), l.queue[:n]...)
	l.queue = l.queue[n:]
	if len(l.queue) == 0 {
		l.queue = nil
	}
	return batch
}

// settle lets go of deliveries whose outcome is recorded, and says whether the
// dispatcher has to look: there is room again, or a retry is due sooner than it
// knows.
func (l *lane) settle(outcomes []outcome, failed bool) (wake bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := len(l.held)
	for _, o := range outcomes {
		delete(l.held, o.delivery.seq)
		if l.settled != nil {
			l.settled[o.delivery.seq] = struct{}{}
		}
		if o.nextUS != 0 && (l.next == 0 || o.nextUS < l.next) {
			l.next, wake = o.nextUS, true
		}
	}
	if failed {
		l.behind = true
	}
	return wake || (l.behind && before > laneCapacity/2 && len(l.held) <= laneCapacity/2)
}
