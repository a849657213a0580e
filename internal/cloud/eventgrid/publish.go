package eventgrid

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"guichet/internal/cloud/azerror"
	"guichet/internal/cloud/traffic"
)

// Limits of a publish request.
const (
	maxPublish       = 1 << 20
	maxPublishEvents = 5000
)

// publishError is a refusal of the publishing endpoint.
type publishError struct {
	status        int
	code, message string
}

func (e *publishError) Error() string { return e.code + ": " + e.message }

func badPublish(format string, args ...any) error {
	return &publishError{http.StatusBadRequest, "BadRequest", fmt.Sprintf(format, args...)}
}

// topicByMetric finds a custom topic by the id in its endpoint.
func (b *Broker) topicByMetric(id string) *Topic {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, t := range b.topics {
		if t.Custom() && strings.EqualFold(t.MetricID, id) {
			return t
		}
	}
	return nil
}

// publish answers POST …/api/events of a custom topic: 200 with no body once the
// events are committed.
func (b *Broker) publish(w http.ResponseWriter, r *http.Request, metricID string) {
	err := b.publishRequest(r, metricID)
	if err == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	refusal, ok := err.(*publishError)
	if !ok {
		traffic.Note(r.Context(), err.Error())
		refusal = &publishError{http.StatusServiceUnavailable, "ServiceUnavailable", "The request could not be processed. Please try again."}
	}
	azerror.WriteBody(w, refusal.status, azerror.Body{
		Code: refusal.code, Message: refusal.message, Details: []azerror.Body{{Code: refusal.code, Message: refusal.message}},
	})
}

func (b *Broker) publishRequest(r *http.Request, metricID string) error {
	t := b.topicByMetric(metricID)
	if t == nil {
		return &publishError{http.StatusNotFound, "NotFound", "The requested topic was not found."}
	}
	if err := b.authenticatePublisher(r, t); err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, maxPublish+1))
	if err != nil {
		return badPublish("The request body could not be read.")
	}
	if len(data) > maxPublish {
		return &publishError{http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
			"The maximum size (1048576) has been exceeded."}
	}
	var events []Event
	if t.InputSchema == schemaCloudEvents {
		events, err = readCloudEvents(r.Header, data)
	} else {
		events, err = readGridEvents(data, t)
	}
	if err != nil {
		return err
	}
	if len(events) > maxPublishEvents {
		return badPublish("The maximum number of events in a batch (%d) has been exceeded.", maxPublishEvents)
	}
	// The client may hang up; what is committed must still be delivered.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), commitWithin)
	defer cancel()
	_, err = b.published.Do(ctx, publication{t.ID, events})
	b.Wake()
	return err
}

// commitWithin bounds the wait for a commit.
const commitWithin = 30 * time.Second

// publication is one accepted request on its way into a batch.
type publication struct {
	source string
	events []Event
}

// writePublished is the group commit of many requests.
func (b *Broker) writePublished(ctx context.Context, tx *sql.Tx, batch []publication) ([]struct{}, error) {
	for _, p := range batch {
		if err := b.Publish(ctx, tx, p.source, p.events...); err != nil {
			return nil, err
		}
	}
	return make([]struct{}, len(batch)), nil
}

