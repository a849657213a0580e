package identity_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"guichet/acs/identity"
)

func ExampleClient_CreateUserAndToken() {
	// The server stands for ACS.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"identity":{"id":"8:acs:1_2"},"accessToken":{"token":"secret","expiresOn":"2025-01-03T03:04:05Z"}}`)
	}))
	defer server.Close()
	client, err := identity.NewClientFromConnectionString("endpoint="+server.URL+";accesskey=c2VjcmV0", &identity.ClientOptions{
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true},
	})
	if err != nil {
		log.Fatal(err)
	}
	user, token, err := client.CreateUserAndToken(context.Background(), []identity.Scope{identity.ScopeVoIP}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user, token)
	// Output: 8:acs:1_2 token until 2025-01-03T03:04:05Z
}
