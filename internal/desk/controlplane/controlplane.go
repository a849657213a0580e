// Package controlplane acts on Azure's control plane for the desk: it signs in,
// finds what is there, and makes what Event Grid's deliveries need, through
// Microsoft's own clients where there are such. It keeps nothing and does not
// know the desk's database.
package controlplane

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/communication/armcommunication/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/eventgrid/armeventgrid/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources/v3"

	"guichet/internal/desk/connection"
	"guichet/internal/platform/secret"
)

// Way is how one signs in to Azure.
type Way string

// The ways.
const (
	Secret          Way = "secret"
	Certificate     Way = "certificate"
	ManagedIdentity Way = "managed-identity"
	DeviceCode      Way = "device-code"
	AzureCLI        Way = "cli"
)

// SignIn says who acts.
type SignIn struct {
	Way Way
	// TenantID and ClientID are the service principal's; for the other ways they
	// may be empty.
	TenantID, ClientID string
	ClientSecret       secret.Text
	// CertificateFile holds a certificate and its key (PEM or PKCS#12).
	CertificateFile string
	// ShowCode tells the user where to enter which code, for DeviceCode.
	ShowCode func(DeviceLogin)
}

// DeviceLogin is what a user enters, and where, to sign a device in.
type DeviceLogin struct {
	Code, URL string
	// Message says the same in Microsoft's words.
	Message string
}

// Client acts in one Azure subscription, or in none yet.
type Client struct {
	azure      connection.Azure
	tenantID   string
	credential azcore.TokenCredential
	options    *arm.ClientOptions

	arm   *arm.Client
	graph *azcore.Client

	subscriptionID string
	services       *armcommunication.ServicesClient
	topics         *armeventgrid.SystemTopicsClient
	subscriptions  *armeventgrid.SystemTopicEventSubscriptionsClient
	providers      *armresources.ProvidersClient
}

// New prepares to act; nothing is sent before the first call. client is what
// requests go through.
func New(a connection.Azure, client *http.Client, s SignIn) (*Client, error) {
	options := policy.ClientOptions{
		Cloud: cloud.Configuration{
			ActiveDirectoryAuthorityHost: a.Authority,
			Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
				cloud.ResourceManager: {Endpoint: a.ResourceManager, Audience: a.Audience},
			},
		},
		Transport: client,
	}
	credential, err := s.credential(a, options)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	c := &Client{azure: a, tenantID: s.TenantID, credential: credential, options: &arm.ClientOptions{ClientOptions: options}}
	if c.arm, err = arm.NewClient("guichet/controlplane", "v1.0.0", credential, c.options); err != nil {
		return nil, err
	}
	bearer := runtime.NewBearerTokenPolicy(credential, []string{strings.TrimRight(a.GraphAudience(), "/") + "/.default"}, nil)
	c.graph, err = azcore.NewClient("guichet/controlplane", "v1.0.0", runtime.PipelineOptions{PerRetry: []policy.Policy{bearer}}, &options)
	return c, err
}

func (s SignIn) credential(a connection.Azure, options policy.ClientOptions) (azcore.TokenCredential, error) {
	// A configured authority needs nobody's word that it is one.
	custom := a.Authority != connection.PublicAzure.Authority
	switch s.Way {
	case Secret:
		return azidentity.NewClientSecretCredential(s.TenantID, s.ClientID, s.ClientSecret.Reveal(),
			&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: custom})
	case Certificate:
		raw, err := os.ReadFile(s.CertificateFile)
		if err != nil {
			return nil, err
		}
		certificates, key, err := azidentity.ParseCertificates(raw, []byte(s.ClientSecret.Reveal()))
		if err != nil {
			return nil, err
		}
		return azidentity.NewClientCertificateCredential(s.TenantID, s.ClientID, certificates, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: custom})
	case ManagedIdentity:
		o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: policy.ClientOptions{}}
		if s.ClientID != "" {
			o.ID = azidentity.ClientID(s.ClientID)
		}
		return azidentity.NewManagedIdentityCredential(o)
	case DeviceCode:
		return azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
			ClientOptions: options, TenantID: s.TenantID, ClientID: s.ClientID, DisableInstanceDiscovery: custom,
			UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
				s.ShowCode(DeviceLogin{Code: m.UserCode, URL: m.VerificationURL, Message: m.Message})
				return nil
			},
		})
	case AzureCLI:
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: s.TenantID})
	}
	return nil, fmt.Errorf("%q is no way to sign in", s.Way)
}

