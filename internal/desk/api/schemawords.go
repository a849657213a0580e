package api

import (
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// schemaWords turn what huma says of a request that does not fit the schema into
// the sentences of this API: English, French. $1 is what the pattern caught.
var schemaWords = []struct {
	said *regexp.Regexp
	text [2]string
}{
	{regexp.MustCompile(`^expected required property (\S+) to be present$`), [2]string{"“$1” is missing.", "« $1 » est absent."}},
	{regexp.MustCompile(`^required (?:query|path|header|cookie) parameter is missing$`), [2]string{"This is missing.", "Cette valeur est absente."}},
	{regexp.MustCompile(`^request body is required$`), [2]string{"The request has no body.", "La demande n’a pas de corps."}},
	{regexp.MustCompile(`^unexpected property$`), [2]string{"There is no member of this name.", "Aucun membre ne porte ce nom."}},
	{regexp.MustCompile(`^expected string$`), [2]string{"This must be a text.", "Cette valeur doit être un texte."}},
	{regexp.MustCompile(`^expected object$`), [2]string{"This must be a JSON object.", "Cette valeur doit être un objet JSON."}},
	{regexp.MustCompile(`^expected array`), [2]string{"This must be a list.", "Cette valeur doit être une liste."}},
	{regexp.MustCompile(`^expected boolean$`), [2]string{"This must be true or false.", "Cette valeur doit être true ou false."}},
	{regexp.MustCompile(`^expected (?:integer|number)$|^invalid (?:integer|number|float)$`), [2]string{"This must be a number.", "Cette valeur doit être un nombre."}},
	{regexp.MustCompile(`^expected value to be one of "(?:, )?(.*)"$`), [2]string{"This must be one of: $1.", "Les valeurs possibles sont : $1."}},
	{regexp.MustCompile(`^expected length >= (\d+)$`), [2]string{"This needs at least $1 characters.", "Il faut au moins $1 caractères."}},
	{regexp.MustCompile(`^expected length <= (\d+)$`), [2]string{"This may have at most $1 characters.", "$1 caractères au maximum."}},
	{regexp.MustCompile(`^expected array length >= (\d+)$`), [2]string{"This needs at least $1 entries.", "Il faut au moins $1 éléments."}},
	{regexp.MustCompile(`^expected array length <= (\d+)$`), [2]string{"This may have at most $1 entries.", "$1 éléments au maximum."}},
	{regexp.MustCompile(`^expected number >= (\S+)$`), [2]string{"This must be at least $1.", "Cette valeur doit être d’au moins $1."}},
	{regexp.MustCompile(`^expected number <= (\S+)$`), [2]string{"This must be at most $1.", "Cette valeur doit être d’au plus $1."}},
	{regexp.MustCompile(`^request body is too large`), [2]string{"The request is too large.", "La demande est trop volumineuse."}},
	{regexp.MustCompile(`^unknown content type|unsupported media type`), [2]string{"The request must be JSON.", "La demande doit être en JSON."}},
}

// notJSON and notValid are said of what has no sentence of its own: the parser's
// words tell of its inside, not of the request.
var (
	notJSON  = [2]string{"This is not valid JSON.", "Ce n’est pas du JSON valide."}
	notValid = [2]string{"This value is not valid.", "Cette valeur n’est pas valide."}
)

// schemaField is one wrong member as this API says it.
func schemaField(d huma.ErrorDetail, lang int) ProblemField {
	// The more special pattern of a list's length comes after that of a list.
	for i := len(schemaWords) - 1; i >= 0; i-- {
		w := schemaWords[i]
		if at := w.said.FindStringSubmatchIndex(d.Message); at != nil {
			return ProblemField{Location: d.Location, Message: string(w.said.ExpandString(nil, w.text[lang], d.Message, at))}
		}
	}
	if d.Location == "body" || strings.Contains(d.Message, "JSON") {
		return ProblemField{Location: d.Location, Message: notJSON[lang]}
	}
	return ProblemField{Location: d.Location, Message: notValid[lang]}
}
