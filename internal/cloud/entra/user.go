package entra

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// The directory roles by their public template ids. Each lets a user manage every
// application; the first also lets it grant permissions of Microsoft Graph.
const (
	GlobalAdministrator           = "62e90394-69f5-4237-9190-012177145e10"
	ApplicationAdministrator      = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	CloudApplicationAdministrator = "158c047a-c907-4556-b7ef-446551a6b5f7"
)

// roleNames are the names by which the control API gives directory roles.
var roleNames = map[string]string{
	"Global Administrator":            GlobalAdministrator,
	"Application Administrator":       ApplicationAdministrator,
	"Cloud Application Administrator": CloudApplicationAdministrator,
}

// User is a member of a tenant.
type User struct {
	ID       string    `json:"id"`
	TenantID string    `json:"tenantId"`
	UPN      string    `json:"userPrincipalName"`
	Name     string    `json:"displayName"`
	Given    string    `json:"givenName"`
	Surname  string    `json:"surname"`
	Mail     string    `json:"mail"`
	Enabled  bool      `json:"accountEnabled"`
	Created  time.Time `json:"createdDateTime"`
	password string
}

const (
	userColumns    = `id, tenant_id, upn, name, given, surname, mail, password, enabled, created_us`
	selectUser     = `SELECT ` + userColumns + ` FROM entra_users WHERE id = $1`
	selectUserUPN  = `SELECT ` + userColumns + ` FROM entra_users WHERE upn = $1`
	selectUsers    = `SELECT ` + userColumns + ` FROM entra_users WHERE tenant_id = $1 ORDER BY id`
	selectAllUsers = `SELECT ` + userColumns + ` FROM entra_users ORDER BY upn`
	insertUser     = `INSERT INTO entra_users (` + userColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT DO NOTHING`
	insertDirectoryRole  = `INSERT INTO entra_directory_roles (principal_id, role_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	selectDirectoryRoles = `SELECT role_id FROM entra_directory_roles WHERE principal_id = $1 ORDER BY role_id`
)

func userCols(u *User) []any {
	return []any{
		&u.ID, &u.TenantID, &u.UPN, &u.Name, &u.Given, &u.Surname, &u.Mail, &u.password, &u.Enabled, sqlstore.At(&u.Created),
	}
}

// User finds a user of a tenant by object id or user principal name;
// sqlstore.ErrNotFound without one.
func (e *Entra) User(ctx context.Context, tenantID, name string) (User, error) {
	query := selectUser
	if strings.Contains(name, "@") {
		query = selectUserUPN
	}
	u, err := sqlstore.One(ctx, e.db.Read(), userCols, query, strings.ToLower(name))
	if err == nil && u.TenantID != tenantID {
		return User{}, sqlstore.ErrNotFound
	}
	return u, err
}

// Users lists the users of a tenant by id.
func (e *Entra) Users(ctx context.Context, tenantID string) ([]User, error) {
	return sqlstore.List(ctx, e.db.Read(), userCols, selectUsers, tenantID)
}

// DirectoryRoles are the template ids of the directory roles that a user holds.
func (e *Entra) DirectoryRoles(ctx context.Context, userID string) ([]string, error) {
	return sqlstore.List(ctx, e.db.Read(), func(id *string) []any { return []any{id} }, selectDirectoryRoles, userID)
}

// administers says whether a user may manage every application.
func (e *Entra) administers(ctx context.Context, userID string) (bool, error) {
	roles, err := e.DirectoryRoles(ctx, userID)
	return len(roles) > 0, err
}

// newUser is what the control API takes.
type newUser struct {
	User
	Password string `json:"password,omitempty"`
	// Enabled is true when absent.
	AccountEnabled *bool `json:"accountEnabled,omitempty"`
	// Roles are names of directory roles.
	Roles []string `json:"directoryRoles,omitempty"`
}

// addUser makes a user in the tenant that its name's domain belongs to.
func (e *Entra) addUser(ctx context.Context, n newUser) (User, error) {
	u := n.User
	u.UPN = strings.ToLower(strings.TrimSpace(u.UPN))
	_, domain, _ := strings.Cut(u.UPN, "@")
	t, err := e.tenant(ctx, domain)
	if err != nil || t.Domain != domain || u.Name == "" || n.Password == "" {
		return u, fmt.Errorf("%w: userPrincipalName must end in a tenant's domain, displayName and password be given", ErrBadRegistration)
	}
	u.ID, u.TenantID, u.Created, u.Enabled = uuid.NewString(), t.ID, e.clock.Now(), n.AccountEnabled == nil || *n.AccountEnabled
	for _, name := range n.Roles {
		if roleNames[name] == "" {
			return u, fmt.Errorf("%w: no directory role %q", ErrBadRegistration, name)
		}
	}
	err = e.db.Tx(ctx, func(tx *sql.Tx) error {
		made, err := sqlstore.Exec(ctx, tx, insertUser, u.ID, u.TenantID, u.UPN, u.Name, u.Given, u.Surname, u.Mail,
			hashPassword(n.Password), u.Enabled, sqlstore.Micros(u.Created))
		if err == nil && made == 0 {
			err = fmt.Errorf("%w: the user exists", ErrBadRegistration)
		}
		for _, name := range n.Roles {
			if err == nil {
				_, err = tx.ExecContext(ctx, insertDirectoryRole, u.ID, roleNames[name])
			}
		}
		return err
	})
	return u, err
}

// errWrongPassword says that a name and a password do not belong together.
var errWrongPassword = errors.New("the account or the password is wrong")

// checkPassword finds the user by name and password. Which of the two is wrong is
// not told.
func (e *Entra) checkPassword(ctx context.Context, upn, password string) (User, error) {
	u, err := sqlstore.One(ctx, e.db.Read(), userCols, selectUserUPN, strings.ToLower(strings.TrimSpace(upn)))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return u, errWrongPassword
	}
	if err != nil {
		return u, err
	}
	if !passwordMatches(u.password, password) {
		return User{}, errWrongPassword
	}
	return u, nil
}

// passwordRounds is low: the passwords of a local cloud are public, and every
// start of one for a test pays for it.
const passwordRounds = 4096

func hashPassword(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	return base64.RawStdEncoding.EncodeToString(salt) + "$" + derive(password, salt)
}

func passwordMatches(stored, password string) bool {
	text, hash, _ := strings.Cut(stored, "$")
	salt, err := base64.RawStdEncoding.DecodeString(text)
	return err == nil && subtle.ConstantTimeCompare([]byte(hash), []byte(derive(password, salt))) == 1
}

func derive(password string, salt []byte) string {
	key, err := pbkdf2.Key(sha256.New, password, salt, passwordRounds, 32)
	if err != nil {
		panic("entra: pbkdf2: " + err.Error())
	}
	return base64.RawStdEncoding.EncodeToString(key)
}
