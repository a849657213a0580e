package eventgrid

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"guichet/internal/cloud/azerror"
	"guichet/internal/cloud/fault"
)

const (
	// requestOrigin names the sender to CloudEvents endpoints in the public cloud.
	requestOrigin = "eventgrid.azure.net"
	// manualWindow is how long a validation may be completed by opening its URL.
	manualWindow = 10 * time.Minute
	// handshakeTries with handshakeGap between them, for an endpoint that does not
	// answer in time.
	handshakeTries = 3
	handshakeGap   = 5 * time.Second
)

// failure is why a validation failed, as the operation reports it.
type failure struct{ code, message string }

func (f *failure) Error() string { return f.code + ": " + f.message }

// errManual says that the endpoint took the request but left the answer to the
// validation URL.
var errManual = errors.New("waiting for the validation URL")

// validate runs the handshakes, those left over from before a restart first,
// and tells endpoints of deleted subscriptions.
func (b *Broker) validate(ctx context.Context, unfinished []*subscription) error {
	var group errgroup.Group
	start := func(s *subscription) {
		group.Go(func() error {
			select {
			case <-s.done:
				b.sayDeleted(ctx, s)
			default:
				b.validateOne(ctx, s)
			}
			return nil
		})
	}
	for _, s := range unfinished {
		start(s)
	}
	for {
		select {
		case s := <-b.validations:
			start(s)
		case <-ctx.Done():
			return group.Wait()
		}
	}
}

