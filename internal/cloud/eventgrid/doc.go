// Package eventgrid is Azure Event Grid of the local cloud: topics, event
// subscriptions with their validation, filters, delivery to webhooks with its
// retries, and dead letters. It owns their state; the ARM calls that change it
// are package arm's. An event that Publish committed is delivered or
// dead-lettered, whatever becomes of the process in between.
package eventgrid
