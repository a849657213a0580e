// Package people owns the users of the desk: who they are, what they may, how
// they sign in, and the audit log of what was changed. It does not decide which
// page or call needs which role: the API's route table does.
package people

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/crypto/bcrypt"

	"guichet/internal/platform/clock"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
	"guichet/internal/platform/sqlstore"
)

// Migrations are this room's tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Role is what a user is for.
type Role string

// The roles, each including the rights of the ones after it.
const (
	Administrator Role = "administrator"
	Supervisor    Role = "supervisor"
	Agent         Role = "agent"
)

// Valid says whether r is one of the three.
func (r Role) Valid() bool { return r.rank() > 0 }

// Covers says whether r has the rights of need.
func (r Role) Covers(need Role) bool { return r.rank() >= need.rank() && r.Valid() }

func (r Role) rank() int {
	switch r {
	case Administrator:
		return 3
	case Supervisor:
		return 2
	case Agent:
		return 1
	}
	return 0
}

// HighestRole is the role with the most rights among names, which may be in any
// case; empty when none is a role.
func HighestRole(names []string) Role {
	highest := Role("")
	for _, name := range names {
		if r := Role(strings.ToLower(name)); r.rank() > highest.rank() {
			highest = r
		}
	}
	return highest
}

// User is a person who signs in to the desk.
type User struct {
	ID, Email, Name string
	Role            Role
	// Language is "en", "fr" or empty for the browser's own.
	Language    string
	Disabled    bool
	HasPassword bool
	CreatedAt   time.Time
	// EntraTenant and EntraObject are the identity of a user who signs in with
	// Microsoft Entra ID; empty for all others.
	EntraTenant, EntraObject string
	// Linking lets the identity of the same e-mail address become this user's at its
	// next sign-in.
	Linking bool

	hash string
}

// Options of New.
type Options struct {
	// Cost of a password hash (bcrypt); 0 takes the package's default of 12.
	Cost int
}

// People is the room.
type People struct {
	db       *sqlstore.DB
	clock    clock.Clock
	cost     int
	sessions *sessionCache
	attempts *attempts
}

// New makes the room over a migrated database.
func New(db *sqlstore.DB, c clock.Clock, o Options) *People {
	if o.Cost == 0 {
		o.Cost = 12
	}
	return &People{db: db, clock: c, cost: o.Cost, sessions: newSessionCache(), attempts: newAttempts()}
}

const userColumns = `id, email, name, role, language, password_hash, disabled, created_at, entra_tenant, entra_object, entra_link`

func columns(u *User) []any {
	return []any{
		&u.ID, &u.Email, &u.Name, &u.Role, &u.Language, &u.hash, &u.Disabled, sqlstore.At(&u.CreatedAt),
		&u.EntraTenant, &u.EntraObject, &u.Linking,
	}
}

