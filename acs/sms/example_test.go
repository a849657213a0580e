package sms_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"guichet/acs/sms"
)

// service stands for ACS: it accepts one recipient and refuses the other.
func service() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, `{"value":[
			{"to":"+14255550123","messageId":"Outgoing_1","httpStatusCode":202,"successful":true},
			{"to":"+1","httpStatusCode":400,"successful":false,"errorMessage":"Invalid To phone number format."}]}`)
	}))
}

func ExampleClient_Send() {
	server := service()
	defer server.Close()
	client, err := sms.NewClientFromConnectionString("endpoint="+server.URL+";accesskey=c2VjcmV0", &sms.ClientOptions{
		// Only for a server on this machine that speaks http.
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true},
	})
	if err != nil {
		log.Fatal(err)
	}
	recipients := []sms.Recipient{
		// The id and the time were stored with the message. Should the program end before the answer comes, it sends the
		// same again, and the customer still gets one text.
		{
			To:                     "+14255550123",
			RepeatabilityRequestID: "1afb7f90-0000-4000-8000-000000000001",
			RepeatabilityFirstSent: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC),
		},
		{To: "+1"},
	}
	response, err := client.Send(context.Background(), "+18335550100", recipients, "Your table is ready.",
		&sms.SendOptions{EnableDeliveryReport: true})
	var refused *azcore.ResponseError
	if errors.As(err, &refused) {
		log.Fatal(refused.StatusCode, refused.ErrorCode)
	} else if err != nil {
		log.Fatal(err)
	}
	for _, result := range response.Value {
		if err := result.Err(); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println("accepted as", result.MessageID)
	}
	// Output:
	// accepted as Outgoing_1
	// text refused for recipient: 400 Invalid To phone number format.
}
