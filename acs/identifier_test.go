package acs_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"guichet/acs"
)

const (
	idA = "ac500000-0000-4000-8000-000000000001"
	idB = "7e0a0000-0000-4000-8000-000000000001"
	idC = "05e70000-0000-4000-8000-000000000001"
)

func TestIdentifiers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		id        acs.Identifier
		raw       string
		kind      acs.IdentifierKind
		own       string
		phone     string
		cloud     acs.Cloud
		anonymous bool
		model     string
	}{
		{acs.PhoneNumber("+14255550123"), "4:+14255550123", acs.KindPhoneNumber, "+14255550123", "+14255550123", "", false,
			`{"kind":"phoneNumber","rawId":"4:+14255550123","phoneNumber":{"value":"+14255550123","isAnonymous":false}}`},
		{acs.PhoneNumber("+14255550123_7"), "4:+14255550123_7", acs.KindPhoneNumber, "+14255550123_7", "+14255550123", "", false,
			`{"kind":"phoneNumber","rawId":"4:+14255550123_7","phoneNumber":{"value":"+14255550123_7","isAnonymous":false,"assertedId":"7"}}`},
		{acs.PhoneNumber("anonymous"), "4:anonymous", acs.KindPhoneNumber, "anonymous", "", "", true,
			`{"kind":"phoneNumber","rawId":"4:anonymous","phoneNumber":{"value":"anonymous","isAnonymous":true}}`},
		{acs.User("8:acs:" + idA + "_" + idB), "8:acs:" + idA + "_" + idB, acs.KindCommunicationUser, "8:acs:" + idA + "_" + idB, "", "", false,
			`{"kind":"communicationUser","rawId":"8:acs:` + idA + `_` + idB + `","communicationUser":{"id":"8:acs:` + idA + `_` + idB + `"}}`},
		{acs.User("8:spool:x_y_z"), "8:spool:x_y_z", acs.KindCommunicationUser, "8:spool:x_y_z", "", "", false,
			`{"kind":"communicationUser","rawId":"8:spool:x_y_z","communicationUser":{"id":"8:spool:x_y_z"}}`},
		{acs.TeamsExtensionUser(idA, idB, idC, ""), "8:acs:" + idA + "_" + idB + "_" + idC, acs.KindTeamsExtensionUser, idC, "", acs.CloudPublic, false,
			`{"kind":"teamsExtensionUser","rawId":"8:acs:` + idA + `_` + idB + `_` + idC + `","teamsExtensionUser":{"userId":"` + idC + `","tenantId":"` + idB + `","resourceId":"` + idA + `","cloud":"public"}}`},
		{acs.TeamsExtensionUser("a", "b", "c", acs.CloudDoD), "8:dod-acs:a_b_c", acs.KindTeamsExtensionUser, "c", "", acs.CloudDoD, false,
			`{"kind":"teamsExtensionUser","rawId":"8:dod-acs:a_b_c","teamsExtensionUser":{"userId":"c","tenantId":"b","resourceId":"a","cloud":"dod"}}`},
		{acs.TeamsUser(idC, ""), "8:orgid:" + idC, acs.KindTeamsUser, idC, "", acs.CloudPublic, false,
			`{"kind":"microsoftTeamsUser","rawId":"8:orgid:` + idC + `","microsoftTeamsUser":{"userId":"` + idC + `","isAnonymous":false,"cloud":"public"}}`},
		{acs.TeamsUser(idC, acs.CloudGCCH), "8:gcch:" + idC, acs.KindTeamsUser, idC, "", acs.CloudGCCH, false,
			`{"kind":"microsoftTeamsUser","rawId":"8:gcch:` + idC + `","microsoftTeamsUser":{"userId":"` + idC + `","isAnonymous":false,"cloud":"gcch"}}`},
		{acs.TeamsVisitor("v"), "8:teamsvisitor:v", acs.KindTeamsUser, "v", "", acs.CloudPublic, true,
			`{"kind":"microsoftTeamsUser","rawId":"8:teamsvisitor:v","microsoftTeamsUser":{"userId":"v","isAnonymous":true,"cloud":"public"}}`},
		{acs.TeamsApp(idC, acs.CloudDoD), "28:dod:" + idC, acs.KindTeamsApp, idC, "", acs.CloudDoD, false,
			`{"kind":"microsoftTeamsApp","rawId":"28:dod:` + idC + `","microsoftTeamsApp":{"appId":"` + idC + `","cloud":"dod"}}`},
		{acs.ParseRawID("48:x:y:z"), "48:x:y:z", acs.KindUnknown, "48:x:y:z", "", "", false, `{"kind":"unknown","rawId":"48:x:y:z"}`},
		{acs.Identifier{}, "", acs.KindUnknown, "", "", "", false, `null`},
	}
	for _, test := range tests {
		t.Run(test.raw, func(t *testing.T) {
			t.Parallel()
			i := test.id
			if i.RawID() != test.raw || i.String() != test.raw || i.Kind() != test.kind || i.ID() != test.own ||
				i.Phone() != test.phone || i.Cloud() != test.cloud || i.Anonymous() != test.anonymous || i.IsZero() != (test.raw == "") {
				t.Errorf("%q %s %q %q %q %v", i.RawID(), i.Kind(), i.ID(), i.Phone(), i.Cloud(), i.Anonymous())
			}
			b, err := json.Marshal(i)
			if err != nil || string(b) != test.model {
				t.Errorf("written %s, %v\nwant    %s", b, err, test.model)
			}
			if again := acs.ParseRawID(test.raw); again != i {
				t.Errorf("read again: %v", again)
			}
			var read acs.Identifier
			if err := json.Unmarshal(b, &read); err != nil || read != i {
				t.Errorf("model read again: %v, %v", read, err)
			}
			// Older senders tell neither kind nor raw id.
			var members map[string]any
			if err := json.Unmarshal(b, &members); err != nil || test.kind == acs.KindUnknown {
				return
			}
			delete(members, "kind")
			delete(members, "rawId")
			if b, err = json.Marshal(members); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &read); err != nil || read != i {
				t.Errorf("%s read as %v, %v", b, read, err)
			}
		})
	}
}

func TestIdentifierErrors(t *testing.T) {
	t.Parallel()
	var i acs.Identifier
	for _, in := range []string{`"4:+1"`, `{"rawId":4}`, `[]`} {
		if err := json.Unmarshal([]byte(in), &i); err == nil {
			t.Errorf("%s read as %v", in, i)
		}
	}
	if err := json.Unmarshal([]byte(`{"phoneNumber":{"value":"+14255550123","assertedId":"7"}}`), &i); err != nil || i.RawID() != "4:+14255550123_7" {
		t.Errorf("%v, %v", i, err)
	}
}

func FuzzIdentifier(f *testing.F) {
	for _, raw := range []string{"4:+14255550123", "4:anonymous", "4:_", "8:acs:a_b", "8:acs:a_b_c", "28:orgid:x", "8:::", "x"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		i := acs.ParseRawID(raw)
		if i.RawID() != raw {
			t.Fatalf("%q became %q", raw, i.RawID())
		}
		_, _, _, _ = i.Kind(), i.ID(), i.Phone(), i.Cloud()
		if !utf8.ValidString(raw) {
			return // JSON cannot hold it.
		}
		b, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		var again acs.Identifier
		if err := json.Unmarshal(b, &again); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if again != i {
			t.Fatalf("%s became %q", b, again)
		}
	})
}
