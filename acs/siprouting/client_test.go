package siprouting_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"guichet/acs/internal/wiretest"
	"guichet/acs/siprouting"
)

func TestWire(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	one := func(name string, call func(*testing.T, *siprouting.Client)) wiretest.Case {
		return wiretest.Case{Name: name, Call: func(t *testing.T, s wiretest.Server) {
			c, err := siprouting.NewClientFromConnectionString(s.ConnectionString, &siprouting.ClientOptions{ClientOptions: s.Options})
			if err != nil {
				t.Fatal(err)
			}
			call(t, c)
		}}
	}
	get := func(t *testing.T, c *siprouting.Client) {
		got, err := c.Get(ctx)
		if err != nil || len(got.Trunks) != 2 || len(got.Routes) != 1 || got.Routes[0].NumberPattern != `^\+33` || got.Routes[0].Trunks[0] != "sbc1.contoso.com" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	sbc := func(port int) siprouting.Trunk { return siprouting.Trunk{SIPSignalingPort: port} }
	wiretest.Run(t, []wiretest.Case{
		one("list-trunks", get),
		one("list-routes", get),
		one("get-trunk", func(t *testing.T, c *siprouting.Client) {
			if got, err := c.GetTrunk(ctx, "sbc1.contoso.com"); err != nil || got != sbc(5061) {
				t.Errorf("%+v, %v", got, err)
			}
		}),
		one("set-trunk", func(t *testing.T, c *siprouting.Client) {
			if got, err := c.SetTrunk(ctx, "sbc1.contoso.com", sbc(5061)); err != nil || len(got.Trunks) != 2 {
				t.Errorf("%+v, %v", got, err)
			}
		}),
		one("set-trunks", func(t *testing.T, c *siprouting.Client) {
			got, err := c.SetTrunks(ctx, map[string]siprouting.Trunk{"sbc3.contoso.com": sbc(5063)})
			if err != nil || len(got.Trunks) != 1 {
				t.Errorf("%+v, %v", got, err)
			}
		}),
		one("set-trunks-none", func(t *testing.T, c *siprouting.Client) {
			if _, err := c.SetTrunks(ctx, nil); err != nil {
				t.Error(err)
			}
		}),
		one("delete-trunk", func(t *testing.T, c *siprouting.Client) {
			if _, err := c.DeleteTrunk(ctx, "sbc1.contoso.com"); err != nil {
				t.Error(err)
			}
		}),
		one("set-routes", func(t *testing.T, c *siprouting.Client) {
			_, err := c.SetRoutes(ctx, []siprouting.Route{{
				Name: "france", Description: "calls to France", NumberPattern: `^\+33`, Trunks: []string{"sbc1.contoso.com"},
			}})
			if err != nil {
				t.Error(err)
			}
		}),
		one("set-routes-none", func(t *testing.T, c *siprouting.Client) {
			if _, err := c.SetRoutes(ctx, nil); err != nil {
				t.Error(err)
			}
		}),
	})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			w.WriteHeader(http.StatusUnprocessableEntity)
			io.WriteString(w, `{"error":{"code":"UnprocessableConfiguration","message":"One or more request inputs are not valid.","innererror":{"code":"MissingTrunk"}}}`)
			return
		}
		io.WriteString(w, `{"trunks":{},"routes":[]}`)
	}))
	defer server.Close()
	client, err := siprouting.NewClientFromConnectionString("endpoint="+server.URL+";accesskey=c2VjcmV0", &siprouting.ClientOptions{
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true, Retry: policy.RetryOptions{MaxRetries: -1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetTrunk(ctx, "sbc1.contoso.com"); !errors.Is(err, siprouting.ErrTrunkNotFound) {
		t.Errorf("unknown trunk: %v", err)
	}
	_, err = client.SetRoutes(ctx, []siprouting.Route{{Name: "x", NumberPattern: ".", Trunks: []string{"none"}}})
	var refused *azcore.ResponseError
	if !errors.As(err, &refused) || refused.StatusCode != 422 || refused.ErrorCode != "UnprocessableConfiguration" {
		t.Errorf("route to unknown trunk: %v", err)
	}
}
