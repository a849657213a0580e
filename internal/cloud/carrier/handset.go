package carrier

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"guichet/internal/cloud/wellknown"
	"guichet/internal/platform/sqlstore"
)

// Directions and statuses of a Message.
const (
	toBusiness = "toBusiness"
	toCustomer = "toCustomer"

	statusReceived  = "received"
	statusPending   = "pending"
	statusDelivered = "delivered"
	statusFailed    = "failed"
)

// Message is one text as a handset shows it.
type Message struct {
	ID        string `json:"id"`
	Customer  string `json:"customer"`
	Business  string `json:"business"`
	Direction string `json:"direction"`
	Text      string `json:"text"`
	// At is RFC 3339, UTC.
	At     string `json:"at"`
	Status string `json:"status"`
	// StatusDetail is the reason of a failure.
	StatusDetail string `json:"statusDetail"`
}

func (r row) message() Message {
	m := Message{
		ID: r.id, Customer: r.customer, Business: r.business, Direction: toCustomer, Text: r.body,
		At: sqlstore.Time(r.at).Format(time.RFC3339Nano), Status: r.status, StatusDetail: r.detail,
	}
	if r.toBusiness {
		m.Direction = toBusiness
	}
	return m
}

// notify tells the customer's handsets of a text that is new or changed.
func (c *Carrier) notify(r row) {
	data, err := json.Marshal(struct {
		Type    string  `json:"type"`
		Message Message `json:"message"`
	}{"message", r.message()})
	if err != nil {
		panic("carrier: a message that is not JSON: " + err.Error())
	}
	c.o.Hub.Publish(Topic(r.customer), data)
}

// Bounds of the handset API.
const (
	maxBody      = 64 << 10
	maxTextRunes = 2048
	// pageSize is how many messages of a thread one answer holds.
	pageSize = 100
)

// Handler is the handset's control API under /_guichet/handset. It asks for no
// sign-in, since the cloud listens on loopback; pages of other origins are
// refused.
func (c *Carrier) Handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h func(*http.Request) (int, any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			status, body, err := h(r)
			c.answer(w, status, body, err)
		})
	}
	const customer = "/_guichet/handset/customers/{number}"
	handle("GET /_guichet/handset", c.getHandset)
	handle("POST /_guichet/handset/customers", c.postCustomer)
	handle("GET "+customer+"/threads", c.getThreads)
	handle("GET "+customer+"/threads/{business}/messages", c.getMessages)
	handle("POST "+customer+"/threads/{business}/messages", c.postMessage)
	handle("GET "+customer+"/delivery", c.getDelivery)
	handle("PUT "+customer+"/delivery", c.putDelivery)
	return http.NewCrossOriginProtection().Handler(mux)
}

// problem is an error of the handset API.
type problem struct {
	status        int
	code, message string
}

func (p *problem) Error() string { return p.message }

func badRequest(message string) error {
	return &problem{http.StatusBadRequest, "badRequest", message}
}

