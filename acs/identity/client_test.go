package identity_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"guichet/acs/identity"
	"guichet/acs/internal/wiretest"
)

const userID = "8:acs:ac500000-0000-4000-8000-000000000001_00000000-0000-4000-8000-00000000000a"

func TestWire(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	one := func(name string, call func(*testing.T, *identity.Client)) wiretest.Case {
		return wiretest.Case{Name: name, Call: func(t *testing.T, s wiretest.Server) {
			c, err := identity.NewClientFromConnectionString(s.ConnectionString, &identity.ClientOptions{ClientOptions: s.Options})
			if err != nil {
				t.Fatal(err)
			}
			call(t, c)
		}}
	}
	isToken := func(t *testing.T, token identity.AccessToken, err error) {
		t.Helper()
		if err != nil || token.Token != "header.payload.signature" || token.ExpiresOn.IsZero() {
			t.Errorf("%v, %v", token, err)
		}
	}
	wiretest.Run(t, []wiretest.Case{
		one("create-user", func(t *testing.T, c *identity.Client) {
			if id, err := c.CreateUser(ctx); err != nil || id != userID {
				t.Errorf("%s, %v", id, err)
			}
		}),
		one("create-user-and-token", func(t *testing.T, c *identity.Client) {
			id, token, err := c.CreateUserAndToken(ctx, []identity.Scope{identity.ScopeVoIP, identity.ScopeChat}, &identity.TokenOptions{Lifetime: time.Hour})
			isToken(t, token, err)
			if id != userID {
				t.Errorf("id = %s", id)
			}
		}),
		one("get-token", func(t *testing.T, c *identity.Client) {
			token, err := c.GetToken(ctx, userID, []identity.Scope{identity.ScopeVoIP}, nil)
			isToken(t, token, err)
		}),
		one("revoke-tokens", func(t *testing.T, c *identity.Client) {
			if err := c.RevokeTokens(ctx, userID); err != nil {
				t.Error(err)
			}
		}),
		one("delete-user", func(t *testing.T, c *identity.Client) {
			if err := c.DeleteUser(ctx, userID); err != nil {
				t.Error(err)
			}
		}),
		one("exchange-teams-token", func(t *testing.T, c *identity.Client) {
			token, err := c.ExchangeTeamsUserToken(ctx, "entra-token", "c11e0000-0000-4000-8000-000000000001", "05e70000-0000-4000-8000-000000000001")
			isToken(t, token, err)
		}),
	})
}

func TestNoScopes(t *testing.T) {
	t.Parallel()
	c, err := identity.NewClientFromConnectionString("endpoint=https://contoso.communication.azure.com;accesskey=c2VjcmV0", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.GetToken(context.Background(), userID, nil, nil); !errors.Is(err, identity.ErrNoScopes) {
		t.Errorf("GetToken: %v", err)
	}
	if _, _, err := c.CreateUserAndToken(context.Background(), nil, nil); !errors.Is(err, identity.ErrNoScopes) {
		t.Errorf("CreateUserAndToken: %v", err)
	}
}

func TestTokenIsNotPrinted(t *testing.T) {
	t.Parallel()
	token := identity.AccessToken{Token: "secret", ExpiresOn: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "token", token)
	out := fmt.Sprintf("%v %+v %#v %s %q", token, token, token, token, token) + log.String()
	if strings.Contains(out, "secret") || !strings.Contains(out, "2025-01-02T03:04:05Z") {
		t.Error(out)
	}
}
