// Package script writes what an automatic connection makes in Azure as a script
// for those whose policy forbids the desk to do it: for the Azure CLI, Bicep or
// Terraform. It asks nobody and changes nothing.
package script

import (
	"bytes"
	"embed"
	"fmt"
	"strings"
	"text/template"
)

// Format is the tool that a script is for.
type Format string

// The formats.
const (
	// AzureCLI is a POSIX shell script of az commands.
	AzureCLI Format = "az"
	// Bicep is a template of a resource group; its app registration needs the
	// Microsoft Graph extension (reference: Bicep, Microsoft.Graph v1.0).
	Bicep Format = "bicep"
	// Terraform is a module of the providers azurerm 4 and azuread 3.
	Terraform Format = "terraform"
)

// Subscription is an event subscription.
type Subscription struct {
	Name, Endpoint string
	EventTypes     []string
}

// Plan is what a script makes.
type Plan struct {
	Desk                        string
	SubscriptionID, Group, Name string
	Create                      bool
	DataLocation, GroupLocation string
	AppID, AppName              string
	Topic, TopicType            string
	Providers                   []string
	Subscriptions               []Subscription
}

//go:embed templates/*.tmpl
var templates embed.FS

var parsed = template.Must(template.New("").Funcs(template.FuncMap{
	"sh":      shell,
	"bicep":   bicep,
	"hcl":     hcl,
	"ident":   func(s string) string { return strings.ReplaceAll(strings.TrimPrefix(s, "guichet-"), "-", "_") },
	"comment": func(s string) string { return strings.Join(strings.Fields(s), " ") },
}).ParseFS(templates, "templates/*.tmpl"))

// Print writes a plan's script.
func Print(f Format, p Plan) (string, error) {
	var b bytes.Buffer
	if err := parsed.ExecuteTemplate(&b, string(f)+".tmpl", p); err != nil {
		return "", fmt.Errorf("write the script: %w", err)
	}
	return b.String(), nil
}

// shell is a word of a POSIX shell.
func shell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// bicep is a string literal of Bicep.
func bicep(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + "'"
}

// hcl is a string literal of HCL.
func hcl(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{", "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}
