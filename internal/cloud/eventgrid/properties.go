package eventgrid

import (
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Delivery schemas.
const (
	schemaEventGrid   = "EventGridSchema"
	schemaCloudEvents = "CloudEventSchemaV1_0"
	schemaCustom      = "CustomInputSchema"
)

// Properties is an event subscription as ARM writes and reads it.
type Properties struct {
	Destination           *Destination `json:"destination"`
	Filter                *Filter      `json:"filter"`
	EventDeliverySchema   string       `json:"eventDeliverySchema"`
	RetryPolicy           *RetryPolicy `json:"retryPolicy"`
	DeadLetterDestination *DeadLetter  `json:"deadLetterDestination"`
	Labels                []string     `json:"labels"`
	ExpirationTimeUTC     *time.Time   `json:"expirationTimeUtc,omitempty"`
}

// Destination is where events go; WebHook is the only type that is delivered to.
type Destination struct {
	EndpointType string  `json:"endpointType"`
	Properties   WebHook `json:"properties"`
}

// WebHook is an https endpoint.
type WebHook struct {
	// EndpointURL is never read back; EndpointBaseURL is it without the query.
	EndpointURL                            *string            `json:"endpointUrl"`
	EndpointBaseURL                        string             `json:"endpointBaseUrl,omitempty"`
	MaxEventsPerBatch                      int                `json:"maxEventsPerBatch,omitempty"`
	PreferredBatchSizeInKilobytes          int                `json:"preferredBatchSizeInKilobytes,omitempty"`
	AzureActiveDirectoryTenantID           string             `json:"azureActiveDirectoryTenantId,omitempty"`
	AzureActiveDirectoryApplicationIDOrURI string             `json:"azureActiveDirectoryApplicationIdOrUri,omitempty"`
	MinimumTLSVersionAllowed               string             `json:"minimumTlsVersionAllowed,omitempty"`
	DeliveryAttributeMappings              []AttributeMapping `json:"deliveryAttributeMappings,omitempty"`
}

// AttributeMapping is a header of every delivery.
type AttributeMapping struct {
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	Properties AttributeProperty `json:"properties"`
}

// AttributeProperty is the value of a Static header, or the field of the event
// that a Dynamic one is taken from.
type AttributeProperty struct {
	Value       *string `json:"value,omitempty"`
	IsSecret    *bool   `json:"isSecret,omitempty"`
	SourceField string  `json:"sourceField,omitempty"`
}

// Filter chooses events; all its parts must agree.
type Filter struct {
	IncludedEventTypes              []string         `json:"includedEventTypes"`
	SubjectBeginsWith               string           `json:"subjectBeginsWith"`
	SubjectEndsWith                 string           `json:"subjectEndsWith"`
	IsSubjectCaseSensitive          bool             `json:"isSubjectCaseSensitive,omitempty"`
	EnableAdvancedFilteringOnArrays bool             `json:"enableAdvancedFilteringOnArrays,omitempty"`
	AdvancedFilters                 []AdvancedFilter `json:"advancedFilters,omitempty"`
}

// AdvancedFilter is one condition on a field of the event.
type AdvancedFilter struct {
	OperatorType string          `json:"operatorType"`
	Key          string          `json:"key"`
	Value        json.RawMessage `json:"value,omitempty"`
	Values       json.RawMessage `json:"values,omitempty"`
}

// RetryPolicy bounds the attempts.
type RetryPolicy struct {
	MaxDeliveryAttempts      int `json:"maxDeliveryAttempts"`
	EventTimeToLiveInMinutes int `json:"eventTimeToLiveInMinutes"`
}

// DeadLetter is where events go that could not be delivered.
type DeadLetter struct {
	EndpointType string `json:"endpointType"`
	Properties   struct {
		ResourceID        string `json:"resourceId"`
		BlobContainerName string `json:"blobContainerName"`
	} `json:"properties"`
}

// url is the full endpoint.
func (w *WebHook) url() string {
	if w.EndpointURL == nil {
		return ""
	}
	return *w.EndpointURL
}

// baseURL is the endpoint without its query.
func (w *WebHook) baseURL() string {
	base, _, _ := strings.Cut(w.url(), "?")
	return base
}

func (w *WebHook) batched() bool {
	return w.MaxEventsPerBatch > 1
}

// complete fills the defaults in and checks every limit.
func (p *Properties) complete(t *Topic, now time.Time) error {
	if p.Destination == nil {
		return invalid("The event subscription must have a destination.")
	}
	if !strings.EqualFold(p.Destination.EndpointType, "WebHook") {
		return invalid("The local cloud delivers to destinations of type WebHook only, not '%s'.", p.Destination.EndpointType)
	}
	p.Destination.EndpointType = "WebHook"
	if err := p.Destination.Properties.complete(); err != nil {
		return err
	}
	if p.Filter == nil {
		p.Filter = &Filter{}
	}
	if err := p.Filter.complete(t); err != nil {
		return err
	}
	if err := p.completeSchema(t); err != nil {
		return err
	}
	if p.RetryPolicy == nil {
		p.RetryPolicy = &RetryPolicy{}
	}
	if p.RetryPolicy.MaxDeliveryAttempts == 0 {
		p.RetryPolicy.MaxDeliveryAttempts = 30
	}
	if p.RetryPolicy.EventTimeToLiveInMinutes == 0 {
		p.RetryPolicy.EventTimeToLiveInMinutes = 1440
	}
	if n := p.RetryPolicy.MaxDeliveryAttempts; n < 1 || n > 30 {
		return invalid("maxDeliveryAttempts must be between 1 and 30.")
	}
	if n := p.RetryPolicy.EventTimeToLiveInMinutes; n < 1 || n > 1440 {
		return invalid("eventTimeToLiveInMinutes must be between 1 and 1440.")
	}
	if p.ExpirationTimeUTC != nil && !p.ExpirationTimeUTC.After(now) {
		return invalid("Invalid expiration time.")
	}
	if d := p.DeadLetterDestination; d != nil {
		if !strings.EqualFold(d.EndpointType, "StorageBlob") || d.Properties.ResourceID == "" || !validContainer(d.Properties.BlobContainerName) {
			return invalid("The dead letter destination must be a StorageBlob with resourceId and blobContainerName.")
		}
	}
	return nil
}

// completeSchema applies the table of which input may leave as which output.
func (p *Properties) completeSchema(t *Topic) error {
	if p.EventDeliverySchema == "" {
		p.EventDeliverySchema = schemaEventGrid
		if t.InputSchema == schemaCloudEvents {
			p.EventDeliverySchema = schemaCloudEvents
		}
	}
	for _, known := range []string{schemaEventGrid, schemaCloudEvents, schemaCustom} {
		if strings.EqualFold(p.EventDeliverySchema, known) {
			p.EventDeliverySchema = known
			switch {
			case known == schemaCustom:
				return invalid("The event delivery schema '%s' is not supported by this topic.", known)
			case known == schemaEventGrid && t.InputSchema == schemaCloudEvents:
				return invalid("A topic with input schema CloudEventSchemaV1_0 cannot deliver events in EventGridSchema.")
			}
			return nil
		}
	}
	return invalid("The event delivery schema '%s' is not valid.", p.EventDeliverySchema)
}

func (w *WebHook) complete() error {
	u, err := url.Parse(w.url())
	if err != nil || u.Host == "" {
		return invalid("The destination endpoint URL is not valid.")
	}
	// Azure takes https only. Plain http to this machine is the one exception,
	// listed as such.
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return invalid("The destination endpoint URL must use HTTPS.")
	}
	w.EndpointBaseURL = w.baseURL()
	if w.MaxEventsPerBatch == 0 {
		w.MaxEventsPerBatch = 1
	}
	if w.PreferredBatchSizeInKilobytes == 0 {
		w.PreferredBatchSizeInKilobytes = 64
	}
	if w.MaxEventsPerBatch < 1 || w.MaxEventsPerBatch > 5000 {
		return invalid("maxEventsPerBatch must be between 1 and 5000.")
	}
	if w.PreferredBatchSizeInKilobytes < 1 || w.PreferredBatchSizeInKilobytes > 1024 {
		return invalid("preferredBatchSizeInKilobytes must be between 1 and 1024.")
	}
	if (w.AzureActiveDirectoryTenantID == "") != (w.AzureActiveDirectoryApplicationIDOrURI == "") {
		return invalid("azureActiveDirectoryTenantId and azureActiveDirectoryApplicationIdOrUri must be given together.")
	}
	if len(w.DeliveryAttributeMappings) > 10 {
		return invalid("At most 10 delivery attribute mappings are allowed.")
	}
	for _, m := range w.DeliveryAttributeMappings {
		if err := m.check(w.AzureActiveDirectoryTenantID != ""); err != nil {
			return err
		}
	}
	return nil
}

