package phonenumbers_test

import (
	"context"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"guichet/acs/internal/wiretest"
	"guichet/acs/phonenumbers"
)

const reservationID = "7e5e0000-0000-4000-8000-000000000001"

var both = phonenumbers.Capabilities{Calling: phonenumbers.InboundOutbound, SMS: phonenumbers.InboundOutbound}

// wireCase makes a case of a call with a client in French, which shows where the language goes.
func wireCase(name, language string, call func(*testing.T, *phonenumbers.Client)) wiretest.Case {
	return wiretest.Case{Name: name, Call: func(t *testing.T, s wiretest.Server) {
		c, err := phonenumbers.NewClientFromConnectionString(s.ConnectionString, &phonenumbers.ClientOptions{
			ClientOptions: s.Options, AcceptLanguage: language,
		})
		if err != nil {
			t.Fatal(err)
		}
		call(t, c)
	}}
}

// drain reads all pages and returns how many there are.
func drain[T any](t *testing.T, pager *runtime.Pager[T]) (pages []T) {
	t.Helper()
	for pager.More() {
		page, err := pager.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
	}
	return pages
}

// wait waits for the end of an operation.
func wait[T any](t *testing.T, poller *runtime.Poller[T], err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	out, err := poller.PollUntilDone(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWire(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	wiretest.Run(t, []wiretest.Case{
		wireCase("list-purchased", "", func(t *testing.T, c *phonenumbers.Client) {
			if pages := drain(t, c.NewListPurchasedPager(nil)); len(pages) != 2 {
				t.Errorf("%d pages", len(pages))
			}
		}),
		wireCase("get-purchased", "", func(t *testing.T, c *phonenumbers.Client) {
			if n, err := c.GetPurchased(ctx, "+18335550100"); err != nil || n.Cost.Amount != "2" {
				t.Errorf("%+v, %v", n, err)
			}
		}),
		wireCase("search", "", func(t *testing.T, c *phonenumbers.Client) {
			p, err := c.BeginSearch(ctx, "US", phonenumbers.SearchRequest{
				PhoneNumberType: phonenumbers.TollFree, AssignmentType: phonenumbers.Application, Capabilities: both, AreaCode: "833", Quantity: 1,
			})
			if r := wait(t, p, err); r.SearchID != "5ea70000" || len(r.PhoneNumbers) != 1 || r.SearchExpiresBy.IsZero() || r.Error != "NoError" {
				t.Errorf("%+v", r)
			}
		}),
		wireCase("search-any", "", func(t *testing.T, c *phonenumbers.Client) {
			p, err := c.BeginSearch(ctx, "FR", phonenumbers.SearchRequest{
				PhoneNumberType: phonenumbers.Geographic, AssignmentType: phonenumbers.Application,
				Capabilities: phonenumbers.Capabilities{Calling: phonenumbers.Inbound, SMS: phonenumbers.None},
			})
			if r := wait(t, p, err); r.SearchID != "5ea70000" {
				t.Errorf("%+v", r)
			}
		}),
		wireCase("purchase", "", func(t *testing.T, c *phonenumbers.Client) {
			p, err := c.BeginPurchase(ctx, "5ea70000", nil)
			wait(t, p, err)
		}),
		wireCase("purchase-agree", "", func(t *testing.T, c *phonenumbers.Client) {
			p, err := c.BeginPurchase(ctx, "5ea70000", &phonenumbers.PurchaseOptions{AgreeToNotResell: true})
			wait(t, p, err)
		}),
		wireCase("release", "", func(t *testing.T, c *phonenumbers.Client) {
			p, err := c.BeginRelease(ctx, "+18335550100")
			wait(t, p, err)
		}),
		wireCase("update-capabilities", "", func(t *testing.T, c *phonenumbers.Client) {
			p, err := c.BeginUpdateCapabilities(ctx, "+18335550100", phonenumbers.Capabilities{SMS: phonenumbers.Outbound})
			if n := wait(t, p, err); n.PhoneNumber != "+18335550100" {
				t.Errorf("%+v", n)
			}
		}),
		wireCase("browse", "", func(t *testing.T, c *phonenumbers.Client) {
			r, err := c.Browse(ctx, "US", phonenumbers.BrowseRequest{
				PhoneNumberType: phonenumbers.TollFree, Capabilities: phonenumbers.Capabilities{Calling: phonenumbers.Inbound},
				AssignmentType: phonenumbers.Application, PhoneNumberPrefixes: []string{"833"},
			})
			if err != nil || len(r.PhoneNumbers) != 1 || r.PhoneNumbers[0].Status != phonenumbers.Available || r.PhoneNumbers[0].Cost == nil {
				t.Errorf("%+v, %v", r, err)
			}
		}),
		wireCase("countries", "fr", func(t *testing.T, c *phonenumbers.Client) {
			if pages := drain(t, c.NewListCountriesPager(nil)); len(pages) != 1 || pages[0].Countries[0].CountryCode != "US" {
				t.Errorf("%+v", pages)
			}
		}),
		wireCase("area-codes-toll-free", "", func(t *testing.T, c *phonenumbers.Client) {
			if pages := drain(t, c.NewListAreaCodesPager("US", phonenumbers.TollFree, nil)); len(pages) != 1 || pages[0].AreaCodes[0].AreaCode != "833" {
				t.Errorf("%+v", pages)
			}
		}),
		wireCase("area-codes-geographic", "", func(t *testing.T, c *phonenumbers.Client) {
			drain(t, c.NewListAreaCodesPager("US", phonenumbers.Geographic, &phonenumbers.ListAreaCodesOptions{
				Locality: "St. Louis (North), *~", AdministrativeDivision: "MO", AssignmentType: phonenumbers.Person,
			}))
		}),
		wireCase("area-codes-mobile", "", func(t *testing.T, c *phonenumbers.Client) {
			drain(t, c.NewListAreaCodesPager("AU", phonenumbers.Mobile, nil))
		}),
		wireCase("localities", "fr", func(t *testing.T, c *phonenumbers.Client) {
			pages := drain(t, c.NewListLocalitiesPager("US", &phonenumbers.ListLocalitiesOptions{
				AdministrativeDivision: "MO", PhoneNumberType: phonenumbers.Geographic,
			}))
			if len(pages) != 1 || pages[0].Localities[0].AdministrativeDivision.AbbreviatedName != "MO" {
				t.Errorf("%+v", pages)
			}
		}),
		wireCase("offerings", "", func(t *testing.T, c *phonenumbers.Client) {
			pages := drain(t, c.NewListOfferingsPager("US", &phonenumbers.ListOfferingsOptions{
				PhoneNumberType: phonenumbers.TollFree, AssignmentType: phonenumbers.Application,
			}))
			if len(pages) != 1 || pages[0].Offerings[0].AvailableCapabilities != both {
				t.Errorf("%+v", pages)
			}
		}),
		wireCase("reservation-update", "", func(t *testing.T, c *phonenumbers.Client) {
			r, err := c.CreateOrUpdateReservation(ctx, reservationID, phonenumbers.ReservationChange{
				Add: []phonenumbers.AvailablePhoneNumber{{
					ID: "18335550101", CountryCode: "US", PhoneNumber: "+18335550101", Capabilities: both, PhoneNumberType: phonenumbers.TollFree,
					AssignmentType: phonenumbers.Application, Status: phonenumbers.Available,
					Cost: &phonenumbers.Cost{Amount: "2", CurrencyCode: "USD", BillingFrequency: "monthly"},
				}},
				Remove: []string{"18335550102"},
			})
			if err != nil || r.Status != phonenumbers.ReservationActive || r.PhoneNumbers["18335550101"].Status != phonenumbers.Reserved {
				t.Errorf("%+v, %v", r, err)
			}
		}),
		wireCase("reservation-get", "", func(t *testing.T, c *phonenumbers.Client) {
			if r, err := c.GetReservation(ctx, reservationID); err != nil || r.ID != reservationID || r.ExpiresAt.IsZero() {
				t.Errorf("%+v, %v", r, err)
			}
		}),
		wireCase("reservation-delete", "", func(t *testing.T, c *phonenumbers.Client) {
			if err := c.DeleteReservation(ctx, reservationID); err != nil {
				t.Error(err)
			}
		}),
		wireCase("reservation-list", "", func(t *testing.T, c *phonenumbers.Client) {
			if pages := drain(t, c.NewListReservationsPager(nil)); len(pages) != 1 || pages[0].Reservations[0].ID != reservationID {
				t.Errorf("%+v", pages)
			}
		}),
		wireCase("reservation-purchase", "", func(t *testing.T, c *phonenumbers.Client) {
			p, err := c.BeginPurchaseReservation(ctx, reservationID, nil)
			wait(t, p, err)
		}),
		wireCase("reservation-purchase-agree", "", func(t *testing.T, c *phonenumbers.Client) {
			p, err := c.BeginPurchaseReservation(ctx, reservationID, &phonenumbers.PurchaseOptions{AgreeToNotResell: true})
			wait(t, p, err)
		}),
		wireCase("operator-information", "", func(t *testing.T, c *phonenumbers.Client) {
			r, err := c.SearchOperatorInformation(ctx, []string{"+14255550123"}, nil)
			if err != nil || len(r.Values) != 1 || r.Values[0].NationalFormat == "" || r.Values[0].OperatorDetails != nil {
				t.Errorf("%+v, %v", r, err)
			}
		}),
		wireCase("operator-information-full", "", func(t *testing.T, c *phonenumbers.Client) {
			r, err := c.SearchOperatorInformation(ctx, []string{"+14255550123"},
				&phonenumbers.OperatorInformationOptions{IncludeAdditionalOperatorDetails: true})
			if err != nil || len(r.Values) != 1 || r.Values[0].OperatorDetails.Name != "Contoso" || r.Values[0].NumberType != "mobile" {
				t.Errorf("%+v, %v", r, err)
			}
		}),
	})
}
