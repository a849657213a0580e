package calling

import (
	"errors"
	"regexp"
	"strings"
)

// Kinds of Identifier.
const (
	kindUnknown   = "unknown"
	kindUser      = "communicationUser"
	kindPhone     = "phoneNumber"
	kindTeamsUser = "microsoftTeamsUser"
	kindTeamsApp  = "microsoftTeamsApp"
	kindExtension = "teamsExtensionUser"
)

// Identifier is a communication identifier as it is on the wire
// (CommunicationIdentifierModel of api-version 2026-03-12). In a request kind and
// rawId may be missing; known completes it.
type Identifier struct {
	Kind               string        `json:"kind,omitempty"`
	RawID              string        `json:"rawId,omitempty"`
	CommunicationUser  *userModel    `json:"communicationUser,omitempty"`
	PhoneNumber        *numberModel  `json:"phoneNumber,omitempty"`
	MicrosoftTeamsUser *teamsUser    `json:"microsoftTeamsUser,omitempty"`
	MicrosoftTeamsApp  *teamsApp     `json:"microsoftTeamsApp,omitempty"`
	TeamsExtensionUser *teamsExtUser `json:"teamsExtensionUser,omitempty"`
}

type userModel struct {
	ID string `json:"id"`
}

type numberModel struct {
	Value string `json:"value"`
}

type teamsUser struct {
	UserID      string `json:"userId"`
	IsAnonymous bool   `json:"isAnonymous,omitempty"`
	Cloud       string `json:"cloud,omitempty"`
}

type teamsApp struct {
	AppID string `json:"appId"`
	Cloud string `json:"cloud,omitempty"`
}

type teamsExtUser struct {
	UserID     string `json:"userId"`
	TenantID   string `json:"tenantId"`
	ResourceID string `json:"resourceId"`
	Cloud      string `json:"cloud,omitempty"`
}

// e164 is the form of a telephone number.
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// Number is the identifier of a telephone number in E.164 form.
func Number(number string) Identifier {
	return Identifier{Kind: kindPhone, RawID: "4:" + number, PhoneNumber: &numberModel{number}}
}

// User is the identifier of a user of a communication service, by its id
// (8:acs:…).
func User(id string) Identifier {
	return Identifier{Kind: kindUser, RawID: id, CommunicationUser: &userModel{id}}
}

// ByRawID is the identifier with that raw id.
func ByRawID(raw string) Identifier {
	switch {
	case strings.HasPrefix(raw, "4:"):
		return Number(strings.TrimPrefix(raw, "4:"))
	case strings.HasPrefix(raw, "8:acs:"):
		return User(raw)
	}
	return Identifier{Kind: kindUnknown, RawID: raw}
}

// maxRawID bounds a raw id; the longest of the documented forms has 118 characters.
const maxRawID = 512

var errIdentifier = errors.New("the identifier names nobody, or more than one")

// known is the identifier with kind and raw id, both from the one nested object
// that it must have; without any, the raw id decides.
func (i Identifier) known() (Identifier, error) {
	var out Identifier
	nested := 0
	if i.CommunicationUser != nil {
		nested, out = nested+1, User(i.CommunicationUser.ID)
	}
	if i.PhoneNumber != nil {
		nested, out = nested+1, Number(i.PhoneNumber.Value)
	}
	if u := i.MicrosoftTeamsUser; u != nil {
		nested, out = nested+1, Identifier{Kind: kindTeamsUser, RawID: "8:orgid:" + u.UserID, MicrosoftTeamsUser: u}
	}
	if a := i.MicrosoftTeamsApp; a != nil {
		nested, out = nested+1, Identifier{Kind: kindTeamsApp, RawID: "28:orgid:" + a.AppID, MicrosoftTeamsApp: a}
	}
	if u := i.TeamsExtensionUser; u != nil {
		raw := "8:acs:" + u.ResourceID + "_" + u.TenantID + "_" + u.UserID
		nested, out = nested+1, Identifier{Kind: kindExtension, RawID: raw, TeamsExtensionUser: u}
	}
	switch {
	case nested == 0 && i.RawID != "":
		out = ByRawID(i.RawID)
	case nested != 1 || i.Kind != "" && !strings.EqualFold(i.Kind, out.Kind):
		return Identifier{}, errIdentifier
	}
	if len(out.RawID) > maxRawID || strings.HasSuffix(out.RawID, ":") {
		return Identifier{}, errIdentifier
	}
	if out.Kind == kindPhone && !e164.MatchString(out.PhoneNumber.Value) {
		return Identifier{}, errors.New("the telephone number is not in E.164 form")
	}
	return out, nil
}

// number is the telephone number, empty for other kinds.
func (i Identifier) number() string {
	if i.PhoneNumber == nil {
		return ""
	}
	return i.PhoneNumber.Value
}

// resource is the immutable id of the service whose user this is, empty for
// others.
func (i Identifier) resource() string {
	if i.Kind != kindUser {
		return ""
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(i.RawID, "8:acs:"), "_")
	return id
}
