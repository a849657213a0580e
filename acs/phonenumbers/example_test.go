package phonenumbers_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"guichet/acs/phonenumbers"
)

// exampleClient returns a client of a server that stands for ACS.
func exampleClient(handler http.HandlerFunc) (*phonenumbers.Client, *httptest.Server) {
	server := httptest.NewServer(handler)
	client, err := phonenumbers.NewClientFromConnectionString("endpoint="+server.URL+";accesskey=c2VjcmV0", &phonenumbers.ClientOptions{
		// Only for a server on this machine that speaks http.
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true},
	})
	if err != nil {
		log.Fatal(err)
	}
	return client, server
}

func ExampleClient_NewListPurchasedPager() {
	client, server := exampleClient(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"phoneNumbers":[`+purchased+`]}`)
	})
	defer server.Close()
	for pager := client.NewListPurchasedPager(nil); pager.More(); {
		page, err := pager.NextPage(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		for _, n := range page.PhoneNumbers {
			fmt.Println(n.PhoneNumber, n.PhoneNumberType, "sends texts:", n.Capabilities.SMS.Out())
		}
	}
	// Output:
	// +18335550100 tollFree sends texts: false
}

func ExampleClient_BeginSearch() {
	client, server := exampleClient(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/availablePhoneNumbers/countries/US/:search", "/availablePhoneNumbers/:purchase":
			w.Header().Set("Operation-Location", "/phoneNumbers/operations/1")
			w.Header().Set("Location", "/availablePhoneNumbers/searchResults/1")
			w.WriteHeader(http.StatusAccepted)
		case "/phoneNumbers/operations/1":
			fmt.Fprint(w, `{"id":"1","status":"succeeded"}`)
		case "/availablePhoneNumbers/searchResults/1":
			fmt.Fprint(w, `{"searchId":"1","phoneNumbers":["+18335550101"],"cost":{"amount":2,"currencyCode":"USD","billingFrequency":"monthly"}}`)
		}
	})
	defer server.Close()
	ctx := context.Background()
	search, err := client.BeginSearch(ctx, "US", phonenumbers.SearchRequest{
		PhoneNumberType: phonenumbers.TollFree,
		AssignmentType:  phonenumbers.Application,
		Capabilities:    phonenumbers.Capabilities{Calling: phonenumbers.InboundOutbound, SMS: phonenumbers.InboundOutbound},
	})
	if err != nil {
		log.Fatal(err)
	}
	found, err := search.PollUntilDone(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("found", found.PhoneNumbers[0], "for", found.Cost.Amount, found.Cost.CurrencyCode)

	purchase, err := client.BeginPurchase(ctx, found.SearchID, nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := purchase.PollUntilDone(ctx, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println("bought")
	// Output:
	// found +18335550101 for 2 USD
	// bought
}
