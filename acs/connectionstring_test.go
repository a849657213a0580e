package acs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"guichet/acs"
)

func TestParseConnectionString(t *testing.T) {
	t.Parallel()
	const key = vectorKey
	tests := []struct{ name, in, endpoint string }{
		{"portal form", "endpoint=https://contoso.communication.azure.com/;accesskey=" + key, "https://contoso.communication.azure.com"},
		{"other order and case", "AccessKey=" + key + ";EndPoint=https://contoso.communication.azure.com", "https://contoso.communication.azure.com"},
		{"empty segments and space", " ;endpoint = https://localhost:8443/ ; accesskey = " + key + " ;; ", "https://localhost:8443"},
		{"http with port", "endpoint=http://127.0.0.1:8090;accesskey=" + key, "http://127.0.0.1:8090"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := acs.ParseConnectionString(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if got.Endpoint != test.endpoint || got.Credential == nil {
				t.Errorf("got %v, want endpoint %s", got, test.endpoint)
			}
		})
	}
}

func TestParseConnectionStringErrors(t *testing.T) {
	t.Parallel()
	const key = "c2VjcmV0IHNlY3JldCBzZWNyZXQ="
	for name, in := range map[string]string{
		"empty":            "",
		"no endpoint":      "accesskey=" + key,
		"no key":           "endpoint=https://contoso.communication.azure.com/",
		"empty key":        "endpoint=https://contoso.communication.azure.com/;accesskey=",
		"bad key":          "endpoint=https://contoso.communication.azure.com/;accesskey=c2VjcmV0IHNlY3JldCBzZWNyZXQ!",
		"key twice":        "endpoint=https://contoso.communication.azure.com/;accesskey=" + key + ";accesskey=" + key,
		"unknown name":     "endpoint=https://contoso.communication.azure.com/;accesskey=" + key + ";c2VjcmV0=x",
		"no equals sign":   "endpoint=https://contoso.communication.azure.com/;c2VjcmV0IHNlY3JldCBzZWNyZXQ",
		"no scheme":        "endpoint=contoso.communication.azure.com;accesskey=" + key,
		"other scheme":     "endpoint=ftp://contoso.communication.azure.com;accesskey=" + key,
		"endpoint path":    "endpoint=https://contoso.communication.azure.com/sms;accesskey=" + key,
		"endpoint query":   "endpoint=https://contoso.communication.azure.com/?x=1;accesskey=" + key,
		"endpoint user":    "endpoint=https://c2VjcmV0@contoso.communication.azure.com/;accesskey=" + key,
		"endpoint control": "endpoint=https://contoso\x00.communication.azure.com/;accesskey=" + key,
		"no host":          "endpoint=https://:8443;accesskey=" + key,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := acs.ParseConnectionString(in)
			if !errors.Is(err, acs.ErrConnectionString) {
				t.Fatalf("err = %v", err)
			}
			if strings.Contains(err.Error(), "c2VjcmV0") {
				t.Errorf("error quotes the key: %v", err)
			}
		})
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	cs, err := acs.ParseConnectionString("endpoint=https://contoso.communication.azure.com/;accesskey=" + vectorKey)
	if err != nil {
		t.Fatal(err)
	}
	nested := struct{ inner acs.ConnectionString }{cs}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "cs", cs, "credential", cs.Credential)
	asJSON, err := json.Marshal(cs)
	if err != nil {
		t.Fatal(err)
	}
	out := log.String() + string(asJSON)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		out += fmt.Sprintf(verb+verb+verb+verb, cs, &cs, cs.Credential, nested)
	}
	for _, secret := range []string{vectorKey, "emulator-access-key", fmt.Sprintf("%x", "emulator-access-key"), "101 109 117 108"} {
		if strings.Contains(out, secret) {
			t.Errorf("output contains %q:\n%s", secret, out)
		}
	}
	if !strings.Contains(fmt.Sprint(cs), "contoso") {
		t.Errorf("printed form lacks the endpoint: %v", cs)
	}
}

func FuzzParseConnectionString(f *testing.F) {
	f.Add("endpoint=https://contoso.communication.azure.com/;accesskey=" + vectorKey)
	f.Add("AccessKey=" + vectorKey + ";;EndPoint=http://[::1]:8090")
	f.Add("endpoint=https://a;accesskey====")
	f.Add("endpoint==;accesskey")
	f.Fuzz(func(t *testing.T, in string) {
		cs, err := acs.ParseConnectionString(in)
		if err != nil {
			if !errors.Is(err, acs.ErrConnectionString) || cs.Credential != nil {
				t.Fatalf("%v, %v", cs, err)
			}
			return
		}
		again, err := acs.ParseConnectionString("endpoint=" + cs.Endpoint + "/;accesskey=" + vectorKey)
		if err != nil || again.Endpoint != cs.Endpoint {
			t.Fatalf("endpoint %q does not parse again: %v", cs.Endpoint, err)
		}
	})
}
