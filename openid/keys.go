package openid

import (
	"context"
	"crypto/rsa"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// How signing keys are kept.
const (
	// refreshAge is how old keys become before they are fetched again.
	refreshAge = time.Hour
	// maxAge is how long the last keys are good for while none can be fetched.
	maxAge = 24 * time.Hour
	// refreshPause is the time between two tries to replace keys that are still good.
	refreshPause = time.Minute
	// fetchPause is the time between two tries to get keys when there are none.
	fetchPause = 5 * time.Second
	// unknownBurst and unknownPause limit the fetches that tokens with unknown keys cause: that many at once, then one
	// in that time.
	unknownBurst = 5
	unknownPause = 5 * time.Minute
	// maxUnknown is how many key ids are remembered as unknown.
	maxUnknown = 1024
)

// Keys are the signing keys of one document. They are fetched by the requests that need them, one at a time; requests
// that have their key do not wait for a fetch. Keys are fetched again every hour, and when a token names one that is not
// among them, within a budget. While none can be fetched the last ones are good for a day. They are safe for concurrent
// use and have no goroutine of their own.
type Keys struct {
	fetch  func(context.Context) (map[string]*rsa.PublicKey, error)
	now    func() time.Time
	budget *Budget

	current atomic.Pointer[keyState]

	// turn is held while fetching; what follows is guarded by it.
	turn    chan struct{}
	tried   time.Time
	failure error

	mu      sync.Mutex
	unknown map[string]time.Time
}

type keyState struct {
	keys    map[string]*rsa.PublicKey
	fetched time.Time
}

// NewKeys returns the keys of a document. Nothing is fetched yet. now tells the time. Several keys may share a budget.
func NewKeys(document Document, now func() time.Time, budget *Budget) *Keys {
	return &Keys{fetch: document.keys, now: now, budget: budget, turn: make(chan struct{}, 1), unknown: make(map[string]time.Time)}
}

// Refresh fetches the keys now. It is not needed before Key.
func (s *Keys) Refresh(ctx context.Context) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	defer func() { <-s.turn }()
	return s.renew(ctx)
}

// Key returns the key with an id. The error is an *Error: its reason is KeyUnknown when there is none, Unavailable when
// that cannot be known.
func (s *Keys) Key(ctx context.Context, id string) (*rsa.PublicKey, error) {
	state, err := s.usable(ctx)
	if err != nil {
		return nil, err
	}
	if k := state.keys[id]; k != nil {
		return k, nil
	}
	return s.missing(ctx, id, state)
}

// Holds tells whether a key is still the one with that id, refreshing the keys when they are due.
func (s *Keys) Holds(ctx context.Context, id string, key *rsa.PublicKey) bool {
	state := s.current.Load()
	if state == nil || s.now().Sub(state.fetched) >= refreshAge {
		var err error
		if state, err = s.usable(ctx); err != nil {
			return false
		}
	}
	return state.keys[id] == key
}

// usable returns keys that are not too old.
func (s *Keys) usable(ctx context.Context) (*keyState, error) {
	state := s.current.Load()
	now := s.now()
	switch {
	case state != nil && now.Sub(state.fetched) < refreshAge:
		return state, nil
	case state != nil && now.Sub(state.fetched) < maxAge:
		// Whoever comes first fetches; the others go on with what there is. A failure changes nothing yet.
		select {
		case s.turn <- struct{}{}:
			defer func() { <-s.turn }()
			if s.current.Load() == state && now.Sub(s.tried) >= refreshPause {
				_ = s.renew(ctx)
			}
			return s.current.Load(), nil
		default:
			return state, nil
		}
	}
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	defer func() { <-s.turn }()
	if latest := s.current.Load(); latest != state {
		return latest, nil
	}
	if s.failure != nil && now.Sub(s.tried) < fetchPause {
		return nil, unavailable(s.failure)
	}
	if err := s.renew(ctx); err != nil {
		return nil, unavailable(err)
	}
	return s.current.Load(), nil
}

// missing looks for a key that the given keys lack.
func (s *Keys) missing(ctx context.Context, id string, state *keyState) (*rsa.PublicKey, error) {
	if s.isUnknown(id) {
		return nil, Refuse(KeyUnknown, "token names an unknown key")
	}
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	defer func() { <-s.turn }()
	if s.current.Load() == state {
		if !s.budget.take(s.now()) {
			// It may be a new key, so that this must not end the delivery.
			return nil, unavailable(fmt.Errorf("too many unknown keys were looked up"))
		}
		if err := s.renew(ctx); err != nil {
			return nil, unavailable(err)
		}
	}
	if k := s.current.Load().keys[id]; k != nil {
		return k, nil
	}
	s.markUnknown(id)
	return nil, Refuse(KeyUnknown, "token names an unknown key")
}

// renew fetches the keys. The turn must be held. Keys that stay keep their pointer, by which cached tokens hold them.
func (s *Keys) renew(ctx context.Context) error {
	s.tried = s.now()
	keys, err := s.fetch(context.WithoutCancel(ctx))
	s.failure = err
	if err != nil {
		return err
	}
	if old := s.current.Load(); old != nil {
		for id, k := range keys {
			if o := old.keys[id]; o != nil && o.Equal(k) {
				keys[id] = o
			}
		}
	}
	s.current.Store(&keyState{keys: keys, fetched: s.now()})
	s.mu.Lock()
	for id := range keys {
		delete(s.unknown, id)
	}
	s.mu.Unlock()
	return nil
}

func (s *Keys) wait(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
}

func (s *Keys) isUnknown(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, found := s.unknown[id]
	return found && s.now().Sub(at) < unknownPause
}

func (s *Keys) markUnknown(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.unknown) >= maxUnknown {
		clear(s.unknown)
	}
	s.unknown[id] = s.now()
}

func unavailable(err error) error {
	return &Error{Reason: Unavailable, detail: "signing keys are unavailable: " + err.Error(), err: err}
}

// Budget limits the fetches that tokens with unknown keys cause: a burst at once, then one in five minutes.
type Budget struct {
	mu    sync.Mutex
	left  int
	since time.Time
}

// NewBudget returns a budget of which nothing is spent.
func NewBudget() *Budget { return &Budget{left: unknownBurst} }

func (b *Budget) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := int(now.Sub(b.since) / unknownPause); n > 0 {
		b.left = min(b.left+n, unknownBurst)
		b.since = now
	}
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}
