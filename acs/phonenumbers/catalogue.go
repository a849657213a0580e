package phonenumbers

import (
	"context"
	"net/http"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"guichet/acs/internal/rest"
)

// ListOptions are the options that all lists of the catalogue know.
type ListOptions struct {
	// Skip is how many items to leave out at the start. Lists of reservations do not know it.
	Skip int

	// MaxPageSize is how many items a page may have. Zero means 100.
	MaxPageSize int
}

func (o *ListOptions) skip() string {
	if o == nil {
		return "0"
	}
	return strconv.Itoa(o.Skip)
}

func (o *ListOptions) maxPageSize() string {
	if o == nil || o.MaxPageSize == 0 {
		return "100"
	}
	return strconv.Itoa(o.MaxPageSize)
}

// Country is a country in which numbers can be had.
type Country struct {
	// LocalizedName is in the client's language.
	LocalizedName string `json:"localizedName"`

	// CountryCode is the ISO 3166-2 code.
	CountryCode string `json:"countryCode"`
}

// ListCountriesPage is a page of countries.
type ListCountriesPage struct {
	Countries []Country `json:"countries"`
	NextLink  string    `json:"nextLink"`
}

// NewListCountriesPager pages through the countries in which numbers can be had. options may be nil.
func (c *Client) NewListCountriesPager(options *ListOptions) *runtime.Pager[ListCountriesPage] {
	return rest.NewPager(c.rest, func(p ListCountriesPage) string { return p.NextLink }, c.list("/availablePhoneNumbers/countries", rest.Query{
		{Name: "skip", Value: options.skip()},
		{Name: "maxPageSize", Value: options.maxPageSize()},
		{Name: "api-version", Value: c.rest.APIVersion()},
	}))
}

// AreaCode is an area code in which numbers can be had.
type AreaCode struct {
	AreaCode string `json:"areaCode"`
}

// ListAreaCodesPage is a page of area codes.
type ListAreaCodesPage struct {
	AreaCodes []AreaCode `json:"areaCodes"`
	NextLink  string     `json:"nextLink"`
}

// ListAreaCodesOptions are the options of NewListAreaCodesPager.
type ListAreaCodesOptions struct {
	ListOptions

	// AssignmentType is sent if not empty. For toll-free numbers the only one is Application, and the default.
	AssignmentType AssignmentType

	// Locality is required for geographic numbers.
	Locality string

	// AdministrativeDivision is the abbreviated name of the state or province of the locality.
	AdministrativeDivision string
}

// NewListAreaCodesPager pages through the area codes of a country. options may be nil but for geographic numbers.
func (c *Client) NewListAreaCodesPager(countryCode string, numberType PhoneNumberType, options *ListAreaCodesOptions) *runtime.Pager[ListAreaCodesPage] {
	var o ListAreaCodesOptions
	if options != nil {
		o = *options
	}
	if o.AssignmentType == "" && numberType == TollFree {
		o.AssignmentType = Application
	}
	query := rest.Query{
		{Name: "phoneNumberType", Value: string(numberType)},
		{Name: "skip", Value: o.skip()},
		{Name: "maxPageSize", Value: o.maxPageSize()},
	}
	query = query.Add("assignmentType", string(o.AssignmentType)).Add("locality", o.Locality).
		Add("administrativeDivision", o.AdministrativeDivision).Add("api-version", c.rest.APIVersion())
	return rest.NewPager(c.rest, func(p ListAreaCodesPage) string { return p.NextLink }, c.list(country(countryCode)+"/areaCodes", query))
}

// Locality is a town in which geographic numbers can be had.
type Locality struct {
	// LocalizedName is in the client's language.
	LocalizedName          string                  `json:"localizedName"`
	AdministrativeDivision *AdministrativeDivision `json:"administrativeDivision"`
}

// AdministrativeDivision is a state or province.
type AdministrativeDivision struct {
	LocalizedName   string `json:"localizedName"`
	AbbreviatedName string `json:"abbreviatedName"`
}

// ListLocalitiesPage is a page of localities.
type ListLocalitiesPage struct {
	Localities []Locality `json:"phoneNumberLocalities"`
	NextLink   string     `json:"nextLink"`
}

// ListLocalitiesOptions are the options of NewListLocalitiesPager.
type ListLocalitiesOptions struct {
	ListOptions

	// AdministrativeDivision, if not empty, is the abbreviated name of the state or province to stay in.
	AdministrativeDivision string

	// PhoneNumberType, if not empty, is the kind of numbers that a locality must have.
	PhoneNumberType PhoneNumberType
}

// NewListLocalitiesPager pages through the localities of a country. options may be nil.
func (c *Client) NewListLocalitiesPager(countryCode string, options *ListLocalitiesOptions) *runtime.Pager[ListLocalitiesPage] {
	var o ListLocalitiesOptions
	if options != nil {
		o = *options
	}
	query := rest.Query{{Name: "skip", Value: o.skip()}, {Name: "maxPageSize", Value: o.maxPageSize()}}
	query = query.Add("administrativeDivision", o.AdministrativeDivision).Add("api-version", c.rest.APIVersion()).
		Add("phoneNumberType", string(o.PhoneNumberType))
	return rest.NewPager(c.rest, func(p ListLocalitiesPage) string { return p.NextLink }, c.list(country(countryCode)+"/localities", query))
}

// Offering is a kind of number that can be had, with its price.
type Offering struct {
	PhoneNumberType       PhoneNumberType `json:"phoneNumberType"`
	AssignmentType        AssignmentType  `json:"assignmentType"`
	AvailableCapabilities Capabilities    `json:"availableCapabilities"`
	Cost                  Cost            `json:"cost"`
}

// ListOfferingsPage is a page of offerings.
type ListOfferingsPage struct {
	Offerings []Offering `json:"phoneNumberOfferings"`
	NextLink  string     `json:"nextLink"`
}

// ListOfferingsOptions are the options of NewListOfferingsPager. An empty type means any.
type ListOfferingsOptions struct {
	ListOptions
	PhoneNumberType PhoneNumberType
	AssignmentType  AssignmentType
}

// NewListOfferingsPager pages through the kinds of numbers that a country has. options may be nil.
func (c *Client) NewListOfferingsPager(countryCode string, options *ListOfferingsOptions) *runtime.Pager[ListOfferingsPage] {
	var o ListOfferingsOptions
	if options != nil {
		o = *options
	}
	query := rest.Query{{Name: "skip", Value: o.skip()}, {Name: "maxPageSize", Value: o.maxPageSize()}}
	query = query.Add("assignmentType", string(o.AssignmentType)).Add("api-version", c.rest.APIVersion()).
		Add("phoneNumberType", string(o.PhoneNumberType))
	return rest.NewPager(c.rest, func(p ListOfferingsPage) string { return p.NextLink }, c.list(country(countryCode)+"/offerings", query))
}

// list returns what makes the first request of a list, with the client's language.
func (c *Client) list(path string, query rest.Query) func(context.Context) (*policy.Request, error) {
	return func(ctx context.Context) (*policy.Request, error) {
		req, err := c.rest.NewRequest(ctx, http.MethodGet, path, query)
		if err == nil && c.language != "" {
			req.Raw().Header.Set("Accept-Language", c.language)
		}
		return req, err
	}
}
