package acs

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/cloud/wellknown"
)

// FuzzAuthorization offers headers that were not made with a key: the answer is
// a refusal, and the portal's explanation holds no key.
func FuzzAuthorization(f *testing.F) {
	good := signedRequest(http.MethodGet, "/phoneNumbers?api-version=1", "", wellknown.ACSPrimaryKey, epoch)
	valid := good.Header.Get("Authorization")
	date := good.Header.Get("x-ms-date")
	java := base64.StdEncoding.EncodeToString([]byte("GET\n/phoneNumbers?api-version=1\n" + date + ";localhost;x"))
	for _, authorization := range []string{
		valid[:len(valid)-4] + "AAA=", scheme, scheme + "SignedHeaders=" + signedHeaders + "&Signature=",
		scheme + "SignedHeaders=x-ms-date;host&Signature=AAAA", "Bearer ", "Bearer x.y.z", "bearer nobody", "Basic AAAA", "", "\xff",
		scheme + "SignedHeaders=" + signedHeaders + "&Signature=" + strings.Repeat("A", 43) + "=",
	} {
		f.Add(authorization, date, "localhost:8443", "/phoneNumbers?api-version=1", "")
		f.Add(authorization, "not a date", "[::1]:1", "/phoneNumbers?api-version=%31&&x=%zz&+=~*", java)
		f.Add(authorization, date, "", "/sms%3Aoptouts?", "AA==")
	}
	a, _ := start(f, filepath.Join(f.TempDir(), "c.db"), epoch)
	f.Fuzz(func(t *testing.T, authorization, date, host, target, java string) {
		if authorization == valid || strings.EqualFold(strings.TrimSpace(authorization), "bearer contributor") || strings.HasPrefix(target, "//") {
			return
		}
		u, err := url.ParseRequestURI(target)
		if err != nil || u.Host != "" || !strings.HasPrefix(target, "/") {
			return
		}
		r := httptest.NewRequest(http.MethodGet, "/phoneNumbers?api-version=1", nil)
		r.Host, r.URL.RawQuery, r.RequestURI = host, u.RawQuery, target
		r.Header.Set("Authorization", authorization)
		r.Header.Set("x-ms-date", date)
		r.Header.Set("x-ms-content-sha256", bodyHash(nil))
		r.Header.Set("x-ms-hmac-string-to-sign-base64", java)
		before := uint64(0)
		if list := a.traffic.List(0); len(list) > 0 {
			before = list[len(list)-1].N
		}
		w := httptest.NewRecorder()
		a.handler.ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized || w.Header().Get("x-ms-error-code") != "Denied" {
			t.Errorf("%q was answered %d %s", authorization, w.Code, w.Body)
		}
		for _, request := range a.traffic.List(before) {
			if request.Note == "" || strings.Contains(request.Note, wellknown.ACSPrimaryKey) {
				t.Errorf("the portal says %q", request.Note)
			}
		}
	})
}
