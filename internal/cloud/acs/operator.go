package acs

import (
	"net/http"

	"github.com/nyaruka/phonenumbers"
)

type operatorDetails struct {
	Name              string  `json:"name"`
	MobileNetworkCode *string `json:"mobileNetworkCode"`
	MobileCountryCode *string `json:"mobileCountryCode"`
}

type operatorInformation struct {
	PhoneNumber         string           `json:"phoneNumber"`
	NationalFormat      string           `json:"nationalFormat,omitempty"`
	InternationalFormat string           `json:"internationalFormat,omitempty"`
	ISOCountryCode      string           `json:"isoCountryCode,omitempty"`
	NumberType          string           `json:"numberType,omitempty"`
	OperatorDetails     *operatorDetails `json:"operatorDetails,omitempty"`
}

// operatorName is whose network every number here is on.
const operatorName = "Guichet local carrier"

// searchOperators is POST /operatorInformation/:search. Formats and type come
// from the numbering plans; the operator is always the local carrier.
func (a *ACS) searchOperators(c *call) error {
	var q struct {
		PhoneNumbers []string `json:"phoneNumbers"`
		Options      struct {
			More bool `json:"includeAdditionalOperatorDetails"`
		} `json:"options"`
	}
	if err := decodeNumbers(c.body, &q); err != nil {
		return err
	}
	if n := len(q.PhoneNumbers); n == 0 || n > maxRecipients {
		return badRequest("phoneNumbers must have 1 to 100 items.", "phoneNumbers")
	}
	out := struct {
		Values []operatorInformation `json:"values"`
	}{}
	for _, text := range q.PhoneNumbers {
		n, err := phonenumbers.Parse(text, "")
		if err != nil || !e164.MatchString(text) {
			return badRequest("A phone number is not in E.164 form.", "phoneNumbers")
		}
		info := operatorInformation{
			PhoneNumber:         text,
			NationalFormat:      phonenumbers.Format(n, phonenumbers.NATIONAL),
			InternationalFormat: phonenumbers.Format(n, phonenumbers.INTERNATIONAL),
		}
		if q.Options.More {
			info.ISOCountryCode = phonenumbers.GetRegionCodeForNumber(n)
			info.NumberType = numberType(phonenumbers.GetNumberType(n))
			info.OperatorDetails = &operatorDetails{Name: operatorName}
		}
		out.Values = append(out.Values, info)
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

func numberType(t phonenumbers.PhoneNumberType) string {
	switch t {
	case phonenumbers.FIXED_LINE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return kindGeographic
	case phonenumbers.MOBILE:
		return kindMobile
	case phonenumbers.UNKNOWN:
		return "unknown"
	}
	return "other"
}
