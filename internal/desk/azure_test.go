package desk

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/internal/desk/connection"
	"guichet/internal/platform/secret"
)

// Values of the tests' Azure.
const (
	tenant      = "11111111-1111-4111-8111-111111111111"
	otherTenant = "22222222-2222-4222-8222-222222222222"
	appID       = "33333333-3333-4333-8333-333333333333"
	noPrincipal = "55555555-5555-4555-8555-555555555555"
	ours        = "+18335550100"
	customer    = "+14255550123"
	accessKey   = "ZW11bGF0b3ItYWNjZXNzLWtleS0wMTIzNDU2Nzg5YWI="
)

// azure stands in for Entra's keys and for ACS, so that a test can forge tokens
// and decide what becomes of a text. The local cloud, which issues honest tokens
// only, meets the desk in the tests that start the binary.
type azure struct {
	t   testing.TB
	url string
	ca  string
	key *rsa.PrivateKey

	mu sync.Mutex
	// answers are what the next sends get; when empty, they are accepted.
	answers []func(w http.ResponseWriter)
	// sent counts the texts that went out, by repeatability id.
	sent map[string]int
	// numbers answers the list of owned numbers; nil answers honestly.
	numbers func(w http.ResponseWriter)
	// idToken makes the token of who signs in with Entra ID; nil refuses the code.
	idToken func() string
	// beforeAnswer is called with the provider's id before a send is answered.
	beforeAnswer func(providerID string)
}

var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func newAzure(t testing.TB) *azure {
	a := &azure{t: t, key: signingKey(), sent: map[string]int{}}
	mux := http.NewServeMux()
	document := func(issuer string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			writeJSON(w, map[string]any{
				"issuer": strings.ReplaceAll(issuer, "{base}", a.url), "jwks_uri": a.url + "/keys",
				"authorization_endpoint": a.url + "/" + tenant + "/oauth2/v2.0/authorize", "token_endpoint": a.url + "/" + tenant + "/oauth2/v2.0/token",
			})
		}
	}
	mux.HandleFunc("GET /"+tenant+"/.well-known/openid-configuration", document("https://sts.windows.net/"+tenant+"/"))
	mux.HandleFunc("GET /"+tenant+"/v2.0/.well-known/openid-configuration", document("{base}/"+tenant+"/v2.0"))
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "use": "sig", "kid": "k1", "n": b64(a.key.N.Bytes()), "e": b64(big.NewInt(int64(a.key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("POST /sms", a.send)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("grant_type") == "authorization_code" {
			a.mu.Lock()
			make := a.idToken
			a.mu.Unlock()
			if make == nil {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusBadRequest)
				writeJSON(w, map[string]any{"error": "invalid_grant", "error_description": "AADSTS54005: used. Trace ID: 1"})
				return
			}
			writeJSON(w, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "x", "id_token": make()})
			return
		}
		code := 7000215
		switch {
		case r.PathValue("tenant") != tenant:
			code = 90002
		case r.PostFormValue("client_id") == noPrincipal:
			code = 7000229
		case r.PostFormValue("client_id") != appID:
			code = 700016
		}
		w.WriteHeader(http.StatusBadRequest)
		writeJSON(w, map[string]any{"error": "invalid_client", "error_codes": []int{code}})
	})
	mux.HandleFunc("GET /phoneNumbers", func(w http.ResponseWriter, _ *http.Request) {
		a.mu.Lock()
		answer := a.numbers
		a.mu.Unlock()
		if answer != nil {
			answer(w)
			return
		}
		writeJSON(w, map[string]any{"phoneNumbers": []any{map[string]any{
			"id": ours[1:], "phoneNumber": ours, "countryCode": "US", "phoneNumberType": "tollFree", "assignmentType": "application",
			"capabilities": map[string]any{"calling": "inbound", "sms": "inbound+outbound"}, "purchaseDate": "2026-01-02T03:04:05Z",
			"cost": map[string]any{"amount": 2, "currencyCode": "USD", "billingFrequency": "monthly"},
		}}})
	})
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	a.url = server.URL
	a.ca = filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(a.ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *azure) settings() connection.Azure {
	s := connection.PublicAzure
	s.Authority, s.CAFile = a.url+"/", a.ca
	return s
}

