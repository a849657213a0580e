package arm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"guichet/internal/cloud/entra"
	"guichet/internal/cloud/traffic"
	"guichet/internal/platform/sqlstore"
)

// audiences of a token for ARM: what the SDKs ask for, with and without the
// slash, and the cloud's own address.
func (a *ARM) audiences() []string {
	return []string{
		"https://management.azure.com", "https://management.core.windows.net", a.base,
		"797f4846-ba00-4fd7-ba43-dac1f8f63013",
	}
}

// authenticate verifies the bearer token. The challenge names the tenant of the
// subscription: many tools find it out that way.
func (a *ARM) authenticate(c *call) error {
	header := c.r.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	if header == "" {
		return a.challenge(c, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.",
			"The authentication failed because of missing 'Authorization' header.")
	}
	if !strings.EqualFold(scheme, "Bearer") {
		return a.challenge(c, "AuthenticationFailedInvalidHeader", "Authentication failed. The 'Authorization' header is provided in an invalid format.",
			"The 'Authorization' header is provided in an invalid format.")
	}
	claims, err := a.directory.Verify(c.ctx, strings.TrimSpace(token), a.audiences()...)
	switch {
	case err == nil:
		c.claims = claims
		traffic.Caller(c.ctx, c.who(), traffic.Token)
		return nil
	case errors.Is(err, entra.ErrExpired):
		return a.challenge(c, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time.",
			"The access token expiry UTC time is earlier than current UTC time.")
	case errors.Is(err, entra.ErrAudience):
		return a.challenge(c, "InvalidAuthenticationTokenAudience",
			"The access token has been obtained for wrong audience or resource. It should exactly match with one of the allowed audiences.",
			"The access token has been obtained for wrong audience or resource.")
	case errors.Is(err, entra.ErrInvalid):
		return a.challenge(c, "InvalidAuthenticationToken", "The access token is invalid.", "The access token is invalid.")
	}
	return err
}

func (a *ARM) challenge(c *call, code, message, description string) error {
	tenant := "common"
	if sub, err := a.subscription(c.ctx, c.params["subscription"]); err == nil {
		tenant = sub.TenantID
	}
	err, _ := errors.AsType[*Error](fail(http.StatusUnauthorized, code, "%s", message))
	err.challenge = fmt.Sprintf(`Bearer authorization_uri="%s/%s", error="invalid_token", error_description="%s"`,
		a.base, tenant, description)
	return err
}

// role is a role definition.
type role struct {
	id, name, description string
	actions, notActions   []string
	dataActions           []string
}

// builtInRoles with the ids and actions of Azure's own.
var builtInRoles = []role{
	{
		id: contributorID, name: "Contributor",
		description: "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.",
		actions:     []string{"*"},
		notActions: []string{
			"Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write", "Microsoft.Authorization/elevateAccess/Action",
			"Microsoft.Blueprint/blueprintAssignments/write", "Microsoft.Blueprint/blueprintAssignments/delete",
			"Microsoft.Compute/galleries/share/action", "Microsoft.Purview/consents/write", "Microsoft.Purview/consents/delete",
			"Microsoft.Resources/deploymentStacks/manageDenySetting/action", "Microsoft.Subscription/cancel/action",
			"Microsoft.Subscription/enable/action",
		},
	},
	{
		id: ownerID, name: "Owner",
		description: "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
		actions:     []string{"*"},
	},
	{
		id: "acdd72a7-3385-48ef-bd42-f606fba81ae7", name: "Reader",
		description: "View all resources, but does not allow you to make any changes.",
		actions:     []string{"*/read"},
	},
	{
		id: "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", name: "User Access Administrator",
		description: "Lets you manage user access to Azure resources.",
		actions:     []string{"*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"},
	},
	{
		id: "d5a91429-5739-47e2-a06b-3470a27159e7", name: "EventGrid Data Sender",
		description: "Allows send access to event grid events.",
		actions:     []string{"Microsoft.Authorization/*/read", "Microsoft.EventGrid/topics/read", "Microsoft.Resources/subscriptions/resourceGroups/read"},
		dataActions: []string{"Microsoft.EventGrid/events/send/action"},
	},
}

func roleByID(id string) (role, bool) {
	for _, r := range builtInRoles {
		if strings.EqualFold(r.id, id) {
			return r, true
		}
	}
	return role{}, false
}

