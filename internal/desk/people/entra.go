package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"guichet/internal/platform/problem"
	"guichet/internal/platform/sqlstore"
)

// Identity is whom Microsoft Entra ID signed in. The caller has verified it.
type Identity struct {
	// TenantID and ObjectID together are the identity; the rest may change.
	TenantID, ObjectID string
	// Email is the name by which the user signs in there.
	Name, Email string
	// Role is what the tenant gives the user here; empty for none.
	Role Role
	// App is the name or id of the application whose roles these are.
	App string
}

// byEntra is the actor of what a sign-in with Entra ID changes.
const byEntra = "entra"

// FromEntra says that the user signs in with Microsoft Entra ID, and with
// nothing else: role and password are kept there.
func (u User) FromEntra() bool { return u.EntraObject != "" }

// SignInByEntra starts a session for an identity, whose user is made at the first
// time. The role follows the tenant's at each sign-in, also that of the last
// administrator; who has none there any more is refused, and signed out
// everywhere, tokens too. A user of the same e-mail address who is not of that identity is
// never taken over, unless an administrator let the two be linked. changed says
// that something about the users is new.
func (p *People) SignInByEntra(ctx context.Context, id Identity) (token string, changed bool, err error) {
	token, changed, err = p.signInByEntra(ctx, id)
	if sqlstore.IsUnique(err) {
		// The same user came twice at once, for the first time.
		token, changed, err = p.signInByEntra(ctx, id)
	}
	return token, changed, err
}

func (p *People) signInByEntra(ctx context.Context, id Identity) (token string, changed bool, err error) {
	var u User
	var refused *problem.Error
	token = newToken()
	err = p.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		u, changed, refused, err = p.entraUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if refused != nil {
			if u.ID != "" {
				changed = true
				if _, err := tx.ExecContext(ctx, `DELETE FROM sign_in WHERE user_id = $1`, u.ID); err != nil {
					return fmt.Errorf("end sessions: %w", err)
				}
				if _, err := tx.ExecContext(ctx, `DELETE FROM api_token WHERE user_id = $1`, u.ID); err != nil {
					return fmt.Errorf("end tokens: %w", err)
				}
			}
			return p.Audit(ctx, tx, byEntra, "signIn.refused", id.ObjectID, refused.Code)
		}
		if u.Role != id.Role {
			u.Role, changed = id.Role, true
			if _, err := tx.ExecContext(ctx, `UPDATE app_user SET role = $1 WHERE id = $2`, string(u.Role), u.ID); err != nil {
				return fmt.Errorf("renew role: %w", err)
			}
			if err := p.Audit(ctx, tx, byEntra, "user.change", u.ID, "role"); err != nil {
				return err
			}
		}
		return p.startSession(ctx, tx, token, u.ID, byEntra)
	})
	if u.ID != "" {
		p.sessions.forget(u.ID)
	}
	if err == nil && refused != nil {
		err = refused
	}
	return token, changed, err
}

// entraUser finds, links or makes the user of an identity. Beside a refusal it
// returns the user only when the identity is the user's.
func (p *People) entraUser(ctx context.Context, tx *sql.Tx, id Identity) (u User, changed bool, refused *problem.Error, err error) {
	u, err = sqlstore.One(ctx, tx, columns, `SELECT `+userColumns+` FROM app_user WHERE entra_tenant = $1 AND entra_object = $2`,
		id.TenantID, id.ObjectID)
	known := err == nil
	if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
		return u, false, nil, err
	}
	switch {
	case known && u.Disabled:
		return u, false, problem.New(problem.Forbidden, "signIn.entraDisabled", "name", u.Email), nil
	case id.Role == "":
		return u, false, problem.New(problem.Forbidden, "signIn.entraNoRole", "name", id.Email, "app", id.App), nil
	case known:
		return u.finished(), false, nil, nil
	}
	email := normalEmail(id.Email)
	if at, err := mail.ParseAddress(email); err != nil || at.Address != email || len(email) > 254 {
		return User{}, false, problem.New(problem.Forbidden, "signIn.entraAddress", "name", id.Email), nil
	}
	u, err = sqlstore.One(ctx, tx, columns, `SELECT `+userColumns+` FROM app_user WHERE email = $1`, email)
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		u, err = p.addFromEntra(ctx, tx, id, email)
		return u, true, nil, err
	case err != nil:
		return User{}, false, nil, err
	case !u.Linking:
		return User{}, false, problem.New(problem.Conflict, "signIn.entraEmail", "email", email), nil
	case u.Disabled:
		return User{}, false, problem.New(problem.Forbidden, "signIn.entraDisabled", "name", email), nil
	}
	u.EntraTenant, u.EntraObject, u.Linking, u.hash = id.TenantID, id.ObjectID, false, ""
	_, err = tx.ExecContext(ctx, `UPDATE app_user SET entra_tenant = $1, entra_object = $2, entra_link = FALSE, password_hash = '' WHERE id = $3`,
		u.EntraTenant, u.EntraObject, u.ID)
	if err == nil {
		// Sessions and links of before were the password's.
		_, err = tx.ExecContext(ctx, `DELETE FROM sign_in WHERE user_id = $1`, u.ID)
	}
	if err != nil {
		return User{}, false, nil, fmt.Errorf("link user: %w", err)
	}
	return u.finished(), true, nil, p.Audit(ctx, tx, byEntra, "user.linked", u.ID, id.ObjectID)
}

func (p *People) addFromEntra(ctx context.Context, tx *sql.Tx, id Identity, email string) (User, error) {
	u := User{
		ID: newID(), Email: email, Name: strings.TrimSpace(id.Name), Role: id.Role, CreatedAt: p.clock.Now(),
		EntraTenant: id.TenantID, EntraObject: id.ObjectID,
	}
	if u.Name == "" {
		u.Name, _, _ = strings.Cut(email, "@")
	}
	if runes := []rune(u.Name); len(runes) > 100 {
		u.Name = string(runes[:100])
	}
	if err := insert(ctx, tx, u); err != nil {
		return User{}, fmt.Errorf("add user: %w", err)
	}
	return u.finished(), p.Audit(ctx, tx, byEntra, "user.add", u.ID, string(u.Role))
}