// Use chooses the Azure subscription to act in.
func (c *Client) Use(subscriptionID, tenantID string) (err error) {
	c.subscriptionID = subscriptionID
	if tenantID != "" {
		c.tenantID = tenantID
	}
	if c.services, err = armcommunication.NewServicesClient(subscriptionID, c.credential, c.options); err != nil {
		return err
	}
	if c.topics, err = armeventgrid.NewSystemTopicsClient(subscriptionID, c.credential, c.options); err != nil {
		return err
	}
	if c.subscriptions, err = armeventgrid.NewSystemTopicEventSubscriptionsClient(subscriptionID, c.credential, c.options); err != nil {
		return err
	}
	c.providers, err = armresources.NewProvidersClient(subscriptionID, c.credential, c.options)
	return err
}

// TenantID is the tenant that is acted in.
func (c *Client) TenantID() string { return c.tenantID }

// get reads a list or a thing of ARM that has no client of its own here.
func (c *Client) get(ctx context.Context, path, apiVersion string, out any) error {
	req, err := runtime.NewRequest(ctx, http.MethodGet, runtime.JoinPaths(c.arm.Endpoint(), path))
	if err != nil {
		return err
	}
	req.Raw().URL.RawQuery = url.Values{"api-version": {apiVersion}}.Encode()
	resp, err := c.arm.Pipeline().Do(req)
	if err != nil {
		return err
	}
	if !runtime.HasStatusCode(resp, http.StatusOK) {
		return runtime.NewResponseError(resp)
	}
	return runtime.UnmarshalAsJSON(resp, out)
}

// callGraph makes a call of Microsoft Graph; want is the status of success.
func (c *Client) callGraph(ctx context.Context, method, path string, query url.Values, in, out any, want int) error {
	req, err := runtime.NewRequest(ctx, method, runtime.JoinPaths(c.azure.Graph, "/v1.0/"+path))
	if err != nil {
		return err
	}
	req.Raw().URL.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	if in != nil {
		if err := runtime.MarshalAsJSON(req, in); err != nil {
			return err
		}
	}
	resp, err := c.graph.Pipeline().Do(req)
	if err != nil {
		return err
	}
	if !runtime.HasStatusCode(resp, want) {
		return runtime.NewResponseError(resp)
	}
	if out == nil {
		return nil
	}
	return runtime.UnmarshalAsJSON(resp, out)
}

// Denied says whether err is a refusal for want of rights.
func Denied(err error) bool {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	return ok && (answer.StatusCode == http.StatusForbidden || answer.ErrorCode == "Authorization_RequestDenied")
}

// Missing says whether err is the answer for a thing that does not exist.
func Missing(err error) bool {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	return ok && answer.StatusCode == http.StatusNotFound
}

// Brief is an error in few words: of an answer its status and code, as its whole
// text holds the request.
func Brief(err error) string {
	if answer, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return strings.TrimSpace(fmt.Sprintf("%d %s", answer.StatusCode, answer.ErrorCode))
	}
	return err.Error()
}

// Code is the error code of Azure's answer, empty when err is none.
func Code(err error) string {
	if answer, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return answer.ErrorCode
	}
	return ""
}

// Refused says whether err is an answer by which nothing was done: neither a
// failure of the service nor of the way to it.
func Refused(err error) bool {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	return ok && answer.StatusCode >= 400 && answer.StatusCode < 500
}

// Clone is a client with the same sign-in, whose subscription is its own.
func (c *Client) Clone() *Client {
	d := *c
	return &d
}
