// Package conversation owns contacts, conversations, their sessions and
// messages: the states, who has what, and the rule that no text is shown twice.
// It does not know how a channel carries a message: the channel's room calls it
// when one came in and reads what is to be sent.
package conversation

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/clock"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/sqlstore"
)

// Migrations are this room's tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// State of a conversation.
type State string

// The states in which a conversation can be.
const (
	// Open: nobody has it yet.
	Open State = "open"
	// Active: an agent has it.
	Active State = "active"
	// Closed: it ended and stays so; the next text makes a new one.
	Closed State = "closed"
)

// Direction of a message.
type Direction string

// The directions, seen from the desk.
const (
	Inbound  Direction = "inbound"
	Outbound Direction = "outbound"
)

// Delivery is how far an outbound message has come. It only moves forward.
type Delivery string

// The steps of a delivery; inbound messages have none.
const (
	// Queued: stored here, not yet accepted by the provider.
	Queued Delivery = "queued"
	// Sent: accepted by the provider.
	Sent Delivery = "sent"
	// Delivered: the recipient's carrier has it.
	Delivered Delivery = "delivered"
	// Failed: it will not arrive; the reason says why.
	Failed Delivery = "failed"
)

// final says that nothing can change a delivery any more.
func (d Delivery) final() bool { return d == Delivered || d == Failed }

// Reasons why a session ended.
const (
	AgentEndConversation = "agentEndConversation"
)

// Person is a user or contact as a conversation shows them.
type Person struct{ ID, Name string }

// Conversation is one customer's exchange on one number, from the first message
// to its end.
type Conversation struct {
	ID, Channel, Number string
	State               State
	Contact             Person
	Phone               string
	// Agent is empty while nobody has it; it stays after the end.
	Agent         Person
	CreatedAt     time.Time
	LastAt        time.Time
	LastText      string
	LastDirection Direction
	// Unread counts inbound messages since an agent last looked or answered.
	Unread   int
	ClosedAt time.Time
	// Version grows with every change, so that a page can tell old from new.
	Version int64
}

// Message is one text of a conversation.
type Message struct {
	ID, ConversationID string
	Direction          Direction
	Text               string
	At                 time.Time
	Author             Person
	Delivery           Delivery
	// FailureCode and FailureReason are set when Delivery is Failed.
	FailureCode, FailureReason string
}

// Change is what a commit changed; it is published once the commit is durable.
type Change struct {
	Conversation Conversation
	// Message is nil when only the conversation changed.
	Message *Message
}

// Conversations is the room.
type Conversations struct {
	db    *sqlstore.DB
	clock clock.Clock
}

// New makes the room over a migrated database.
func New(db *sqlstore.DB, c clock.Clock) *Conversations { return &Conversations{db: db, clock: c} }

const conversationSelect = `SELECT c.id, c.channel, c.number, c.state, c.contact_id, k.name, k.phone, c.agent_id,
	coalesce(u.name, ''), c.created_at, c.last_at, c.last_text, c.last_direction, c.unread, c.closed_at, c.version
	FROM conversation c JOIN contact k ON k.id = c.contact_id LEFT JOIN app_user u ON u.id = c.agent_id `

func conversationColumns(c *Conversation) []any {
	return []any{
		&c.ID, &c.Channel, &c.Number, &c.State, &c.Contact.ID, &c.Contact.Name, &c.Phone, &c.Agent.ID,
		&c.Agent.Name, sqlstore.At(&c.CreatedAt), sqlstore.At(&c.LastAt), &c.LastText, &c.LastDirection, &c.Unread,
		sqlstore.At(&c.ClosedAt), &c.Version,
	}
}

const messageSelect = `SELECT m.id, m.conversation_id, m.direction, m.body, m.at, m.author_id, coalesce(u.name, ''),
	m.delivery, m.failure_code, m.failure_reason FROM message m LEFT JOIN app_user u ON u.id = m.author_id `

func messageColumns(m *Message) []any {
	return []any{
		&m.ID, &m.ConversationID, &m.Direction, &m.Text, sqlstore.At(&m.At), &m.Author.ID, &m.Author.Name,
		&m.Delivery, &m.FailureCode, &m.FailureReason,
	}
}

// Get reads a conversation.
func (s *Conversations) Get(ctx context.Context, id string) (Conversation, error) {
	return get(ctx, s.db.Read(), id)
}

func get(ctx context.Context, q sqlstore.Q, id string) (Conversation, error) {
	c, err := sqlstore.One(ctx, q, conversationColumns, conversationSelect+`WHERE c.id = $1`, id)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return c, problem.New(problem.NotFound, "conversation.unknown")
	}
	if err != nil {
		return c, fmt.Errorf("read conversation: %w", err)
	}
	return c, nil
}

func getMessage(ctx context.Context, q sqlstore.Q, id string) (Message, error) {
	m, err := sqlstore.One(ctx, q, messageColumns, messageSelect+`WHERE m.id = $1`, id)
	if err != nil {
		return m, fmt.Errorf("read message: %w", err)
	}
	return m, nil
}

// changed reads what a commit is about to make visible.
func changed(ctx context.Context, tx *sql.Tx, conversationID, messageID string) (*Change, error) {
	c, err := get(ctx, tx, conversationID)
	if err != nil {
		return nil, err
	}
	change := &Change{Conversation: c}
	if messageID != "" {
		m, err := getMessage(ctx, tx, messageID)
		if err != nil {
			return nil, err
		}
		change.Message = &m
	}
	return change, nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
