package acs

import (
	"encoding/json"
	"fmt"
	"strings"
)

// IdentifierKind says what an [Identifier] names.
type IdentifierKind string

// Kinds of identifiers, as the service writes them.
const (
	KindUnknown            IdentifierKind = "unknown"
	KindCommunicationUser  IdentifierKind = "communicationUser"
	KindPhoneNumber        IdentifierKind = "phoneNumber"
	KindTeamsUser          IdentifierKind = "microsoftTeamsUser"
	KindTeamsApp           IdentifierKind = "microsoftTeamsApp"
	KindTeamsExtensionUser IdentifierKind = "teamsExtensionUser"
)

// Cloud is the cloud in which a Teams user or app lives. Empty is the public one.
type Cloud string

// Clouds, as the service writes them.
const (
	CloudPublic Cloud = "public"
	CloudDoD    Cloud = "dod"
	CloudGCCH   Cloud = "gcch"
)

// Identifier names whoever takes part in a call or a conversation. It is kept as its raw id, which says all of it, so
// that identifiers may be compared and be keys of maps. The zero value names nobody.
//
// Its JSON is the model CommunicationIdentifierModel of version 2025-06-30 of the service. Reading is tolerant: the raw
// id and the kind may be absent, as in answers of older versions; the raw id is then made from the rest.
type Identifier struct{ raw string }

// ParseRawID reads a raw id. It never fails: what it does not recognise is of KindUnknown and kept as it is.
func ParseRawID(raw string) Identifier { return Identifier{raw: raw} }

// PhoneNumber names a phone number in E.164 form, with a plus sign. The word anonymous names a withheld number.
func PhoneNumber(number string) Identifier { return Identifier{raw: "4:" + number} }

// User names a user of ACS by the id that the service gave, such as 8:acs:<resource>_<user>.
func User(id string) Identifier { return Identifier{raw: id} }

// TeamsUser names a user of Microsoft Teams by the object id in Entra.
func TeamsUser(objectID string, cloud Cloud) Identifier {
	return Identifier{raw: "8:" + teamsPrefix(cloud) + ":" + objectID}
}

// TeamsVisitor names a guest without an account in a meeting of Teams.
func TeamsVisitor(id string) Identifier { return Identifier{raw: "8:teamsvisitor:" + id} }

// TeamsApp names an application of Teams, such as a call queue, by its id.
func TeamsApp(appID string, cloud Cloud) Identifier {
	return Identifier{raw: "28:" + teamsPrefix(cloud) + ":" + appID}
}

// TeamsExtensionUser names a user of Teams to whom a resource of ACS brings calls. The three ids are GUIDs.
func TeamsExtensionUser(resourceID, tenantID, userID string, cloud Cloud) Identifier {
	prefix := "acs"
	if cloud == CloudDoD || cloud == CloudGCCH {
		prefix = string(cloud) + "-acs"
	}
	return Identifier{raw: "8:" + prefix + ":" + resourceID + "_" + tenantID + "_" + userID}
}

func teamsPrefix(cloud Cloud) string {
	if cloud == CloudDoD || cloud == CloudGCCH {
		return string(cloud)
	}
	return "orgid"
}

// RawID returns the identifier in one string, such as 4:+14255550123.
func (i Identifier) RawID() string { return i.raw }

// String is RawID. It may be a phone number, which does not belong in a log in full.
func (i Identifier) String() string { return i.raw }

// IsZero tells whether the identifier names nobody.
func (i Identifier) IsZero() bool { return i.raw == "" }

// Kind tells what the identifier names.
func (i Identifier) Kind() IdentifierKind { return i.model().Kind }

// Phone returns the phone number in E.164 form, or an empty string for what is not a phone number or is withheld.
func (i Identifier) Phone() string {
	m := i.model()
	if m.Phone == nil || m.Phone.Anonymous {
		return ""
	}
	return strings.TrimSuffix(m.Phone.Value, "_"+m.Phone.AssertedID)
}

// Anonymous tells whether it is a withheld phone number or a Teams visitor.
func (i Identifier) Anonymous() bool {
	m := i.model()
	return m.Phone != nil && m.Phone.Anonymous || m.TeamsUser != nil && m.TeamsUser.Anonymous
}

// ID returns what the service itself calls the id of this kind: the whole raw id of an ACS user, the object id of a
// Teams user, the id of a Teams app, the user id of a Teams extension user, the value of a phone number. It is the raw
// id of what is unknown.
func (i Identifier) ID() string {
	switch m := i.model(); {
	case m.Phone != nil:
		return m.Phone.Value
	case m.TeamsUser != nil:
		return m.TeamsUser.UserID
	case m.TeamsApp != nil:
		return m.TeamsApp.AppID
	case m.Extension != nil:
		return m.Extension.UserID
	}
	return i.raw
}

// Cloud returns the cloud of a Teams user, visitor, app or extension user, and an empty string for other kinds.
func (i Identifier) Cloud() Cloud {
	switch m := i.model(); {
	case m.TeamsUser != nil:
		return m.TeamsUser.Cloud
	case m.TeamsApp != nil:
		return m.TeamsApp.Cloud
	case m.Extension != nil:
		return m.Extension.Cloud
	}
	return ""
}

