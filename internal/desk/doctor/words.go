package doctor

import (
	"maps"
	"strings"
	"time"
)

// Language of sentences.
type Language int

// The languages.
const (
	English Language = iota
	French
)

// Told is a line in words.
type Told struct {
	// Title names the check, Seen says what was seen.
	Title, Seen string
	// Do says what to do, empty when there is nothing to do. Command is a command
	// line that does it or shows more, Page the page of the desk where it is done;
	// each may be empty.
	Do, Command, Page string
}

// text is a sentence in English and French.
type text [2]string

// sentence is what a finding says and asks for.
type sentence struct {
	seen, do      text
	command, page string
}

// The pages that cures lead to.
const (
	pageNumbers  = "/administration/channels/phone-numbers"
	pageAdvanced = pageNumbers + "?dialog=advanced"
	pageEvents   = "/administration/events"
	pageFailed   = pageEvents + "?state=failed"
)

// connects is the command that sets Azure's side right.
const connects = "guichet connect --subscription {subscription} --resource-group {group} --resource {name} --app-id {app} {signIn}"

// groupTitles are the headings.
var groupTitles = map[Group]text{
	GroupConnection: {"Connection", "Connexion"},
	GroupAzure:      {"Azure", "Azure"},
	GroupEvents:     {"Events", "Événements"},
	GroupNumbers:    {"Numbers", "Numéros"},
	GroupDesk:       {"Desk", "Guichet"},
}

// Title is a group's heading.
func (g Group) Title(l Language) string { return groupTitles[g][l] }

var titles = map[string]text{
	"connection":                 {"Connected resource", "Ressource connectée"},
	"values":                     {"The five values", "Les cinq valeurs"},
	"endpoint":                   {"Endpoint", "Point de terminaison"},
	"clock":                      {"Clock", "Horloge"},
	"key":                        {"Access key", "Clé d’accès"},
	"tenant":                     {"Tenant and application", "Locataire et application"},
	"signIn":                     {"Sign-in to Azure", "Connexion à Azure"},
	"rights":                     {"Rights", "Droits"},
	"provider":                   {"Resource providers", "Fournisseurs de ressources"},
	"resource":                   {"Resource in Azure", "Ressource dans Azure"},
	"storedKey":                  {"Stored key", "Clé enregistrée"},
	"application":                {"Application in its tenant", "Application dans son locataire"},
	"publicUrl":                  {"Public address", "Adresse publique"},
	"webhooks":                   {"Webhooks at the public address", "Webhooks à l’adresse publique"},
	"topic":                      {"System topic", "Rubrique système"},
	"subscription.recording":     {"Event subscription: recordings", "Abonnement aux événements : enregistrements"},
	"subscription.sms":           {"Event subscription: SMS", "Abonnement aux événements : SMS"},
	"subscription.incoming-call": {"Event subscription: incoming calls", "Abonnement aux événements : appels entrants"},
	"refused":                    {"Refused deliveries", "Remises refusées"},
	"received.recording":         {"Last event: recordings", "Dernier événement : enregistrements"},
	"received.sms":               {"Last event: SMS", "Dernier événement : SMS"},
	"received.incoming-call":     {"Last event: incoming calls", "Dernier événement : appels entrants"},
	"ledger":                     {"Ledger of events", "Registre des événements"},
	"numbers":                    {"List of numbers", "Liste des numéros"},
	"texting":                    {"Numbers for SMS", "Numéros pour les SMS"},
	"jobs":                       {"Background work", "Travail en arrière-plan"},
}

var kinds = map[string]text{
	"recording":     {"recordings", "enregistrements"},
	"sms":           {"SMS", "SMS"},
	"incoming-call": {"incoming calls", "appels entrants"},
}

var fields = map[string]text{
	"resourceName":         {"ACS Resource Name", "Nom de ressource ACS"},
	"resourceId":           {"ACS Resource ID", "ID de ressource ACS"},
	"connectionString":     {"Connection string", "Chaîne de connexion"},
	"eventGridAppId":       {"Event grid app id", "ID de l’application Event Grid"},
	"eventGridAppTenantId": {"Event grid app tenant id", "ID du locataire de l’application Event Grid"},
}

// sentenceOf finds what a code says.
func sentenceOf(code string) (sentence, bool) {
	for _, part := range []map[string]sentence{connectionSentences, azureSentences, eventSentences, workSentences} {
		if s, ok := part[code]; ok {
			return s, true
		}
	}
	return sentence{}, false
}

// Words puts a line into words.
func (l Line) Words(lang Language) Told {
	s, _ := sentenceOf(l.Code)
	args := maps.Clone(l.Args)
	for name, value := range args {
		switch {
		case name == "kind":
			args[name] = kinds[value][lang]
		case name == "field":
			args[name] = fields[value][lang]
		case strings.HasSuffix(name, "At"):
			args[name] = at(value, lang)
		}
	}
	return Told{
		Title: titles[l.Check][lang], Seen: filled(s.seen[lang], args), Do: filled(s.do[lang], args),
		Command: filled(s.command, args), Page: s.page,
	}
}

func filled(s string, args map[string]string) string {
	for name, value := range args {
		s = strings.ReplaceAll(s, "{"+name+"}", value)
	}
	return s
}

func at(value string, lang Language) string {
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return value
	}
	if lang == French {
		return t.UTC().Format("02/01/2006 à 15:04 UTC")
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
