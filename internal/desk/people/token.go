package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"guichet/internal/platform/problem"
	"guichet/internal/platform/sqlstore"
)

// Token lets a program use the API as a user, with the user's rights or fewer.
// The text of it is told once; only its hash is stored.
type Token struct {
	ID, Name string
	// UserID is as whom it acts, UserEmail that user's address.
	UserID, UserEmail string
	// Role is the most it may; the user's own role bounds it at each use.
	Role      Role
	CreatedAt time.Time
	// ExpiresAt is zero for one that does not expire.
	ExpiresAt time.Time
	// LastUsedAt is exact to a minute; zero before the first use.
	LastUsedAt time.Time
	// Expired is said by Tokens.
	Expired bool
}

// tokenPrefix lets a token be recognised where one should not be.
const tokenPrefix = "guichet_"

const (
	// longestToken is how long a token that expires may last.
	longestToken = 10 * 366 * 24 * time.Hour
	// usedEvery is how often its use is noted.
	usedEvery = time.Minute
)

const selectTokens = `SELECT t.id, t.name, t.user_id, u.email, t.role, t.created_at, t.expires_at, t.last_used_at
	FROM api_token t JOIN app_user u ON u.id = t.user_id `

func tokenColumns(t *Token) []any {
	return []any{
		&t.ID, &t.Name, &t.UserID, &t.UserEmail, &t.Role, sqlstore.At(&t.CreatedAt), sqlstore.At(&t.ExpiresAt), sqlstore.At(&t.LastUsedAt),
	}
}

// NewToken is what AddToken needs. Lasts 0 makes one that does not expire.
type NewToken struct {
	UserID, Name string
	Role         Role
	Lasts        time.Duration
}

// AddToken makes a token and returns its text, which cannot be read again.
func (p *People) AddToken(ctx context.Context, actor string, n NewToken) (Token, string, error) {
	n.Name = strings.TrimSpace(n.Name)
	switch {
	case n.Name == "" || len([]rune(n.Name)) > 100:
		return Token{}, "", problem.New(problem.Invalid, "token.name").On("name")
	case !n.Role.Valid():
		return Token{}, "", problem.New(problem.Invalid, "user.role").On("role")
	case n.Lasts < 0 || n.Lasts > longestToken:
		return Token{}, "", problem.New(problem.Invalid, "token.lasts").On("days")
	}
	u, err := p.Get(ctx, n.UserID)
	if err != nil {
		return Token{}, "", err
	}
	if !u.Role.Covers(n.Role) {
		return Token{}, "", problem.New(problem.Invalid, "token.role").On("role")
	}
	now := p.clock.Now()
	t := Token{ID: newID(), Name: n.Name, UserID: u.ID, UserEmail: u.Email, Role: n.Role, CreatedAt: now}
	if n.Lasts > 0 {
		t.ExpiresAt = now.Add(n.Lasts)
	}
	text := tokenPrefix + newToken()
	err = p.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO api_token (id, token_hash, user_id, name, role, created_at, expires_at, last_used_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
			t.ID, digest(text), t.UserID, t.Name, string(t.Role), sqlstore.Micros(t.CreatedAt), sqlstore.Micros(t.ExpiresAt))
		if err != nil {
			return fmt.Errorf("add token: %w", err)
		}
		return p.Audit(ctx, tx, actor, "token.add", t.ID, string(t.Role))
	})
	return t, text, err
}

// Tokens lists every token, the newest first, also those that have expired.
func (p *People) Tokens(ctx context.Context) ([]Token, error) {
	list, err := sqlstore.List(ctx, p.db.Read(), tokenColumns, selectTokens+`ORDER BY t.created_at DESC, t.id DESC`)
	now := p.clock.Now()
	for i, t := range list {
		list[i].Expired = !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt)
	}
	return list, err
}

// RevokeToken ends a token at once; other nodes follow within five seconds.
func (p *People) RevokeToken(ctx context.Context, actor, id string) error {
	var hash string
	err := p.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		hash, err = sqlstore.One(ctx, tx, func(s *string) []any { return []any{s} }, `DELETE FROM api_token WHERE id = $1 RETURNING token_hash`, id)
		if errors.Is(err, sqlstore.ErrNotFound) {
			return problem.New(problem.NotFound, "token.unknown")
		}
		if err != nil {
			return fmt.Errorf("revoke token: %w", err)
		}
		return p.Audit(ctx, tx, actor, "token.revoke", id, "")
	})
	p.sessions.drop(hash)
	return err
}

// ByToken finds as whom a token acts, with the lower of the two roles; the answer
// is kept for up to five seconds.
func (p *People) ByToken(ctx context.Context, text string) (User, error) {
	now, key := p.clock.Now(), digest(text)
	if u, ok := p.sessions.get(now, key); ok {
		return u, nil
	}
	refused := problem.New(problem.Unauthenticated, "token.refused")
	t, err := sqlstore.One(ctx, p.db.Read(), tokenColumns,
		selectTokens+`WHERE t.token_hash = $1 AND u.disabled = FALSE AND (t.expires_at = 0 OR t.expires_at > $2)`, key, sqlstore.Micros(now))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return User{}, refused
	}
	if err != nil {
		return User{}, fmt.Errorf("read token: %w", err)
	}
	u, err := p.Get(ctx, t.UserID)
	if err != nil {
		return User{}, err
	}
	if u.Role.Covers(t.Role) {
		u.Role = t.Role
	}
	if now.Sub(t.LastUsedAt) >= usedEvery {
		err := p.db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE api_token SET last_used_at = $1 WHERE id = $2 AND last_used_at < $1`, sqlstore.Micros(now), t.ID)
			return err
		})
		if err != nil {
			return User{}, fmt.Errorf("note use of token: %w", err)
		}
	}
	p.sessions.put(now, key, u)
	return u, nil
}
