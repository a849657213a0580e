package conversation_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"time"

	"guichet/internal/desk/conversation"
	"guichet/internal/desk/people"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/sqlstore"
	"guichet/internal/platform/sqlstore/sqlstoretest"
)

var (
	migrations = []fs.FS{people.Migrations, conversation.Migrations}
	start      = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
)

const (
	customer = "+14255550123"
	ours     = "+18335550100"
)

// room is a set-up of one test.
type room struct {
	*conversation.Conversations
	t          *testing.T
	db         *sqlstore.DB
	clock      *clock.Manual
	alice, bob people.User
	received   int
}

func each(t *testing.T, test func(t *testing.T, r *room)) {
	t.Helper()
	t.Parallel()
	sqlstoretest.Each(t, migrations, func(t *testing.T, db *sqlstore.DB) {
		r := &room{t: t, db: db, clock: clock.NewManual(start)}
		r.Conversations = conversation.New(db, r.clock)
		users := people.New(db, r.clock, people.Options{Cost: 4})
		for name, u := range map[string]*people.User{"Alice": &r.alice, "Bob": &r.bob} {
			var err error
			if *u, err = users.Add(t.Context(), "test", people.NewUser{Email: name + "@example.com", Name: name, Role: people.Agent}); err != nil {
				t.Fatal(err)
			}
		}
		test(t, r)
	})
}

// receive takes a text in a minute after the one before.
func (r *room) receive(text string) *conversation.Change {
	r.t.Helper()
	r.clock.Advance(time.Minute)
	r.received++
	return r.receiveAs(fmt.Sprintf("Incoming_%d", r.received), text, r.clock.Now())
}

func (r *room) receiveAs(providerID, text string, at time.Time) *conversation.Change {
	r.t.Helper()
	change, err := r.tryReceive(providerID, text, at)
	if err != nil {
		r.t.Fatal(err)
	}
	return change
}

func (r *room) tryReceive(providerID, text string, at time.Time) (change *conversation.Change, err error) {
	err = r.db.Tx(context.Background(), func(tx *sql.Tx) (err error) {
		change, err = r.Receive(context.Background(), tx, conversation.Received{
			Channel: "sms", ProviderID: providerID, From: customer, To: ours, Text: text, At: at,
		})
		return err
	})
	return change, err
}

func (r *room) advance(p conversation.Progress) (change *conversation.Change, err error) {
	err = r.db.Tx(r.t.Context(), func(tx *sql.Tx) (err error) {
		change, err = r.Advance(r.t.Context(), tx, p)
		return err
	})
	return change, err
}

func (r *room) reply(id, text, key string) (*conversation.Change, error) {
	return r.Reply(r.t.Context(), conversation.Reply{ConversationID: id, AgentID: r.alice.ID, Text: text, Key: key},
		func(*sql.Tx, conversation.Conversation, conversation.Message) error { return nil })
}

func code(err error) string {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p.Code
	}
	return fmt.Sprint(err)
}

func TestTextsOfOneCustomerMakeOneConversationUntilItEnds(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		first := r.receive("hello").Conversation
		second := r.receive("anyone?").Conversation
		if second.ID != first.ID || second.Unread != 2 || second.State != conversation.Open || second.LastText != "anyone?" {
			t.Errorf("second text: %+v", second)
		}
		if _, err := r.Assign(t.Context(), first.ID, r.alice.ID); err != nil {
			t.Fatal(err)
		}
		ended, err := r.End(t.Context(), first.ID, r.alice.ID)
		if err != nil || ended.Conversation.State != conversation.Closed || ended.Conversation.ClosedAt.IsZero() {
			t.Fatalf("ended: %+v, %v", ended, err)
		}
		if _, err := r.End(t.Context(), first.ID, r.alice.ID); err != nil {
			t.Errorf("ending twice: %v", err)
		}
		third := r.receive("me again").Conversation
		if third.ID == first.ID || third.State != conversation.Open || third.Contact.ID != first.Contact.ID {
			t.Errorf("text after the end: %+v", third)
		}
	})
}

