package conformance

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/golang-jwt/jwt/v5"

	"guichet/localcloud"
)

// control calls the cloud's own API and decodes the answer.
func (f *fixture) control(method, path string, body, into any) int {
	f.t.Helper()
	data := must(json.Marshal(body))(f.t)
	response := f.call(method, f.cloud.URL()+"/_guichet/"+path, bytes.NewReader(data), http.Header{"Content-Type": {"application/json"}}, into)
	return response.StatusCode
}

type app struct {
	AppID       string `json:"appId"`
	PrincipalID string `json:"servicePrincipalId"`
}

// register makes an application.
func (f *fixture) register(body map[string]any) app {
	f.t.Helper()
	var a app
	body["tenantId"] = localcloud.TenantID
	if status := f.control(http.MethodPost, "entra/applications", body, &a); status != http.StatusCreated {
		f.t.Fatalf("register: %d", status)
	}
	return a
}

func (f *fixture) addSecret(a app, body map[string]any) string {
	f.t.Helper()
	var answer struct{ SecretText string }
	if status := f.control(http.MethodPost, "entra/applications/"+a.AppID+"/secrets", body, &answer); status != http.StatusCreated {
		f.t.Fatalf("secret: %d", status)
	}
	return answer.SecretText
}

func (f *fixture) get(cred azcore.TokenCredential, scope string) (string, error) {
	token, err := cred.GetToken(f.ctx, policy.TokenRequestOptions{Scopes: []string{scope}})
	return token.Token, err
}

// TestTokenVersions: the application that is called decides the version, whatever
// the endpoint; roles appear when they are held.
func TestTokenVersions(t *testing.T) {
	f := start(t)
	for version, want := range map[int]map[string]any{
		1: {"ver": "1.0", "aud": "api://two", "iss": "https://sts.windows.net/" + localcloud.TenantID + "/", "appid": localcloud.ClientID},
		2: {"ver": "2.0", "iss": f.cloud.AuthorityHost() + localcloud.TenantID + "/v2.0", "azp": localcloud.ClientID, "azpacr": "1"},
	} {
		uri := "api://" + map[int]string{1: "two", 2: "three"}[version]
		target := f.register(map[string]any{
			"displayName": "target", "requestedAccessTokenVersion": version, "identifierUris": []string{uri},
			"appRoles": []map[string]any{{"value": "Reader", "displayName": "Reader", "allowedMemberTypes": []string{"Application"}}},
		})
		claims := f.verify(must(f.get(f.cred, uri+"/.default"))(t))
		if claims["roles"] != nil {
			t.Errorf("v%d: roles %v without a grant", version, claims["roles"])
		}
		if status := f.control(http.MethodPost, "entra/applications/"+target.AppID+"/grants", map[string]any{
			"tenantId": localcloud.TenantID, "clientAppId": localcloud.ClientID, "role": "Reader",
		}, nil); status != http.StatusCreated {
			t.Fatalf("grant: %d", status)
		}
		if version == 2 {
			want["aud"] = target.AppID
		}
		cred := f.secret(localcloud.ClientID, localcloud.ClientSecret)
		claims = f.verify(must(f.get(cred, uri+"/.default"))(t))
		for name, value := range want {
			if claims[name] != value {
				t.Errorf("v%d: %s is %v, want %v", version, name, claims[name], value)
			}
		}
		if roles, _ := claims["roles"].([]any); len(roles) != 1 || roles[0] != "Reader" {
			t.Errorf("v%d: roles %v", version, claims["roles"])
		}
	}
}

func TestAssignmentRequired(t *testing.T) {
	f := start(t)
	f.register(map[string]any{"displayName": "closed", "identifierUris": []string{"api://closed"}, "appRoleAssignmentRequired": true})
	if _, err := f.get(f.cred, "api://closed/.default"); err == nil || !strings.Contains(err.Error(), "AADSTS501051") {
		t.Errorf("got %v", err)
	}
}

