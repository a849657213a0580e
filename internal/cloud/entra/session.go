package entra

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// sessionLife is how long a browser stays signed in.
const sessionLife = 24 * time.Hour

// session is a browser in which a user is signed in; without one, user is empty.
type session struct {
	id   string
	user User
}

// state is the session_state of an answer: it tells sessions apart and no more.
func (s session) state() string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(s.id)).String()
}

const (
	insertSession  = `INSERT INTO entra_sessions (digest, user_id, begun_us, expires_us) VALUES ($1, $2, $3, $4)`
	selectSession  = `SELECT user_id FROM entra_sessions WHERE digest = $1 AND expires_us > $2`
	deleteSession  = `DELETE FROM entra_sessions WHERE digest = $1`
	expireSessions = `DELETE FROM entra_sessions WHERE expires_us <= $1`
)

// cookieName is the session's cookie. The two addresses of the cloud share a
// host, so that each has a name of its own.
func cookieName(r *http.Request) string {
	if r.TLS != nil {
		return "__Host-guichet-entra"
	}
	return "guichet-entra"
}

// session reads who is signed in in the browser.
func (e *Entra) session(r *http.Request) (session, error) {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return session{}, nil
	}
	id, err := sqlstore.One(r.Context(), e.db.Read(), idCols, selectSession, digest(cookie.Value), sqlstore.Micros(e.clock.Now()))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return session{}, nil
	}
	if err != nil {
		return session{}, err
	}
	u, err := sqlstore.One(r.Context(), e.db.Read(), userCols, selectUser, id)
	if errors.Is(err, sqlstore.ErrNotFound) || err == nil && !u.Enabled {
		return session{}, nil
	}
	return session{id: cookie.Value, user: u}, err
}

// beginSession signs a user in in the browser.
func (e *Entra) beginSession(w http.ResponseWriter, r *http.Request, u User) (session, error) {
	s := session{id: opaque(32), user: u}
	now := e.clock.Now()
	err := e.db.Tx(r.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(r.Context(), expireSessions, sqlstore.Micros(now)); err != nil {
			return err
		}
		_, err := tx.ExecContext(r.Context(), insertSession, digest(s.id), u.ID, sqlstore.Micros(now), sqlstore.Micros(now.Add(sessionLife)))
		return err
	})
	if err != nil {
		return session{}, err
	}
	e.setCookie(w, r, s.id, int(sessionLife.Seconds()))
	return s, nil
}

// endSession signs the browser out.
func (e *Entra) endSession(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return nil
	}
	e.setCookie(w, r, "", -1)
	err = e.change(ctx, deleteSession, digest(cookie.Value))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil
	}
	return err
}

func (e *Entra) setCookie(w http.ResponseWriter, r *http.Request, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: r.TLS != nil,
		SameSite: http.SameSiteLaxMode,
	})
}

// stamper proves that a form was made for one session and one request, so that
// nobody else can fill it in.
type stamper struct{ key []byte }

func newStamper() stamper {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	return stamper{key}
}

func (s stamper) stamp(parts ...string) string {
	mac := hmac.New(sha256.New, s.key)
	for _, part := range parts {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (s stamper) valid(stamp string, parts ...string) bool {
	return hmac.Equal([]byte(stamp), []byte(s.stamp(parts...)))
}
