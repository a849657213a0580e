// Package live is what browsers are told and how: the JSON shapes of a
// conversation and a message, shared by the API's answers and by notices, and
// the hub that numbers notices. It decides nothing about conversations.
package live

import (
	"encoding/json"
	"strings"
	"time"

	"guichet/internal/desk/conversation"
	"guichet/internal/platform/bus"
)

// Person is a user or a contact.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Customer is the contact of a conversation.
type Customer struct {
	ID    string `json:"id"`
	Name  string `json:"name" doc:"Empty while the contact has no name."`
	Phone string `json:"phone" doc:"E.164." example:"+14255550123"`
}

// Conversation is a conversation as pages and programs see it.
type Conversation struct {
	ID            string     `json:"id"`
	Channel       string     `json:"channel" enum:"sms"`
	State         string     `json:"state" enum:"open,active,closed"`
	Customer      Customer   `json:"customer"`
	Number        string     `json:"number" doc:"Our number, E.164."`
	Agent         *Person    `json:"agent" doc:"Who has it, or had it last; null while nobody has."`
	CreatedAt     time.Time  `json:"createdAt"`
	LastAt        time.Time  `json:"lastAt"`
	LastText      string     `json:"lastText" doc:"The beginning of the newest message."`
	LastDirection string     `json:"lastDirection" enum:"inbound,outbound"`
	Unread        int        `json:"unread" doc:"Inbound messages since the agent last looked or answered."`
	ClosedAt      *time.Time `json:"closedAt"`
	Version       int64      `json:"version" doc:"Grows with every change."`
}

// Failure says why a message did not arrive.
type Failure struct {
	Code   string `json:"code" doc:"The provider's code, such as 4007; empty when it gave none."`
	Reason string `json:"reason" doc:"The provider's words."`
}

// Message is a message as pages and programs see it.
type Message struct {
	ID             string    `json:"id"`
	ConversationID string    `json:"conversationId"`
	Direction      string    `json:"direction" enum:"inbound,outbound"`
	Text           string    `json:"text"`
	At             time.Time `json:"at"`
	Author         *Person   `json:"author" doc:"The agent who wrote it; null for inbound messages."`
	Delivery       string    `json:"delivery" enum:",queued,sent,delivered,failed" doc:"Empty for inbound messages."`
	Failure        *Failure  `json:"failure"`
}

// ShowConversation gives a conversation its JSON shape.
func ShowConversation(c conversation.Conversation) Conversation {
	v := Conversation{
		ID: c.ID, Channel: c.Channel, State: string(c.State),
		Customer: Customer{ID: c.Contact.ID, Name: c.Contact.Name, Phone: c.Phone},
		Number:   c.Number, CreatedAt: c.CreatedAt, LastAt: c.LastAt, LastText: c.LastText,
		LastDirection: string(c.LastDirection), Unread: c.Unread, Version: c.Version,
	}
	if c.Agent.ID != "" {
		v.Agent = &Person{ID: c.Agent.ID, Name: c.Agent.Name}
	}
	if !c.ClosedAt.IsZero() {
		v.ClosedAt = &c.ClosedAt
	}
	return v
}

// ShowMessage gives a message its JSON shape.
func ShowMessage(m conversation.Message) Message {
	v := Message{
		ID: m.ID, ConversationID: m.ConversationID, Direction: string(m.Direction), Text: m.Text, At: m.At,
		Delivery: string(m.Delivery),
	}
	if m.Author.ID != "" {
		v.Author = &Person{ID: m.Author.ID, Name: m.Author.Name}
	}
	if m.Delivery == conversation.Failed {
		v.Failure = &Failure{Code: m.FailureCode, Reason: m.FailureReason}
	}
	return v
}

// Topics of notices. Those under "admin" go to administrators only.
const (
	TopicConversation = "conversation"
	TopicUsers        = "users"
	TopicNumbers      = "numbers"
	TopicConnection   = "admin.connection"
	TopicAutomatic    = "admin.automatic"
	TopicEvents       = "admin.events"
)

// Notice is the data of a notice: what changed and, where it is small, the thing
// itself.
type Notice struct {
	Type         string        `json:"type"`
	Conversation *Conversation `json:"conversation,omitempty"`
	Message      *Message      `json:"message,omitempty"`
}

// keep is how many notices a page may miss and still catch up.
const keep = 5000

// Live publishes to open pages.
type Live struct{ hub *bus.Hub }

// New makes the room.
func New() *Live { return &Live{hub: bus.New(keep)} }

// Hub is what pages subscribe to.
func (l *Live) Hub() *bus.Hub { return l.hub }

// Changed tells pages of a committed change of a conversation; nil does nothing.
func (l *Live) Changed(change *conversation.Change) {
	if change == nil {
		return
	}
	c := ShowConversation(change.Conversation)
	n := Notice{Type: TopicConversation, Conversation: &c}
	if change.Message != nil {
		m := ShowMessage(*change.Message)
		n.Message = &m
	}
	l.publish(TopicConversation, n)
}

// Look tells pages that a list changed and is to be read again. topic is one of
// the constants; its last part is the notice's type.
func (l *Live) Look(topic string) {
	name, _ := cutAdmin(topic)
	l.publish(topic, Notice{Type: name})
}

func (l *Live) publish(topic string, n Notice) {
	data, err := json.Marshal(n)
	if err != nil {
		panic("live: a notice that is not JSON: " + err.Error())
	}
	l.hub.Publish(topic, data)
}

// ForEveryone is the filter of a page whose user is not an administrator.
func ForEveryone(topic string) bool {
	_, admin := cutAdmin(topic)
	return !admin
}

func cutAdmin(topic string) (string, bool) { return strings.CutPrefix(topic, "admin.") }
