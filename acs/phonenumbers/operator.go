package phonenumbers

import (
	"context"
	"net/http"

	"guichet/acs/internal/rest"
)

// OperatorInformation tells about any phone number, not only those of the resource.
type OperatorInformation struct {
	// PhoneNumber is in E.164 form.
	PhoneNumber string `json:"phoneNumber"`

	NationalFormat      string `json:"nationalFormat"`
	InternationalFormat string `json:"internationalFormat"`

	// The following are told only when asked for. NumberType is unknown, other, geographic or mobile.
	NumberType      string           `json:"numberType"`
	ISOCountryCode  string           `json:"isoCountryCode"`
	OperatorDetails *OperatorDetails `json:"operatorDetails"`
}

// OperatorDetails names the operator that serves a number.
type OperatorDetails struct {
	Name              string `json:"name"`
	MobileNetworkCode string `json:"mobileNetworkCode"`
	MobileCountryCode string `json:"mobileCountryCode"`
}

// OperatorInformationOptions are the options of SearchOperatorInformation.
type OperatorInformationOptions struct {
	// IncludeAdditionalOperatorDetails asks for the operator and the kind of number, which costs money.
	IncludeAdditionalOperatorDetails bool
}

// OperatorInformationResult has one value per number.
type OperatorInformationResult struct {
	Values []OperatorInformation `json:"values"`
}

// SearchOperatorInformation tells how numbers are written and, if asked for, who serves them. options may be nil.
func (c *Client) SearchOperatorInformation(ctx context.Context, phoneNumbers []string, options *OperatorInformationOptions) (OperatorInformationResult, error) {
	var out OperatorInformationResult
	req, err := c.request(ctx, http.MethodPost, "/operatorInformation/:search")
	if err != nil {
		return out, err
	}
	var body struct {
		PhoneNumbers []string `json:"phoneNumbers"`
		Options      struct {
			IncludeAdditionalOperatorDetails bool `json:"includeAdditionalOperatorDetails"`
		} `json:"options"`
	}
	body.PhoneNumbers = phoneNumbers
	body.Options.IncludeAdditionalOperatorDetails = options != nil && options.IncludeAdditionalOperatorDetails
	if err := rest.SetBody(req, rest.JSON, body); err != nil {
		return out, err
	}
	return out, c.rest.Call(req, &out, http.StatusOK)
}
