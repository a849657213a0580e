package eventgrid

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// Provisioning states of a subscription.
const (
	stateCreating  = "Creating"
	stateUpdating  = "Updating"
	stateAwaiting  = "AwaitingManualAction"
	stateSucceeded = "Succeeded"
	stateFailed    = "Failed"
)

// Subscription is an event subscription as ARM shows it.
type Subscription struct {
	// ID is the ARM id in the casing of its creation; Topic is the id of the topic
	// whose events it takes.
	ID, Name, Topic string
	// State is the provisioningState.
	State      string
	Properties Properties
	// Operation is the id of the last long-running operation on it.
	Operation string
}

// document is a subscription as it is stored.
type document struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	TopicID string `json:"topicId"`
	State   string `json:"state"`
	// Active is what deliveries go by; nil until the first validation.
	Active *Properties `json:"active,omitempty"`
	// Pending is what a create or update asked for, until it is validated. An
	// update that fails leaves Active in force.
	Pending   *Properties `json:"pending,omitempty"`
	Operation string      `json:"operation"`
	// Code is the validation code, Deadline the end of the manual way.
	Code     string    `json:"code,omitempty"`
	Deadline time.Time `json:"deadline,omitzero"`
	// Writer is the object id of whoever wrote it last.
	Writer string `json:"writer"`
}

// subscription is a subscription at work.
type subscription struct {
	number   int64
	key      string
	topicKey string
	active   atomic.Pointer[activeSubscription]
	lane     lane
	// done is closed when the subscription goes away.
	done     chan struct{}
	doneOnce sync.Once
	// clicked receives when somebody opened the validation URL.
	clicked chan struct{}

	mu  sync.Mutex
	doc document
}

// activeSubscription is what publishing and delivering need, ready to use.
type activeSubscription struct {
	id, name   string
	properties Properties
	filter     *compiledFilter
}

func (a *activeSubscription) wants(e *Event, source string) bool { return a.filter.matches(e, source) }

func (s *subscription) stop() { s.doneOnce.Do(func() { close(s.done) }) }

func (s *subscription) document() document {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.doc
}

func (s *subscription) pendingValidation() bool {
	switch s.document().State {
	case stateCreating, stateUpdating, stateAwaiting:
		return true
	}
	return false
}

// set puts a document in force: first for deliveries, then for its readers, so
// that whoever reads Succeeded gets every event from then on. An active part that
// cannot be compiled was never stored, as Put checks it.
func (s *subscription) set(doc document) error {
	var active *activeSubscription
	if doc.Active != nil {
		filter, err := doc.Active.Filter.compile()
		if err != nil {
			return err
		}
		active = &activeSubscription{id: doc.ID, name: doc.Name, properties: *doc.Active, filter: filter}
	}
	s.active.Store(active)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.doc = doc
	return nil
}

func (s *subscription) view() Subscription {
	doc := s.document()
	v := Subscription{ID: doc.ID, Name: doc.Name, Topic: doc.TopicID, State: doc.State, Operation: doc.Operation}
	if doc.Pending != nil {
		v.Properties = *doc.Pending
	} else {
		v.Properties = *doc.Active
	}
	return v
}

const (
	selectSubscriptions = `SELECT number, key, topic_key, body FROM eg_subscriptions ORDER BY number`
	insertSubscription  = `INSERT INTO eg_subscriptions (key, topic_key, body) VALUES ($1, $2, $3) RETURNING number`
	updateSubscription  = `UPDATE eg_subscriptions SET body = $1 WHERE number = $2`
	deleteSubscription  = `DELETE FROM eg_subscriptions WHERE number = $1`
)

// load fills the maps from the database.
func (b *Broker) load(ctx context.Context) error {
	b.topics, b.subs = map[string]*Topic{}, map[string]*subscription{}
	bodies, err := sqlstore.List(ctx, b.db.Read(), func(s *string) []any { return []any{s} }, selectTopics)
	if err != nil {
		return err
	}
	for _, text := range bodies {
		t := &Topic{}
		if err := json.Unmarshal([]byte(text), t); err != nil {
			return err
		}
		b.topics[strings.ToLower(t.ID)] = t
	}
	type row struct {
		number              int64
		key, topicKey, body string
	}
	rows, err := sqlstore.List(ctx, b.db.Read(), func(r *row) []any {
		return []any{&r.number, &r.key, &r.topicKey, &r.body}
	}, selectSubscriptions)
	if err != nil {
		return err
	}
	for _, r := range rows {
		var doc document
		if err := json.Unmarshal([]byte(r.body), &doc); err != nil {
			return err
		}
		s := newSubscription(r.number, r.key, r.topicKey)
		if err := s.set(doc); err != nil {
			return err
		}
		b.subs[r.key] = s
	}
	b.index()
	return nil
}