// identifierModel is the form on the wire.
type identifierModel struct {
	Kind      IdentifierKind `json:"kind,omitempty"`
	RawID     string         `json:"rawId,omitempty"`
	User      *userModel     `json:"communicationUser,omitempty"`
	Phone     *phoneModel    `json:"phoneNumber,omitempty"`
	TeamsUser *teamsModel    `json:"microsoftTeamsUser,omitempty"`
	TeamsApp  *appModel      `json:"microsoftTeamsApp,omitempty"`
	Extension *extension     `json:"teamsExtensionUser,omitempty"`
}

type userModel struct {
	ID string `json:"id"`
}

type phoneModel struct {
	Value      string `json:"value"`
	Anonymous  bool   `json:"isAnonymous"`
	AssertedID string `json:"assertedId,omitempty"`
}

type teamsModel struct {
	UserID    string `json:"userId"`
	Anonymous bool   `json:"isAnonymous"`
	Cloud     Cloud  `json:"cloud,omitempty"`
}

type appModel struct {
	AppID string `json:"appId"`
	Cloud Cloud  `json:"cloud,omitempty"`
}

type extension struct {
	UserID     string `json:"userId"`
	TenantID   string `json:"tenantId"`
	ResourceID string `json:"resourceId"`
	Cloud      Cloud  `json:"cloud,omitempty"`
}

// model reads the raw id by the rules of @azure/communication-common 2.4.2.
func (i Identifier) model() identifierModel {
	m := identifierModel{Kind: KindUnknown, RawID: i.raw}
	if number, found := strings.CutPrefix(i.raw, "4:"); found {
		m.Kind, m.Phone = KindPhoneNumber, &phoneModel{Value: number, Anonymous: number == "anonymous"}
		if at := strings.LastIndexByte(number, '_'); at >= 0 {
			m.Phone.AssertedID = number[at+1:]
		}
		return m
	}
	parts := strings.Split(i.raw, ":")
	if len(parts) != 3 {
		return m
	}
	id := parts[2]
	switch parts[0] + ":" + parts[1] {
	case "8:acs":
		m.readUser(id, CloudPublic)
	case "8:dod-acs":
		m.readUser(id, CloudDoD)
	case "8:gcch-acs":
		m.readUser(id, CloudGCCH)
	case "8:spool":
		m.Kind, m.User = KindCommunicationUser, &userModel{ID: i.raw}
	case "8:teamsvisitor":
		m.Kind, m.TeamsUser = KindTeamsUser, &teamsModel{UserID: id, Anonymous: true, Cloud: CloudPublic}
	case "8:orgid":
		m.Kind, m.TeamsUser = KindTeamsUser, &teamsModel{UserID: id, Cloud: CloudPublic}
	case "8:dod", "8:gcch":
		m.Kind, m.TeamsUser = KindTeamsUser, &teamsModel{UserID: id, Cloud: Cloud(parts[1])}
	case "28:orgid":
		m.Kind, m.TeamsApp = KindTeamsApp, &appModel{AppID: id, Cloud: CloudPublic}
	case "28:dod", "28:gcch":
		m.Kind, m.TeamsApp = KindTeamsApp, &appModel{AppID: id, Cloud: Cloud(parts[1])}
	}
	return m
}

// readUser tells users of ACS and of the Teams extension apart, which share their prefixes.
func (m *identifierModel) readUser(id string, cloud Cloud) {
	if ids := strings.Split(id, "_"); len(ids) == 3 {
		m.Kind = KindTeamsExtensionUser
		m.Extension = &extension{ResourceID: ids[0], TenantID: ids[1], UserID: ids[2], Cloud: cloud}
		return
	}
	m.Kind, m.User = KindCommunicationUser, &userModel{ID: m.RawID}
}

// MarshalJSON writes the whole model: kind, raw id and the object of the kind. Nobody is null.
func (i Identifier) MarshalJSON() ([]byte, error) {
	if i.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(i.model())
}

// UnmarshalJSON reads the model. Member names are matched without regard to case.
func (i *Identifier) UnmarshalJSON(b []byte) error {
	var m identifierModel
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("communication identifier: %w", err)
	}
	*i = m.identifier()
	return nil
}

func (m identifierModel) identifier() Identifier {
	switch {
	case m.RawID != "":
		return ParseRawID(m.RawID)
	case m.User != nil:
		return User(m.User.ID)
	case m.Phone != nil && m.Phone.Anonymous:
		return PhoneNumber("anonymous")
	case m.Phone != nil:
		number := m.Phone.Value
		if id := m.Phone.AssertedID; id != "" && !strings.HasSuffix(number, "_"+id) {
			number += "_" + id
		}
		return PhoneNumber(number)
	case m.TeamsUser != nil && m.TeamsUser.Anonymous:
		return TeamsVisitor(m.TeamsUser.UserID)
	case m.TeamsUser != nil:
		return TeamsUser(m.TeamsUser.UserID, m.TeamsUser.Cloud)
	case m.TeamsApp != nil:
		return TeamsApp(m.TeamsApp.AppID, m.TeamsApp.Cloud)
	case m.Extension != nil:
		return TeamsExtensionUser(m.Extension.ResourceID, m.Extension.TenantID, m.Extension.UserID, m.Extension.Cloud)
	}
	return Identifier{}
}
