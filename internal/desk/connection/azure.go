package connection

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"
)

// Azure says where Azure is: Microsoft's public cloud by default, or another by
// its URLs only.
type Azure struct {
	// Authority is Entra ID, such as https://login.microsoftonline.com/.
	Authority string
	// ResourceManager is ARM, such as https://management.azure.com.
	ResourceManager string
	// Audience is what ARM's tokens are asked for.
	Audience string
	// Graph is Microsoft Graph, such as https://graph.microsoft.com; its tokens are
	// asked for PublicAzure's.
	Graph string
	// CAFile, when set, holds further certificate authorities to trust (PEM).
	CAFile string
	// EventGridApp is the application id that signs Event Grid's deliveries.
	EventGridApp string
}

// PublicAzure is Microsoft's public cloud.
var PublicAzure = Azure{
	Authority:       "https://login.microsoftonline.com/",
	ResourceManager: "https://management.azure.com",
	Audience:        "https://management.azure.com",
	Graph:           "https://graph.microsoft.com",
	EventGridApp:    "4962773b-9cdb-44cf-a8bf-237846a00ab7",
}

// GraphAudience is what Graph's tokens are asked for.
func (a Azure) GraphAudience() string { return PublicAzure.Graph }

// public says that this is Microsoft's own cloud.
func (a Azure) public() bool { return a.Authority == PublicAzure.Authority }

// HTTPClient makes the client that everything towards Azure goes through.
func (a Azure) HTTPClient() (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if a.CAFile != "" {
		pem, err := os.ReadFile(a.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read Azure's certificate authority: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", a.CAFile)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: transport, Timeout: 60 * time.Second}, nil
}
