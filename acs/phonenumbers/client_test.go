package phonenumbers_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"guichet/acs/phonenumbers"
)

const accessKey = "ZW11bGF0b3ItYWNjZXNzLWtleS0wMTIzNDU2Nzg5YWI="

// newClient returns a client of a server that runs the handler.
func newClient(t *testing.T, handler http.HandlerFunc) *phonenumbers.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := phonenumbers.NewClientFromConnectionString("endpoint="+server.URL+"/;accesskey="+accessKey, &phonenumbers.ClientOptions{
		ClientOptions: azcore.ClientOptions{
			InsecureAllowCredentialWithHTTP: true,
			Retry:                           policy.RetryOptions{RetryDelay: time.Nanosecond},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

const purchased = `{"id":"18335550100","phoneNumber":"+18335550100","countryCode":"US","phoneNumberType":"tollFree",
	"capabilities":{"calling":"inbound+outbound","sms":"inbound"},"assignmentType":"application",
	"purchaseDate":"2025-01-02T03:04:05.1234567+00:00","cost":{"amount":2.0,"currencyCode":"USD","billingFrequency":"monthly"},
	"operatorName":"not in the model"}`

func TestListPurchased(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]string{"absent": "", "null": `,"nextLink":null`, "empty": `,"nextLink":""`} {
		t.Run("next link "+name, func(t *testing.T) {
			t.Parallel()
			var lines []string
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				lines = append(lines, r.Method+" "+r.RequestURI)
				if len(lines) == 1 {
					io.WriteString(w, `{"phoneNumbers":[`+purchased+`],"nextLink":"/phoneNumbers?skip=1&top=1&api-version=2025-06-01"}`)
					return
				}
				io.WriteString(w, `{"phoneNumbers":[`+purchased+`]`+last+`}`)
			})
			var numbers []phonenumbers.PurchasedPhoneNumber
			for pager := client.NewListPurchasedPager(nil); pager.More(); {
				page, err := pager.NextPage(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				numbers = append(numbers, page.PhoneNumbers...)
			}
			if len(numbers) != 2 || len(lines) != 2 {
				t.Fatalf("%d numbers by %q", len(numbers), lines)
			}
			n := numbers[0]
			if n.PhoneNumber != "+18335550100" || n.PhoneNumberType != phonenumbers.TollFree || n.Cost.Amount != "2.0" ||
				!n.Capabilities.Calling.Out() || !n.Capabilities.SMS.In() || n.Capabilities.SMS.Out() ||
				!n.PurchaseDate.Equal(time.Date(2025, 1, 2, 3, 4, 5, 123456700, time.UTC)) {
				t.Errorf("number = %+v", n)
			}
			if lines[0] != "GET /phoneNumbers?skip=0&api-version=2025-06-01&top=100" ||
				lines[1] != "GET /phoneNumbers?skip=1&top=1&api-version=2025-06-01" {
				t.Errorf("requests = %q", lines)
			}
		})
	}
}

// A credential must not go to a host that an answer names.
func TestForeignNextLink(t *testing.T) {
	t.Parallel()
	foreign := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("foreign host was called") }))
	defer foreign.Close()
	for _, link := range []string{foreign.URL + "/phoneNumbers", "//" + foreign.Listener.Addr().String() + "/phoneNumbers"} {
		client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `{"phoneNumbers":[],"nextLink":"`+link+`"}`)
		})
		pager := client.NewListPurchasedPager(nil)
		if _, err := pager.NextPage(context.Background()); err != nil {
			t.Fatal(err)
		}
		if _, err := pager.NextPage(context.Background()); err == nil {
			t.Errorf("link %s was followed", link)
		}
	}
}

func TestGetPurchased(t *testing.T) {
	t.Parallel()
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.RequestURI != "/phoneNumbers/%2B18335550100?api-version=2025-06-01" {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"error":{"code":"PhoneNumberNotFound","message":"cannot be found.","target":"phonenumber"}}`)
			return
		}
		io.WriteString(w, purchased)
	})
	got, err := client.GetPurchased(context.Background(), "+18335550100")
	if err != nil || got.ID != "18335550100" {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = client.GetPurchased(context.Background(), "+18335550199")
	var refused *azcore.ResponseError
	if !errors.As(err, &refused) || refused.StatusCode != 404 || refused.ErrorCode != "PhoneNumberNotFound" {
		t.Errorf("unknown number: %v", err)
	}
}