func TestExpiredSecret(t *testing.T) {
	f := start(t)
	a := f.register(map[string]any{"displayName": "client"})
	good, expired := f.addSecret(a, map[string]any{}), f.addSecret(a, map[string]any{"endDateTime": time.Now().Add(-time.Minute)})
	if _, err := f.get(f.secret(a.AppID, good), "https://management.azure.com/.default"); err != nil {
		t.Error(err)
	}
	if _, err := f.get(f.secret(a.AppID, expired), "https://management.azure.com/.default"); err == nil || !strings.Contains(err.Error(), "AADSTS7000222") {
		t.Errorf("got %v", err)
	}
	proofs.refuses(identitySDK, "ClientSecretCredential.GetToken", "AADSTS7000222")
}

func TestCertificateCredential(t *testing.T) {
	f := start(t)
	a := f.register(map[string]any{"displayName": "client"})
	key := must(rsa.GenerateKey(rand.Reader, 2048))(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client"}, NotAfter: time.Now().Add(time.Hour)}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))(t)
	cert := must(x509.ParseCertificate(der))(t)
	cred := must(azidentity.NewClientCertificateCredential(localcloud.TenantID, a.AppID, []*x509.Certificate{cert}, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: f.azure, DisableInstanceDiscovery: true}))(t)
	if _, err := f.get(cred, "https://management.azure.com/.default"); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("before it is registered: %v", err)
	}
	proofs.refuses(identitySDK, "ClientCertificateCredential.GetToken", "AADSTS700027")
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if status := f.control(http.MethodPost, "entra/applications/"+a.AppID+"/certificates", map[string]any{"pem": text}, nil); status != http.StatusCreated {
		t.Fatalf("certificate: %d", status)
	}
	claims := f.verify(must(f.get(cred, "https://management.azure.com/.default"))(t))
	if claims["appidacr"] != "2" || claims["oid"] != a.PrincipalID {
		t.Errorf("%v", claims)
	}
	proofs.works(identitySDK, "ClientCertificateCredential.GetToken")

	// The same certificate signs an assertion of one's own.
	thumbprint := sha256.Sum256(der)
	assertion := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"aud": f.cloud.AuthorityHost() + localcloud.TenantID + "/oauth2/v2.0/token", "iss": a.AppID, "sub": a.AppID, "jti": "one",
		"nbf": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	})
	assertion.Header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(thumbprint[:])
	signed := must(assertion.SignedString(key))(t)
	own := must(azidentity.NewClientAssertionCredential(localcloud.TenantID, a.AppID, func(context.Context) (string, error) { return signed, nil },
		&azidentity.ClientAssertionCredentialOptions{ClientOptions: f.azure, DisableInstanceDiscovery: true}))(t)
	if claims := f.verify(must(f.get(own, "https://management.azure.com/.default"))(t)); claims["oid"] != a.PrincipalID {
		t.Errorf("%v", claims)
	}
	proofs.works(identitySDK, "ClientAssertionCredential.GetToken")
}

func TestKeyRotation(t *testing.T) {
	f := start(t)
	before := must(f.get(f.cred, "https://management.azure.com/.default"))(t)
	f.control(http.MethodPost, "entra/rotate", map[string]any{}, nil)
	f.verify(before)
	after := must(f.get(f.secret(localcloud.ClientID, localcloud.ClientSecret), "https://management.azure.com/.default"))(t)
	f.verify(after)
	if strings.Split(before, ".")[0] == strings.Split(after, ".")[0] {
		t.Error("both tokens name the same key")
	}
	f.control(http.MethodPost, "entra/rotate", map[string]any{"forget": true}, nil)
	var keys struct{ Keys []any }
	f.call(http.MethodGet, f.cloud.AuthorityHost()+"common/discovery/v2.0/keys", nil, nil, &keys)
	if len(keys.Keys) != 1 {
		t.Errorf("%d keys are published", len(keys.Keys))
	}
	response := f.call(http.MethodGet, f.cloud.URL()+"/subscriptions?api-version=2022-12-01", nil, http.Header{"Authorization": {"Bearer " + before}}, nil)
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token of a forgotten key: %s", response.Status)
	}
}
