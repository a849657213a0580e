package acs

import (
	"fmt"
	"strings"
)

const kindMobile = "mobile"

// block is a run of numbers that may be bought: prefix and then every number of
// digits digits. All blocks lie in ranges that numbering authorities keep for
// fiction, so that no text or call can reach a person.
type block struct {
	country, kind string
	// area is what the API calls areaCode, without a national prefix.
	area     string
	locality string
	// division and divisionCode name the state or region, empty where none is used.
	division, divisionCode string
	prefix                 string
	digits                 int
}

func (b block) size() int {
	n := 1
	for range b.digits {
		n *= 10
	}
	return n
}

func (b block) number(i int) string { return fmt.Sprintf("%s%0*d", b.prefix, b.digits, i) }

// has says whether the number lies in the block.
func (b block) has(number string) bool {
	return strings.HasPrefix(number, b.prefix) && len(number) == len(b.prefix)+b.digits
}

// blocks is everything for sale. North America: 555-01XX of each area code;
// United Kingdom: Ofcom's numbers for drama; France: ARCEP's for audiovisual
// works; Germany: the Bundesnetzagentur's for media; Australia: ACMA's.
var blocks = []block{
	{"US", kindTollFree, "833", "", "", "", "+183355501", 2},
	{"US", kindTollFree, "844", "", "", "", "+184455501", 2},
	{"US", kindTollFree, "855", "", "", "", "+185555501", 2},
	{"US", kindTollFree, "866", "", "", "", "+186655501", 2},
	{"US", kindGeographic, "206", "Seattle", "Washington", "WA", "+120655501", 2},
	{"US", kindGeographic, "212", "New York City", "New York", "NY", "+121255501", 2},
	{"US", kindGeographic, "213", "Los Angeles", "California", "CA", "+121355501", 2},
	{"US", kindGeographic, "312", "Chicago", "Illinois", "IL", "+131255501", 2},
	{"US", kindGeographic, "314", "St. Louis", "Missouri", "MO", "+131455501", 2},
	{"US", kindGeographic, "425", "Redmond", "Washington", "WA", "+142555501", 2},
	{"CA", kindGeographic, "416", "Toronto", "Ontario", "ON", "+141655501", 2},
	{"CA", kindGeographic, "514", "Montréal", "Québec", "QC", "+151455501", 2},
	{"CA", kindGeographic, "604", "Vancouver", "British Columbia", "BC", "+160455501", 2},
	{"GB", kindGeographic, "20", "London", "England", "ENG", "+442079460", 3},
	{"GB", kindGeographic, "121", "Birmingham", "England", "ENG", "+441214960", 3},
	{"GB", kindGeographic, "131", "Edinburgh", "Scotland", "SCT", "+441314960", 3},
	{"GB", kindTollFree, "808", "", "", "", "+448081570", 3},
	{"GB", kindMobile, "7700", "", "", "", "+447700900", 3},
	{"FR", kindGeographic, "1", "Paris", "Île-de-France", "IDF", "+3319900", 4},
	{"FR", kindGeographic, "4", "Marseille", "Provence-Alpes-Côte d’Azur", "PAC", "+3346571", 4},
	{"FR", kindMobile, "6", "", "", "", "+3363998", 4},
	{"DE", kindGeographic, "30", "Berlin", "Berlin", "BE", "+493023125", 3},
	{"DE", kindGeographic, "69", "Frankfurt am Main", "Hessen", "HE", "+496990009", 3},
	{"DE", kindGeographic, "89", "München", "Bayern", "BY", "+498999998", 3},
	{"AU", kindGeographic, "2", "Sydney", "New South Wales", "NSW", "+6127010", 4},
}

// countries are those with something for sale, with their names by language.
var countries = []struct{ code, en, fr string }{
	{"AU", "Australia", "Australie"},
	{"CA", "Canada", "Canada"},
	{"DE", "Germany", "Allemagne"},
	{"FR", "France", "France"},
	{"GB", "United Kingdom", "Royaume-Uni"},
	{"US", "United States", "États-Unis"},
}

func knownCountry(code string) bool {
	for _, c := range countries {
		if c.code == code {
			return true
		}
	}
	return false
}

// offering is what may be had in a country: the most that a number of the kind
// and assignment can do, and its price per month in US dollars.
type offering struct {
	kind, assignment string
	calling, sms     string
	price            string
}

// offerings of a country; toll-free numbers carry texts in North America only.
func offerings(country string) []offering {
	var list []offering
	kinds := map[string]bool{}
	for _, b := range blocks {
		if b.country != country || kinds[b.kind] {
			continue
		}
		kinds[b.kind] = true
		switch b.kind {
		case kindTollFree:
			sms := capabilityNone
			if country == "US" {
				sms = capabilityBoth
			}
			list = append(list, offering{kindTollFree, assignedToApplication, capabilityBoth, sms, "2.0"})
		case kindGeographic:
			list = append(list,
				offering{kindGeographic, assignedToPerson, capabilityBoth, capabilityNone, "1.0"},
				offering{kindGeographic, assignedToApplication, capabilityBoth, capabilityNone, "1.0"})
		case kindMobile:
			list = append(list, offering{kindMobile, assignedToApplication, capabilityNone, capabilityBoth, "3.0"})
		}
	}
	return list
}

// allows says whether have, what an offering can do, includes want.
func allows(have, want string) bool {
	return want == capabilityNone || have == want || have == capabilityBoth
}

func validCapability(s string) bool {
	switch s {
	case capabilityNone, capabilityInbound, capabilityOutbound, capabilityBoth:
		return true
	}
	return false
}

// offered finds the offering that fits a wish.
func offered(country, kind, assignment string, want capabilities) (offering, bool) {
	for _, o := range offerings(country) {
		if o.kind == kind && o.assignment == assignment && allows(o.calling, want.Calling) && allows(o.sms, want.SMS) {
			return o, true
		}
	}
	return offering{}, false
}

// blockOf finds the block of a number.
func blockOf(number string) (block, bool) {
	for _, b := range blocks {
		if b.has(number) {
			return b, true
		}
	}
	return block{}, false
}
