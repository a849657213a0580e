// Package acs holds what every client of Azure Communication Services (ACS) needs: the connection string, the
// credential, the policy that signs requests, and the identifiers of participants. The clients themselves are packages
// of their own below it: [guichet/acs/sms], [guichet/acs/callautomation], [guichet/acs/phonenumbers],
// [guichet/acs/siprouting] and [guichet/acs/identity].
//
// The clients follow the conventions of the Azure SDK for Go: they are built on azcore pipelines, take
// [azcore.ClientOptions], retry by azcore's retry policy, return pagers and pollers of azcore's runtime package, and
// report refusals of the service as [azcore.ResponseError]. Such an error carries the status, the service's error code
// and the response, to be reached with [errors.As]. Its text contains the request's URL and the response's body, which
// may contain phone numbers: write its StatusCode and ErrorCode to a log, not its text.
//
// This package does not define operations, and it knows nothing of events; those are received by package
// [guichet/eventgrid], and those of a call by [guichet/acs/callautomation/callback].
package acs
