package acs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"

	"guichet/acs"
)

// The key and the date of all signatures below, which were made by the official JavaScript client.
const vectorKey = "ZW11bGF0b3ItYWNjZXNzLWtleS0wMTIzNDU2Nzg5YWI="

var vectorDate = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)

type transport func(*http.Request) (*http.Response, error)

func (f transport) Do(r *http.Request) (*http.Response, error) { return f(r) }

func answer(r *http.Request, status int) *http.Response {
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{}, Body: http.NoBody}
}

// send puts one request through a pipeline with the authentication policy.
func send(t *testing.T, credential acs.Credential, options *acs.PolicyOptions, tr transport, method, target, body string) (*http.Response, error) {
	t.Helper()
	client, err := azcore.NewClient("test", "v1.0.0", runtime.PipelineOptions{
		PerRetry: []policy.Policy{acs.NewAuthenticationPolicy(credential, options)},
	}, &azcore.ClientOptions{Transport: tr, Retry: policy.RetryOptions{RetryDelay: time.Nanosecond}})
	if err != nil {
		t.Fatal(err)
	}
	req, err := runtime.NewRequest(context.Background(), method, target)
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		if err := req.SetBody(streaming.NopCloser(strings.NewReader(body)), "application/json"); err != nil {
			t.Fatal(err)
		}
	}
	return client.Pipeline().Do(req)
}

func vectorCredential(t *testing.T) *acs.KeyCredential {
	t.Helper()
	c, err := acs.NewKeyCredential(vectorKey)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSignature(t *testing.T) {
	t.Parallel()
	const emptyHash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	tests := []struct {
		name, method, url, body, host, hash, signature string
	}{
		{
			name: "text", method: "POST", url: "https://contoso.communication.azure.com/sms?api-version=2021-03-07",
			body: `{"from":"+18005550100","smsRecipients":[{"to":"+14255550123"}],"message":"hi","smsSendOptions":{"enableDeliveryReport":true}}`,
			host: "contoso.communication.azure.com", hash: "COadakJWdm1S+/Ck7VM9+YpFRtGSb5e7cARR0SjrIGI=",
			signature: "IN8OpmNLaa4FbvzlzADW8+qj1i7CtTPaRBtxmBpf40M=",
		},
		{
			name: "port and query", method: "GET", url: "http://localhost:18080/phoneNumbers?skip=0&api-version=2025-06-01&top=100",
			host: "localhost:18080", hash: emptyHash, signature: "8dRfOKK2qA2XyooKzw+Iru0vD5debjdxIzRKRc+SeZ0=",
		},
		{
			name: "query that encodings disagree on", method: "GET",
			url:  "http://localhost:18080/availablePhoneNumbers/countries/US/areaCodes?phoneNumberType=geographic&skip=0&maxPageSize=100&locality=St.%20Louis%20(North)%2C%20*&administrativeDivision=MO&api-version=2025-06-01",
			host: "localhost:18080", hash: emptyHash, signature: "c4waQdlXs/QbZp7KOLwSjOAiQuV2FKfrzn6uXBzaHKk=",
		},
		{
			name: "default port and escaped path", method: "GET",
			url:  "https://contoso.communication.azure.com:443/phoneNumbers/%2B18005550100?api-version=2025-06-01",
			host: "contoso.communication.azure.com", hash: emptyHash, signature: "GZvcUQUMxkxRv51B03eDtNQymgrP0IdBrhMh6k9dtUE=",
		},
		{
			name: "body beyond ASCII", method: "POST", url: "https://localhost:8443/sms?api-version=2021-03-07",
			body: `{"message":"héllo"}`, host: "localhost:8443", hash: "1OwKAKVlCLQwHC/kSFbte5+Adr7MESWyDO2hJVW+Bds=",
			signature: "EC25dUkDZ/H+BlYsUoP2FCwq/GmrG/Jj5oK4E/kIxDk=",
		},
		{
			name: "no query", method: "GET", url: "https://localhost:8443/sip",
			host: "localhost:8443", hash: emptyHash, signature: "P+3WQA4xHn7VgOZJ9UK4XfOEiuRXJHQkYAd8FDAk7cI=",
		},
		{
			name: "colons in path", method: "POST", url: "https://localhost:8443/identities/8%3Aacs%3Aaaa_bbb/:issueAccessToken?api-version=2023-10-01",
			body: `{"scopes":["voip"]}`, host: "localhost:8443", hash: "P1RwfEo9ooiQzNiWxaaue5mYALPNYKlNk8kSWHZrWlg=",
			signature: "dHJliBCf/WQ+BVc6gGVqzvnvD445Dv7i5mbmN8uwXrk=",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got *http.Request
			_, err := send(t, vectorCredential(t), &acs.PolicyOptions{
				InsecureAllowCredentialWithHTTP: true,
				Now:                             func() time.Time { return vectorDate.In(time.FixedZone("", 3600)) },
			}, func(r *http.Request) (*http.Response, error) {
				got = r
				return answer(r, 200), nil
			}, test.method, test.url, test.body)
			if err != nil {
				t.Fatal(err)
			}
			want := "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=" + test.signature
			if a := got.Header.Get("Authorization"); a != want {
				t.Errorf("Authorization = %q, want %q", a, want)
			}
			if d := got.Header.Get("x-ms-date"); d != "Thu, 02 Jan 2025 03:04:05 GMT" {
				t.Errorf("x-ms-date = %q", d)
			}
			if h := got.Header.Get("x-ms-content-sha256"); h != test.hash {
				t.Errorf("x-ms-content-sha256 = %q, want %q", h, test.hash)
			}
			if got.Host != test.host {
				t.Errorf("Host = %q, want %q", got.Host, test.host)
			}
		})
	}
}

