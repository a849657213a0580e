package connection

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/uuid"

	"guichet/acs"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
)

// The fields of the connection dialog.
const (
	FieldName     = "resourceName"
	FieldID       = "resourceId"
	FieldString   = "connectionString"
	FieldAppID    = "eventGridAppId"
	FieldTenantID = "eventGridAppTenantId"
)

// Findings are what a check found wrong, in the order of the dialog's fields;
// none means that the values are good.
type Findings []*problem.Error

// Refusal is one error that holds all findings, nil when there are none.
func (f Findings) Refusal() error {
	if len(f) == 0 {
		return nil
	}
	first := *f[0]
	first.Also = slices.Clone(f[1:])
	return &first
}

func (f *Findings) add(field, code string, pairs ...string) {
	*f = append(*f, problem.New(problem.Invalid, code, pairs...).On(field))
}

// has says whether a field is wrong already.
func (f Findings) has(fields ...string) bool {
	return slices.ContainsFunc(f, func(e *problem.Error) bool { return slices.Contains(fields, e.Field) })
}

// trimmed takes off what copying adds.
func (v Values) trimmed() Values {
	v.ResourceName, v.ResourceID = strings.TrimSpace(v.ResourceName), strings.TrimSpace(v.ResourceID)
	v.AppID, v.TenantID = strings.ToLower(strings.TrimSpace(v.AppID)), strings.ToLower(strings.TrimSpace(v.TenantID))
	return v
}

// Shape finds what is wrong with the values by themselves, as one types. Fields
// that are still empty are found only when required.
func (s *Connections) Shape(v Values, required bool) Findings {
	v = v.trimmed()
	var f Findings
	text := strings.TrimSpace(v.ConnectionString.Reveal())
	for _, field := range []struct{ name, value string }{
		{FieldName, v.ResourceName}, {FieldID, v.ResourceID}, {FieldString, text}, {FieldAppID, v.AppID}, {FieldTenantID, v.TenantID},
	} {
		if field.value == "" && required {
			f.add(field.name, "connection.required")
		}
	}
	if v.ResourceName != "" && !isName(v.ResourceName) {
		f.add(FieldName, "connection.name")
	}
	if v.ResourceID != "" {
		f.resourceID(v)
	}
	if text != "" {
		f.connectionString(v, text, s.azure)
	}
	for _, id := range []struct{ field, value string }{{FieldAppID, v.AppID}, {FieldTenantID, v.TenantID}} {
		if id.value != "" && (uuid.Validate(id.value) != nil || len(id.value) != 36) {
			f.add(id.field, "connection.guid")
		}
	}
	if v.AppID != "" && v.AppID == v.TenantID && !f.has(FieldAppID) {
		f.add(FieldAppID, "connection.sameIds")
	}
	slices.SortStableFunc(f, func(a, b *problem.Error) int { return fieldOrder(a.Field) - fieldOrder(b.Field) })
	return f
}

func fieldOrder(field string) int {
	return slices.Index([]string{FieldName, FieldID, FieldString, FieldAppID, FieldTenantID}, field)
}

func (s *Connections) checkShape(v Values) error { return s.Shape(v, true).Refusal() }

// isName says whether a resource can have the name: letters, digits and hyphens
// (the dialog's own rule), 63 characters at most.
func isName(name string) bool {
	return len(name) <= 63 && strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-')
	}) < 0
}

func (f *Findings) resourceID(v Values) {
	parts := strings.Split(strings.Trim(v.ResourceID, "/"), "/")
	fixed := map[int]string{0: "subscriptions", 2: "resourceGroups", 4: "providers", 5: "Microsoft.Communication", 6: "CommunicationServices"}
	ok := len(parts) == 8 && !slices.Contains(parts, "")
	for i, want := range fixed {
		ok = ok && strings.EqualFold(parts[i], want)
	}
	switch {
	case !ok:
		f.add(FieldID, "connection.id")
	case uuid.Validate(parts[1]) != nil:
		f.add(FieldID, "connection.idSubscription")
	case v.ResourceName != "" && isName(v.ResourceName) && !strings.EqualFold(parts[7], v.ResourceName):
		f.add(FieldID, "connection.idName", "name", parts[7])
	}
}

func (f *Findings) connectionString(v Values, text string, azure Azure) {
	parsed, err := acs.ParseConnectionString(text)
	switch {
	case errors.Is(err, acs.ErrAccessKey):
		f.add(FieldString, "connection.key")
		return
	case err != nil:
		f.add(FieldString, "connection.string")
		return
	}
	u, err := url.Parse(parsed.Endpoint)
	if err != nil {
		f.add(FieldString, "connection.string")
		return
	}
	// Hosts are <name>.<geography>.communication.azure.com, or without geography
	// for old resources (recordings of real traffic; as a rule unverified).
	host := strings.ToLower(u.Hostname())
	label, domain, _ := strings.Cut(host, ".")
	isAzure := strings.HasSuffix(domain, "communication.azure.com") || strings.HasSuffix(domain, "communication.azure.us")
	switch {
	case isAzure && v.ResourceName != "" && label != strings.ToLower(v.ResourceName):
		f.add(FieldString, "connection.otherResource", "host", host, "name", v.ResourceName)
	case isAzure && u.Scheme != "https", !isAzure && azure.public():
		f.add(FieldString, "connection.host", "host", host)
	}
}

