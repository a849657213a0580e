package api

import (
	"context"

	"guichet/internal/desk/conversation"
	"guichet/internal/desk/live"
	"guichet/internal/platform/problem"
)

type conversationOut struct{ Body live.Conversation }

type conversationsOut struct {
	Body struct {
		Items []live.Conversation `json:"items"`
		Next  string              `json:"next" doc:"Cursor of the next part; empty at the end."`
	}
}

func (a *api) listConversations(ctx context.Context, in *struct {
	View   string `query:"view" enum:"mine,open,active,closed,all" default:"all"`
	Cursor string `query:"cursor" maxLength:"200"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
},
) (*conversationsOut, error) {
	page, err := a.Conversations.List(ctx, conversation.View(in.View), userOf(ctx).ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &conversationsOut{}
	out.Body.Next = page.Next
	out.Body.Items = make([]live.Conversation, len(page.Items))
	for i, c := range page.Items {
		out.Body.Items[i] = live.ShowConversation(c)
	}
	return out, nil
}

type conversationID struct {
	ID string `path:"id"`
}

func (a *api) getConversation(ctx context.Context, in *conversationID) (*conversationOut, error) {
	c, err := a.Conversations.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &conversationOut{live.ShowConversation(c)}, nil
}

type messagesOut struct {
	Body struct {
		Items []live.Message `json:"items"`
		Next  string         `json:"next" doc:"Cursor of older messages; empty at the beginning."`
	}
}

func (a *api) listMessages(ctx context.Context, in *struct {
	ID     string `path:"id"`
	Before string `query:"before" maxLength:"200"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
},
) (*messagesOut, error) {
	page, err := a.Conversations.Messages(ctx, in.ID, in.Before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &messagesOut{}
	out.Body.Next = page.Next
	out.Body.Items = make([]live.Message, len(page.Items))
	for i, m := range page.Items {
		out.Body.Items[i] = live.ShowMessage(m)
	}
	return out, nil
}

type messageOut struct{ Body live.Message }

func (a *api) reply(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Key  string `header:"Idempotency-Key" doc:"The same key again finds the first call's message instead of sending another."`
	Body struct {
		Text string `json:"text" doc:"1 to 2048 characters."`
	}
},
) (*messageOut, error) {
	if len(in.Key) > 100 {
		return nil, problem.New(problem.Invalid, "idempotency.key")
	}
	change, err := a.SMS.Reply(ctx, conversation.Reply{
		ConversationID: in.ID, AgentID: userOf(ctx).ID, Text: in.Body.Text, Key: in.Key,
	})
	if err != nil {
		return nil, err
	}
	return &messageOut{live.ShowMessage(*change.Message)}, nil
}

func (a *api) assign(ctx context.Context, in *conversationID) (*conversationOut, error) {
	return a.changed(a.Conversations.Assign(ctx, in.ID, userOf(ctx).ID))
}

func (a *api) end(ctx context.Context, in *conversationID) (*conversationOut, error) {
	return a.changed(a.Conversations.End(ctx, in.ID, userOf(ctx).ID))
}

func (a *api) read(ctx context.Context, in *conversationID) (*conversationOut, error) {
	change, err := a.Conversations.Read(ctx, in.ID, userOf(ctx).ID)
	if err != nil {
		return nil, err
	}
	if change == nil {
		return a.getConversation(ctx, in)
	}
	return a.changed(change, nil)
}

func (a *api) changed(change *conversation.Change, err error) (*conversationOut, error) {
	if err != nil {
		return nil, err
	}
	a.Live.Changed(change)
	return &conversationOut{live.ShowConversation(change.Conversation)}, nil
}
