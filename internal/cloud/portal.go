package cloud

import (
	"net/http"
	"os"
	"time"

	"guichet/internal/cloud/azerror"
	"guichet/internal/cloud/wellknown"
)

// about is what the portal's first page shows: where the cloud is and what every
// cloud starts with.
type about struct {
	// HTTPS serves every plane, Pages the pages and the same planes over http.
	HTTPS     string    `json:"https"`
	Pages     string    `json:"pages"`
	StartedAt time.Time `json:"startedAt"`
	// CAFile is the path of the certificate authority on this machine, CA its PEM.
	CAFile    string         `json:"caFile"`
	CA        string         `json:"ca"`
	WellKnown wellKnownBlock `json:"wellKnown"`
}

type wellKnownBlock struct {
	TenantID         string `json:"tenantId"`
	Domain           string `json:"domain"`
	SubscriptionID   string `json:"subscriptionId"`
	ResourceGroup    string `json:"resourceGroup"`
	ResourceID       string `json:"resourceId"`
	ConnectionString string `json:"connectionString"`
	ClientID         string `json:"clientId"`
	ClientSecret     string `json:"clientSecret"`
	WebhookAppID     string `json:"webhookAppId"`
	User             string `json:"user"`
	Password         string `json:"password"`
	NumberTollFree   string `json:"numberTollFree"`
	NumberGeographic string `json:"numberGeographic"`
	HandsetNumber    string `json:"handsetNumber"`
}

// portalRoutes adds what only the portal asks: its rooms' parts and about. They
// are control calls as the others are, so anyone's tests may use them too.
func (c *Cloud) portalRoutes() {
	started := c.clock.Now()
	c.control.HandleFunc("GET /_guichet/about", func(w http.ResponseWriter, r *http.Request) {
		pem, err := os.ReadFile(c.CAFile())
		if err != nil {
			c.controlError(w, r, err)
			return
		}
		azerror.WriteJSON(w, http.StatusOK, about{
			HTTPS: c.HTTPSURL(), Pages: c.HTTPURL(), StartedAt: started, CAFile: c.CAFile(), CA: string(pem),
			WellKnown: wellKnownBlock{
				TenantID: wellknown.TenantID, Domain: wellknown.Domain, SubscriptionID: wellknown.SubscriptionID,
				ResourceGroup: wellknown.ResourceGroup, ResourceID: wellknown.ACSResourceID, ConnectionString: c.ConnectionString(),
				ClientID: wellknown.ToolsClientID, ClientSecret: wellknown.ToolsSecret, WebhookAppID: wellknown.WebhookClientID,
				User: wellknown.UserName, Password: wellknown.UserPassword,
				NumberTollFree: wellknown.NumberTollFree, NumberGeographic: wellknown.NumberGeographic, HandsetNumber: wellknown.HandsetNumber,
			},
		})
	})
	c.arm.PortalRoutes(c.control)
	c.acs.PortalRoutes(c.control)
	c.grid.PortalRoutes(c.control)
}