func (m AttributeMapping) check(entra bool) error {
	name := strings.ToLower(m.Name)
	if name == "" || strings.HasPrefix(name, "aeg-") || !validHeader(name) {
		return invalid("The delivery attribute name '%s' is not allowed.", m.Name)
	}
	if entra && name == "authorization" {
		return invalid("An Authorization delivery attribute cannot be combined with Microsoft Entra authentication.")
	}
	switch {
	case strings.EqualFold(m.Type, "Static"):
		if m.Properties.Value == nil || len(*m.Properties.Value) > 4096 || strings.ContainsAny(*m.Properties.Value, "\r\n") {
			return invalid("The static delivery attribute '%s' must have a value of at most 4096 bytes.", m.Name)
		}
	case strings.EqualFold(m.Type, "Dynamic"):
		if m.Properties.SourceField == "" {
			return invalid("The dynamic delivery attribute '%s' must have a source field.", m.Name)
		}
	default:
		return invalid("The delivery attribute type '%s' is neither Static nor Dynamic.", m.Type)
	}
	return nil
}

func validHeader(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	})
}

// validContainer is the rule of blob container names, which also keeps dead
// letters inside their folder.
func validContainer(name string) bool {
	return len(name) >= 3 && len(name) <= 63 && !strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-')
	})
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// clone is a copy that shares nothing: what storing and reading would give.
func (p Properties) clone() (Properties, error) {
	var c Properties
	text, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	return c, err
}

// View is the properties as GET answers them: without the endpoint's URL and the
// values of secret headers.
func (p Properties) View() Properties {
	if p.Destination != nil {
		d := *p.Destination
		d.Properties.EndpointURL = nil
		d.Properties.DeliveryAttributeMappings = hideSecrets(d.Properties.DeliveryAttributeMappings)
		p.Destination = &d
	}
	return p
}

func hideSecrets(list []AttributeMapping) []AttributeMapping {
	list = slices.Clone(list)
	for i, m := range list {
		if m.Properties.IsSecret != nil && *m.Properties.IsSecret {
			hidden := "Hidden"
			list[i].Properties.Value = &hidden
		}
	}
	return list
}
