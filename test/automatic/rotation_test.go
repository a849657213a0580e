package automatic

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/google/uuid"

	"guichet/localcloud"
)

type message struct{ Direction, Text, Delivery string }

// traffic is a customer and an agent who write to each other.
type traffic struct {
	h      *house
	thread string
	id     string

	mu                      sync.Mutex
	customerSaid, agentSaid []string
}

// The key is regenerated in the middle of a conversation, and the new connection
// string is pasted only later: no text is lost and none comes twice, either way.
func TestRotationUnderTrafficLosesNothing(t *testing.T) {
	h := newHouse(t)
	h.signInAsTools()
	h.run("connect", fields{"appId": localcloud.WebhookAppID}, "done")
	tr := &traffic{h: h, thread: h.cloud.HTTPURL() + "/_guichet/handset/customers/" + url.PathEscape("+14255550177") + "/threads/" + url.PathEscape(localcloud.NumberTollFree) + "/messages"}
	h.control("POST", "/_guichet/handset/customers", fields{"number": "+14255550177"})
	tr.customer(0)
	var list struct{ Items []struct{ ID string } }
	h.eventually("the conversation is there", func() bool {
		h.do("GET", "/api/conversations?view=open", nil, 200, &list)
		return len(list.Items) == 1
	})
	tr.id = list.Items[0].ID
	h.do("POST", "/api/conversations/"+tr.id+"/assign", nil, 200, nil)

	stop := make(chan struct{})
	var both sync.WaitGroup
	// Each writes as fast as the other side takes it, until told to stop.
	both.Go(func() {
		for n := 1; !closed(stop); n++ {
			tr.customer(n)
		}
	})
	both.Go(func() {
		for n := 0; !closed(stop); n++ {
			tr.agent(n)
		}
	})
	h.eventually("texts flow both ways", func() bool { return tr.delivered() >= 3 && tr.arrived() >= 3 })
	h.control("POST", "/_guichet/arm/keys?id="+url.QueryEscape(localcloud.ResourceID), fields{"keyType": "Primary"})
	key := func() string {
		var c struct{ Key string }
		h.do("GET", "/api/connection", nil, 200, &c)
		return c.Key
	}
	h.eventually("the desk says that the key is refused", func() bool { return key() == "refused" })
	before, said := tr.arrived(), tr.said()
	h.eventually("the customer's texts still come, and the agent goes on writing", func() bool {
		return tr.arrived() > before && tr.said() > said
	})
	status, text := call(t, http.DefaultClient, "GET", h.cloud.HTTPURL()+"/_guichet/arm/keys?id="+url.QueryEscape(localcloud.ResourceID), nil, nil)
	var keys struct{ PrimaryConnectionString string }
	if err := json.Unmarshal(text, &keys); err != nil || status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	h.do("PUT", "/api/connection/connection-string", fields{"connectionString": keys.PrimaryConnectionString}, 200, nil)
	after := tr.delivered()
	h.eventually("texts go out again", func() bool { return tr.delivered() > after })
	close(stop)
	both.Wait()

	t.Logf("%d texts of the customer, %d of the agent", len(tr.customerSaid), len(tr.agentSaid))
	h.eventually("everything has arrived", func() bool {
		return tr.arrived() >= len(tr.customerSaid) && tr.delivered() >= len(tr.agentSaid)
	})
	if key() != "" {
		t.Error("the key is still called refused")
	}
	once(t, "at the desk", texts(tr.desk(), "inbound"), tr.customerSaid)
	once(t, "at the handset", texts(tr.handset(), "toCustomer"), tr.agentSaid)
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// once wants each text exactly once.
func once(t *testing.T, where string, got, want []string) {
	t.Helper()
	count := map[string]int{}
	for _, text := range got {
		count[text]++
	}
	for _, text := range want {
		if count[text] != 1 {
			t.Errorf("%q is %d times %s", text, count[text], where)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d texts %s, not %d", len(got), where, len(want))
	}
}

func (tr *traffic) customer(n int) {
	text := fmt.Sprintf("customer %d", n)
	status, body := call(tr.h.t, http.DefaultClient, "POST", tr.thread, fields{"id": uuid.NewString(), "text": text}, nil)
	if status >= 300 {
		tr.h.t.Errorf("the handset: %d %s", status, body)
	}
	tr.mu.Lock()
	tr.customerSaid = append(tr.customerSaid, text)
	tr.mu.Unlock()
}

func (tr *traffic) agent(n int) {
	text := fmt.Sprintf("agent %d", n)
	status, body := call(tr.h.t, tr.h.client, "POST", tr.h.desk.URL()+"/api/conversations/"+tr.id+"/messages", fields{"text": text},
		http.Header{"Idempotency-Key": {uuid.NewString()}})
	if status >= 300 {
		tr.h.t.Errorf("the desk: %d %s", status, body)
	}
	tr.mu.Lock()
	tr.agentSaid = append(tr.agentSaid, text)
	tr.mu.Unlock()
}

func (tr *traffic) said() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return len(tr.agentSaid)
}

// arrived counts the customer's texts at the desk, delivered the agent's whose
// delivery report came.
func (tr *traffic) arrived() int { return len(texts(tr.desk(), "inbound")) }

func (tr *traffic) delivered() (n int) {
	for _, m := range tr.desk() {
		if m.Direction == "outbound" && m.Delivery == "delivered" {
			n++
		}
	}
	return n
}

// desk are all messages of the conversation, handset all of the thread.
func (tr *traffic) desk() (all []message) {
	if tr.id == "" {
		return nil
	}
	return tr.pages(func(before string) (int, []byte) {
		return call(tr.h.t, tr.h.client, "GET", tr.h.desk.URL()+"/api/conversations/"+tr.id+"/messages?limit=100&before="+url.QueryEscape(before), nil, nil)
	})
}

func (tr *traffic) handset() []message {
	return tr.pages(func(before string) (int, []byte) {
		return call(tr.h.t, http.DefaultClient, "GET", tr.thread+"?before="+url.QueryEscape(before), nil, nil)
	})
}

func (tr *traffic) pages(read func(before string) (int, []byte)) (all []message) {
	for before := ""; ; {
		var page struct {
			Items []message
			Next  string
		}
		status, text := read(before)
		if err := json.Unmarshal(text, &page); err != nil || status != 200 {
			tr.h.t.Fatalf("%d %s", status, text)
		}
		all = append(page.Items, all...)
		if before = page.Next; before == "" {
			return all
		}
	}
}

func texts(list []message, direction string) (all []string) {
	for _, m := range list {
		if m.Direction == direction {
			all = append(all, m.Text)
		}
	}
	return all
}

// eventually waits for a condition for up to two minutes.
func (h *house) eventually(what string, met func() bool) {
	h.t.Helper()
	h.until(what, func(standing) bool { return met() })
}
