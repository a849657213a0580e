package localcloud_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"guichet/localcloud"
)

// The crowd of TestManyClients.
const (
	crowd  = 8 // clients of each kind
	rounds = 12
)

// client is one of many; every call must answer one of the statuses that its
// kind allows.
type client struct {
	*azure
	n int
}

func (c *client) expect(method, target string, header http.Header, body string, statuses ...int) {
	status, data, err := c.call(method, target, header, body)
	if err != nil || !slices.Contains(statuses, status) {
		c.t.Errorf("client %d: %s %s: %d %.200s %v", c.n, method, target, status, data, err)
	}
}

func (c *client) signed(method, target, body string, statuses ...int) {
	c.expect(method, target, signed(method, c.base, target, body), body, statuses...)
}

func (c *client) managed(method, id, body string, statuses ...int) {
	c.expect(method, id+apiVersion, http.Header{"Authorization": {c.token}}, body, statuses...)
}

// TestManyClients lets many clients of every plane work at once, and one that
// resets everything now and then at the end: no call fails for the others' sake,
// every text arrives, and nothing runs on after the end.
func TestManyClients(t *testing.T) {
	before := goleak.IgnoreCurrent()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	dir := t.TempDir()
	cloud, err := localcloud.New(ctx, localcloud.Options{DataDir: dir, RetrySchedule: []time.Duration{50 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cloud.Run(ctx) }()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	httpClient := &http.Client{Transport: transport, Timeout: 30 * time.Second}

	var mu sync.Mutex
	got, tries := map[string]int{}, 0
	hook := newHook(t, func(e delivered) int {
		mu.Lock()
		defer mu.Unlock()
		if tries++; tries%10 == 0 {
			return http.StatusInternalServerError
		}
		got[e.Data.Message]++
		return http.StatusOK
	})
	first := newAzure(t, cloud.HTTPURL(), httpClient)
	if state := first.subscribe(localcloud.ResourceID, "texts", hook.URL); state != "Succeeded" {
		t.Fatal(state)
	}

	every(t, first, crowd, rounds, hook.URL)
	eventually(t, "every text arrives", func() bool {
		mu.Lock()
		defer mu.Unlock()
		for i := range crowd {
			for j := range rounds {
				if got[textOf(i, j)] == 0 {
					return false
				}
			}
		}
		return true
	})

	// A reset takes away what the others work on; it must not break them.
	var wg sync.WaitGroup
	for i := range crowd / 2 {
		wg.Go(func() {
			c := &client{first, i}
			for j := range rounds {
				c.text(i, j, http.StatusCreated, http.StatusConflict)
				c.signed(http.MethodPost, smsTarget, smsBody(customerOf(i), "hello"), http.StatusAccepted, http.StatusUnauthorized)
				c.managed(http.MethodGet, localcloud.ResourceID, "", http.StatusOK, http.StatusForbidden, http.StatusNotFound, http.StatusUnauthorized)
			}
		})
	}
	wg.Go(func() {
		for range 3 {
			if err := cloud.Reset(ctx); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()

	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	hook.Close()
	transport.CloseIdleConnections()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}

func customerOf(i int) string { return fmt.Sprintf("+1425555%04d", 300+i) }
func textOf(i, j int) string  { return fmt.Sprintf("client %d says %d", i, j) }
func topicOf(i int) string    { return fmt.Sprintf("topic-%d", i) }
func threadOf(i int) string   { return "/_guichet/handset/customers/" + url.PathEscape(customerOf(i)) }
func (c *client) end() string {
	return "/threads/" + url.PathEscape(localcloud.NumberTollFree) + "/messages"
}
func (c *client) home() string {
	return groupID() + "/providers/Microsoft.EventGrid/topics/" + topicOf(c.n)
}

func (c *client) text(i, j int, statuses ...int) {
	c.expect(http.MethodPost, threadOf(i)+c.end(), nil, fmt.Sprintf(`{"id":%q,"text":%q}`, uuid.NewString(), textOf(i, j)), statuses...)
}

// every runs clients of each kind to their end.
func every(t *testing.T, first *azure, crowd, rounds int, hook string) {
	kinds := []func(c *client, j int){
		func(c *client, j int) { // a handset
			c.text(c.n, j, http.StatusCreated)
			c.expect(http.MethodGet, threadOf(c.n)+c.end(), nil, "", http.StatusOK)
			c.expect(http.MethodPut, threadOf(c.n)+"/delivery", nil, `{"mode":"failed","code":"4006"}`, http.StatusOK)
		},
		func(c *client, _ int) { // a service that texts
			c.signed(http.MethodPost, smsTarget, smsBody(customerOf(c.n), "hello"), http.StatusAccepted)
			c.signed(http.MethodGet, "/phoneNumbers?api-version=2025-06-01", "", http.StatusOK)
			c.signed(http.MethodPost, "/identities?api-version=2023-10-01", `{"createTokenWithScopes":["chat"]}`, http.StatusCreated)
			c.signed(http.MethodPatch, "/sip?api-version=2023-03-01",
				fmt.Sprintf(`{"trunks":{"sbc%d.contoso.com":{"sipSignalingPort":5061}}}`, c.n), http.StatusOK)
		},
		func(c *client, j int) { // an administrator
			c.managed(http.MethodPut, c.home(), `{"location":"francecentral"}`, http.StatusCreated)
			c.managed(http.MethodPut, c.home()+"/providers/Microsoft.EventGrid/eventSubscriptions/mine",
				fmt.Sprintf(`{"properties":{"destination":{"endpointType":"WebHook","properties":{"endpointUrl":%q}}}}`, hook), http.StatusCreated)
			c.managed(http.MethodGet, groupID()+"/providers/Microsoft.EventGrid/topics", "", http.StatusOK)
			_, path, key := c.topic(topicOf(c.n))
			c.expect(http.MethodPost, path, http.Header{"Aeg-Sas-Key": {key}}, event(fmt.Sprint(c.n, "-", j), `{"message":"thing"}`), http.StatusOK)
			c.managed(http.MethodDelete, c.home(), "", http.StatusAccepted)
			c.managed(http.MethodPost, localcloud.ResourceID+"/listKeys", "", http.StatusOK)
		},
		func(c *client, j int) { // the portal
			for _, path := range []string{"/_guichet/requests", "/_guichet/deliveries", "/_guichet/faults", "/_guichet/handset"} {
				c.expect(http.MethodGet, path, nil, "", http.StatusOK)
			}
			c.expect(http.MethodPost, "/_guichet/faults", nil, `{"kind":"duplicate","eventType":"nothing","count":1}`, http.StatusCreated)
			if j == rounds/2 && c.n%4 == 0 {
				c.expect(http.MethodPost, "/_guichet/entra/rotate", nil, "", http.StatusOK)
			}
			c.stream()
		},
		func(c *client, _ int) { // somebody who signs in
			newAzure(c.t, c.base, c.client)
			c.expect(http.MethodGet, "/common/discovery/keys", nil, "", http.StatusOK)
		},
	}
	var wg sync.WaitGroup
	for i := range crowd {
		for _, kind := range kinds {
			wg.Go(func() {
				for j := range rounds {
					kind(&client{first, i}, j)
				}
			})
		}
	}
	wg.Wait()
}

// stream opens the live stream and leaves once it has begun.
func (c *client) stream() {
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/_guichet/live?topics=requests,deliveries", nil)
	if err != nil {
		c.t.Error(err)
		return
	}
	response, err := c.client.Do(r)
	if err != nil {
		c.t.Error(err)
		return
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := response.Body.Read(make([]byte, 16)); err != nil || response.StatusCode != http.StatusOK {
		c.t.Errorf("the live stream: %s %v", response.Status, err)
	}
}
