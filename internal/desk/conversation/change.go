package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"guichet/internal/platform/problem"
	"guichet/internal/platform/sqlstore"
)

// MaxText is how many characters an outbound text may have: the limit of ACS's
// schema for the member "message" (SMS API 2026-01-23).
const MaxText = 2048

// lastTextLimit bounds the preview that lists show, in characters.
const lastTextLimit = 160

// Received is a text that a channel took in.
type Received struct {
	// Channel is "sms".
	Channel string
	// ProviderID is the provider's own id of the message: the same id is stored
	// once, whatever number of events brought it.
	ProviderID string
	// From is the customer's number, To ours, both in E.164.
	From, To string
	Text     string
	// At is when the provider received it.
	At time.Time
}

// Receive stores an inbound text in the caller's transaction: in the customer's
// current conversation on that number, or in a new one. It returns nil when the
// text is known already.
func (s *Conversations) Receive(ctx context.Context, tx *sql.Tx, r Received) (*Change, error) {
	now := s.clock.Now()
	if r.At.IsZero() || r.At.After(now) {
		r.At = now
	}
	known, err := sqlstore.One(ctx, tx, func(n *int) []any { return []any{n} },
		`SELECT count(*) FROM message WHERE provider_id = $1 AND provider_id <> ''`, r.ProviderID)
	if err != nil || known > 0 {
		return nil, err
	}
	contactID, err := s.contact(ctx, tx, r.From, now)
	if err != nil {
		return nil, err
	}
	id, err := sqlstore.One(ctx, tx, func(id *string) []any { return []any{id} }, `
		INSERT INTO conversation (id, channel, number, contact_id, state, agent_id, created_at, last_at, last_text,
			last_direction, unread, closed_at, version)
		VALUES ($1, $2, $3, $4, 'open', '', $5, $6, $7, 'inbound', 1, 0, 1)
		ON CONFLICT (channel, number, contact_id) WHERE state <> 'closed' DO UPDATE SET
			unread = conversation.unread + 1, version = conversation.version + 1,
			last_text = CASE WHEN excluded.last_at >= conversation.last_at THEN excluded.last_text ELSE conversation.last_text END,
			last_direction = CASE WHEN excluded.last_at >= conversation.last_at THEN excluded.last_direction
				ELSE conversation.last_direction END,
			last_at = CASE WHEN excluded.last_at >= conversation.last_at THEN excluded.last_at ELSE conversation.last_at END
		RETURNING id`,
		newID(), r.Channel, r.To, contactID, sqlstore.Micros(now), sqlstore.Micros(r.At), preview(r.Text))
	if err != nil {
		return nil, fmt.Errorf("store conversation: %w", err)
	}
	messageID := newID()
	n, err := sqlstore.Exec(ctx, tx, `
		INSERT INTO message (id, conversation_id, direction, body, at, author_id, delivery, failure_code, failure_reason,
			provider_id, idempotency_key)
		VALUES ($1, $2, 'inbound', $3, $4, '', '', '', '', $5, '')
		ON CONFLICT (provider_id) WHERE provider_id <> '' DO NOTHING`,
		messageID, id, r.Text, sqlstore.Micros(r.At), r.ProviderID)
	if err != nil {
		return nil, fmt.Errorf("store message: %w", err)
	}
	if n == 0 {
		// Another node stored it between our look and our write.
		return nil, fmt.Errorf("store message: %w", errRace)
	}
	change, err := changed(ctx, tx, id, "")
	if err != nil {
		return nil, err
	}
	change.Message = &Message{
		ID: messageID, ConversationID: id, Direction: Inbound, Text: r.Text, At: sqlstore.Time(sqlstore.Micros(r.At)),
	}
	return change, nil
}

var errRace = errors.New("stored by another node meanwhile")

func (s *Conversations) contact(ctx context.Context, tx *sql.Tx, phone string, now time.Time) (string, error) {
	id, err := sqlstore.One(ctx, tx, func(id *string) []any { return []any{id} }, `
		INSERT INTO contact (id, phone, name, created_at) VALUES ($1, $2, '', $3)
		ON CONFLICT (phone) DO UPDATE SET phone = excluded.phone RETURNING id`, newID(), phone, sqlstore.Micros(now))
	if err != nil {
		return "", fmt.Errorf("store contact: %w", err)
	}
	return id, nil
}