// What is sent must be what is signed, both read as it is and re-encoded as a form, as servers may do either.
func TestSignedQueryIsSentQuery(t *testing.T) {
	t.Parallel()
	var sent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { sent = r.RequestURI }))
	defer server.Close()
	client := transport(http.DefaultClient.Do)
	in := "/x?b=St.%20Louis%20(North)%2C%20*~!'&a=1&&b=%2B1&flag&c=100%"
	if _, err := send(t, vectorCredential(t), &acs.PolicyOptions{InsecureAllowCredentialWithHTTP: true}, client, "GET", server.URL+in, ""); err != nil {
		t.Fatal(err)
	}
	want := "/x?b=St.+Louis+%28North%29%2C+*%7E%21%27&a=1&b=%2B1&flag=&c=100%25"
	if sent != want {
		t.Errorf("sent    %s\nwant    %s", sent, want)
	}
}

func TestEachTryIsSignedAnew(t *testing.T) {
	t.Parallel()
	credential := vectorCredential(t)
	now := vectorDate
	var dates, signatures, bodies []string
	_, err := send(t, credential, &acs.PolicyOptions{Now: func() time.Time { return now }}, func(r *http.Request) (*http.Response, error) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		dates = append(dates, r.Header.Get("x-ms-date"))
		signatures = append(signatures, r.Header.Get("Authorization"))
		bodies = append(bodies, string(b))
		switch len(dates) {
		case 1:
			now = now.Add(time.Minute)
			return answer(r, 503), nil
		case 2:
			if err := credential.Update("b3RoZXIga2V5"); err != nil {
				return nil, err
			}
			return answer(r, 503), nil
		}
		return answer(r, 202), nil
	}, "POST", "https://contoso.communication.azure.com/sms?api-version=2021-03-07", `{"message":"hi"}`)
	if err != nil {
		t.Fatal(err)
	}
	if len(dates) != 3 || dates[0] == dates[1] || dates[1] != dates[2] {
		t.Errorf("dates of the tries: %q", dates)
	}
	if len(signatures) != 3 || signatures[0] == signatures[1] || signatures[1] == signatures[2] {
		t.Errorf("signatures of the tries: %q", signatures)
	}
	for _, b := range bodies {
		if b != `{"message":"hi"}` {
			t.Errorf("body of a try: %q", b)
		}
	}
}

func TestHTTPIsRefused(t *testing.T) {
	t.Parallel()
	token := acs.NewTokenCredential(tokenFunc(func(policy.TokenRequestOptions) string { return "secret" }))
	for name, credential := range map[string]acs.Credential{"key": vectorCredential(t), "token": token} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries := 0
			_, err := send(t, credential, nil, func(r *http.Request) (*http.Response, error) {
				tries++
				return answer(r, 200), nil
			}, "GET", "http://localhost:1/phoneNumbers", "")
			if err == nil || tries != 0 {
				t.Errorf("err = %v after %d tries; want a refusal before any", err, tries)
			}
		})
	}
}

type tokenFunc func(policy.TokenRequestOptions) string

func (f tokenFunc) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: f(o), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func TestTokenCredential(t *testing.T) {
	t.Parallel()
	var scopes []string
	credential := acs.NewTokenCredential(tokenFunc(func(o policy.TokenRequestOptions) string {
		scopes = o.Scopes
		return "abc"
	}))
	var got http.Header
	_, err := send(t, credential, nil, func(r *http.Request) (*http.Response, error) {
		got = r.Header
		return answer(r, 200), nil
	}, "GET", "https://contoso.communication.azure.com/phoneNumbers", "")
	if err != nil {
		t.Fatal(err)
	}
	if len(scopes) != 1 || scopes[0] != "https://communication.azure.com//.default" {
		t.Errorf("scopes = %q", scopes)
	}
	if got.Get("Authorization") != "Bearer abc" || got.Get("x-ms-date") != "" || got.Get("x-ms-content-sha256") != "" {
		t.Errorf("headers = %v", got)
	}
}

func TestUpdateKeepsKeyOnError(t *testing.T) {
	t.Parallel()
	c := vectorCredential(t)
	for _, bad := range []string{"", "not base64!", "===="} {
		if err := c.Update(bad); !errors.Is(err, acs.ErrAccessKey) {
			t.Errorf("Update(%q) = %v", bad, err)
		}
	}
	var got string
	u := url.URL{Scheme: "https", Host: "localhost:8443", Path: "/sip"}
	_, err := send(t, c, &acs.PolicyOptions{Now: func() time.Time { return vectorDate }}, func(r *http.Request) (*http.Response, error) {
		got = r.Header.Get("Authorization")
		return answer(r, 200), nil
	}, "GET", u.String(), "")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix([]byte(got), []byte("P+3WQA4xHn7VgOZJ9UK4XfOEiuRXJHQkYAd8FDAk7cI=")) {
		t.Errorf("signed with another key: %s", got)
	}
}
