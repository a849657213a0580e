package entra

import (
	"encoding/json"
	"regexp"

	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
)

var (
	aadsts   = regexp.MustCompile(`^AADSTS\d{3,9}\b`)
	oauthish = regexp.MustCompile(`^[a-z_]{1,40}$`)
)

// refusal gives an error of Entra ID a sentence. Only its code is shown: the
// description may come from whoever made the address. Codes are those of
// Microsoft's page on AADSTS errors.
func refusal(code, description string) error {
	shown := aadsts.FindString(description)
	if shown == "" {
		if shown = code; !oauthish.MatchString(code) {
			shown = "?"
		}
	}
	switch shown {
	case "AADSTS65004", "access_denied", "consent_required":
		return problem.New(problem.Forbidden, "signIn.entraDeclined", "code", shown)
	case "AADSTS65001", "AADSTS90094", "AADSTS90008":
		return problem.New(problem.Forbidden, "signIn.entraConsent", "code", shown)
	case "AADSTS50105", "AADSTS501051":
		return problem.New(problem.Forbidden, "signIn.entraUnassigned", "code", shown)
	case "AADSTS7000215", "AADSTS7000222":
		return problem.New(problem.Unavailable, "signIn.entraSecret", "code", shown)
	case "AADSTS700016", "AADSTS50011", "AADSTS90002":
		return problem.New(problem.Unavailable, "signIn.entraRegistration", "code", shown)
	case "AADSTS54005", "AADSTS70008", "AADSTS70000":
		return problem.New(problem.Invalid, "signIn.entraExpired", "code", shown)
	case "AADSTS50057":
		return problem.New(problem.Forbidden, "signIn.entraAccount", "code", shown)
	}
	return problem.New(problem.Forbidden, "signIn.entraRefused", "code", shown)
}

// keptPlace is what a kept refusal is sealed for.
const keptPlace = "entra:refusal"

// kept is a refusal on its way through the browser.
type kept struct {
	Kind problem.Kind
	Code string
	Args map[string]string
}

// Keep seals a refusal for the browser, which brings it to the sign-in page.
func (e *Entra) Keep(p *problem.Error) (string, error) {
	text, err := json.Marshal(kept{p.Kind, p.Code, p.Args})
	if err != nil {
		return "", err
	}
	return e.Box.Seal(secret.Text(text), keptPlace)
}

// Kept opens what Keep sealed; nil when it is not that.
func (e *Entra) Kept(sealed string) *problem.Error {
	text, err := e.Box.Unseal(sealed, keptPlace)
	if err != nil {
		return nil
	}
	var k kept
	if err := json.Unmarshal([]byte(text.Reveal()), &k); err != nil {
		return nil
	}
	return &problem.Error{Kind: k.Kind, Code: k.Code, Args: k.Args}
}
