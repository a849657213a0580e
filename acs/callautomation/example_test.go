package callautomation_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"guichet/acs"
	"guichet/acs/callautomation"
)

// service stands for ACS: it makes a call that is over by the time something is played.
func service() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ":play") {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":{"code":"8522","message":"Call not found."}}`)
			return
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"callConnectionId":"401f0000-5a4b-4c3d-8e2f-000000000001","callConnectionState":"connecting"}`)
	}))
}

func ExampleClient_CreateCall() {
	server := service()
	defer server.Close()
	client, err := callautomation.NewClientFromConnectionString("endpoint="+server.URL+";accesskey=c2VjcmV0", &callautomation.ClientOptions{
		// Only for a server on this machine that speaks http.
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true},
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	properties, err := client.CreateCall(ctx, []acs.Identifier{acs.PhoneNumber("+14255550123")}, "https://desk.contoso.com/calls",
		&callautomation.CreateCallOptions{SourceCallerID: "+18335550100", OperationContext: "callback-42"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(properties.State)

	// After the event CallConnected:
	call := client.Call(properties.CallConnectionID)
	err = call.Play(ctx, []callautomation.PlaySource{callautomation.FileSource{URI: "https://contoso.com/welcome.wav"}}, nil, nil)
	var refused *azcore.ResponseError
	if errors.As(err, &refused) && refused.ErrorCode == "8522" {
		fmt.Println("the customer has hung up")
	}
	// Output:
	// connecting
	// the customer has hung up
}

func ExampleClient_DownloadRecording() {
	// The server stands for the service and for its storage.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "RIFF") }))
	defer server.Close()
	client, err := callautomation.NewClientFromConnectionString("endpoint="+server.URL+";accesskey=c2VjcmV0", &callautomation.ClientOptions{
		ClientOptions:  azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true},
		RecordingHosts: []string{strings.TrimPrefix(server.URL, "http://")},
	})
	if err != nil {
		log.Fatal(err)
	}
	// The location comes with the event RecordingFileStatusUpdated.
	part, err := client.DownloadRecording(context.Background(), server.URL+"/v1/objects/0-eus-d12-00/content/audio", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer part.Body.Close()
	b, err := io.ReadAll(part.Body)
	fmt.Println(string(b), err)
	_, err = client.DownloadRecording(context.Background(), "https://elsewhere.example/recording", nil)
	fmt.Println(err)
	// Output:
	// RIFF <nil>
	// not a location of recordings: host "elsewhere.example"
}
