package localcloud_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"guichet/localcloud"
)

func TestStart(t *testing.T) {
	cloud := localcloud.Start(t)
	if want := "endpoint=" + cloud.URL() + "/;accesskey=" + localcloud.AccessKey; cloud.ConnectionString() != want {
		t.Errorf("connection string %s", cloud.ConnectionString())
	}
	response, err := cloud.Client().Get(cloud.AuthorityHost() + localcloud.TenantID + "/v2.0/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var doc struct{ Issuer string }
	if err := json.NewDecoder(response.Body).Decode(&doc); err != nil || doc.Issuer != cloud.URL()+"/"+localcloud.TenantID+"/v2.0" {
		t.Errorf("issuer %q, %v", doc.Issuer, err)
	}
	if text, err := os.ReadFile(cloud.CAFile()); err != nil || !strings.Contains(string(text), "BEGIN CERTIFICATE") {
		t.Errorf("CA file: %s %v", text, err)
	}
	if err := cloud.Reset(t.Context()); err != nil {
		t.Error(err)
	}
}

// Two clouds do not disturb each other.
func TestTwo(t *testing.T) {
	one, two := localcloud.Start(t), localcloud.Start(t)
	if one.URL() == two.URL() {
		t.Error("both have one address")
	}
	if _, err := one.Client().Get(two.URL()); err == nil {
		t.Error("one cloud's authority is trusted for another")
	}
}

// A program starts a cloud for as long as its context lives.
func ExampleRun() {
	ctx, stop := context.WithCancel(context.Background())
	err := localcloud.Run(ctx, localcloud.Options{}, func(cloud *localcloud.Cloud) {
		go func() {
			defer stop()
			response, err := cloud.Client().Get(cloud.URL() + "/subscriptions?api-version=2022-12-01")
			if err != nil {
				panic(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != http.StatusUnauthorized {
				panic(response.Status)
			}
		}()
	})
	if err != nil {
		panic(err)
	}
	// Output:
}