// validateOne takes one create or update to its end, unless the process stops
// before: then the next start begins again.
func (b *Broker) validateOne(ctx context.Context, s *subscription) {
	doc := s.document()
	if doc.Pending == nil || !s.pendingValidation() {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-s.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	var err error = errManual
	if doc.State != stateAwaiting {
		if err = b.mayUse(ctx, doc); err == nil {
			err = b.handshake(ctx, doc)
		}
	}
	if errors.Is(err, errManual) {
		err = b.awaitManual(ctx, s, doc)
	}
	if ctx.Err() != nil {
		return
	}
	b.finish(context.WithoutCancel(ctx), s, doc.Operation, err)
}

// mayUse refuses a protected webhook whose application is unknown to its tenant,
// or which the writer of the subscription neither owns nor holds a role on.
func (b *Broker) mayUse(ctx context.Context, doc document) error {
	w := doc.Pending.Destination.Properties
	if w.AzureActiveDirectoryTenantID == "" {
		return nil
	}
	may, err := b.tokens.MayUse(ctx, w.AzureActiveDirectoryTenantID, w.AzureActiveDirectoryApplicationIDOrURI, doc.Writer)
	if err != nil {
		return b.unreachable(w, "Unknown", err.Error())
	}
	if !may {
		return b.unreachable(w, "Unknown", fmt.Sprintf("The writer of the event subscription ('%s') is neither an owner of the "+
			"webhook's Microsoft Entra application '%s' nor has a role on it.", doc.Writer, w.AzureActiveDirectoryApplicationIDOrURI))
	}
	return nil
}

// handshake asks the endpoint for its consent; nil when it gave it.
func (b *Broker) handshake(ctx context.Context, doc document) error {
	p := doc.Pending
	if _, refused := b.faults.Event(fault.Handshake, ""); refused {
		return b.unreachable(p.Destination.Properties, "Forbidden", "")
	}
	for try := 1; ; try++ {
		var err error
		if p.EventDeliverySchema == schemaCloudEvents {
			err = b.askOptions(ctx, doc)
		} else {
			err = b.askEvent(ctx, doc)
		}
		if !errors.Is(err, context.DeadlineExceeded) || try == handshakeTries || ctx.Err() != nil {
			if refusal, ok := errors.AsType[*failure](err); err == nil || ok || errors.Is(err, errManual) {
				return errorOrNil(refusal, err)
			}
			return b.unreachable(p.Destination.Properties, "Unknown", "")
		}
		timer, stop := b.clock.After(handshakeGap)
		select {
		case <-timer:
		case <-ctx.Done():
		}
		stop()
	}
}

func errorOrNil(f *failure, err error) error {
	if f != nil {
		return f
	}
	return err
}

// askEvent sends the validation event of Event Grid's schema. Only status 200
// counts, and only the code in the answer validates at once.
func (b *Broker) askEvent(ctx context.Context, doc document) error {
	w := doc.Pending.Destination.Properties
	data, err := json.Marshal(map[string]string{"validationCode": doc.Code, "validationUrl": b.validationURL(doc)})
	if err != nil {
		return err
	}
	payload, err := json.Marshal([]gridEvent{{
		ID: uuid.NewString(), Topic: doc.TopicID, Data: data, EventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
		EventTime: b.clock.Now().Format(timeFormat), MetadataVersion: "1", DataVersion: "1",
	}})
	if err != nil {
		return err
	}
	status, answer, err := b.ask(ctx, http.MethodPost, doc, payload, func(h http.Header) {
		h.Set("Content-Type", "application/json; charset=utf-8")
		h["aeg-event-type"] = []string{"SubscriptionValidation"}
	})
	if err != nil {
		return err
	}
	if status.code != http.StatusOK {
		return b.unreachable(w, status.name(), "")
	}
	var body map[string]any
	if json.Unmarshal(answer, &body) == nil {
		for name, value := range body {
			if code, ok := value.(string); ok && strings.EqualFold(name, "validationResponse") &&
				subtle.ConstantTimeCompare([]byte(code), []byte(doc.Code)) == 1 {
				return nil
			}
		}
	}
	return errManual
}

// askOptions is the abuse protection of CloudEvents: OPTIONS, answered with the
// origin that may send. Without that header but with success the endpoint may
// still call back.
func (b *Broker) askOptions(ctx context.Context, doc document) error {
	status, _, err := b.ask(ctx, http.MethodOptions, doc, nil, func(h http.Header) {
		h.Set("WebHook-Request-Origin", requestOrigin)
		h.Set("WebHook-Request-Callback", b.validationURL(doc))
		h.Set("WebHook-Request-Rate", "120")
	})
	if err != nil {
		return err
	}
	allowed := status.header.Get("WebHook-Allowed-Origin")
	switch {
	case status.code == http.StatusOK && (allowed == "*" || strings.EqualFold(allowed, requestOrigin)):
		return nil
	case status.code == http.StatusOK && allowed == "":
		return errManual
	case status.code == http.StatusOK:
		return b.unreachable(doc.Pending.Destination.Properties, "Forbidden", "")
	}
	return b.unreachable(doc.Pending.Destination.Properties, status.name(), "")
}

// answered is what an endpoint answered.
type answered struct {
	code   int
	header http.Header
}

// name is the status as .NET spells it, which is what Azure's messages show.
func (a answered) name() string {
	if text := http.StatusText(a.code); text != "" {
		return strings.ReplaceAll(text, " ", "")
	}
	return fmt.Sprint(a.code)
}

// maxAnswer bounds what is read of an endpoint's answer, in bytes.
const maxAnswer = 64 << 10

// ask sends one request to a subscription's endpoint, with the token it wants.
func (b *Broker) ask(ctx context.Context, method string, doc document, payload []byte, headers func(http.Header)) (answered, []byte, error) {
	p := doc.Pending
	if p == nil {
		p = doc.Active
	}
	w := p.Destination.Properties
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, w.url(), bytes.NewReader(payload))
	if err != nil {
		return answered{}, nil, err
	}
	r.Header.Set("User-Agent", "")
	r.Header["aeg-subscription-name"] = []string{strings.ToUpper(doc.Name)}
	headers(r.Header)
	if err := b.authorize(ctx, r, w); err != nil {
		return answered{}, nil, b.unreachable(w, "Unknown", err.Error())
	}
	response, err := b.client.Do(r)
	if err != nil {
		return answered{}, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return answered{response.StatusCode, response.Header}, answer, err
}

// unreachable is Azure's failure of a handshake; its misspelling is Azure's. The
// cause, where Azure gives none, follows for the developer's sake.
func (b *Broker) unreachable(w WebHook, status, cause string) *failure {
	message := fmt.Sprintf("Webhook validation handshake failed for %s. Http POST request failed with response code %s. "+
		"For troublehooting, visit https://aka.ms/esvalidation. Activity id:%s, timestamp: %s (UTC).",
		w.baseURL(), status, uuid.NewString(), b.clock.Now().Format("1/2/2006 3:04:05 PM"))
	if cause != "" {
		message += " " + cause
	}
	return &failure{code: "Url validation", message: message}
}

// awaitManual waits until somebody opens the validation URL.
func (b *Broker) awaitManual(ctx context.Context, s *subscription, doc document) error {
	if doc.State != stateAwaiting {
		doc.State, doc.Deadline = stateAwaiting, b.clock.Now().Add(manualWindow)
		b.change.Lock()
		current := s.document()
		var err error
		if current.Operation == doc.Operation {
			err = b.store(ctx, s, doc, nil)
		}
		b.change.Unlock()
		if err != nil {
			return err
		}
	}
	timer, stop := b.clock.Until(doc.Deadline)
	defer stop()
	select {
	case <-s.clicked:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer:
		return &failure{code: "Url validation", message: fmt.Sprintf(
			"Webhook validation handshake failed for %s. Http POST request retuned 2XX response with response body . When a "+
				"validation request is accepted without validation code in the response body, Http GET is expected on the "+
				"validation url included in the validation event(within 10 minutes). For troublehooting, visit "+
				"https://aka.ms/esvalidation.", doc.Pending.Destination.Properties.baseURL())}
	}
}

// finish records how a validation ended. When another create or update came in
// between, the end is that one's to tell.
func (b *Broker) finish(ctx context.Context, s *subscription, operation string, cause error) {
	b.change.Lock()
	defer b.change.Unlock()
	doc := s.document()
	op := operationRow{id: operation, resource: doc.ID, status: stateSucceeded}
	// One that was put while the broker started is validated twice; the first end
	// counts.
	if b.find(doc.ID) != s || doc.Operation == operation && !s.pendingValidation() {
		return
	}
	if doc.Operation != operation {
		op.status = "Canceled"
		if err := b.store(ctx, s, doc, &op); err != nil {
			b.log.ErrorContext(ctx, "eventgrid.validation.lost", "subscription", doc.Name, "error", err)
		}
		return
	}
	if cause == nil {
		doc.State, doc.Active, doc.Pending = stateSucceeded, doc.Pending, nil
	} else {
		refusal, ok := errors.AsType[*failure](cause)
		if !ok {
			refusal = &failure{code: "InternalServerError", message: "Encountered internal server error."}
		}
		doc.State, op.status, op.code, op.message = stateFailed, stateFailed, refusal.code, refusal.message
	}
	doc.Code, doc.Deadline = "", time.Time{}
	err := b.store(ctx, s, doc, &op)
	b.log.InfoContext(ctx, "eventgrid.validation", "subscription", doc.Name, "state", doc.State,
		"cause", errText(cause), "error", errText(err))
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// sayDeleted tells an endpoint that its subscription is gone, once and without
// regard to the answer.
func (b *Broker) sayDeleted(ctx context.Context, s *subscription) {
	doc := s.document()
	if doc.Active == nil {
		return
	}
	doc.Pending = nil
	data, _ := json.Marshal(map[string]string{"eventSubscriptionId": doc.ID})
	event := stored{gridEvent: gridEvent{
		ID: uuid.NewString(), Topic: doc.TopicID, Data: data, EventType: "Microsoft.EventGrid.SubscriptionDeletedEvent",
		EventTime: b.clock.Now().Format(timeFormat), MetadataVersion: "1", DataVersion: "1",
	}}
	payload, contentType, err := body(doc.Active.EventDeliverySchema, false, []*stored{&event})
	if err != nil {
		return
	}
	_, _, err = b.ask(ctx, http.MethodPost, doc, payload, func(h http.Header) {
		h.Set("Content-Type", contentType)
		h["aeg-event-type"] = []string{"SubscriptionDeletion"}
	})
	b.log.InfoContext(ctx, "eventgrid.deleted", "subscription", doc.Name, "error", errText(err))
}

// validationURL completes a validation when it is opened.
func (b *Broker) validationURL(doc document) string {
	q := url.Values{"id": {doc.Operation}, "t": {b.clock.Now().Format(timeFormat)}, "apiVersion": {"2025-02-15"}, "token": {doc.Code}}
	return b.base + "/eventgrid/eventsubscriptions/" + url.PathEscape(strings.ToLower(doc.Name)) + "/validate?" + q.Encode()
}

// openValidation answers GET (and, for CloudEvents, POST) of a validation URL.
// It works once.
func (b *Broker) openValidation(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	b.mu.RLock()
	var found *subscription
	for _, s := range b.subs {
		if doc := s.document(); doc.Code != "" && doc.Operation == q.Get("id") &&
			subtle.ConstantTimeCompare([]byte(doc.Code), []byte(q.Get("token"))) == 1 {
			found = s
		}
	}
	b.mu.RUnlock()
	if found == nil {
		azerror.Write(w, http.StatusBadRequest, "BadRequest", "The validation URL is not valid, was used already or has expired.")
		return
	}
	select {
	case found.clicked <- struct{}{}:
	default:
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "Webhook successfully validated as a subscription endpoint.")
}