// readGridEvents decodes Event Grid's schema: an array whose topic is empty or
// this topic.
func readGridEvents(data []byte, t *Topic) ([]Event, error) {
	var list []struct {
		gridEvent
		EventTime *string `json:"eventTime"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, badPublish("This resource is configured to receive event in 'EventGridEvent' schema. The JSON received does not "+
			"conform to the expected schema: %s", err)
	}
	events := make([]Event, 0, len(list))
	for i, e := range list {
		switch {
		case e.ID == "":
			return nil, badPublish("Event at index %d: the property 'id' is missing.", i)
		case e.Subject == "":
			return nil, badPublish("Event at index %d: the property 'subject' is missing.", i)
		case e.EventType == "":
			return nil, badPublish("Event at index %d: the property 'eventType' is missing.", i)
		case e.EventTime == nil:
			return nil, badPublish("Event at index %d: the property 'eventTime' is missing.", i)
		case e.Topic != "" && !strings.EqualFold(e.Topic, t.ID):
			return nil, badPublish("Event at index %d: the property 'topic' must be empty or the topic's resource id.", i)
		case e.MetadataVersion != "" && e.MetadataVersion != "1":
			return nil, badPublish("Event at index %d: the property 'metadataVersion' must be '1'.", i)
		}
		at, err := time.Parse(time.RFC3339, *e.EventTime)
		if err != nil {
			return nil, badPublish("Event at index %d: the property 'eventTime' is not a time.", i)
		}
		events = append(events, Event{
			ID: e.ID, Subject: e.Subject, Type: e.EventType, DataVersion: e.DataVersion, Time: at, Data: e.Data,
		})
	}
	return events, nil
}

// readCloudEvents decodes CloudEvents 1.0: one, a batch, or in binary mode.
func readCloudEvents(h http.Header, data []byte) ([]Event, error) {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if h.Get("ce-specversion") != "" {
		members := map[string]json.RawMessage{}
		for name, values := range h {
			if attribute, ok := strings.CutPrefix(strings.ToLower(name), "ce-"); ok {
				members[attribute], _ = json.Marshal(values[0])
			}
		}
		if kind == "application/json" && json.Valid(data) {
			members["data"] = data
		} else if len(data) > 0 {
			members["data_base64"], _ = json.Marshal(data)
		}
		e, err := cloudEventOf(members, 0)
		return []Event{e}, err
	}
	var list []map[string]json.RawMessage
	var err error
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		list = make([]map[string]json.RawMessage, 1)
		err = json.Unmarshal(trimmed, &list[0])
	} else {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		return nil, badPublish("This resource is configured to receive event in 'CloudEventV10' schema. The JSON received does not "+
			"conform to the expected schema: %s", err)
	}
	events := make([]Event, 0, len(list))
	for i, members := range list {
		e, err := cloudEventOf(members, i)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// cloudEventOf takes the attributes that have a place of their own; the others,
// data_base64 among them, are kept as they are. The source is the publisher's.
func cloudEventOf(members map[string]json.RawMessage, i int) (Event, error) {
	e := Event{Extensions: map[string]json.RawMessage{}}
	var version, at string
	for name, raw := range members {
		into := map[string]*string{"id": &e.ID, "type": &e.Type, "subject": &e.Subject, "specversion": &version, "time": &at}[name]
		switch {
		case into != nil:
			if json.Unmarshal(raw, into) != nil {
				return e, badPublish("Event at index %d: the attribute '%s' is not text.", i, name)
			}
		case name == "data":
			e.Data = raw
		default:
			e.Extensions[name] = raw
		}
	}
	if version != "1.0" || e.ID == "" || e.Type == "" || len(e.Extensions["source"]) == 0 {
		return e, badPublish("Event at index %d: a CloudEvent needs 'specversion' 1.0, 'id', 'type' and 'source'.", i)
	}
	if at != "" {
		var err error
		if e.Time, err = time.Parse(time.RFC3339, at); err != nil {
			return e, badPublish("Event at index %d: the attribute 'time' is not a time.", i)
		}
	}
	return e, nil
}

// authenticatePublisher accepts one of the topic's keys, a signature made with
// one, or an Entra token of a principal that may send.
func (b *Broker) authenticatePublisher(r *http.Request, t *Topic) error {
	denied := func(message string) error {
		return &publishError{http.StatusUnauthorized, "Unauthorized", message}
	}
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return b.authorizeSender(r.Context(), credential, t)
	}
	key := r.Header.Get("aeg-sas-key")
	if key == "" {
		key = r.URL.Query().Get("aeg-sas-key")
	}
	token := r.Header.Get("aeg-sas-token")
	if strings.EqualFold(scheme, "SharedAccessSignature") {
		token = credential
	}
	switch {
	case key == "" && token == "":
		return denied("Request must contain one of the following authorization signature: aeg-sas-token, aeg-sas-key.")
	case t.DisableLocalAuth:
		return denied("Local authentication is disabled on this topic. Use Microsoft Entra ID to authenticate.")
	case key != "":
		for i, k := range []string{t.Key1, t.Key2} {
			if subtle.ConstantTimeCompare([]byte(k), []byte(key)) == 1 {
				traffic.Caller(r.Context(), t.Name, []traffic.Credential{traffic.PrimaryKey, traffic.SecondaryKey}[i])
				return nil
			}
		}
		return denied("The request authorization key is not authorized for the topic.")
	}
	if why := b.checkSAS(token, r, t); why.Text != "" {
		traffic.Say(r.Context(), why)
		return denied("The request authorization signature is not authorized for the topic.")
	}
	traffic.Caller(r.Context(), t.Name, traffic.Signature)
	return nil
}

func (b *Broker) authorizeSender(ctx context.Context, token string, t *Topic) error {
	claims, err := b.tokens.Verify(ctx, strings.TrimSpace(token), "https://eventgrid.azure.net")
	if err != nil {
		traffic.Note(ctx, err.Error())
		return &publishError{http.StatusUnauthorized, "Unauthorized", "The request authorization token is not valid."}
	}
	traffic.Caller(ctx, claims.AppID, traffic.Token)
	may := false
	if b.maySend != nil {
		if may, err = b.maySend(ctx, claims.ObjectID, t.ID); err != nil {
			return err
		}
	}
	if !may {
		return &publishError{http.StatusForbidden, "Forbidden", "The principal is not authorized to send events to the topic."}
	}
	return nil
}

// sasTimes are the spellings of the expiry that clients send.
var sasTimes = []string{"1/2/2006 3:04:05 PM", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00"}

// checkSAS verifies "r=…&e=…&s=…": the signature is over the text as it came,
// since clients encode differently. It answers what is wrong, "" when nothing is.
func (b *Broker) checkSAS(token string, r *http.Request, t *Topic) traffic.Remark {
	at := strings.LastIndex(token, "&s=")
	if at < 0 {
		return traffic.Remark{Code: "sas.noPart", Text: "the signature has no part s"}
	}
	signed := token[:at]
	given, err := url.QueryUnescape(token[at+len("&s="):])
	if err != nil {
		return traffic.Remark{Code: "sas.encoding", Text: "the part s is not encoded"}
	}
	// A plus sign of base64 that was not encoded has become a space.
	given = strings.ReplaceAll(given, " ", "+")
	parts, err := url.ParseQuery(signed)
	if err != nil {
		return traffic.Remark{Code: "sas.query", Text: "the signature is no query"}
	}
	resource, err := url.Parse(parts.Get("r"))
	if err != nil || !strings.EqualFold(resource.Host, r.Host) || !strings.EqualFold(strings.TrimRight(resource.Path, "/"), strings.TrimRight(r.URL.Path, "/")) {
		return traffic.Remark{Code: "sas.resource", Text: "the part r is another resource"}
	}
	if !b.sasValid(parts.Get("e")) {
		return traffic.Remark{Code: "sas.expired", Text: "the part e is in the past or no time"}
	}
	for _, key := range []string{t.Key1, t.Key2} {
		secret, err := base64.StdEncoding.DecodeString(key)
		if err != nil {
			continue
		}
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(signed))
		if subtle.ConstantTimeCompare([]byte(base64.StdEncoding.EncodeToString(mac.Sum(nil))), []byte(given)) == 1 {
			return traffic.Remark{}
		}
	}
	return traffic.Remark{Code: "sas.mismatch", Text: "the part s does not match: another key, or other parts than were signed"}
}

func (b *Broker) sasValid(expiry string) bool {
	// The narrow no-break space is what newer systems put before AM and PM.
	expiry = strings.ReplaceAll(expiry, "\u202f", " ")
	expiry = strings.ReplaceAll(expiry, ",", "")
	for _, layout := range sasTimes {
		if at, err := time.Parse(layout, expiry); err == nil {
			return b.clock.Now().Before(at)
		}
	}
	return false
}