func insert(ctx context.Context, tx *sql.Tx, u User) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO app_user (`+userColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		u.ID, u.Email, u.Name, string(u.Role), u.Language, u.hash, u.Disabled, sqlstore.Micros(u.CreatedAt),
		u.EntraTenant, u.EntraObject, u.Linking)
	return err
}

func (u User) finished() User {
	u.HasPassword = u.hash != ""
	return u
}

// Get reads a user.
func (p *People) Get(ctx context.Context, id string) (User, error) {
	return found(sqlstore.One(ctx, p.db.Read(), columns, `SELECT `+userColumns+` FROM app_user WHERE id = $1`, id))
}

// ByEmail reads a user by address, without regard to case.
func (p *People) ByEmail(ctx context.Context, email string) (User, error) {
	return found(sqlstore.One(ctx, p.db.Read(), columns,
		`SELECT `+userColumns+` FROM app_user WHERE email = $1`, normalEmail(email)))
}

func found(u User, err error) (User, error) {
	if errors.Is(err, sqlstore.ErrNotFound) {
		return u, problem.New(problem.NotFound, "user.unknown")
	}
	return u.finished(), err
}

// List reads all users by name.
func (p *People) List(ctx context.Context) ([]User, error) {
	list, err := sqlstore.List(ctx, p.db.Read(), columns, `SELECT `+userColumns+` FROM app_user ORDER BY name, email`)
	for i := range list {
		list[i] = list[i].finished()
	}
	return list, err
}

// Count is how many users there are.
func (p *People) Count(ctx context.Context) (int, error) {
	return sqlstore.One(ctx, p.db.Read(), func(n *int) []any { return []any{n} }, `SELECT count(*) FROM app_user`)
}

// NewUser is what Add needs. Password may be empty: the user then signs in by a
// one-time link first.
type NewUser struct {
	Email, Name string
	Role        Role
	Language    string
	Password    secret.Text
}

// Add makes a user; actor is the id of who did it, or "system".
func (p *People) Add(ctx context.Context, actor string, n NewUser) (User, error) {
	n.Email, n.Name = normalEmail(n.Email), strings.TrimSpace(n.Name)
	if at, err := mail.ParseAddress(n.Email); err != nil || at.Address != n.Email || len(n.Email) > 254 {
		return User{}, problem.New(problem.Invalid, "user.email").On("email")
	}
	if n.Name == "" {
		n.Name, _, _ = strings.Cut(n.Email, "@")
	}
	if len([]rune(n.Name)) > 100 {
		return User{}, problem.New(problem.Invalid, "user.name").On("name")
	}
	if !n.Role.Valid() {
		return User{}, problem.New(problem.Invalid, "user.role").On("role")
	}
	hash, err := p.hash(n.Password, true)
	if err != nil {
		return User{}, err
	}
	u := User{
		ID: newID(), Email: n.Email, Name: n.Name, Role: n.Role, Language: n.Language,
		CreatedAt: p.clock.Now(), hash: hash,
	}
	err = p.db.Tx(ctx, func(tx *sql.Tx) error {
		err := insert(ctx, tx, u)
		if sqlstore.IsUnique(err) {
			return problem.New(problem.Conflict, "user.exists", "email", u.Email).On("email")
		}
		if err != nil {
			return fmt.Errorf("add user: %w", err)
		}
		return p.Audit(ctx, tx, actor, "user.add", u.ID, string(u.Role))
	})
	return u.finished(), err
}

// Change is what may be changed of a user; nil leaves a member as it is.
type Change struct {
	Name     *string
	Role     *Role
	Language *string
	Disabled *bool
	Password *secret.Text
	// Linking sets User.Linking.
	Linking *bool
}

// Change changes a user. The last administrator who can sign in can neither be
// disabled nor lose the role.
func (p *People) Change(ctx context.Context, actor, id string, c Change) (User, error) {
	var hash *string
	if c.Password != nil {
		h, err := p.hash(*c.Password, false)
		if err != nil {
			return User{}, err
		}
		hash = &h
	}
	var u User
	err := p.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		if u, err = found(sqlstore.One(ctx, tx, columns, `SELECT `+userColumns+` FROM app_user WHERE id = $1`, id)); err != nil {
			return err
		}
		if err := c.apply(&u, hash); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE app_user SET name = $1, role = $2, language = $3, password_hash = $4, disabled = $5, entra_link = $6
			WHERE id = $7`, u.Name, string(u.Role), u.Language, u.hash, u.Disabled, u.Linking, u.ID)
		if err != nil {
			return fmt.Errorf("change user: %w", err)
		}
		if c.Role != nil || c.Disabled != nil {
			if err := keepAnAdministrator(ctx, tx); err != nil {
				return err
			}
		}
		if u.Disabled || hash != nil {
			if _, err := tx.ExecContext(ctx, `DELETE FROM sign_in WHERE user_id = $1`, u.ID); err != nil {
				return fmt.Errorf("end sessions: %w", err)
			}
		}
		return p.Audit(ctx, tx, actor, "user.change", u.ID, c.summary())
	})
	if err != nil {
		return User{}, err
	}
	p.sessions.forget(u.ID)
	return u.finished(), nil
}

func (c Change) apply(u *User, hash *string) error {
	if c.Role != nil && u.FromEntra() && *c.Role != u.Role {
		return problem.New(problem.Conflict, "user.entraRole").On("role")
	}
	if hash != nil && u.FromEntra() {
		return problem.New(problem.Conflict, "user.entraPassword").On("password")
	}
	if c.Name != nil {
		u.Name = strings.TrimSpace(*c.Name)
		if u.Name == "" || len([]rune(u.Name)) > 100 {
			return problem.New(problem.Invalid, "user.name").On("name")
		}
	}
	if c.Role != nil {
		if !c.Role.Valid() {
			return problem.New(problem.Invalid, "user.role").On("role")
		}
		u.Role = *c.Role
	}
	if c.Language != nil {
		u.Language = *c.Language
	}
	if c.Disabled != nil {
		u.Disabled = *c.Disabled
	}
	if c.Linking != nil {
		u.Linking = *c.Linking
	}
	if hash != nil {
		u.hash = *hash
	}
	return nil
}

func (c Change) summary() string {
	var what []string
	for name, changed := range map[string]bool{
		"name": c.Name != nil, "role": c.Role != nil, "language": c.Language != nil,
		"disabled": c.Disabled != nil, "password": c.Password != nil, "linking": c.Linking != nil,
	} {
		if changed {
			what = append(what, name)
		}
	}
	return strings.Join(what, ",")
}

func keepAnAdministrator(ctx context.Context, tx *sql.Tx) error {
	n, err := sqlstore.One(ctx, tx, func(n *int) []any { return []any{n} },
		`SELECT count(*) FROM app_user WHERE role = $1 AND disabled = FALSE`, string(Administrator))
	if err == nil && n == 0 {
		err = problem.New(problem.Conflict, "user.lastAdministrator")
	}
	return err
}

// Audit writes a line of the audit log in the caller's transaction. detail names
// what changed, never a secret.
func (p *People) Audit(ctx context.Context, tx sqlstore.Q, actor, action, subject, detail string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO audit (id, at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		newID(), sqlstore.Micros(p.clock.Now()), actor, action, subject, detail)
	if err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

// hash checks and hashes a password. bcrypt reads 72 bytes at most.
func (p *People) hash(password secret.Text, mayBeEmpty bool) (string, error) {
	if password == "" && mayBeEmpty {
		return "", nil
	}
	if n := len(password); n < 10 || n > 72 {
		return "", problem.New(problem.Invalid, "user.password").On("password")
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), p.cost)
	return string(hash), err
}

func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }
