package eventgrid

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const customID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/topics/custom"

// custom makes a custom topic with a subscription on hook; hook may be empty.
func (g *grid) custom(schema, hook string) *Topic {
	g.t.Helper()
	topic, err := g.PutTopic(g.ctx, Topic{ID: customID, Name: "custom", InputSchema: schema})
	if err != nil {
		g.t.Fatal(err)
	}
	if hook == "" {
		return topic
	}
	p := properties(hook)
	p.EventDeliverySchema = schema
	id := customID + "/eventSubscriptions/first-sub"
	if _, err := g.PutSubscription(g.ctx, id, topic, p, "writer"); err != nil {
		g.t.Fatal(err)
	}
	g.eventually("the subscription is made", func() bool {
		s, _ := g.Subscription(id)
		return s.State == stateSucceeded
	})
	return topic
}

const oneEvent = `[{"id":"1","subject":"s","eventType":"t","eventTime":"2030-01-02T03:04:05Z","dataVersion":"1","data":{"x":1}}]`

// post publishes with headers and answers status and error code.
func (g *grid) post(t *Topic, header http.Header, query, body string) (int, string) {
	g.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "https://cloud.test/eventgrid/topics/"+t.MetricID+"/api/events"+query, strings.NewReader(body))
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	var answer struct {
		Error struct {
			Code    string
			Details []struct{ Code string }
		}
	}
	if w.Code == http.StatusOK {
		if w.Body.Len() != 0 {
			g.t.Errorf("success with a body: %s", w.Body)
		}
		return w.Code, ""
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Error.Details) != 1 {
		g.t.Errorf("%d %s %v", w.Code, w.Body, err)
	}
	return w.Code, answer.Error.Code
}

// sas signs resource and expiry as they are written, with the topic's key.
func sas(key, resource, expiry string) string {
	secret, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		panic(err)
	}
	signed := "r=" + resource + "&e=" + expiry
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(signed))
	return signed + "&s=" + url.QueryEscape(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// The ways to be let in, in the spellings of the official clients.
func TestPublishersThatAreAccepted(t *testing.T) {
	g := newGrid(t)
	topic := g.custom("EventGridSchema", "")
	resource := "https://cloud.test/eventgrid/topics/" + topic.MetricID + "/api/events"
	for name, test := range map[string]struct {
		header http.Header
		query  string
	}{
		"key1 in a header":   {http.Header{"Aeg-Sas-Key": {topic.Key1}}, ""},
		"key2 in a header":   {http.Header{"Aeg-Sas-Key": {topic.Key2}}, "?api-version=2018-01-01"},
		"a key in the query": {nil, "?aeg-sas-key=" + url.QueryEscape(topic.Key1)},
		"JavaScript": {http.Header{"Aeg-Sas-Token": {
			sas(topic.Key1, url.QueryEscape(resource+"?apiVersion=2018-01-01"), url.QueryEscape("1/2/2031 3:04:05 AM")),
		}}, ""},
		"JavaScript on a newer system": {http.Header{"Aeg-Sas-Token": {
			sas(topic.Key1, url.QueryEscape(resource), url.QueryEscape("1/2/2031, 3:04:05\u202fAM")),
		}}, ""},
		".NET": {http.Header{"Aeg-Sas-Token": {
			sas(topic.Key2, strings.ToLower(url.QueryEscape(resource)), strings.ReplaceAll(url.QueryEscape("6/15/2030 6:20:15 PM"), "+", "%20")),
		}}, ""},
		"Python":                    {http.Header{"Aeg-Sas-Token": {sas(topic.Key1, url.QueryEscape(resource), url.QueryEscape("2030-06-15T18:20:15.123456"))}}, ""},
		"a time with its zone":      {http.Header{"Aeg-Sas-Token": {sas(topic.Key1, url.QueryEscape(resource), url.QueryEscape("2030-06-15 18:20:15+02:00"))}}, ""},
		"the authorization header":  {http.Header{"Authorization": {"SharedAccessSignature " + sas(topic.Key1, url.QueryEscape(resource), "2030-06-15T18%3A20%3A15Z")}}, ""},
		"another host's upper case": {http.Header{"Aeg-Sas-Token": {sas(topic.Key1, url.QueryEscape(strings.Replace(resource, "cloud.test", "CLOUD.TEST", 1)), "2030-06-15T18%3A20%3A15Z")}}, ""},
	} {
		if status, code := g.post(topic, test.header, test.query, oneEvent); status != http.StatusOK {
			t.Errorf("%s: %d %s", name, status, code)
		}
	}
}

func TestPublishersThatAreRefused(t *testing.T) {
	g := newGrid(t)
	topic := g.custom("EventGridSchema", "")
	other := *topic
	other.MetricID = "00000000-0000-4000-8000-000000000000"
	resource := url.QueryEscape("https://cloud.test/eventgrid/topics/" + topic.MetricID + "/api/events")
	const later = "2031-01-02T03%3A04%3A05Z"
	good := sas(topic.Key1, resource, later)
	token := func(s string) http.Header { return http.Header{"Aeg-Sas-Token": {s}} }
	for name, header := range map[string]http.Header{
		"nothing":           {},
		"a wrong key":       {"Aeg-Sas-Key": {newTopicKey()}},
		"half a key":        {"Aeg-Sas-Key": {topic.Key1[:20]}},
		"another key":       token(sas(newTopicKey(), resource, later)),
		"another resource":  token(sas(topic.Key1, url.QueryEscape("https://cloud.test/eventgrid/topics/x/api/events"), later)),
		"another host":      token(sas(topic.Key1, strings.Replace(resource, "cloud.test", "evil.test", 1), later)),
		"an expiry passed":  token(sas(topic.Key1, resource, "2030-01-02T03%3A04%3A05Z")),
		"no expiry":         token(sas(topic.Key1, resource, "")),
		"a moved expiry":    token(strings.Replace(good, "2031", "2032", 1)),
		"a cut signature":   token(good[:len(good)-6]),
		"no signature":      token(good[:strings.Index(good, "&s=")]),
		"a token of nobody": {"Authorization": {"Bearer bad"}},
	} {
		if status, code := g.post(topic, header, "", oneEvent); status != http.StatusUnauthorized || code != "Unauthorized" {
			t.Errorf("%s: %d %s", name, status, code)
		}
	}
	if status, code := g.post(&other, token(good), "", oneEvent); status != http.StatusNotFound || code != "NotFound" {
		t.Errorf("another topic: %d %s", status, code)
	}
	if _, err := g.RegenerateKey(g.ctx, customID, "KEY1"); err != nil {
		t.Fatal(err)
	}
	if status, _ := g.post(topic, token(good), "", oneEvent); status != http.StatusUnauthorized {
		t.Errorf("a signature with a former key: %d", status)
	}
	if status, _ := g.post(topic, http.Header{"Aeg-Sas-Key": {topic.Key2}}, "", oneEvent); status != http.StatusOK {
		t.Errorf("the key that was kept: %d", status)
	}
	changed := *g.Topic(customID)
	changed.DisableLocalAuth = true
	if _, err := g.PutTopic(g.ctx, changed); err != nil {
		t.Fatal(err)
	}
	if status, _ := g.post(topic, http.Header{"Aeg-Sas-Key": {topic.Key2}}, "", oneEvent); status != http.StatusUnauthorized {
		t.Errorf("a key although local authentication is off: %d", status)
	}
}

// A token lets in whoever holds the data action on the topic.
func TestSenderWithToken(t *testing.T) {
	hook := newEndpoint(t, always(http.StatusOK))
	g := newGrid(t)
	topic := g.custom("EventGridSchema", hook.URL)
	bearer := http.Header{"Authorization": {"bearer good"}}
	if status, code := g.post(topic, bearer, "", oneEvent); status != http.StatusForbidden || code != "Forbidden" {
		t.Errorf("before anybody may send: %d %s", status, code)
	}
	var asked []string
	g.AuthorizeSenders(func(_ context.Context, principal, topic string) (bool, error) {
		asked = append(asked, principal, topic)
		return true, nil
	})
	changed := *g.Topic(customID)
	changed.DisableLocalAuth = true // tokens work all the same
	if _, err := g.PutTopic(g.ctx, changed); err != nil {
		t.Fatal(err)
	}
	if status, code := g.post(topic, bearer, "", oneEvent); status != http.StatusOK {
		t.Fatalf("%d %s", status, code)
	}
	if len(asked) != 2 || asked[0] != "sender" || asked[1] != customID {
		t.Errorf("asked for %v", asked)
	}
	g.eventually("the event arrives", func() bool { return len(hook.got()) == 1 })
}

func TestBodiesThatAreRefused(t *testing.T) {
	g := newGrid(t)
	topic := g.custom("EventGridSchema", "")
	header := http.Header{"Aeg-Sas-Key": {topic.Key1}}
	for name, test := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no JSON":          {`[{`, 400, "BadRequest"},
		"no array":         {`{}`, 400, "BadRequest"},
		"no id":            {strings.Replace(oneEvent, `"id":"1",`, "", 1), 400, "BadRequest"},
		"no subject":       {strings.Replace(oneEvent, `"subject":"s",`, "", 1), 400, "BadRequest"},
		"no type":          {strings.Replace(oneEvent, `"eventType":"t",`, "", 1), 400, "BadRequest"},
		"no time":          {strings.Replace(oneEvent, `"eventTime":"2030-01-02T03:04:05Z",`, "", 1), 400, "BadRequest"},
		"another topic":    {strings.Replace(oneEvent, `{"id"`, `{"topic":"/x","id"`, 1), 400, "BadRequest"},
		"a CloudEvent":     {`[{"specversion":"1.0","id":"1","type":"t","source":"s"}]`, 400, "BadRequest"},
		"too many events":  {"[" + strings.Repeat(oneEvent[1:len(oneEvent)-1]+",", maxPublishEvents) + oneEvent[1:], 400, "BadRequest"},
		"too large a body": {`[{"id":"` + strings.Repeat("x", maxPublish) + `"}]`, 413, "RequestEntityTooLarge"},
	} {
		if status, code := g.post(topic, header, "", test.body); status != test.status || code != test.code {
			t.Errorf("%s: %d %s", name, status, code)
		}
	}
	if n := g.waiting(); n != 0 {
		t.Errorf("%d deliveries of what was refused", n)
	}
}

