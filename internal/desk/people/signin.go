package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/time/rate"

	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
	"guichet/internal/platform/sqlstore"
)

// How long a session and a one-time link last.
const (
	SessionLasts = 14 * 24 * time.Hour
	LinkLasts    = 24 * time.Hour
)

// The kinds of a row of sign_in. Only the hash of a token is stored.
const (
	kindSession = "session"
	kindLink    = "link"
)

// SignIn checks a password and starts a session, whose token it returns. from
// tells sources apart for the limit on attempts (10 at once, then one in 6 s).
func (p *People) SignIn(ctx context.Context, email string, password secret.Text, from string) (User, string, error) {
	if !p.attempts.allow(p.clock.Now(), normalEmail(email)+"\x00"+from) {
		return User{}, "", problem.New(problem.TooMany, "signIn.tooMany")
	}
	u, err := p.ByEmail(ctx, email)
	refused, isRefusal := errors.AsType[*problem.Error](err)
	if err != nil && (!isRefusal || refused.Kind != problem.NotFound) {
		return User{}, "", err
	}
	hash := u.hash
	if hash == "" {
		// The same work for an unknown user, so that the time tells nothing.
		hash = p.attempts.decoy(p.cost)
	}
	match := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil
	if !match || u.ID == "" || u.hash == "" || u.Disabled {
		return User{}, "", problem.New(problem.Unauthenticated, "signIn.wrong")
	}
	token := newToken()
	err = p.db.Tx(ctx, func(tx *sql.Tx) error { return p.startSession(ctx, tx, token, u.ID, "password") })
	return u, token, err
}

// CheckPassword says whether password is the user's.
func (p *People) CheckPassword(u User, password secret.Text) bool {
	return u.hash != "" && bcrypt.CompareHashAndPassword([]byte(u.hash), []byte(password)) == nil
}

// Link makes a one-time sign-in token for a user and returns it with its end.
func (p *People) Link(ctx context.Context, actor, userID string) (string, time.Time, error) {
	token, ends := newToken(), p.clock.Now().Add(LinkLasts)
	err := p.db.Tx(ctx, func(tx *sql.Tx) error {
		u, err := found(sqlstore.One(ctx, tx, columns, `SELECT `+userColumns+` FROM app_user WHERE id = $1`, userID))
		if err != nil {
			return err
		}
		if u.FromEntra() {
			return problem.New(problem.Conflict, "user.entraLink")
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sign_in WHERE user_id = $1 AND kind = $2`, userID, kindLink); err != nil {
			return err
		}
		if err := p.store(ctx, tx, token, userID, kindLink, ends); err != nil {
			return err
		}
		return p.Audit(ctx, tx, actor, "user.link", userID, "")
	})
	return token, ends, err
}

// SignInByLink uses a one-time token up and starts a session.
func (p *People) SignInByLink(ctx context.Context, token string) (User, string, error) {
	var u User
	session := newToken()
	err := p.db.Tx(ctx, func(tx *sql.Tx) error {
		id, err := sqlstore.One(ctx, tx, func(s *string) []any { return []any{s} },
			`DELETE FROM sign_in WHERE token_hash = $1 AND kind = $2 AND expires_at > $3 RETURNING user_id`,
			digest(token), kindLink, sqlstore.Micros(p.clock.Now()))
		if errors.Is(err, sqlstore.ErrNotFound) {
			return problem.New(problem.Unauthenticated, "signIn.link")
		}
		if err != nil {
			return fmt.Errorf("use link: %w", err)
		}
		u, err = found(sqlstore.One(ctx, tx, columns, `SELECT `+userColumns+` FROM app_user WHERE id = $1`, id))
		if err != nil {
			return err
		}
		if u.Disabled {
			return problem.New(problem.Unauthenticated, "signIn.link")
		}
		return p.startSession(ctx, tx, session, u.ID, "link")
	})
	return u, session, err
}

// StartSession starts a session without a check, after the caller made one.
func (p *People) StartSession(ctx context.Context, userID string) (string, error) {
	token := newToken()
	err := p.db.Tx(ctx, func(tx *sql.Tx) error { return p.startSession(ctx, tx, token, userID, "") })
	return token, err
}

// startSession starts a session with a token. by is how the user proved to be
// that, for the audit log; empty when a session only goes on.
func (p *People) startSession(ctx context.Context, tx *sql.Tx, token, userID, by string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM sign_in WHERE expires_at <= $1`, sqlstore.Micros(p.clock.Now())); err != nil {
		return err
	}
	if err := p.store(ctx, tx, token, userID, kindSession, p.clock.Now().Add(SessionLasts)); err != nil || by == "" {
		return err
	}
	return p.Audit(ctx, tx, userID, "signIn", userID, by)
}

func (p *People) store(ctx context.Context, tx *sql.Tx, token, userID, kind string, ends time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sign_in (token_hash, user_id, kind, expires_at) VALUES ($1, $2, $3, $4)`,
		digest(token), userID, kind, sqlstore.Micros(ends))
	if err != nil {
		return fmt.Errorf("start session: %w", err)
	}
	return nil
}

// BySession finds who a session token belongs to; the answer is kept for up to
// five seconds.
func (p *People) BySession(ctx context.Context, token string) (User, error) {
	now, key := p.clock.Now(), digest(token)
	if u, ok := p.sessions.get(now, key); ok {
		return u, nil
	}
	u, err := sqlstore.One(ctx, p.db.Read(), columns, `
		SELECT `+userColumns+` FROM app_user WHERE disabled = FALSE AND id =
		(SELECT user_id FROM sign_in WHERE token_hash = $1 AND kind = $2 AND expires_at > $3)`,
		key, kindSession, sqlstore.Micros(now))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return u, problem.New(problem.Unauthenticated, "signIn.needed")
	}
	if err != nil {
		return u, fmt.Errorf("read session: %w", err)
	}
	u = u.finished()
	p.sessions.put(now, key, u)
	return u, nil
}

// SignOut ends a session.
func (p *People) SignOut(ctx context.Context, token string) error {
	key := digest(token)
	p.sessions.drop(key)
	return p.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM sign_in WHERE token_hash = $1`, key)
		return err
	})
}

func newToken() string { return rand.Text() + rand.Text() }

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// sessionCache spares a query for each call of a signed-in page.
type sessionCache struct {
	mu      sync.Mutex
	entries map[string]cachedSession
}

type cachedSession struct {
	user  User
	until time.Time
}

const (
	cachedFor      = 5 * time.Second
	cachedAtMost   = 10_000
	limitersAtMost = 10_000
)

func newSessionCache() *sessionCache { return &sessionCache{entries: map[string]cachedSession{}} }

func (c *sessionCache) get(now time.Time, key string) (User, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	return e.user, ok && now.Before(e.until)
}

func (c *sessionCache) put(now time.Time, key string, u User) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= cachedAtMost {
		clear(c.entries)
	}
	c.entries[key] = cachedSession{u, now.Add(cachedFor)}
}

func (c *sessionCache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, key)
}

func (c *sessionCache) forget(userID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.entries {
		if e.user.ID == userID {
			delete(c.entries, key)
		}
	}
}

// attempts slows down guessing.
type attempts struct {
	mu       sync.Mutex
	limiters map[string]*rate.Limiter
	once     sync.Once
	fake     string
}

func newAttempts() *attempts { return &attempts{limiters: map[string]*rate.Limiter{}} }

func (a *attempts) allow(now time.Time, key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.limiters[key]
	if l == nil {
		if len(a.limiters) >= limitersAtMost {
			clear(a.limiters)
		}
		l = rate.NewLimiter(rate.Every(6*time.Second), 10)
		a.limiters[key] = l
	}
	return l.AllowN(now, 1)
}

func (a *attempts) decoy(cost int) string {
	a.once.Do(func() {
		hash, err := bcrypt.GenerateFromPassword([]byte(rand.Text()), cost)
		if err == nil {
			a.fake = string(hash)
		}
	})
	return a.fake
}