// Assign gives an open conversation to an agent. Two agents cannot both have it:
// the second is told who does. Asking again for one's own changes nothing.
func (s *Conversations) Assign(ctx context.Context, id, agentID string) (change *Change, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		n, err := sqlstore.Exec(ctx, tx, `UPDATE conversation SET state = 'active', agent_id = $1, version = version + 1
			WHERE id = $2 AND state = 'open'`, agentID, id)
		if err != nil {
			return fmt.Errorf("assign: %w", err)
		}
		if change, err = changed(ctx, tx, id, ""); err != nil {
			return err
		}
		if n == 0 {
			return alreadyTaken(change.Conversation, agentID)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO session (id, conversation_id, agent_id, started_at, ended_at, reason)
			VALUES ($1, $2, $3, $4, 0, '')`, newID(), id, agentID, sqlstore.Micros(s.clock.Now()))
		return err
	})
	return change, err
}

func alreadyTaken(c Conversation, agentID string) error {
	switch {
	case c.State == Closed:
		return problem.New(problem.Conflict, "conversation.closed")
	case c.Agent.ID == agentID:
		return nil
	}
	return problem.New(problem.Conflict, "conversation.taken", "agent", c.Agent.Name)
}

// End closes a conversation that the agent has in hand. Asking again changes
// nothing.
func (s *Conversations) End(ctx context.Context, id, agentID string) (change *Change, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		now := sqlstore.Micros(s.clock.Now())
		n, err := sqlstore.Exec(ctx, tx, `UPDATE conversation SET state = 'closed', closed_at = $1, unread = 0, version = version + 1
			WHERE id = $2 AND state = 'active' AND agent_id = $3`, now, id, agentID)
		if err != nil {
			return fmt.Errorf("end: %w", err)
		}
		if change, err = changed(ctx, tx, id, ""); err != nil {
			return err
		}
		if n == 0 {
			if change.Conversation.State == Closed && change.Conversation.Agent.ID == agentID {
				return nil
			}
			return inHand(change.Conversation, agentID)
		}
		_, err = tx.ExecContext(ctx, `UPDATE session SET ended_at = $1, reason = $2 WHERE conversation_id = $3 AND ended_at = 0`,
			now, AgentEndConversation, id)
		return err
	})
	return change, err
}

// inHand says why an agent cannot act on a conversation, nil when they can.
func inHand(c Conversation, agentID string) error {
	switch {
	case c.State == Closed:
		return problem.New(problem.Conflict, "conversation.closed")
	case c.State == Open:
		return problem.New(problem.Forbidden, "conversation.notAssigned")
	case c.Agent.ID != agentID:
		return problem.New(problem.Forbidden, "conversation.notYours", "agent", c.Agent.Name)
	}
	return nil
}

// Read forgets the count of unread messages, when the agent who has the
// conversation looks at it; for anyone else it does nothing. The change is nil
// when there was nothing to forget.
func (s *Conversations) Read(ctx context.Context, id, agentID string) (change *Change, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		n, err := sqlstore.Exec(ctx, tx, `UPDATE conversation SET unread = 0, version = version + 1
			WHERE id = $1 AND unread > 0 AND state = 'active' AND agent_id = $2`, id, agentID)
		if err != nil {
			return fmt.Errorf("mark read: %w", err)
		}
		change = nil
		if n == 0 {
			return nil
		}
		change, err = changed(ctx, tx, id, "")
		return err
	})
	return change, err
}

// Reply is an agent's text.
type Reply struct {
	ConversationID, AgentID, Text string
	// Key makes a repeated call find the first one's message; unique per agent.
	Key string
}

// Reply stores an outbound text as queued and hands it to send in the same
// transaction, so that it is sent if and only if it is stored. With a key that
// the agent used before, it returns that message and sends nothing.
func (s *Conversations) Reply(ctx context.Context, r Reply, send func(tx *sql.Tx, c Conversation, m Message) error) (change *Change, err error) {
	if n := utf8.RuneCountInString(r.Text); n == 0 || n > MaxText {
		return nil, problem.New(problem.Invalid, "message.length", "max", fmt.Sprint(MaxText)).On("text")
	}
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		change = nil
		first, err := s.repeated(ctx, tx, r)
		if err != nil || first != nil {
			change = first
			return err
		}
		c, err := get(ctx, tx, r.ConversationID)
		if err != nil {
			return err
		}
		if err := inHand(c, r.AgentID); err != nil {
			return err
		}
		id, at := newID(), s.clock.Now()
		_, err = tx.ExecContext(ctx, `
			INSERT INTO message (id, conversation_id, direction, body, at, author_id, delivery, failure_code, failure_reason,
				provider_id, idempotency_key)
			VALUES ($1, $2, 'outbound', $3, $4, $5, 'queued', '', '', '', $6)`,
			id, c.ID, r.Text, sqlstore.Micros(at), r.AgentID, r.Key)
		if err != nil {
			return fmt.Errorf("store reply: %w", err)
		}
		n, err := sqlstore.Exec(ctx, tx, `UPDATE conversation SET last_at = $1, last_text = $2, last_direction = 'outbound', unread = 0,
			version = version + 1 WHERE id = $3 AND state = 'active' AND agent_id = $4`, sqlstore.Micros(at), preview(r.Text), c.ID, r.AgentID)
		if err != nil || n != 1 {
			return errors.Join(err, errRaceUnless(n))
		}
		if change, err = changed(ctx, tx, c.ID, id); err != nil {
			return err
		}
		return send(tx, change.Conversation, *change.Message)
	})
	return change, err
}

func errRaceUnless(n int64) error {
	if n == 1 {
		return nil
	}
	return problem.New(problem.Conflict, "conversation.changed")
}

func (s *Conversations) repeated(ctx context.Context, tx *sql.Tx, r Reply) (*Change, error) {
	if r.Key == "" {
		return nil, nil
	}
	m, err := sqlstore.One(ctx, tx, messageColumns, messageSelect+`WHERE m.author_id = $1 AND m.idempotency_key = $2 AND m.idempotency_key <> ''`, r.AgentID, r.Key)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for an earlier reply: %w", err)
	}
	if m.ConversationID != r.ConversationID || m.Text != r.Text {
		return nil, problem.New(problem.Conflict, "idempotency.reused")
	}
	return changed(ctx, tx, m.ConversationID, m.ID)
}

// Progress is what became of an outbound message.
type Progress struct {
	// MessageID is ours; ProviderID is the provider's, known once it is Sent. The
	// message is found by ours if it is given, else by the provider's.
	MessageID, ProviderID string
	Delivery              Delivery
	Code, Reason          string
}

// Advance moves a message's delivery forward in the caller's transaction. It
// returns nil when that changes nothing, and sqlstore.ErrNotFound when the
// message is not known (yet).
func (s *Conversations) Advance(ctx context.Context, tx *sql.Tx, p Progress) (*Change, error) {
	where, key := `WHERE m.id = $1`, p.MessageID
	if key == "" {
		where, key = `WHERE m.provider_id = $1 AND m.provider_id <> ''`, p.ProviderID
	}
	m, err := sqlstore.One(ctx, tx, messageColumns, messageSelect+where, key)
	if err != nil {
		return nil, err
	}
	if m.Delivery.final() || m.Delivery == p.Delivery || m.Direction != Outbound || p.Delivery == Queued {
		return nil, nil
	}
	if p.ProviderID != "" {
		if _, err := tx.ExecContext(ctx, `UPDATE message SET provider_id = $1 WHERE id = $2`, p.ProviderID, m.ID); err != nil {
			return nil, fmt.Errorf("store provider's id: %w", err)
		}
	}
	_, err = tx.ExecContext(ctx, `UPDATE message SET delivery = $1, failure_code = $2, failure_reason = $3 WHERE id = $4`,
		string(p.Delivery), p.Code, p.Reason, m.ID)
	if err != nil {
		return nil, fmt.Errorf("store delivery: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE conversation SET version = version + 1 WHERE id = $1`, m.ConversationID); err != nil {
		return nil, fmt.Errorf("store delivery: %w", err)
	}
	return changed(ctx, tx, m.ConversationID, m.ID)
}

// Text reads what is to be sent: the message and its conversation.
func (s *Conversations) Text(ctx context.Context, messageID string) (Conversation, Message, error) {
	m, err := getMessage(ctx, s.db.Read(), messageID)
	if err != nil {
		return Conversation{}, m, err
	}
	c, err := s.Get(ctx, m.ConversationID)
	return c, m, err
}

func preview(text string) string {
	runes := []rune(text)
	if len(runes) <= lastTextLimit {
		return text
	}
	return string(runes[:lastTextLimit-1]) + "…"
}
