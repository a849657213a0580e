package conversation

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"guichet/internal/platform/problem"
	"guichet/internal/platform/sqlstore"
)

// View names a list of conversations.
type View string

// The lists, as the agent dashboard has them.
const (
	// Mine: what this agent has in hand.
	Mine View = "mine"
	// OpenItems: what nobody has yet.
	OpenItems View = "open"
	// ActiveItems: what anybody has in hand.
	ActiveItems View = "active"
	// ClosedItems: what has ended.
	ClosedItems View = "closed"
	// All: everything.
	All View = "all"
)

// Page is a part of a list and where the next part begins, empty at the end.
type Page[T any] struct {
	Items []T
	Next  string
}

// List reads a part of a view, newest activity first.
func (s *Conversations) List(ctx context.Context, view View, agentID, cursor string, limit int) (Page[Conversation], error) {
	at, id, err := parseCursor(cursor)
	if err != nil {
		return Page[Conversation]{}, err
	}
	args := []any{sqlstore.Micros(at), id, limit + 1}
	where := `WHERE (c.last_at < $1 OR c.last_at = $1 AND c.id < $2)`
	tail := ` ORDER BY c.last_at DESC, c.id DESC LIMIT $3`
	switch view {
	case Mine:
		where += ` AND c.state = 'active' AND c.agent_id = $4`
		args = append(args, agentID)
	case OpenItems, ActiveItems, ClosedItems:
		where += ` AND c.state = $4`
		args = append(args, string(view))
	case All:
	default:
		return Page[Conversation]{}, problem.New(problem.Invalid, "conversation.view").On("view")
	}
	list, err := sqlstore.List(ctx, s.db.Read(), conversationColumns, conversationSelect+where+tail, args...)
	if err != nil {
		return Page[Conversation]{}, fmt.Errorf("list conversations: %w", err)
	}
	return page(list, limit, func(c Conversation) string { return makeCursor(c.LastAt, c.ID) }), nil
}

// Messages reads a part of a conversation, newest last; Next leads to older
// ones.
func (s *Conversations) Messages(ctx context.Context, conversationID, cursor string, limit int) (Page[Message], error) {
	at, id, err := parseCursor(cursor)
	if err != nil {
		return Page[Message]{}, err
	}
	if _, err := s.Get(ctx, conversationID); err != nil {
		return Page[Message]{}, err
	}
	list, err := sqlstore.List(ctx, s.db.Read(), messageColumns, messageSelect+`
		WHERE m.conversation_id = $1 AND (m.at < $2 OR m.at = $2 AND m.id < $3)
		ORDER BY m.at DESC, m.id DESC LIMIT $4`, conversationID, sqlstore.Micros(at), id, limit+1)
	if err != nil {
		return Page[Message]{}, fmt.Errorf("list messages: %w", err)
	}
	p := page(list, limit, func(m Message) string { return makeCursor(m.At, m.ID) })
	for i, j := 0, len(p.Items)-1; i < j; i, j = i+1, j-1 {
		p.Items[i], p.Items[j] = p.Items[j], p.Items[i]
	}
	return p, nil
}

func page[T any](list []T, limit int, cursor func(T) string) Page[T] {
	if len(list) <= limit {
		return Page[T]{Items: list}
	}
	return Page[T]{Items: list[:limit], Next: cursor(list[limit-1])}
}

func makeCursor(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(at.UnixMicro(), 10) + " " + id))
}

// parseCursor reads a cursor; the empty one lies after everything.
func parseCursor(s string) (time.Time, string, error) {
	if s == "" {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), "~", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	us, id, ok := strings.Cut(string(raw), " ")
	n, numErr := strconv.ParseInt(us, 10, 64)
	if err != nil || !ok || numErr != nil {
		return time.Time{}, "", problem.New(problem.Invalid, "cursor").On("cursor")
	}
	return time.UnixMicro(n), id, nil
}
