package entra

import (
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"

	"guichet/internal/cloud/azerror"
	wk "guichet/internal/cloud/wellknown"
)

// managedIdentity answers the endpoint by which an App Service gives its program
// a token (api-version 2019-08-01): the identity is the principal for tools.
// IDENTITY_ENDPOINT leads there and IDENTITY_HEADER is wellknown.IdentityHeader.
func (e *Entra) managedIdentity(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, message string) {
		azerror.WriteJSON(w, status, map[string]any{"statusCode": status, "message": message, "correlationId": opaque(16)})
	}
	q := r.URL.Query()
	resource := q.Get("resource")
	switch {
	// A page of another site cannot send this header unasked.
	case subtle.ConstantTimeCompare([]byte(r.Header.Get("X-IDENTITY-HEADER")), []byte(wk.IdentityHeader)) != 1:
		refuse(http.StatusUnauthorized, "The header X-IDENTITY-HEADER is missing or wrong.")
		return
	case q.Get("api-version") != "2019-08-01":
		refuse(http.StatusBadRequest, "The api-version must be 2019-08-01.")
		return
	case resource == "":
		refuse(http.StatusBadRequest, "The parameter resource is missing.")
		return
	}
	for name, own := range map[string]string{"client_id": wk.ToolsClientID, "principal_id": wk.ToolsObjectID, "object_id": wk.ToolsObjectID, "mi_res_id": ""} {
		if asked := q.Get(name); asked != "" && !strings.EqualFold(asked, own) {
			refuse(http.StatusBadRequest, "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.")
			return
		}
	}
	token, err := e.Mint(r.Context(), TokenRequest{TenantID: wk.TenantID, ClientID: wk.ToolsClientID, Resource: resource})
	if err != nil {
		refuse(http.StatusBadRequest, refusalOf(r, err).Error())
		return
	}
	azerror.WriteJSON(w, http.StatusOK, map[string]string{
		"access_token": token.Value, "client_id": wk.ToolsClientID, "resource": resource, "token_type": "Bearer",
		"expires_on": strconv.FormatInt(token.ExpiresAt.Unix(), 10),
	})
}
