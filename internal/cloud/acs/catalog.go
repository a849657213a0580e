package acs

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// notFound is the 404 of the phone number plane.
func notFound(what string) error {
	return &failure{http.StatusNotFound, "NotFound", "The specified " + what + " cannot be found.", ""}
}

func badRequest(message, target string) error {
	return &failure{http.StatusBadRequest, "BadRequest", message, target}
}

// country reads {cc} from the path.
func (c *call) country() (string, error) {
	code := strings.ToUpper(c.r.PathValue("cc"))
	if !knownCountry(code) {
		return "", notFound("country")
	}
	return code, nil
}

// paged writes one page of a list that is held in memory, under the list's name.
func paged[T any](c *call, name string, list []T) error {
	p, err := readPage(c.r.URL.Query(), "maxPageSize")
	if err != nil {
		return err
	}
	list = list[min(p.skip, len(list)):]
	list, more := cut(list, p.top)
	out := map[string]any{name: append([]T{}, list...)}
	if more {
		out["nextLink"] = c.nextLink(p, "maxPageSize")
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

// filter reads an optional query parameter that must be one of words.
func (c *call) filter(name string, words ...string) (string, error) {
	value := c.r.URL.Query().Get(name)
	if value != "" && !slices.Contains(words, value) {
		return "", badRequest("The value of "+name+" is not valid.", name)
	}
	return value, nil
}

var (
	kinds       = []string{kindGeographic, kindTollFree, kindMobile}
	assignments = []string{assignedToPerson, assignedToApplication}
)

type countryItem struct {
	LocalizedName string `json:"localizedName"`
	CountryCode   string `json:"countryCode"`
}

// listCountries is GET /availablePhoneNumbers/countries.
func (a *ACS) listCountries(c *call) error {
	french := strings.HasPrefix(strings.ToLower(c.r.Header.Get("Accept-Language")), "fr")
	var list []countryItem
	for _, x := range countries {
		name := x.en
		if french {
			name = x.fr
		}
		list = append(list, countryItem{name, x.code})
	}
	return paged(c, "countries", list)
}

type division struct {
	LocalizedName   string `json:"localizedName"`
	AbbreviatedName string `json:"abbreviatedName"`
}

type locality struct {
	LocalizedName          string   `json:"localizedName"`
	AdministrativeDivision division `json:"administrativeDivision"`
}

// listLocalities is GET /availablePhoneNumbers/countries/{cc}/localities.
func (a *ACS) listLocalities(c *call) error {
	country, err := c.country()
	if err != nil {
		return err
	}
	kind, err := c.filter("phoneNumberType", kinds...)
	if err != nil {
		return err
	}
	state := c.r.URL.Query().Get("administrativeDivision")
	list := []locality{}
	for _, b := range blocks {
		if b.country != country || b.locality == "" || kind != "" && b.kind != kind ||
			state != "" && !strings.EqualFold(b.divisionCode, state) {
			continue
		}
		list = append(list, locality{b.locality, division{b.division, b.divisionCode}})
	}
	slices.SortFunc(list, func(x, y locality) int { return cmp.Compare(x.LocalizedName, y.LocalizedName) })
	return paged(c, "phoneNumberLocalities", list)
}

type areaCode struct {
	AreaCode string `json:"areaCode"`
}

// listAreaCodes is GET /availablePhoneNumbers/countries/{cc}/areaCodes.
func (a *ACS) listAreaCodes(c *call) error {
	country, err := c.country()
	if err != nil {
		return err
	}
	kind, err := c.filter("phoneNumberType", kinds...)
	if err != nil {
		return err
	}
	if kind == "" {
		return badRequest("phoneNumberType is required.", "phoneNumberType")
	}
	assignment, err := c.filter("assignmentType", assignments...)
	if err != nil {
		return err
	}
	q := c.r.URL.Query()
	town, state := q.Get("locality"), q.Get("administrativeDivision")
	if kind == kindGeographic && town == "" {
		return badRequest("locality is required for geographic numbers.", "locality")
	}
	list := []areaCode{}
	for _, b := range blocks {
		if b.country != country || b.kind != kind || town != "" && !strings.EqualFold(b.locality, town) ||
			state != "" && !strings.EqualFold(b.divisionCode, state) {
			continue
		}
		if assignment != "" {
			if _, ok := offered(country, kind, assignment, capabilities{capabilityNone, capabilityNone}); !ok {
				continue
			}
		}
		list = append(list, areaCode{b.area})
	}
	return paged(c, "areaCodes", list)
}

type offeringItem struct {
	PhoneNumberType       string       `json:"phoneNumberType"`
	AssignmentType        string       `json:"assignmentType"`
	AvailableCapabilities capabilities `json:"availableCapabilities"`
	Cost                  cost         `json:"cost"`
}

// listOfferings is GET /availablePhoneNumbers/countries/{cc}/offerings.
func (a *ACS) listOfferings(c *call) error {
	country, err := c.country()
	if err != nil {
		return err
	}
	kind, err := c.filter("phoneNumberType", kinds...)
	if err != nil {
		return err
	}
	assignment, err := c.filter("assignmentType", assignments...)
	if err != nil {
		return err
	}
	list := []offeringItem{}
	for _, o := range offerings(country) {
		if (kind == "" || o.kind == kind) && (assignment == "" || o.assignment == assignment) {
			list = append(list, offeringItem{o.kind, o.assignment, capabilities{o.calling, o.sms}, monthly(o.price)})
		}
	}
	return paged(c, "phoneNumberOfferings", list)
}

// availableNumber is a number that may be bought.
type availableNumber struct {
	ID                             string       `json:"id"`
	CountryCode                    string       `json:"countryCode"`
	PhoneNumber                    string       `json:"phoneNumber"`
	Capabilities                   capabilities `json:"capabilities"`
	PhoneNumberType                string       `json:"phoneNumberType"`
	AssignmentType                 string       `json:"assignmentType"`
	Cost                           *cost        `json:"cost,omitempty"`
	Status                         string       `json:"status"`
	IsAgreementToNotResellRequired bool         `json:"isAgreementToNotResellRequired"`
	Error                          *itemError   `json:"error,omitempty"`
}

type itemError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func available(number, country, status string, o offering) availableNumber {
	price := monthly(o.price)
	return availableNumber{
		ID: digits(number), CountryCode: country, PhoneNumber: number, Capabilities: capabilities{o.calling, o.sms},
		PhoneNumberType: o.kind, AssignmentType: o.assignment, Cost: &price, Status: status,
	}
}

// browseSize is how many numbers one browse shows.
const browseSize = 50

// browse is POST /availablePhoneNumbers/countries/{cc}/:browse.
func (a *ACS) browse(c *call) error {
	country, err := c.country()
	if err != nil {
		return err
	}
	var q struct {
		PhoneNumberType string `json:"phoneNumberType"`
		AssignmentType  string `json:"assignmentType"`
		Capabilities    struct {
			Calling string `json:"calling"`
			SMS     string `json:"sms"`
		} `json:"capabilities"`
		PhoneNumberPrefixes []string `json:"phoneNumberPrefixes"`
	}
	if err := decodeNumbers(c.body, &q); err != nil {
		return err
	}
	if !slices.Contains(kinds, q.PhoneNumberType) {
		return badRequest("phoneNumberType is required and must be geographic, tollFree or mobile.", "phoneNumberType")
	}
	want := capabilities{cmp.Or(q.Capabilities.Calling, capabilityNone), cmp.Or(q.Capabilities.SMS, capabilityNone)}
	if !validCapability(want.Calling) || !validCapability(want.SMS) {
		return badRequest("The value of capabilities is not valid.", "capabilities")
	}
	assignment := q.AssignmentType
	if assignment == "" {
		assignment = assignedToApplication
	}
	list := []availableNumber{}
	if o, ok := offered(country, q.PhoneNumberType, assignment, want); ok {
		taken, err := a.taken(c.r.Context(), a.o.DB.Read())
		if err != nil {
			return err
		}
		for _, b := range blocks {
			if b.country != country || b.kind != q.PhoneNumberType {
				continue
			}
			for i := range b.size() {
				if n := b.number(i); !taken[n] && matches(n, b, q.PhoneNumberPrefixes) {
					list = append(list, available(n, country, "available", o))
				}
			}
		}
		rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	writeJSON(c.w, http.StatusOK, struct {
		PhoneNumbers []availableNumber `json:"phoneNumbers"`
	}{list[:min(len(list), browseSize)]})
	return nil
}

// matches tells whether the number begins with one of the prefixes, written with
// the country's code or from the area code on.
func matches(number string, b block, prefixes []string) bool {
	if len(prefixes) == 0 {
		return true
	}
	all := digits(number)
	_, national, _ := strings.Cut(all, b.area)
	for _, p := range prefixes {
		p = digits(p)
		if strings.HasPrefix(all, p) || strings.HasPrefix(b.area+national, p) {
			return true
		}
	}
	return false
}
