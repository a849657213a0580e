package controlplane

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// Identity is who acts, as their own token for ARM names them.
type Identity struct {
	// ObjectID and TenantID are of the user or service principal in its tenant.
	ObjectID, TenantID string
	// Name is a user's sign-in name or an application's id.
	Name string
	// User: a person, not an application.
	User bool
}

// Kind is the principal type as role assignments name it.
func (i Identity) Kind() string {
	if i.User {
		return "User"
	}
	return "ServicePrincipal"
}

// Me signs in, if that was not done yet, and tells who acts. The token is the
// client's own, so that nothing is verified.
func (c *Client) Me(ctx context.Context) (Identity, error) {
	token, err := c.credential.GetToken(ctx, policy.TokenRequestOptions{
		// As the clients ask, whose tokens are cached apart: a user is asked once.
		EnableCAE: true,
		Scopes:    []string{strings.TrimRight(c.azure.Audience, "/") + "/.default"},
	})
	if err != nil {
		return Identity{}, fmt.Errorf("sign in: %w", err)
	}
	parts := strings.Split(token.Token, ".")
	if len(parts) != 3 {
		return Identity{}, errors.New("sign in: the token is no JWT")
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return Identity{}, fmt.Errorf("sign in: the token's claims: %w", err)
	}
	var claims struct {
		ObjectID string `json:"oid"`
		TenantID string `json:"tid"`
		UPN      string `json:"upn"`
		Unique   string `json:"unique_name"`
		Name     string `json:"preferred_username"`
		AppID    string `json:"appid"`
		AppID2   string `json:"azp"`
		Type     string `json:"idtyp"`
		Scope    string `json:"scp"`
	}
	if err := json.Unmarshal(body, &claims); err != nil {
		return Identity{}, fmt.Errorf("sign in: the token's claims: %w", err)
	}
	i := Identity{ObjectID: claims.ObjectID, TenantID: claims.TenantID, User: claims.Type == "user" || claims.Scope != ""}
	for _, name := range []string{claims.UPN, claims.Unique, claims.Name, claims.AppID, claims.AppID2, claims.ObjectID} {
		if name != "" && (i.User || name == claims.AppID || name == claims.AppID2 || name == claims.ObjectID) {
			i.Name = name
			break
		}
	}
	return i, nil
}

var entraCode = regexp.MustCompile(`AADSTS\d+`)

// EntraCode is the code of a refused sign-in, such as AADSTS7000215, or how the
// identity failed in few words.
func EntraCode(err *azidentity.AuthenticationFailedError) string {
	if code := entraCode.FindString(err.Error()); code != "" {
		return code
	}
	if err.RawResponse != nil {
		return err.RawResponse.Status
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