func newSubscription(number int64, key, topicKey string) *subscription {
	return &subscription{
		number: number, key: key, topicKey: topicKey, done: make(chan struct{}), clicked: make(chan struct{}, 1),
		lane: lane{held: map[int64]struct{}{}},
	}
}

// index rebuilds what Publish and the dispatcher look subscriptions up by; b.mu
// is held, or nobody else knows b yet.
func (b *Broker) index() {
	bySource, byNumber := map[string][]*subscription{}, map[int64]*subscription{}
	for _, s := range b.subs {
		byNumber[s.number] = s
		if t := b.topics[s.topicKey]; t != nil {
			bySource[t.sourceKey()] = append(bySource[t.sourceKey()], s)
		}
	}
	b.bySource, b.byNumber = bySource, byNumber
}

var validSubscriptionName = regexp.MustCompile(`^[A-Za-z0-9-]{3,64}$`)

// PutSubscription creates or replaces the subscription with that ARM id on a
// topic, and begins its validation. writer is the object id of the caller.
func (b *Broker) PutSubscription(ctx context.Context, id string, t *Topic, p Properties, writer string) (Subscription, error) {
	name := id[strings.LastIndex(id, "/")+1:]
	if !validSubscriptionName.MatchString(name) {
		return Subscription{}, invalid("The event subscription name '%s' must have 3 to 64 letters, digits or hyphens.", name)
	}
	// A changed copy of a subscription shares its parts with the one in force,
	// which deliveries read.
	p, err := p.clone()
	if err != nil {
		return Subscription{}, err
	}
	if err := p.complete(t, b.clock.Now()); err != nil {
		return Subscription{}, err
	}
	b.change.Lock()
	defer b.change.Unlock()
	s := b.find(id)
	doc := document{ID: id, Name: name, TopicID: t.ID, State: stateCreating}
	if s != nil {
		doc = s.document()
		if doc.Active != nil {
			doc.State = stateUpdating
		} else {
			doc.State = stateCreating
		}
	}
	doc.Pending, doc.Writer, doc.Code, doc.Operation, doc.Deadline = &p, writer, validationCode(), uuid.NewString(), time.Time{}
	if s == nil {
		s = newSubscription(0, strings.ToLower(id), strings.ToLower(t.ID))
	}
	if err := b.store(ctx, s, doc, &operationRow{id: doc.Operation, resource: id, status: "InProgress"}); err != nil {
		return Subscription{}, err
	}
	b.validations <- s
	return s.view(), nil
}

// EnsureTopic is the topic that a subscription on scope belongs to: the topic
// that scope is, else the system topic of that resource, made when missing.
func (b *Broker) EnsureTopic(ctx context.Context, scope, topicType string) (*Topic, error) {
	if t := b.Topic(scope); t != nil {
		return t, nil
	}
	b.change.Lock()
	defer b.change.Unlock()
	if t := b.TopicOf(scope); t != nil {
		return t, nil
	}
	group, _, _ := cutFold(scope, "/providers/")
	name := scope[strings.LastIndex(scope, "/")+1:] + "-" + uuid.NewString()
	t, err := b.putTopic(ctx, Topic{
		ID: group + "/providers/Microsoft.EventGrid/systemTopics/" + name, Name: name, Location: "global",
		Source: scope, TopicType: topicType,
	})
	if err != nil {
		return nil, err
	}
	auto := *t
	auto.Automatic = true
	return &auto, b.saveTopic(ctx, &auto)
}

