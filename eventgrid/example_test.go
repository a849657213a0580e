package eventgrid_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"guichet/eventgrid"
)

// A handler for one webhook, called the way Event Grid calls it. In production Authority and Now are left out.
func Example() {
	authority, token, now := exampleAuthority()
	defer authority.Close()

	verifier, err := eventgrid.NewVerifier(eventgrid.VerifierOptions{
		TenantID:  tenant,
		Audiences: []string{clientID, appURI},
		Authority: authority.URL,
		Now:       now,
	})
	if err != nil {
		log.Fatal(err)
	}
	handler, err := eventgrid.NewHandler(eventgrid.Options{
		Verifier: verifier,
		Handle: func(ctx context.Context, d eventgrid.Delivery) error {
			for _, e := range d.Events {
				// A real receiver stores the event here, before it returns.
				text, err := e.SMSReceived()
				if err != nil {
					return err
				}
				fmt.Printf("%s: %d segment(s)\n", e.Type, text.SegmentCount)
			}
			return nil
		},
		OnRefused: func(r *http.Request, refusal eventgrid.Refusal) {
			fmt.Println("refused:", refusal.Status, refusal.Reason)
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	webhook := httptest.NewServer(handler)
	defer webhook.Close()

	for _, authorization := range []string{"", "Bearer " + token} {
		req, err := http.NewRequest(http.MethodPost, webhook.URL, strings.NewReader(smsBody))
		if err != nil {
			log.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("aeg-event-type", "Notification")
		if authorization != "" {
			req.Header.Set("Authorization", authorization)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		resp.Body.Close()
		fmt.Println(resp.Status)
	}
	// Output:
	// refused: 401 token.missing
	// 401 Unauthorized
	// Microsoft.Communication.SMSReceived: 1 segment(s)
	// 200 OK
}
