package acs_test

import (
	"fmt"
	"log"

	"guichet/acs"
)

// A key is replaced while clients go on using the credential.
func ExampleKeyCredential_Update() {
	cs, err := acs.ParseConnectionString("endpoint=https://contoso.communication.azure.com/;accesskey=cHJpbWFyeSBrZXk=")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cs)
	// Clients made with cs.Credential sign with the secondary key from here on.
	if err := cs.Credential.Update("c2Vjb25kYXJ5IGtleQ=="); err != nil {
		log.Fatal(err)
	}
	fmt.Println(cs.Credential.Update("not base64"))
	// Output:
	// endpoint=https://contoso.communication.azure.com/;accesskey=REDACTED
	// access key is not base64
}