// checkWithin bounds each question that Check asks.
const checkWithin = 20 * time.Second

// Check finds what is wrong with the values, by themselves and by asking: the
// key must sign a call that the resource accepts, the tenant must answer, the
// application must exist in it.
func (s *Connections) Check(ctx context.Context, v Values) Findings {
	v = v.trimmed()
	f := s.Shape(v, true)
	if !f.has(FieldString) {
		f.ask(ctx, s.askResource, v)
	}
	if !f.has(FieldTenantID, FieldAppID) {
		f.ask(ctx, s.askTenant, v)
	}
	return f
}

func (f *Findings) ask(ctx context.Context, question func(context.Context, Values) *problem.Error, v Values) {
	ctx, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	if found := question(ctx, v); found != nil {
		*f = append(*f, found)
	}
}

// askResource lists one number with the key.
func (s *Connections) askResource(ctx context.Context, v Values) *problem.Error {
	bad := func(code string, err error) *problem.Error {
		return problem.New(problem.Invalid, code).On(FieldString).Because(err)
	}
	made, err := s.make(v.ConnectionString, policy.RetryOptions{MaxRetries: -1})
	if err != nil {
		return bad("connection.string", err)
	}
	_, err = made.numbers.NewListPurchasedPager(nil).NextPage(ctx)
	if answer, ok := errors.AsType[*azcore.ResponseError](err); ok {
		if answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden {
			return bad("connection.keyRefused", nil)
		}
		return problem.New(problem.Invalid, "connection.answer", "status", http.StatusText(answer.StatusCode)).On(FieldString)
	}
	if err != nil {
		return bad("connection.unreachable", err)
	}
	return nil
}

// Error codes of Entra (https://aka.ms/aadsts): the application is not in the
// tenant; it is registered there but has no service principal; the tenant does
// not exist.
const (
	codeNoApplication = 700016
	codeNoPrincipal   = 7000229
	codeNoTenant      = 90002
)

// askTenant asks Entra for a token with a secret that is surely wrong: the
// refusal tells an application that exists from one that does not, without any
// rights in the tenant.
func (s *Connections) askTenant(ctx context.Context, v Values) *problem.Error {
	codes, err := s.tokenRefusal(ctx, v.TenantID, v.AppID)
	switch {
	case err != nil:
		return problem.New(problem.Invalid, "connection.entraUnreachable").On(FieldTenantID).Because(err)
	case slices.Contains(codes, codeNoTenant):
		// A guide of 2026 had the two fields swapped: say so when it fits.
		if swapped, err := s.tokenRefusal(ctx, v.AppID, v.TenantID); err == nil && !slices.Contains(swapped, codeNoTenant) {
			return problem.New(problem.Invalid, "connection.swapped").On(FieldTenantID)
		}
		return problem.New(problem.Invalid, "connection.tenantUnknown").On(FieldTenantID)
	case slices.Contains(codes, codeNoApplication):
		return problem.New(problem.Invalid, "connection.appUnknown").On(FieldAppID)
	case slices.Contains(codes, codeNoPrincipal):
		return problem.New(problem.Invalid, "connection.noPrincipal", "app", v.AppID).On(FieldAppID)
	}
	return nil
}

func (s *Connections) tokenRefusal(ctx context.Context, tenant, app string) ([]int, error) {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {app}, "client_secret": {"not-a-secret"}, "scope": {app + "/.default"},
	}
	address := strings.TrimRight(s.azure.Authority, "/") + "/" + url.PathEscape(tenant) + "/oauth2/v2.0/token"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= http.StatusInternalServerError {
		return nil, errors.New("Entra answered " + resp.Status)
	}
	var answer struct {
		Codes []int `json:"error_codes"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer); err != nil {
		return nil, err
	}
	return answer.Codes, nil
}

// Owned counts the phone numbers of the resource that a connection string leads
// to.
func (s *Connections) Owned(ctx context.Context, text secret.Text) (int, error) {
	made, err := s.make(text, policy.RetryOptions{})
	if err != nil {
		return 0, err
	}
	n := 0
	for pager := made.numbers.NewListPurchasedPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return 0, fmt.Errorf("read the resource's numbers: %w", err)
		}
		n += len(page.PhoneNumbers)
	}
	return n, nil
}
