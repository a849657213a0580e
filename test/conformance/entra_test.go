package conformance

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/coreos/go-oidc/v3/oidc"

	"guichet/localcloud"
)

// verify checks a token against the published keys of its generation, as a
// receiver does, and answers its claims.
func (f *fixture) verify(token string) map[string]any {
	f.t.Helper()
	ctx := oidc.ClientContext(f.ctx, f.cloud.Client())
	root := f.cloud.AuthorityHost() + localcloud.TenantID
	for issuer, keys := range map[string]string{
		"https://sts.windows.net/" + localcloud.TenantID + "/": root + "/discovery/keys",
		root + "/v2.0": root + "/discovery/v2.0/keys",
	} {
		verifier := oidc.NewVerifier(issuer, oidc.NewRemoteKeySet(ctx, keys), &oidc.Config{SkipClientIDCheck: true})
		if verified, err := verifier.Verify(ctx, token); err == nil {
			var claims map[string]any
			if err := verified.Claims(&claims); err != nil {
				f.t.Fatal(err)
			}
			return claims
		}
	}
	f.t.Fatalf("the token verifies against neither issuer")
	return nil
}

// token asks a token endpoint and answers status and body.
func (f *fixture) token(path string, form url.Values) (int, map[string]any) {
	f.t.Helper()
	var body map[string]any
	response := f.call(http.MethodPost, f.cloud.URL()+"/"+path, strings.NewReader(form.Encode()),
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, &body)
	return response.StatusCode, body
}

func TestTokenThroughSDK(t *testing.T) {
	f := start(t)
	for _, scope := range []string{
		"https://management.azure.com/.default", "https://management.core.windows.net//.default",
		"https://communication.azure.com/.default", f.cloud.URL() + "/.default", localcloud.WebhookAppID + "/.default",
	} {
		token := must(f.cred.GetToken(f.ctx, policy.TokenRequestOptions{Scopes: []string{scope}}))(t)
		claims := f.verify(token.Token)
		if claims["aud"] != strings.TrimSuffix(scope, "/.default") || claims["appid"] != localcloud.ClientID ||
			claims["oid"] != localcloud.ObjectID || claims["sub"] != claims["oid"] || claims["appidacr"] != "1" || claims["ver"] != "1.0" {
			t.Errorf("%s: %v", scope, claims)
		}
		if life := claims["exp"].(float64) - claims["iat"].(float64); life < 3600 || life > 5700 {
			t.Errorf("%s: lives %v s", scope, life)
		}
	}
	proofs.works(identitySDK, "ClientSecretCredential.GetToken")
}

func TestRefusedCredentialsThroughSDK(t *testing.T) {
	f := start(t)
	unknown := must(azidentity.NewClientSecretCredential("00000000-0000-0000-0000-000000000009", localcloud.ClientID, localcloud.ClientSecret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: f.azure, DisableInstanceDiscovery: true}))(t)
	for code, cred := range map[string]azcore.TokenCredential{
		"AADSTS7000215": f.secret(localcloud.ClientID, "wrong"),
		"AADSTS700016":  f.secret("00000000-0000-0000-0000-000000000009", localcloud.ClientSecret),
		"AADSTS90002":   unknown,
	} {
		_, err := cred.GetToken(f.ctx, policy.TokenRequestOptions{Scopes: []string{"https://management.azure.com/.default"}})
		if err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("%s: got %v", code, err)
			continue
		}
		proofs.refuses(identitySDK, "ClientSecretCredential.GetToken", code)
	}
}

// TestEnvironmentCredentials: the values come from the environment, and from a
// chain that asks it.
func TestEnvironmentCredentials(t *testing.T) {
	f := begin(t)
	t.Setenv("AZURE_TENANT_ID", localcloud.TenantID)
	t.Setenv("AZURE_CLIENT_ID", localcloud.ClientID)
	t.Setenv("AZURE_CLIENT_SECRET", localcloud.ClientSecret)
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
	environment := must(azidentity.NewEnvironmentCredential(&azidentity.EnvironmentCredentialOptions{ClientOptions: f.azure, DisableInstanceDiscovery: true}))(t)
	standard := must(azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: f.azure, DisableInstanceDiscovery: true}))(t)
	chain := must(azidentity.NewChainedTokenCredential([]azcore.TokenCredential{environment}, nil))(t)
	for name, cred := range map[string]azcore.TokenCredential{
		"EnvironmentCredential": environment, "DefaultAzureCredential": standard, "ChainedTokenCredential": chain,
	} {
		if claims := f.verify(must(f.get(cred, "https://management.azure.com/.default"))(t)); claims["appid"] != localcloud.ClientID {
			t.Errorf("%s: %v", name, claims)
		}
		proofs.works(identitySDK, name+".GetToken")
	}
}

