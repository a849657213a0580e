package api

import (
	"context"
	"errors"
	"time"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/number"
	"guichet/internal/platform/problem"
)

// Number is a phone number of the connected resource.
type Number struct {
	Number          string `json:"number" doc:"E.164." example:"+18335550100"`
	Type            string `json:"type" enum:"geographic,tollFree,mobile"`
	Country         string `json:"country" doc:"ISO 3166." example:"US"`
	SMSInbound      bool   `json:"smsInbound"`
	SMSOutbound     bool   `json:"smsOutbound"`
	CallingInbound  bool   `json:"callingInbound"`
	CallingOutbound bool   `json:"callingOutbound"`
	Detached        bool   `json:"detached" doc:"Its resource is not connected."`
}

type numbersOut struct {
	Body struct {
		Items []Number `json:"items"`
	}
}

func (a *api) listNumbers(ctx context.Context, _ *struct{}) (*numbersOut, error) {
	list, err := a.Numbers.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &numbersOut{}
	out.Body.Items = make([]Number, len(list))
	for i, n := range list {
		out.Body.Items[i] = Number(n)
	}
	return out, nil
}

// Country is a country in which numbers can be had.
type Country struct {
	Code string `json:"code" example:"US"`
	Name string `json:"name"`
}

type countriesOut struct {
	Body struct {
		Items []Country `json:"items"`
	}
}

func (a *api) listCountries(ctx context.Context, _ *struct{}) (*countriesOut, error) {
	list, err := a.Numbers.Countries(ctx)
	if err != nil {
		return nil, unconnected(err)
	}
	out := &countriesOut{}
	out.Body.Items = make([]Country, len(list))
	for i, c := range list {
		out.Body.Items[i] = Country(c)
	}
	return out, nil
}

// Offer is a kind of number that a country has.
type Offer struct {
	Type            string `json:"type" enum:"geographic,tollFree,mobile"`
	SMSInbound      bool   `json:"smsInbound"`
	SMSOutbound     bool   `json:"smsOutbound"`
	CallingInbound  bool   `json:"callingInbound"`
	CallingOutbound bool   `json:"callingOutbound"`
	Amount          string `json:"amount" doc:"Price a month." example:"2"`
	Currency        string `json:"currency" doc:"ISO 4217." example:"USD"`
}

type offersOut struct {
	Body struct {
		Items []Offer `json:"items"`
	}
}

func (a *api) listOffers(ctx context.Context, in *struct {
	Country string `query:"country" required:"true" minLength:"2" maxLength:"2"`
},
) (*offersOut, error) {
	list, err := a.Numbers.Offers(ctx, in.Country)
	if err != nil {
		return nil, unconnected(err)
	}
	out := &offersOut{}
	out.Body.Items = make([]Offer, len(list))
	for i, o := range list {
		out.Body.Items[i] = Offer(o)
	}
	return out, nil
}

// FoundNumber is a number that is held for this resource.
type FoundNumber struct {
	SearchID  string    `json:"searchId"`
	Numbers   []string  `json:"numbers"`
	Amount    string    `json:"amount" doc:"Price a month."`
	Currency  string    `json:"currency"`
	HeldUntil time.Time `json:"heldUntil"`
}

type foundOut struct{ Body FoundNumber }

func (a *api) searchNumber(ctx context.Context, in *struct {
	Body struct {
		Country         string `json:"country" minLength:"2" maxLength:"2"`
		Type            string `json:"type" enum:"geographic,tollFree"`
		AreaCode        string `json:"areaCode,omitempty" maxLength:"10"`
		SMSInbound      bool   `json:"smsInbound,omitempty"`
		SMSOutbound     bool   `json:"smsOutbound,omitempty"`
		CallingInbound  bool   `json:"callingInbound,omitempty"`
		CallingOutbound bool   `json:"callingOutbound,omitempty"`
	}
},
) (*foundOut, error) {
	b := in.Body
	found, err := a.Numbers.Search(ctx, number.Wanted{
		Country: b.Country, Type: b.Type, AreaCode: b.AreaCode, SMSInbound: b.SMSInbound, SMSOutbound: b.SMSOutbound,
		CallingInbound: b.CallingInbound, CallingOutbound: b.CallingOutbound,
	})
	if err != nil {
		return nil, unconnected(err)
	}
	return &foundOut{FoundNumber{
		SearchID: found.SearchID, Numbers: found.Numbers, Amount: found.Amount, Currency: found.Currency, HeldUntil: found.Until,
	}}, nil
}

// Order is a purchase, which goes on in the background.
type Order struct {
	ID        string    `json:"id"`
	Numbers   []string  `json:"numbers"`
	State     string    `json:"state" enum:"buying,bought,failed"`
	Reason    string    `json:"reason" doc:"Why it failed."`
	CreatedAt time.Time `json:"createdAt"`
}

func showOrder(o number.Order) Order {
	return Order{ID: o.ID, Numbers: o.Numbers, State: string(o.State), Reason: o.Reason, CreatedAt: o.CreatedAt}
}

type orderOut struct{ Body Order }

func (a *api) buyNumber(ctx context.Context, in *struct {
	Body struct {
		SearchID string   `json:"searchId" maxLength:"100"`
		Numbers  []string `json:"numbers" minItems:"1" maxItems:"10"`
	}
},
) (*orderOut, error) {
	c, err := a.Connections.Current(ctx)
	if err != nil {
		return nil, unconnected(err)
	}
	o, err := a.Numbers.Buy(ctx, c.ID, in.Body.SearchID, in.Body.Numbers)
	if err != nil {
		return nil, err
	}
	return &orderOut{showOrder(o)}, nil
}

type ordersOut struct {
	Body struct {
		Items []Order `json:"items"`
	}
}

func (a *api) listOrders(ctx context.Context, _ *struct{}) (*ordersOut, error) {
	list, err := a.Numbers.Orders(ctx)
	if err != nil {
		return nil, err
	}
	out := &ordersOut{}
	out.Body.Items = make([]Order, len(list))
	for i, o := range list {
		out.Body.Items[i] = showOrder(o)
	}
	return out, nil
}

type syncedOut struct {
	Body struct {
		Owned   int `json:"owned"`
		Added   int `json:"added"`
		Removed int `json:"removed"`
	}
}

func (a *api) syncNumbers(ctx context.Context, _ *struct{}) (*syncedOut, error) {
	synced, err := a.Setup.Sync(ctx)
	if err != nil {
		return nil, unconnected(err)
	}
	out := &syncedOut{}
	out.Body.Owned, out.Body.Added, out.Body.Removed = synced.Owned, synced.Added, synced.Removed
	return out, nil
}

// unconnected gives the lack of a connection its sentence.
func unconnected(err error) error {
	if errors.Is(err, connection.ErrNone) {
		return problem.New(problem.Conflict, "connection.none")
	}
	return err
}
