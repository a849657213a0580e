package callback_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"guichet/acs/callautomation/callback"
)

// A handler for the callback address of calls, called the way the service calls it. In production Authority and Now are
// left out.
func Example() {
	authority := startAuthority()
	defer authority.Close()
	verifier, err := callback.NewVerifier(callback.VerifierOptions{
		Audiences: []string{resource}, // the immutable id of the ACS resource
		Authority: authority.URL,
		Now:       now,
	})
	if err != nil {
		log.Fatal(err)
	}
	handler, err := callback.NewHandler(callback.Options{
		Verifier: verifier,
		Handle: func(ctx context.Context, events []callback.Event) error {
			for _, e := range events {
				switch d := e.Data.(type) {
				case *callback.CallConnected:
					fmt.Println("connected:", d.CallConnectionID)
				case *callback.RecognizeCompleted:
					if d.DTMF != nil {
						fmt.Println("pressed:", d.DTMF.Keys())
					}
				case *callback.Unknown:
					fmt.Println("new kind of event:", e.Type)
				}
			}
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()

	token := sign(keyA(), header("a"), authority.claims())
	for _, body := range []string{
		`[{"type":"Microsoft.Communication.CallConnected","data":{"callConnectionId":"401f0000"}}]`,
		`[{"type":"Microsoft.Communication.RecognizeCompleted","data":{"recognitionType":"dtmf","dtmfResult":{"tones":["one","two"]}}}]`,
	} {
		req, err := http.NewRequest(http.MethodPost, server.URL, strings.NewReader(body))
		if err != nil {
			log.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		resp.Body.Close()
		fmt.Println(resp.Status)
	}
	// Output:
	// connected: 401f0000
	// 200 OK
	// pressed: 12
	// 200 OK
}