func TestTokenEndpoint(t *testing.T) {
	f := start(t)
	good := func(change ...string) url.Values {
		v := url.Values{
			"grant_type": {"client_credentials"}, "client_id": {localcloud.ClientID}, "client_secret": {localcloud.ClientSecret},
			"scope": {"https://management.azure.com/.default openid offline_access profile"}, "resource": {"https://management.azure.com/"},
		}
		for i := 0; i < len(change); i += 2 {
			v.Set(change[i], change[i+1])
		}
		return v
	}
	v2, v1 := localcloud.TenantID+"/oauth2/v2.0/token", localcloud.TenantID+"/oauth2/token"
	for name, test := range map[string]struct {
		path   string
		form   url.Values
		status int
		code   string
		number float64
	}{
		"unknown tenant":   {"00000000-0000-0000-0000-000000000009/oauth2/v2.0/token", good(), 400, "invalid_tenant", 90002},
		"common":           {"common/oauth2/v2.0/token", good(), 400, "invalid_request", 900023},
		"no grant":         {v2, good("grant_type", ""), 400, "invalid_request", 900144},
		"other grant":      {v2, good("grant_type", "password"), 400, "unsupported_grant_type", 70003},
		"unknown client":   {v2, good("client_id", "00000000-0000-0000-0000-000000000009"), 400, "unauthorized_client", 700016},
		"no secret":        {v2, good("client_secret", ""), 401, "invalid_client", 7000218},
		"wrong secret":     {v1, good("client_secret", "no"), 401, "invalid_client", 7000215},
		"no scope":         {v2, good("scope", ""), 400, "invalid_request", 900144},
		"bad scope":        {v2, good("scope", "https://management.azure.com/user_impersonation"), 400, "invalid_scope", 70011},
		"two resources":    {v2, good("scope", "https://a/.default https://b/.default"), 400, "invalid_scope", 70011},
		"unknown resource": {v2, good("scope", "https://nowhere.example/.default"), 400, "invalid_resource", 500011},
		"v1, no resource":  {v1, good("resource", ""), 400, "invalid_request", 900144},
		"unregistered certificate": {v2, good("client_assertion", "a.b.c", "client_assertion_type",
			"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), 401, "invalid_client", 50027},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := f.token(test.path, test.form)
			numbers, _ := body["error_codes"].([]any)
			if status != test.status || body["error"] != test.code || len(numbers) != 1 || numbers[0] != test.number {
				t.Errorf("got %d %v", status, body)
			}
			for _, member := range []string{"error_description", "timestamp", "trace_id", "correlation_id"} {
				if body[member] == nil {
					t.Errorf("no %s", member)
				}
			}
		})
	}
	status, body := f.token(v1, good())
	if status != http.StatusOK || body["resource"] != "https://management.azure.com/" {
		t.Errorf("v1: %d %v", status, body)
	}
	for _, member := range []string{"expires_in", "expires_on", "not_before"} {
		if _, text := body[member].(string); !text {
			t.Errorf("v1: %s is %T, want text", member, body[member])
		}
	}
	if claims := f.verify(body["access_token"].(string)); claims["aud"] != "https://management.azure.com/" {
		t.Errorf("v1: aud %v", claims["aud"])
	}
	status, body = f.token(strings.ToUpper(localcloud.Domain)+"/oauth2/v2.0/token", good())
	if _, number := body["expires_in"].(float64); status != http.StatusOK || !number || body["refresh_token"] != nil || body["id_token"] != nil {
		t.Errorf("v2 by domain: %d %v", status, body)
	}
}

func TestDiscovery(t *testing.T) {
	f := start(t)
	ctx := oidc.ClientContext(context.Background(), f.cloud.Client())
	provider := must(oidc.NewProvider(ctx, f.cloud.AuthorityHost()+localcloud.TenantID+"/v2.0"))(t)
	if got := provider.Endpoint().TokenURL; got != f.cloud.AuthorityHost()+localcloud.TenantID+"/oauth2/v2.0/token" {
		t.Errorf("token endpoint %s", got)
	}
	var doc map[string]any
	f.call(http.MethodGet, f.cloud.AuthorityHost()+localcloud.TenantID+"/.well-known/openid-configuration", nil, nil, &doc)
	if doc["issuer"] != "https://sts.windows.net/"+localcloud.TenantID+"/" {
		t.Errorf("v1 issuer %v", doc["issuer"])
	}
	f.call(http.MethodGet, f.cloud.AuthorityHost()+"common/v2.0/.well-known/openid-configuration", nil, nil, &doc)
	if !strings.Contains(doc["issuer"].(string), "{tenantid}") {
		t.Errorf("common issuer %v", doc["issuer"])
	}
	for _, tenant := range []string{localcloud.TenantID, "common"} {
		for _, path := range []string{"/discovery/keys", "/discovery/v2.0/keys"} {
			var keys struct{ Keys []map[string]json.RawMessage }
			f.call(http.MethodGet, f.cloud.AuthorityHost()+tenant+path, nil, nil, &keys)
			if len(keys.Keys) != 1 || keys.Keys[0]["alg"] != nil || string(keys.Keys[0]["kid"]) != string(keys.Keys[0]["x5t"]) {
				t.Errorf("%s%s: %v", tenant, path, keys)
			}
		}
	}
	instance := func(host string) int {
		return f.call(http.MethodGet, f.cloud.AuthorityHost()+"common/discovery/instance?api-version=1.1&authorization_endpoint="+
			url.QueryEscape("https://"+host+"/common/oauth2/v2.0/authorize"), nil, nil, &doc).StatusCode
	}
	if instance("login.microsoftonline.com") != 200 || instance(strings.TrimPrefix(f.cloud.URL(), "https://")) != 200 || instance("evil.example") != 400 {
		t.Error("instance discovery")
	}
	if doc["error"] != "invalid_instance" {
		t.Errorf("unknown instance: %v", doc)
	}
}
