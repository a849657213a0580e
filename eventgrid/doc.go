// Package eventgrid receives events that Azure Event Grid delivers to a webhook. [NewHandler] makes an [http.Handler]
// that agrees to handshakes, verifies the Microsoft Entra token of every delivery, reads both event schemas, and hands
// the events to a function of the caller. It answers 200 only after that function returned without an error, so that a
// caller who stores the events first loses none.
//
// [Verifier] is the token check alone. It accepts what Entra issues to Event Grid for the webhook's app registration:
// tokens signed with RS256 by a current key of the tenant, with an issuer of that tenant (version 1 or 2), the
// configured audience, and Event Grid as the caller. There is no switch to leave the check out; a test or a local
// server acts as the authority instead.
//
// The statuses follow from what Event Grid does with them. 400, 401, 403 and 413 end the delivery of an event for
// good, so they are answered only when another try could not succeed. Faults on the receiver's side, such as signing
// keys that cannot be fetched, are 503, after which Event Grid tries again.
//
// The package does not create event subscriptions and does not store, deduplicate or order events. Event Grid delivers
// at least once and in any order.
package eventgrid