func (a *azure) values() connection.Values {
	return connection.Values{
		ResourceName:     "contoso",
		ResourceID:       "/subscriptions/44444444-4444-4444-8444-444444444444/resourceGroups/g/providers/Microsoft.Communication/CommunicationServices/contoso",
		ConnectionString: secret.Text("endpoint=" + a.url + "/;accesskey=" + accessKey),
		AppID:            appID, TenantID: tenant,
	}
}

// send accepts a text as ACS does: once per repeatability id.
func (a *azure) send(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Recipients []struct {
			To string `json:"to"`
			ID string `json:"repeatabilityRequestId"`
		} `json:"smsRecipients"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.Recipients) != 1 {
		a.t.Errorf("send: %v, %d recipients", err, len(in.Recipients))
	}
	a.mu.Lock()
	var answer func(http.ResponseWriter)
	if len(a.answers) > 0 {
		answer, a.answers = a.answers[0], a.answers[1:]
	}
	before := a.beforeAnswer
	id := in.Recipients[0].ID
	if answer == nil {
		a.sent[id] = 1
	}
	a.mu.Unlock()
	if answer != nil {
		answer(w)
		return
	}
	providerID := "Outgoing_" + id
	if before != nil {
		before(providerID)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = fmt.Fprintf(w, `{"value":[{"to":%q,"messageId":%q,"httpStatusCode":202,"repeatabilityResult":"accepted","successful":true}]}`,
		in.Recipients[0].To, providerID)
}

func status(code int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(code) }
}

func (a *azure) texts() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.sent)
}

// claims of an honest token, version 1.
func (a *azure) claims() map[string]any {
	now := time.Now()
	return map[string]any{
		"iss": "https://sts.windows.net/" + tenant + "/", "aud": appID, "tid": tenant, "appid": connection.PublicAzure.EventGridApp,
		"ver": "1.0", "iat": now.Unix(), "nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
	}
}

func (a *azure) claimsV2() map[string]any {
	c := with(a.claims(), "iss", a.url+"/"+tenant+"/v2.0", "ver", "2.0", "azp", connection.PublicAzure.EventGridApp)
	delete(c, "appid")
	return c
}

func (a *azure) token() string { return sign(a.key, "RS256", a.claims()) }

func with(claims map[string]any, pairs ...any) map[string]any {
	c := maps.Clone(claims)
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i].(string)] = pairs[i+1]
	}
	return c
}

// sign makes a token; alg may be one that no receiver should take.
func sign(key *rsa.PrivateKey, alg string, claims map[string]any) string {
	header, _ := json.Marshal(map[string]string{"typ": "JWT", "alg": alg, "kid": "k1"})
	body, _ := json.Marshal(claims)
	signed := b64(header) + "." + b64(body)
	sum := sha256.Sum256([]byte(signed))
	var signature []byte
	switch alg {
	case "RS256":
		var err error
		if signature, err = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:]); err != nil {
			panic(err)
		}
	case "HS256":
		mac := hmac.New(sha256.New, key.N.Bytes())
		mac.Write([]byte(signed))
		signature = mac.Sum(nil)
	}
	return signed + "." + b64(signature)
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// event is an Event Grid event with data.
func event(id, eventType, data string) string {
	return fmt.Sprintf(`{"id":%q,"topic":"/subscriptions/s","subject":"/phonenumber/1","eventType":%q,"eventTime":"2026-03-01T08:00:00Z",`+
		`"data":%s,"dataVersion":"1.0","metadataVersion":"1"}`, id, eventType, data)
}

func received(id, text string) string {
	return event(id, "Microsoft.Communication.SMSReceived", fmt.Sprintf(
		`{"messageId":"Incoming_%s","from":%q,"to":%q,"message":%q,"receivedTimestamp":"2026-03-01T08:00:00.1234567Z","segmentCount":1}`,
		id, customer[1:], ours[1:], text))
}

func report(id, providerID, status, details string) string {
	return event(id, "Microsoft.Communication.SMSDeliveryReportReceived", fmt.Sprintf(
		`{"messageId":%q,"from":%q,"to":%q,"deliveryStatus":%q,"deliveryStatusDetails":%q,"deliveryAttempts":[],"receivedTimestamp":"2026-03-01T08:00:01Z"}`,
		providerID, ours[1:], customer, status, details))
}

func batch(events ...string) []byte {
	return bytes.Join([][]byte{[]byte("["), []byte(strings.Join(events, ",")), []byte("]")}, nil)
}
