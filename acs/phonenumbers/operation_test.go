package phonenumbers_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"guichet/acs/phonenumbers"
)

const running = `{"operationType":"search","status":"running","resourceLocation":null,"createdDateTime":"2025-01-02T03:04:05Z","id":"search_1"}`

var anyNumber = phonenumbers.SearchRequest{PhoneNumberType: phonenumbers.TollFree, AssignmentType: phonenumbers.Application, Capabilities: both}

func TestSearchRunsOnAndIsResumed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	var lines []string
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		lines = append(lines, r.Method+" "+r.RequestURI)
		switch len(lines) {
		case 1:
			// No version in the links: the client adds it.
			w.Header().Set("Operation-Location", "/phoneNumbers/operations/search_1")
			w.Header().Set("Location", "/availablePhoneNumbers/searchResults/1")
			w.WriteHeader(http.StatusAccepted)
		case 2:
			io.WriteString(w, strings.Replace(running, "running", "NotStarted", 1))
		case 3:
			io.WriteString(w, running)
		case 4:
			io.WriteString(w, strings.Replace(running, "running", "Succeeded", 1))
		default:
			io.WriteString(w, `{"searchId":"1","phoneNumbers":["+18335550101"]}`)
		}
	})
	poller, err := client.BeginSearch(ctx, "US", anyNumber)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := poller.Poll(ctx); err != nil || poller.Done() {
		t.Fatalf("done = %v, %v", poller.Done(), err)
	}
	token, err := poller.ResumeToken()
	if err != nil {
		t.Fatal(err)
	}
	resumed, err := client.ResumeSearch(token)
	if err != nil {
		t.Fatal(err)
	}
	result, err := resumed.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: time.Nanosecond})
	if err != nil || result.SearchID != "1" {
		t.Fatalf("%+v, %v", result, err)
	}
	want := []string{
		"POST /availablePhoneNumbers/countries/US/:search?api-version=2025-06-01",
		"GET /phoneNumbers/operations/search_1?api-version=2025-06-01",
		"GET /phoneNumbers/operations/search_1?api-version=2025-06-01",
		"GET /phoneNumbers/operations/search_1?api-version=2025-06-01",
		"GET /availablePhoneNumbers/searchResults/1?api-version=2025-06-01",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("requests\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if _, err := client.ResumePurchase(token); err == nil {
		t.Error("the token of a search was taken for a purchase")
	}
}

func TestOperationFails(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, body := range map[string]string{
		"failed":   strings.Replace(running, `"running"`, `"failed","error":{"code":"OutOfStock","message":"none left"}`, 1),
		"canceled": strings.Replace(running, `"running"`, `"canceled","error":{"code":"OutOfStock","message":"x"}`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					w.Header().Set("Operation-Location", "/phoneNumbers/operations/purchase_1?api-version=2025-06-01")
					w.WriteHeader(http.StatusAccepted)
					return
				}
				io.WriteString(w, body)
			})
			poller, err := client.BeginPurchase(ctx, "1", nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = poller.PollUntilDone(ctx, nil)
			var refused *azcore.ResponseError
			if !errors.As(err, &refused) || refused.ErrorCode != "OutOfStock" {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestOperationAnswers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tests := []struct {
		name   string
		answer func(http.ResponseWriter)
		want   string
	}{
		{"no operation", func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) }, "names no operation"},
		{"done at once, no result", func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) }, "names the result"},
		{"refused", func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			io.WriteString(w, `{"error":{"code":"Bad","message":"bad"}}`)
		}, "Bad"},
		{"foreign operation", func(w http.ResponseWriter) {
			w.Header().Set("Operation-Location", "https://evil.example/phoneNumbers/operations/1")
			w.WriteHeader(http.StatusAccepted)
		}, "another host"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) { test.answer(w) })
			poller, err := client.BeginSearch(ctx, "US", anyNumber)
			if err == nil {
				_, err = poller.PollUntilDone(ctx, nil)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("err = %v, want %q in it", err, test.want)
			}
		})
	}
	t.Run("capabilities without location", func(t *testing.T) {
		t.Parallel()
		client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPatch {
				w.WriteHeader(http.StatusOK)
			} else if r.URL.Path == "/phoneNumbers/+18335550100" {
				io.WriteString(w, purchased)
			}
		})
		poller, err := client.BeginUpdateCapabilities(ctx, "+18335550100", both)
		if n := wait(t, poller, err); n.ID != "18335550100" {
			t.Errorf("%+v", n)
		}
	})
}

func TestOperationsByID(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.RequestURI {
		case "GET /phoneNumbers/operations/search_1?api-version=2025-06-01":
			io.WriteString(w, strings.Replace(running, `"running"`, `"Failed","error":{"code":"OutOfStock","message":"none left"},"lastActionDateTime":"0001-01-01T00:00:00+00:00"`, 1))
		case "DELETE /phoneNumbers/operations/search_1?api-version=2025-06-01":
			w.WriteHeader(http.StatusNoContent)
		case "GET /availablePhoneNumbers/searchResults/1?api-version=2025-06-01":
			io.WriteString(w, `{"searchId":"1"}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	op, err := client.GetOperation(ctx, "search_1")
	if err != nil || op.OperationType != phonenumbers.OperationSearch || !op.Status.EqualFold(phonenumbers.StatusFailed) || op.Error.Code != "OutOfStock" {
		t.Errorf("%+v, %v", op, err)
	}
	if err := client.CancelOperation(ctx, "search_1"); err != nil {
		t.Error(err)
	}
	if r, err := client.GetSearchResult(ctx, "1"); err != nil || r.SearchID != "1" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestReserveWithoutID(t *testing.T) {
	t.Parallel()
	client := newClient(t, func(http.ResponseWriter, *http.Request) { t.Error("request sent") })
	_, err := client.CreateOrUpdateReservation(context.Background(), reservationID, phonenumbers.ReservationChange{
		Add: []phonenumbers.AvailablePhoneNumber{{PhoneNumber: "+18335550101"}},
	})
	if !errors.Is(err, phonenumbers.ErrNumberID) {
		t.Errorf("err = %v", err)
	}
}
