package handset

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"guichet/internal/cloud/calling"
)

// Bounds of the control API.
const (
	maxBody = 64 << 10
	maxPage = 64
)

// Routes adds the control API of calls. It asks for no sign-in, since the cloud
// listens on loopback; pages of other origins are refused.
func (h *Handsets) Routes(mux *http.ServeMux) {
	protection := http.NewCrossOriginProtection()
	handle := func(pattern string, f func(r *http.Request, customer string) (int, any, error)) {
		mux.Handle(pattern, protection.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			customer := r.PathValue("number")
			if !valid(customer) {
				h.write(w, 0, nil, badRequest("badNumber", "The number is not in E.164 form, such as +14255550123."))
				return
			}
			status, body, err := f(r, customer)
			h.write(w, status, body, err)
		})))
	}
	const calls = "/_guichet/handset/customers/{number}/calls"
	handle("GET "+calls, func(_ *http.Request, customer string) (int, any, error) {
		return http.StatusOK, map[string]any{"items": h.list(customer)}, nil
	})
	handle("POST "+calls, h.place)
	handle("POST "+calls+"/{id}/accept", h.accept)
	handle("POST "+calls+"/{id}/media", h.renew)
	handle("POST "+calls+"/{id}/decline", func(r *http.Request, customer string) (int, any, error) {
		c, err := h.find(customer, r.PathValue("id"))
		if err == nil && !c.decline() {
			err = errTaken
		}
		if err != nil {
			return 0, nil, err
		}
		return http.StatusOK, c.View(), nil
	})
	handle("POST "+calls+"/{id}/hangup", func(r *http.Request, customer string) (int, any, error) {
		c, err := h.find(customer, r.PathValue("id"))
		if err != nil {
			return 0, nil, err
		}
		c.hangUp()
		return http.StatusOK, c.View(), nil
	})
}

// problem is an error of the control API.
type problem struct {
	status        int
	code, message string
}

func (p *problem) Error() string { return p.message }

func badRequest(code, message string) error {
	return &problem{http.StatusBadRequest, code, message}
}

// Refusals.
var (
	errInCall = &problem{http.StatusConflict, "inCall", "This phone is in a call already."}
	errTaken  = &problem{http.StatusConflict, "taken", "The call is over, or another page has it."}
)

func (h *Handsets) write(w http.ResponseWriter, status int, body any, err error) {
	if err != nil {
		p, ok := errors.AsType[*problem](err)
		switch {
		case ok:
		case errors.Is(err, errOffer):
			p = &problem{http.StatusBadRequest, "badOffer", "The session description cannot be answered: " + err.Error()}
		default:
			h.o.Log.Error("handset.call", "error", err)
			p = &problem{http.StatusInternalServerError, "internal", "The local cloud failed; see its log."}
		}
		status, body = p.status, map[string]any{"error": map[string]string{"code": p.code, "message": p.message}}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// request is what a page asks with: its id and its session description.
type request struct {
	To    string `json:"to"`
	Page  string `json:"page"`
	Offer string `json:"offer"`
}

// answered is a call with the session description that answers the page's.
type answered struct {
	Call   View   `json:"call"`
	Answer string `json:"answer"`
}

func read(r *http.Request) (request, error) {
	var in request
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return in, badRequest("badRequest", "The body is not the JSON that is expected: "+err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return in, badRequest("badRequest", "The body has more than one JSON value.")
	}
	if in.Page == "" || len(in.Page) > maxPage {
		return in, badRequest("badRequest", "page must have 1 to 64 characters.")
	}
	return in, nil
}

// media answers an offer for a call.
func (h *Handsets) media(ctx context.Context, c *call, offer string) (*media, string, error) {
	socket, err := h.socket()
	if err != nil {
		return nil, "", err
	}
	return newMedia(ctx, socket, h.o.Log, offer, c.pressed)
}

// place is POST …/calls: the customer calls a number.
func (h *Handsets) place(r *http.Request, customer string) (int, any, error) {
	in, err := read(r)
	switch {
	case err != nil:
		return 0, nil, err
	case !valid(in.To):
		return 0, nil, badRequest("badNumber", "The number that is called is not in E.164 form, such as +14255550123.")
	case in.To == customer:
		return 0, nil, badRequest("ownNumber", "A phone cannot call itself.")
	}
	// Whoever calls can be called back.
	if err := h.o.Customers.AddCustomer(r.Context(), customer); err != nil {
		return 0, nil, err
	}
	c := &call{customer: customer, other: in.To, outgoing: true, state: stateCalling, page: in.Page}
	m, answer, err := h.media(r.Context(), c, in.Offer)
	if err != nil {
		return 0, nil, err
	}
	c.media = m
	if !h.begin(c) {
		m.close()
		return 0, nil, errInCall
	}
	// Until the leg is known, nobody else sees the call.
	c.mu.Lock()
	c.leg = h.o.Network.Dial(calling.Offer{From: calling.Number(customer), To: calling.Number(in.To)}, c, 0)
	c.mu.Unlock()
	h.work.Go(func() { c.attend(m) })
	c.notify()
	return http.StatusCreated, answered{c.View(), answer}, nil
}

// accept is POST …/accept: the first page has the call.
func (h *Handsets) accept(r *http.Request, customer string) (int, any, error) {
	return h.connect(r, customer, (*call).accept)
}

// renew is POST …/media: the page that holds the call came back.
func (h *Handsets) renew(r *http.Request, customer string) (int, any, error) {
	return h.connect(r, customer, (*call).carry)
}

func (h *Handsets) connect(r *http.Request, customer string, give func(c *call, page string, m *media) bool) (int, any, error) {
	in, err := read(r)
	if err != nil {
		return 0, nil, err
	}
	c, err := h.find(customer, r.PathValue("id"))
	if err != nil {
		return 0, nil, err
	}
	m, answer, err := h.media(r.Context(), c, in.Offer)
	if err != nil {
		return 0, nil, err
	}
	if !give(c, in.Page, m) {
		m.close()
		return 0, nil, errTaken
	}
	h.work.Go(func() { c.attend(m) })
	return http.StatusOK, answered{c.View(), answer}, nil
}
