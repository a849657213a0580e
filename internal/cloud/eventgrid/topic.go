package eventgrid

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// Topic is a system topic or a custom topic.
type Topic struct {
	// ID is the ARM id, in the casing of its creation.
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Location string            `json:"location"`
	Tags     map[string]string `json:"tags,omitempty"`
	Identity json.RawMessage   `json:"identity,omitempty"`
	// Source and TopicType are a system topic's: the resource whose events these
	// are.
	Source    string `json:"source,omitempty"`
	TopicType string `json:"topicType,omitempty"`
	// Automatic says that the topic came with a subscription on the resource and
	// goes with the last one.
	Automatic bool   `json:"automatic,omitempty"`
	MetricID  string `json:"metricId"`
	// InputSchema, the keys and DisableLocalAuth are a custom topic's.
	InputSchema      string `json:"inputSchema,omitempty"`
	Key1             string `json:"key1,omitempty"`
	Key2             string `json:"key2,omitempty"`
	DisableLocalAuth bool   `json:"disableLocalAuth,omitempty"`
}

// Custom says that clients publish to the topic, not a service of Azure.
func (t *Topic) Custom() bool { return t.Source == "" }

// ARMType is the resource type.
func (t *Topic) ARMType() string {
	if t.Custom() {
		return "Microsoft.EventGrid/topics"
	}
	return "Microsoft.EventGrid/systemTopics"
}

// sourceKey is what Publish finds the topic's subscriptions by.
func (t *Topic) sourceKey() string {
	if t.Custom() {
		return strings.ToLower(t.ID)
	}
	return strings.ToLower(t.Source)
}

const (
	selectTopics = `SELECT body FROM eg_topics ORDER BY key`
	upsertTopic  = `INSERT INTO eg_topics (key, body, created_us) VALUES ($1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET body = excluded.body`
	removeTopic = `DELETE FROM eg_topics WHERE key = $1`
)

// Topics lists the topics at or below an ARM id, by id.
func (b *Broker) Topics(parent string) []*Topic {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var list []*Topic
	for key, t := range b.topics {
		if under(key, parent) {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(x, y *Topic) int { return strings.Compare(strings.ToLower(x.ID), strings.ToLower(y.ID)) })
	return list
}

// Topic finds a topic by its id; nil without one. The caller must not change it.
func (b *Broker) Topic(id string) *Topic {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.topics[strings.ToLower(id)]
}

// TopicOf finds the system topic of a source; nil without one.
func (b *Broker) TopicOf(source string) *Topic {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, t := range b.topics {
		if !t.Custom() && strings.EqualFold(t.Source, source) {
			return t
		}
	}
	return nil
}

// PutTopic creates or replaces a topic. A source has one system topic.
func (b *Broker) PutTopic(ctx context.Context, t Topic) (*Topic, error) {
	b.change.Lock()
	defer b.change.Unlock()
	return b.putTopic(ctx, t)
}

func (b *Broker) putTopic(ctx context.Context, t Topic) (*Topic, error) {
	old := b.Topic(t.ID)
	switch {
	case old != nil:
		t.ID, t.Name, t.MetricID, t.Automatic = old.ID, old.Name, old.MetricID, false
		t.Key1, t.Key2 = old.Key1, old.Key2
		if !strings.EqualFold(old.Source, t.Source) {
			return nil, invalid("The source of a system topic cannot be changed.")
		}
	case t.Custom():
		t.MetricID, t.Key1, t.Key2 = uuid.NewString(), newTopicKey(), newTopicKey()
	default:
		if other := b.TopicOf(t.Source); other != nil {
			return nil, &Invalid{Code: "ResourceConflict", Message: fmt.Sprintf(
				"The source already has the system topic '%s'. Only one system topic is allowed per source.", other.ID)}
		}
		t.MetricID = uuid.NewString()
	}
	return &t, b.saveTopic(ctx, &t)
}

func (b *Broker) saveTopic(ctx context.Context, t *Topic) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	err = b.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, upsertTopic, strings.ToLower(t.ID), string(text), sqlstore.Micros(b.clock.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("topic %s: %w", t.Name, err)
	}
	b.mu.Lock()
	b.topics[strings.ToLower(t.ID)] = t
	b.index()
	b.mu.Unlock()
	return nil
}

// RegenerateKey replaces a custom topic's key ("key1" or "key2").
func (b *Broker) RegenerateKey(ctx context.Context, id, name string) (*Topic, error) {
	b.change.Lock()
	defer b.change.Unlock()
	t := *b.Topic(id)
	switch strings.ToLower(name) {
	case "key1":
		t.Key1 = newTopicKey()
	case "key2":
		t.Key2 = newTopicKey()
	default:
		return nil, invalid("The key name '%s' is not key1 or key2.", name)
	}
	return &t, b.saveTopic(ctx, &t)
}

// DeleteTopic deletes a topic with its subscriptions; it says whether there was
// one.
func (b *Broker) DeleteTopic(ctx context.Context, id string) (bool, error) {
	b.change.Lock()
	defer b.change.Unlock()
	t := b.Topic(id)
	if t == nil {
		return false, nil
	}
	return true, b.dropTopic(ctx, t)
}

func (b *Broker) dropTopic(ctx context.Context, t *Topic) error {
	key := strings.ToLower(t.ID)
	err := b.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, removeTopic, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("delete topic %s: %w", t.Name, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.topics, key)
	for k, s := range b.subs {
		if s.topicKey == key {
			s.stop()
			delete(b.subs, k)
		}
	}
	b.index()
	return nil
}

// DeleteUnder deletes what belongs to a resource that goes away: topics at or
// below its id, topics of which it is the source, and their subscriptions.
func (b *Broker) DeleteUnder(ctx context.Context, id string) error {
	b.change.Lock()
	defer b.change.Unlock()
	for _, t := range b.Topics("") {
		if under(t.ID, id) || under(t.Source, id) {
			if err := b.dropTopic(ctx, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// Reset forgets every topic, subscription, event and attempt.
func (b *Broker) Reset(ctx context.Context) error {
	if err := b.DeleteUnder(ctx, ""); err != nil {
		return err
	}
	return b.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, table := range []string{"eg_attempts", "eg_operations"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
}

// under says whether an ARM id is parent or below it, without regard to case;
// every id is under the empty one.
func under(id, parent string) bool {
	id, parent = strings.ToLower(id), strings.TrimRight(strings.ToLower(parent), "/")
	return parent == "" || id == parent || strings.HasPrefix(id, parent+"/")
}

func newTopicKey() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}