func TestSameTextIsStoredOnce(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		c := r.receive("hello").Conversation
		if again := r.receiveAs("Incoming_1", "hello", start); again != nil {
			t.Errorf("stored again: %+v", again)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				// A race ends in an error after which the event is tried again.
				for _, err := r.tryReceive("Incoming_race", "twice", start); err != nil; {
					_, err = r.tryReceive("Incoming_race", "twice", start)
				}
			})
		}
		wg.Wait()
		page, err := r.Messages(t.Context(), c.ID, "", 50)
		if err != nil || len(page.Items) != 2 {
			t.Errorf("%d messages, %v", len(page.Items), err)
		}
	})
}

func TestLateTextDoesNotBecomeTheNewest(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.receive("new")
		late := r.receiveAs("Incoming_late", "old", start)
		if late.Conversation.LastText != "new" || late.Conversation.Unread != 2 {
			t.Errorf("%+v", late.Conversation)
		}
		page, err := r.Messages(t.Context(), late.Conversation.ID, "", 50)
		if err != nil || len(page.Items) != 2 || page.Items[0].Text != "old" {
			t.Errorf("order %+v, %v", page.Items, err)
		}
	})
}

func TestOneAgentGetsIt(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		c := r.receive("hello").Conversation
		errs := map[string]error{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for _, u := range []people.User{r.alice, r.bob} {
			wg.Go(func() {
				_, err := r.Assign(t.Context(), c.ID, u.ID)
				mu.Lock()
				defer mu.Unlock()
				errs[u.Name] = err
			})
		}
		wg.Wait()
		winner, loser := "Alice", "Bob"
		if errs[winner] != nil {
			winner, loser = loser, winner
		}
		refused, ok := errors.AsType[*problem.Error](errs[loser])
		if errs[winner] != nil || !ok || refused.Code != "conversation.taken" || refused.Args["agent"] != winner {
			t.Fatalf("outcomes %v", errs)
		}
		got, err := r.Get(t.Context(), c.ID)
		if err != nil || got.Agent.Name != winner || got.State != conversation.Active {
			t.Errorf("%+v, %v", got, err)
		}
		again, err := r.Assign(t.Context(), c.ID, got.Agent.ID)
		if err != nil || again.Conversation.Version != got.Version {
			t.Errorf("asking again: %+v, %v", again, err)
		}
	})
}

func TestOnlyWhoHasItActs(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		c := r.receive("hello").Conversation
		if _, err := r.reply(c.ID, "hi", ""); code(err) != "conversation.notAssigned" {
			t.Errorf("reply before assignment: %v", err)
		}
		if _, err := r.Assign(t.Context(), c.ID, r.bob.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := r.reply(c.ID, "hi", ""); code(err) != "conversation.notYours" {
			t.Errorf("reply to another's: %v", err)
		}
		if _, err := r.End(t.Context(), c.ID, r.alice.ID); code(err) != "conversation.notYours" {
			t.Errorf("ending another's: %v", err)
		}
		if change, err := r.Read(t.Context(), c.ID, r.alice.ID); change != nil || err != nil {
			t.Errorf("reading another's: %+v, %v", change, err)
		}
		if change, err := r.Read(t.Context(), c.ID, r.bob.ID); err != nil || change.Conversation.Unread != 0 {
			t.Errorf("reading one's own: %+v, %v", change, err)
		}
		if _, err := r.Get(t.Context(), "none"); code(err) != "conversation.unknown" {
			t.Errorf("unknown: %v", err)
		}
	})
}

func TestReplyIsStoredOncePerKey(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		c := r.receive("hello").Conversation
		if _, err := r.Assign(t.Context(), c.ID, r.alice.ID); err != nil {
			t.Fatal(err)
		}
		first, err := r.reply(c.ID, "hi", "k1")
		if err != nil || first.Message.Delivery != conversation.Queued || first.Conversation.Unread != 0 {
			t.Fatalf("%+v, %v", first, err)
		}
		again, err := r.reply(c.ID, "hi", "k1")
		if err != nil || again.Message.ID != first.Message.ID {
			t.Errorf("the same key: %+v, %v", again, err)
		}
		if _, err := r.reply(c.ID, "other", "k1"); code(err) != "idempotency.reused" {
			t.Errorf("the same key for another text: %v", err)
		}
		for _, text := range []string{"", string(make([]rune, conversation.MaxText+1))} {
			if _, err := r.reply(c.ID, text, ""); code(err) != "message.length" {
				t.Errorf("%d characters: %v", len(text), err)
			}
		}
	})
}

