package entra

import (
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"strings"

	"guichet/internal/cloud/azerror"
)

// knownHosts are the names under which Microsoft runs the public authority.
var knownHosts = map[string]bool{
	"login.microsoftonline.com": true, "login.windows.net": true, "login.microsoft.com": true, "sts.windows.net": true,
}

// discovery answers the OpenID document of a tenant or of a shared authority.
func (e *Entra) discovery(w http.ResponseWriter, r *http.Request, name string, version endpoint) {
	id := "{tenantid}"
	if !shared(name) {
		tenant, err := e.tenant(r.Context(), name)
		if err != nil {
			writeError(w, r, e.clock.Now(), err)
			return
		}
		id = tenant.ID
	}
	root := e.origin(r) + "/" + name
	doc := map[string]any{
		"token_endpoint":                        root + "/oauth2/token",
		"authorization_endpoint":                root + "/oauth2/authorize",
		"device_authorization_endpoint":         root + "/oauth2/devicecode",
		"code_challenge_methods_supported":      []string{"S256"},
		"end_session_endpoint":                  root + "/oauth2/logout",
		"jwks_uri":                              root + "/discovery/keys",
		"issuer":                                issuerV1(id),
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid"},
		"claims_supported": []string{
			"sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "oid", "ver", "email", "roles",
		},
		"userinfo_endpoint":               root + "/openid/userinfo",
		"http_logout_supported":           true,
		"tenant_region_scope":             "EU",
		"cloud_instance_name":             "microsoftonline.com",
		"cloud_graph_host_name":           "graph.windows.net",
		"msgraph_host":                    "graph.microsoft.com",
		"rbac_url":                        "https://pas.windows.net",
		"request_uri_parameter_supported": false,
	}
	if version == v2 {
		for member, path := range map[string]string{
			"token_endpoint": "token", "authorization_endpoint": "authorize",
			"device_authorization_endpoint": "devicecode", "end_session_endpoint": "logout",
		} {
			doc[member] = root + "/oauth2/v2.0/" + path
		}
		doc["jwks_uri"] = root + "/discovery/v2.0/keys"
		doc["issuer"] = e.origin(r) + "/" + id + "/v2.0"
		doc["userinfo_endpoint"] = e.graphOrigin(r) + "/oidc/userinfo"
		doc["scopes_supported"] = []string{"openid", "profile", "email", "offline_access"}
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	azerror.WriteJSON(w, http.StatusOK, doc)
}

// graphOrigin is where Microsoft Graph is for the client of r.
func (e *Entra) graphOrigin(r *http.Request) string {
	if e.origin(r) != e.base {
		return GraphAudience
	}
	return e.base
}

func issuerV1(tenantID string) string { return "https://sts.windows.net/" + tenantID + "/" }

func (e *Entra) issuerV2(tenantID string) string { return e.base + "/" + tenantID + "/v2.0" }

// webKey is a published key. Entra publishes no "alg".
type webKey struct {
	Kty    string   `json:"kty"`
	Use    string   `json:"use"`
	Kid    string   `json:"kid"`
	X5t    string   `json:"x5t"`
	N      string   `json:"n"`
	E      string   `json:"e"`
	X5c    []string `json:"x5c"`
	Issuer string   `json:"issuer,omitempty"`
}

// jwks answers the published keys: the same for every tenant.
func (e *Entra) jwks(w http.ResponseWriter, r *http.Request, name string) {
	if !shared(name) {
		if _, err := e.tenant(r.Context(), name); err != nil {
			writeError(w, r, e.clock.Now(), err)
			return
		}
	}
	keys, err := e.keys.all(r.Context())
	if err != nil {
		writeError(w, r, e.clock.Now(), err)
		return
	}
	issuer := ""
	if strings.Contains(strings.ToLower(r.URL.Path), "/v2.0/") {
		issuer = e.base + "/{tenantid}/v2.0"
	}
	list := make([]webKey, 0, len(keys))
	for _, key := range keys {
		n, exponent := modulus(&key.private.PublicKey)
		list = append(list, webKey{
			Kty: "RSA", Use: "sig", Kid: key.kid, X5t: key.kid, N: n, E: exponent,
			X5c: []string{base64.StdEncoding.EncodeToString(key.cert)}, Issuer: issuer,
		})
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	azerror.WriteJSON(w, http.StatusOK, map[string]any{"keys": list})
}

func modulus(key *rsa.PublicKey) (n, e string) {
	enc := base64.RawURLEncoding
	return enc.EncodeToString(key.N.Bytes()), enc.EncodeToString(big.NewInt(int64(key.E)).Bytes())
}

// instanceDiscovery says whether a host is an authority of this cloud.
func (e *Entra) instanceDiscovery(w http.ResponseWriter, r *http.Request) {
	asked, err := url.Parse(r.URL.Query().Get("authorization_endpoint"))
	own, _ := url.Parse(e.base)
	host := ""
	if err == nil {
		host = strings.ToLower(asked.Host)
	}
	if host == "" || (host != own.Host && !knownHosts[host]) {
		writeError(w, r, e.clock.Now(), &oauthError{
			Status: http.StatusBadRequest, Code: "invalid_instance", Number: 50049,
			Text: "Unknown or invalid instance.",
		})
		return
	}
	tenant, _, _ := strings.Cut(strings.Trim(asked.Path, "/"), "/")
	if tenant == "" {
		tenant = "common"
	}
	azerror.WriteJSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": "https://" + asked.Host + "/" + tenant + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []map[string]any{
			{
				"preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net",
				"aliases": []string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"},
			},
			{"preferred_network": own.Host, "preferred_cache": own.Host, "aliases": []string{own.Host}},
		},
	})
}
