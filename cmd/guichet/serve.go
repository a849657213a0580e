package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"

	"guichet/internal/desk"
	"guichet/internal/desk/connection"
	"guichet/internal/desk/entra"
	"guichet/internal/desk/people"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
	"guichet/web"
)

// dataFlags say where state is kept.
type dataFlags struct {
	Data string `help:"Data folder." default:"./guichet-data" env:"GUICHET_DATA" placeholder:"DIR"`
	DSN  string `help:"PostgreSQL database of the desk (postgres://…); without it, SQLite in the data folder." env:"GUICHET_DSN" name:"dsn" placeholder:"URL"`
}

// deskFlags are the desk's own.
type deskFlags struct {
	DeskListen        string `help:"Address of the desk; port 0 picks a free one." default:"localhost:8080" env:"GUICHET_DESK_LISTEN" placeholder:"HOST:PORT"`
	PublicURL         string `help:"Where browsers and Azure reach the desk; by default the address it listens on." env:"GUICHET_PUBLIC_URL" name:"public-url" placeholder:"URL"`
	TLSCert           string `help:"Certificate of the desk (PEM); with --tls-key." env:"GUICHET_TLS_CERT" name:"tls-cert" type:"existingfile" placeholder:"FILE"`
	TLSKey            string `help:"Key of that certificate (PEM)." env:"GUICHET_TLS_KEY" name:"tls-key" type:"existingfile" placeholder:"FILE"`
	AdminEmail        string `help:"The first administrator, made when there is no user yet." default:"admin@contoso.example" env:"GUICHET_ADMIN_EMAIL"`
	EntraTenant       string `help:"Lets people sign in with Microsoft Entra ID: the tenant whose accounts may. With the next two." env:"GUICHET_ENTRA_TENANT" placeholder:"GUID"`
	EntraClientID     string `help:"Application (client) ID of the app registration for it." env:"GUICHET_ENTRA_CLIENT_ID" name:"entra-client-id" placeholder:"GUID"`
	EntraClientSecret string `help:"Its client secret." env:"GUICHET_ENTRA_CLIENT_SECRET" placeholder:"SECRET"`
	AdminPassword     string `help:"Their password; without it a one-time sign-in link is printed." env:"GUICHET_ADMIN_PASSWORD" placeholder:"SECRET"`
}

func (f deskFlags) options(s *shell, data dataFlags) (desk.Options, error) {
	dir, err := absolute(data.Data)
	if err != nil {
		return desk.Options{}, err
	}
	o := desk.Options{
		DataDir: dir, DSN: data.DSN, Listen: f.DeskListen, PublicURL: f.PublicURL, Version: version, Log: s.log,
		Page: web.Built().Handler("desk"),
	}
	if f.EntraTenant != "" || f.EntraClientID != "" || f.EntraClientSecret != "" {
		o.Entra = &entra.Settings{TenantID: f.EntraTenant, ClientID: f.EntraClientID, ClientSecret: secret.Text(f.EntraClientSecret)}
		if err := o.Entra.Check(); err != nil {
			return o, fmt.Errorf("%w (--entra-tenant, --entra-client-id, --entra-client-secret)", err)
		}
	}
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return o, errors.New("--tls-cert and --tls-key go together")
	}
	if f.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(f.TLSCert, f.TLSKey)
		if err != nil {
			return o, fmt.Errorf("the desk's certificate: %w", err)
		}
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	}
	return o, nil
}

// firstAdministrator sees to it that somebody can sign in, and returns where: a
// one-time link, or the sign-in page once the administrator has a password.
func (f deskFlags) firstAdministrator(ctx context.Context, d *desk.Desk) (string, error) {
	page := d.URL() + "/sign-in"
	u, err := d.People().ByEmail(ctx, f.AdminEmail)
	if refused, ok := errors.AsType[*problem.Error](err); ok && refused.Kind == problem.NotFound {
		n, err := d.People().Count(ctx)
		if err != nil || n > 0 {
			return page, err
		}
		u, err = d.People().Add(ctx, "system", people.NewUser{
			Email: f.AdminEmail, Name: "Administrator", Role: people.Administrator, Password: secret.Text(f.AdminPassword),
		})
		if err != nil {
			return "", fmt.Errorf("make the first administrator: %w", err)
		}
	} else if err != nil {
		return "", err
	}
	if u.HasPassword || u.Disabled || u.FromEntra() {
		return page, nil
	}
	if f.AdminPassword != "" {
		password := secret.Text(f.AdminPassword)
		_, err := d.People().Change(ctx, "system", u.ID, people.Change{Password: &password})
		return page, err
	}
	link, _, err := d.SignInLink(ctx, f.AdminEmail)
	return link, err
}

// azureFlags say where Azure is; the defaults are Microsoft's public cloud.
type azureFlags struct {
	AzureAuthority    string `help:"Entra ID." default:"https://login.microsoftonline.com/" env:"GUICHET_AZURE_AUTHORITY" placeholder:"URL"`
	AzureARM          string `help:"Azure Resource Manager." default:"https://management.azure.com" env:"GUICHET_AZURE_ARM" name:"azure-arm" placeholder:"URL"`
	AzureGraph        string `help:"Microsoft Graph." default:"https://graph.microsoft.com" env:"GUICHET_AZURE_GRAPH" placeholder:"URL"`
	AzureCA           string `help:"Certificate authority to trust besides the system's (PEM)." env:"GUICHET_AZURE_CA" name:"azure-ca" placeholder:"FILE"`
	AzureEventGridApp string `help:"Application id in whose name Event Grid calls." default:"4962773b-9cdb-44cf-a8bf-237846a00ab7" env:"GUICHET_AZURE_EVENT_GRID_APP" placeholder:"GUID"`
}

func (f azureFlags) azure() connection.Azure {
	a := connection.PublicAzure
	a.Authority, a.ResourceManager, a.Graph = f.AzureAuthority, f.AzureARM, f.AzureGraph
	a.CAFile, a.EventGridApp = f.AzureCA, f.AzureEventGridApp
	return a
}

type serveCmd struct {
	dataFlags
	deskFlags
	azureFlags
	JSON bool `help:"Print one line of JSON when ready." name:"json"`
}

// Run runs the desk until a signal.
func (c *serveCmd) Run(ctx context.Context, s *shell) error {
	o, err := c.options(s, c.dataFlags)
	if err != nil {
		return err
	}
	o.Azure = c.azure()
	d, err := desk.New(ctx, o)
	if err != nil {
		return err
	}
	signIn, err := c.firstAdministrator(ctx, d)
	if err != nil {
		return errors.Join(err, d.Close())
	}
	if err := s.say(ready{Desk: d.URL(), SignIn: signIn}, c.JSON); err != nil {
		return errors.Join(err, d.Close())
	}
	return d.Run(ctx)
}