func TestReplyIsNotStoredWhenItCannotBeSent(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		c := r.receive("hello").Conversation
		if _, err := r.Assign(t.Context(), c.ID, r.alice.ID); err != nil {
			t.Fatal(err)
		}
		boom := errors.New("no queue")
		_, err := r.Reply(t.Context(), conversation.Reply{ConversationID: c.ID, AgentID: r.alice.ID, Text: "hi"},
			func(*sql.Tx, conversation.Conversation, conversation.Message) error { return boom })
		page, listErr := r.Messages(t.Context(), c.ID, "", 50)
		if !errors.Is(err, boom) || listErr != nil || len(page.Items) != 1 {
			t.Errorf("%v, %d messages, %v", err, len(page.Items), listErr)
		}
	})
}

func TestDeliveryMovesForwardOnly(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		c := r.receive("hello").Conversation
		if _, err := r.Assign(t.Context(), c.ID, r.alice.ID); err != nil {
			t.Fatal(err)
		}
		reply, err := r.reply(c.ID, "hi", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.advance(conversation.Progress{ProviderID: "Outgoing_1", Delivery: conversation.Delivered}); !errors.Is(err, sqlstore.ErrNotFound) {
			t.Errorf("report before the send's answer: %v", err)
		}
		steps := []struct {
			progress conversation.Progress
			want     conversation.Delivery
			changes  bool
		}{
			{conversation.Progress{MessageID: reply.Message.ID, ProviderID: "Outgoing_1", Delivery: conversation.Sent}, conversation.Sent, true},
			{conversation.Progress{ProviderID: "Outgoing_1", Delivery: conversation.Sent}, conversation.Sent, false},
			{conversation.Progress{ProviderID: "Outgoing_1", Delivery: conversation.Failed, Code: "4007", Reason: "opted out"}, conversation.Failed, true},
			{conversation.Progress{ProviderID: "Outgoing_1", Delivery: conversation.Delivered}, conversation.Failed, false},
			{conversation.Progress{MessageID: reply.Message.ID, Delivery: conversation.Sent}, conversation.Failed, false},
		}
		for i, step := range steps {
			change, err := r.advance(step.progress)
			if err != nil || (change != nil) != step.changes {
				t.Fatalf("step %d: %+v, %v", i, change, err)
			}
			page, err := r.Messages(t.Context(), c.ID, "", 50)
			if err != nil {
				t.Fatal(err)
			}
			if got := page.Items[1]; got.Delivery != step.want || got.Delivery == conversation.Failed && got.FailureCode != "4007" {
				t.Errorf("step %d: %+v", i, got)
			}
		}
	})
}

func TestListsArePaged(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		c := r.receive("0").Conversation
		for i := range 24 {
			r.receive(fmt.Sprint(i + 1))
		}
		var seen []string
		cursor := ""
		for {
			page, err := r.Messages(t.Context(), c.ID, cursor, 10)
			if err != nil {
				t.Fatal(err)
			}
			texts := []string{}
			for _, m := range page.Items {
				texts = append(texts, m.Text)
			}
			seen = append(texts, seen...)
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(seen) != 25 || seen[0] != "0" || seen[24] != "24" {
			t.Errorf("read %v", seen)
		}
		for view, want := range map[conversation.View]int{conversation.OpenItems: 1, conversation.Mine: 0, conversation.ClosedItems: 0, conversation.All: 1} {
			page, err := r.List(t.Context(), view, r.alice.ID, "", 10)
			if err != nil || len(page.Items) != want {
				t.Errorf("%s: %d, %v", view, len(page.Items), err)
			}
		}
		for _, cursor := range []string{"!", "YWJj", "MSA"} {
			if _, err := r.List(t.Context(), conversation.All, "", cursor, 10); code(err) != "cursor" && cursor != "MSA" {
				t.Errorf("cursor %q: %v", cursor, err)
			}
		}
	})
}
