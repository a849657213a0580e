package siprouting_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"guichet/acs/siprouting"
)

func ExampleClient_SetTrunk() {
	// The server stands for ACS.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"trunks":{"sbc1.contoso.com":{"sipSignalingPort":5061}},"routes":[]}`)
	}))
	defer server.Close()
	client, err := siprouting.NewClientFromConnectionString("endpoint="+server.URL+";accesskey=c2VjcmV0", &siprouting.ClientOptions{
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true},
	})
	if err != nil {
		log.Fatal(err)
	}
	configuration, err := client.SetTrunk(context.Background(), "sbc1.contoso.com", siprouting.Trunk{SIPSignalingPort: 5061})
	if err != nil {
		log.Fatal(err)
	}
	for name, trunk := range configuration.Trunks {
		fmt.Println(name, trunk.SIPSignalingPort)
	}
	// Output: sbc1.contoso.com 5061
}