// CloudEvents come alone, in a batch and in binary mode, and keep their source
// and extensions.
func TestCloudEventsModes(t *testing.T) {
	hook := newEndpoint(t, always(http.StatusOK))
	g := newGrid(t)
	topic := g.custom(schemaCloudEvents, hook.URL)
	key := []string{topic.Key1}
	for i, test := range []struct {
		header http.Header
		body   string
		want   map[string]any
	}{
		{
			http.Header{"Aeg-Sas-Key": key, "Content-Type": {"application/cloudevents+json"}},
			`{"specversion":"1.0","id":"a","type":"t","source":"/s","subject":"u","color":"red","data":{"x":1}}`,
			map[string]any{"id": "a", "source": "/s", "color": "red", "subject": "u"},
		},
		{
			http.Header{"Aeg-Sas-Key": key, "Content-Type": {"application/cloudevents-batch+json; charset=utf-8"}},
			`[{"specversion":"1.0","id":"b","type":"t","source":"/s","data_base64":"AAE="}]`,
			map[string]any{"id": "b", "data_base64": "AAE="},
		},
		{
			http.Header{
				"Aeg-Sas-Key": key, "Content-Type": {"application/octet-stream"}, "Ce-Specversion": {"1.0"}, "Ce-Id": {"c"},
				"Ce-Type": {"t"}, "Ce-Source": {"/s"}, "Ce-Color": {"blue"},
			},
			"\x00\x01",
			map[string]any{"id": "c", "color": "blue", "data_base64": "AAE="},
		},
	} {
		if status, code := g.post(topic, test.header, "", test.body); status != http.StatusOK {
			t.Fatalf("%v: %d %s", test.want["id"], status, code)
		}
		g.eventually("it arrives", func() bool { return len(hook.got()) == i+1 })
		var got map[string]any
		if err := json.Unmarshal(hook.got()[i].body, &got); err != nil {
			t.Fatal(err)
		}
		for name, value := range test.want {
			if got[name] != value {
				t.Errorf("%v: %s is %v", test.want["id"], name, got[name])
			}
		}
		if at, err := time.Parse(time.RFC3339, got["time"].(string)); err != nil || at.IsZero() {
			t.Errorf("time %v %v", got["time"], err)
		}
	}
}
