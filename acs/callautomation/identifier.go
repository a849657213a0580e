package callautomation

import (
	"encoding/json"

	"guichet/acs"
)

// named tells whether there are identifiers and all name somebody.
func named(ids ...acs.Identifier) error {
	if len(ids) == 0 {
		return ErrNoTarget
	}
	for _, id := range ids {
		if id.IsZero() {
			return ErrNoTarget
		}
	}
	return nil
}

// kindless is an identifier as media operations have it: the official client leaves the kind out there.
type kindless acs.Identifier

func (k kindless) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(acs.Identifier(k))
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return nil, err
	}
	delete(members, "kind")
	return json.Marshal(members)
}

// phone is a phone number without its identifier.
type phone struct {
	Value     string `json:"value"`
	Anonymous bool   `json:"isAnonymous"`
}

func newPhone(number string) *phone {
	if number == "" {
		return nil
	}
	return &phone{Value: number, Anonymous: number == "anonymous"}
}

// user is an ACS user without its identifier.
type user struct {
	ID string `json:"id"`
}

func newUser(id acs.Identifier) *user {
	if id.IsZero() {
		return nil
	}
	return &user{ID: id.ID()}
}

// app is a Teams app without its identifier.
type app struct {
	AppID string    `json:"appId"`
	Cloud acs.Cloud `json:"cloud,omitempty"`
}

func newApp(id acs.Identifier) *app {
	if id.IsZero() {
		return nil
	}
	a := &app{AppID: id.ID()}
	// The official client never tells the cloud; the specification has it.
	if cloud := id.Cloud(); cloud != acs.CloudPublic {
		a.Cloud = cloud
	}
	return a
}

// CallLocator names a call that exists: [ServerCall], [GroupCall] or [RoomCall].
type CallLocator struct{ kind, member, id string }

// ServerCall names a call by its serverCallId, as events and [CallProperties] tell it.
func ServerCall(serverCallID string) CallLocator {
	return CallLocator{"serverCallLocator", "serverCallId", serverCallID}
}

// GroupCall names a group call by its id, a GUID.
func GroupCall(groupCallID string) CallLocator {
	return CallLocator{"groupCallLocator", "groupCallId", groupCallID}
}

// RoomCall names the call of a room. Recordings cannot be started by it.
func RoomCall(roomID string) CallLocator { return CallLocator{"roomCallLocator", "roomId", roomID} }

// MarshalJSON writes the service's CallLocator.
func (l CallLocator) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"kind": l.kind, l.member: l.id})
}