func (c *Carrier) answer(w http.ResponseWriter, status int, body any, err error) {
	if err != nil {
		p, ok := errors.AsType[*problem](err)
		switch {
		case ok:
		case errors.Is(err, ErrNumber):
			p = &problem{http.StatusBadRequest, "badNumber", ErrNumber.Error()}
		case errors.Is(err, ErrOtherText):
			p = &problem{http.StatusConflict, "otherText", ErrOtherText.Error()}
		case errors.Is(err, sqlstore.ErrBusy):
			w.Header().Set("Retry-After", "1")
			p = &problem{http.StatusServiceUnavailable, "busy", "Too much is waiting; try again."}
		default:
			c.o.Log.Error("handset request failed", "error", err)
			p = &problem{http.StatusInternalServerError, "internal", "The local cloud failed; see its log."}
		}
		status, body = p.status, map[string]any{"error": map[string]string{"code": p.code, "message": p.message}}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// readJSON reads one JSON object into v and refuses fields it does not know.
func readJSON(r *http.Request, v any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badRequest("The body is not the JSON that is expected: " + err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("The body has more than one JSON value.")
	}
	return nil
}

// numberIn reads a number from the path, where it may come as "+" or "%2B".
func numberIn(r *http.Request, name string) (string, error) {
	n := r.PathValue(name)
	if !number.MatchString(n) {
		return "", ErrNumber
	}
	return n, nil
}

type items[T any] struct {
	Items []T `json:"items"`
}

func (c *Carrier) getHandset(r *http.Request) (int, any, error) {
	customers, err := listCustomers(r.Context(), c.o.DB.Read())
	if err != nil {
		return 0, nil, err
	}
	numbers, err := c.exchange.Numbers(r.Context())
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, struct {
		Customers       []string `json:"customers"`
		Numbers         []Number `json:"numbers"`
		DefaultCustomer string   `json:"defaultCustomer"`
	}{customers, append([]Number{}, numbers...), wellknown.HandsetNumber}, nil
}

func (c *Carrier) postCustomer(r *http.Request) (int, any, error) {
	var in struct {
		Number string `json:"number"`
	}
	if err := readJSON(r, &in); err != nil {
		return 0, nil, err
	}
	if !number.MatchString(in.Number) {
		return 0, nil, ErrNumber
	}
	if err := c.AddCustomer(r.Context(), in.Number); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, in, nil
}

func (c *Carrier) getThreads(r *http.Request) (int, any, error) {
	customer, err := numberIn(r, "number")
	if err != nil {
		return 0, nil, err
	}
	heads, err := sqlstore.List(r.Context(), c.o.DB.Read(), scanRow, threadHeads, customer)
	if err != nil {
		return 0, nil, err
	}
	type thread struct {
		Number        string `json:"number"`
		LastText      string `json:"lastText"`
		LastAt        string `json:"lastAt"`
		LastDirection string `json:"lastDirection"`
	}
	out := items[thread]{Items: []thread{}}
	for _, h := range heads {
		m := h.message()
		out.Items = append(out.Items, thread{m.Business, m.Text, m.At, m.Direction})
	}
	return http.StatusOK, out, nil
}

func (c *Carrier) thread(r *http.Request) (customer, business string, err error) {
	if customer, err = numberIn(r, "number"); err != nil {
		return "", "", err
	}
	business, err = numberIn(r, "business")
	return customer, business, err
}

// messagePage is a part of a thread, oldest first. Next is what to ask for
// earlier messages with (?before=); it is empty when there are none.
type messagePage struct {
	Items []Message `json:"items"`
	Next  string    `json:"next,omitempty"`
}

func (c *Carrier) getMessages(r *http.Request) (int, any, error) {
	customer, business, err := c.thread(r)
	if err != nil {
		return 0, nil, err
	}
	rows, err := sqlstore.List(r.Context(), c.o.DB.Read(), scanRow, threadMessages,
		customer, business, r.URL.Query().Get("before"), pageSize+1)
	if err != nil {
		return 0, nil, err
	}
	out := messagePage{Items: []Message{}}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		out.Next = rows[pageSize-1].id
	}
	for _, row := range slices.Backward(rows) {
		out.Items = append(out.Items, row.message())
	}
	return http.StatusOK, out, nil
}

func (c *Carrier) postMessage(r *http.Request) (int, any, error) {
	customer, business, err := c.thread(r)
	if err != nil {
		return 0, nil, err
	}
	var in struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	}
	if err := readJSON(r, &in); err != nil {
		return 0, nil, err
	}
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return 0, nil, badRequest("id must be a UUID.")
	}
	if strings.TrimSpace(in.Text) == "" || utf8.RuneCountInString(in.Text) > maxTextRunes {
		return 0, nil, badRequest("text must have 1 to 2048 characters.")
	}
	m, err := c.Receive(r.Context(), Text{
		ID: id.String(), Customer: customer, Business: business, Body: in.Text, At: c.o.Clock.Now(),
	})
	return http.StatusCreated, m, err
}

func (c *Carrier) getDelivery(r *http.Request) (int, any, error) {
	customer, err := numberIn(r, "number")
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, c.choice(customer), nil
}

func (c *Carrier) putDelivery(r *http.Request) (int, any, error) {
	customer, err := numberIn(r, "number")
	if err != nil {
		return 0, nil, err
	}
	var in Delivery
	if err := readJSON(r, &in); err != nil {
		return 0, nil, err
	}
	if err := in.check(); err != nil {
		return 0, nil, badRequest(err.Error())
	}
	if err := c.setChoice(r.Context(), customer, in); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, c.choice(customer), nil
}