// cutFold is strings.Cut without regard to case.
func cutFold(s, sep string) (before, after string, found bool) {
	if i := strings.Index(strings.ToLower(s), strings.ToLower(sep)); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// store writes a subscription's document, and an operation when given, and puts
// both in force.
func (b *Broker) store(ctx context.Context, s *subscription, doc document, op *operationRow) error {
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	err = b.db.Tx(ctx, func(tx *sql.Tx) error {
		if s.number == 0 {
			n, err := sqlstore.One(ctx, tx, func(n *int64) []any { return []any{n} }, insertSubscription, s.key, s.topicKey, string(text))
			if err != nil {
				return err
			}
			s.number = n
		} else if _, err := tx.ExecContext(ctx, updateSubscription, string(text), s.number); err != nil {
			return err
		}
		if op == nil {
			return nil
		}
		return b.writeOperation(ctx, tx, *op)
	})
	if err != nil {
		return fmt.Errorf("event subscription %s: %w", doc.Name, err)
	}
	if err := s.set(doc); err != nil {
		return err
	}
	b.mu.Lock()
	b.subs[s.key] = s
	b.index()
	b.mu.Unlock()
	select {
	case b.expiry <- struct{}{}:
	default:
	}
	return nil
}

// expire deletes subscriptions whose expirationTimeUtc has come.
func (b *Broker) expire(ctx context.Context) error {
	for {
		now := b.clock.Now()
		var next time.Time
		for _, v := range b.Subscriptions(func(v Subscription) bool { return v.Properties.ExpirationTimeUTC != nil }) {
			at := *v.Properties.ExpirationTimeUTC
			if !at.After(now) {
				if _, err := b.DeleteSubscription(ctx, v.ID); err != nil && ctx.Err() == nil {
					return err
				}
			} else if next.IsZero() || at.Before(next) {
				next = at
			}
		}
		var timer <-chan time.Time
		stop := func() {}
		if !next.IsZero() {
			timer, stop = b.clock.Until(next)
		}
		select {
		case <-timer:
		case <-b.expiry:
		case <-ctx.Done():
			stop()
			return nil
		}
		stop()
	}
}

func (b *Broker) find(id string) *subscription {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.subs[strings.ToLower(id)]
}

// Subscription finds a subscription by its ARM id.
func (b *Broker) Subscription(id string) (Subscription, bool) {
	if s := b.find(id); s != nil {
		return s.view(), true
	}
	return Subscription{}, false
}

// Subscriptions lists those that keep chooses, by id.
func (b *Broker) Subscriptions(keep func(Subscription) bool) []Subscription {
	b.mu.RLock()
	defer b.mu.RUnlock()
	list := []Subscription{}
	for _, s := range b.subs {
		if v := s.view(); keep(v) {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(x, y Subscription) int { return strings.Compare(strings.ToLower(x.ID), strings.ToLower(y.ID)) })
	return list
}

// DeleteSubscription deletes a subscription with what waits for it, tells the
// webhook, and answers the operation's id; "" when there was none. The topic that
// came with it goes with the last one.
func (b *Broker) DeleteSubscription(ctx context.Context, id string) (string, error) {
	b.change.Lock()
	defer b.change.Unlock()
	s := b.find(id)
	if s == nil {
		return "", nil
	}
	op := operationRow{id: uuid.NewString(), resource: s.document().ID, status: stateSucceeded}
	err := b.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := b.writeOperation(ctx, tx, op); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, deleteSubscription, s.number)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("delete event subscription: %w", err)
	}
	last := true
	b.mu.Lock()
	delete(b.subs, s.key)
	for _, other := range b.subs {
		last = last && other.topicKey != s.topicKey
	}
	b.index()
	t := b.topics[s.topicKey]
	b.mu.Unlock()
	s.stop()
	select {
	case b.validations <- s: // a deleted one is told so
	default:
	}
	if last && t != nil && t.Automatic {
		return op.id, b.dropTopic(ctx, t)
	}
	return op.id, nil
}

// operationRow is a long-running operation on a subscription.
type operationRow struct {
	id, resource, status, code, message string
}

const (
	upsertOperation = `INSERT INTO eg_operations (id, resource, status, code, message, started_us) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, code = excluded.code, message = excluded.message`
	selectOperation = `SELECT id, resource, status, code, message FROM eg_operations WHERE id = $1`
	pruneOperations = `DELETE FROM eg_operations WHERE started_us < $1 AND status <> 'InProgress'`
)

func (b *Broker) writeOperation(ctx context.Context, tx *sql.Tx, op operationRow) error {
	now := b.clock.Now()
	if _, err := tx.ExecContext(ctx, pruneOperations, sqlstore.Micros(now.Add(-24*time.Hour))); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, upsertOperation, op.id, op.resource, op.status, op.code, op.message, sqlstore.Micros(now))
	return err
}

// Operation is the state of a long-running operation.
type Operation struct {
	// Status is InProgress, Succeeded, Failed or Canceled.
	Status string
	// Code and Message say why it failed.
	Code, Message string
}

// Operation finds an operation by its id; sqlstore.ErrNotFound without one.
func (b *Broker) Operation(ctx context.Context, id string) (Operation, error) {
	row, err := sqlstore.One(ctx, b.db.Read(), func(o *operationRow) []any {
		return []any{&o.id, &o.resource, &o.status, &o.code, &o.message}
	}, selectOperation, id)
	if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
		err = fmt.Errorf("operation %s: %w", id, err)
	}
	return Operation{Status: row.status, Code: row.code, Message: row.message}, err
}

// validationCode is a code that cannot be guessed.
func validationCode() string { return strings.ToUpper(rand.Text()) }