// assignment grants a role to a principal at a scope and everything below it.
type assignment struct {
	ID, Scope, RoleID, PrincipalID, PrincipalType string
	createdUS                                     int64
}

func assignmentCols(x *assignment) []any {
	return []any{&x.ID, &x.Scope, &x.RoleID, &x.PrincipalID, &x.PrincipalType, &x.createdUS}
}

const selectAssignmentsOf = `SELECT id, scope, role_id, principal_id, principal_type, created_us FROM arm_assignments
	WHERE principal_id = $1 ORDER BY id`

// rolesAt are the roles that a principal holds at a scope, inherited ones too.
func (a *ARM) rolesAt(ctx context.Context, principalID, scope string) ([]role, error) {
	list, err := sqlstore.List(ctx, a.db.Read(), assignmentCols, selectAssignmentsOf, principalID)
	if err != nil {
		return nil, fmt.Errorf("role assignments: %w", err)
	}
	var roles []role
	for _, x := range list {
		if within(scope, x.Scope) {
			if r, ok := roleByID(x.RoleID); ok {
				roles = append(roles, r)
			}
		}
	}
	return roles, nil
}

// within says whether scope is parent or below it. Ids ignore case.
func within(scope, parent string) bool {
	scope, parent = strings.ToLower(scope), strings.TrimRight(strings.ToLower(parent), "/")
	return scope == parent || strings.HasPrefix(scope, parent+"/")
}

// authorize refuses the call unless a role of the caller allows the action at
// the place that the path names.
func (a *ARM) authorize(c *call, action string) error {
	scope := c.place(action)
	roles, err := a.rolesAt(c.ctx, c.claims.ObjectID, scope)
	if err != nil {
		return err
	}
	for _, r := range roles {
		if allows(r.actions, r.notActions, action) {
			return nil
		}
	}
	return fail(http.StatusForbidden, "AuthorizationFailed",
		"The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s' or the scope "+
			"is invalid. If access was recently granted, please refresh your credentials.",
		c.who(), c.claims.ObjectID, action, scope)
}

// place is where the caller needs a right: what an extension resource belongs to,
// and for an action what it is done to, which for a provider's registration is the
// subscription.
func (c *call) place(action string) string {
	if c.scope != "" {
		return c.scope
	}
	scope := c.path
	if c.r.Method == http.MethodPost && strings.HasSuffix(strings.ToLower(action), "/action") {
		scope = scope[:strings.LastIndex(scope, "/")]
	}
	if segments := splitPath(scope); len(segments) == 4 && strings.EqualFold(segments[2], "providers") {
		scope = "/" + segments[0] + "/" + segments[1]
	}
	return scope
}

// MaySend says whether a principal may publish to the topic with that id: its
// role needs the data action of the EventGrid Data Sender.
func (a *ARM) MaySend(ctx context.Context, principalID, topicID string) (bool, error) {
	roles, err := a.rolesAt(ctx, principalID, topicID)
	if err != nil {
		return false, err
	}
	for _, r := range roles {
		if allows(r.dataActions, nil, "Microsoft.EventGrid/events/send/action") {
			return true, nil
		}
	}
	return false, nil
}

// MayUseService says whether a principal may use the data plane of a
// communication resource: it needs a role that may write to the resource, such as
// Contributor.
func (a *ARM) MayUseService(ctx context.Context, principalID, serviceID string) (bool, error) {
	roles, err := a.rolesAt(ctx, principalID, serviceID)
	if err != nil {
		return false, err
	}
	for _, r := range roles {
		if allows(r.actions, r.notActions, "Microsoft.Communication/CommunicationServices/Write") {
			return true, nil
		}
	}
	return false, nil
}

func allows(actions, not []string, action string) bool {
	for _, pattern := range actions {
		if !actionMatches(pattern, action) {
			continue
		}
		for _, n := range not {
			if actionMatches(n, action) {
				return false
			}
		}
		return true
	}
	return false
}

// actionMatches compares without case; * stands for anything, slashes included.
func actionMatches(pattern, action string) bool {
	pattern, action = strings.ToLower(pattern), strings.ToLower(action)
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == action
	}
	action, ok := strings.CutPrefix(action, first)
	if !ok {
		return false
	}
	for i := 0; i <= len(action); i++ {
		if actionMatches(rest, action[i:]) {
			return true
		}
	}
	return false
}
