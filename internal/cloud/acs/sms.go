package acs

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/google/uuid"
)

// Bounds that the specification gives for POST /sms.
const (
	maxRecipients   = 100
	maxMessageUnits = 2048
)

// smsRequest is the body of POST /sms. A pointer tells a member that is absent.
type smsRequest struct {
	From       *string        `json:"from"`
	Recipients []smsRecipient `json:"smsRecipients"`
	Message    *string        `json:"message"`
	Options    *struct {
		EnableDeliveryReport *bool   `json:"enableDeliveryReport"`
		Tag                  *string `json:"tag"`
		// ReportTimeout is checked only: the carrier here always decides in time.
		ReportTimeout    *int      `json:"deliveryReportTimeoutInSeconds"`
		MessagingConnect *struct{} `json:"messagingConnect"`
	} `json:"smsSendOptions"`
}

type smsRecipient struct {
	To                     *string `json:"to"`
	RepeatabilityRequestID *string `json:"repeatabilityRequestId"`
	RepeatabilityFirstSent *string `json:"repeatabilityFirstSent"`
}

// smsResult is one recipient's outcome.
type smsResult struct {
	To                  string `json:"to"`
	MessageID           string `json:"messageId,omitempty"`
	HTTPStatusCode      int    `json:"httpStatusCode"`
	RepeatabilityResult string `json:"repeatabilityResult,omitempty"`
	Successful          bool   `json:"successful"`
	ErrorMessage        string `json:"errorMessage,omitempty"`
}

// Forms of a sender and of a recipient.
var (
	e164         = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	shortCode    = regexp.MustCompile(`^[0-9]{5,6}$`)
	alphanumeric = regexp.MustCompile(`^[A-Za-z0-9 +_&-]{1,11}$`)
	letter       = regexp.MustCompile(`[A-Za-z]`)
)

func validSender(s string) bool {
	return e164.MatchString(s) || shortCode.MatchString(s) || alphanumeric.MatchString(s) && letter.MatchString(s)
}

// utf16Len counts as the service's own language does.
func utf16Len(s string) int { return len(utf16.Encode([]rune(s))) }

// check validates what makes the whole request fail.
func (q *smsRequest) check() error {
	var e invalid
	switch {
	case q.From == nil || *q.From == "":
		e.add("From", "The From field is required.")
	case !validSender(*q.From):
		e.add("From", "Invalid From phone number format")
	}
	switch n := len(q.Recipients); {
	case n == 0:
		e.add("SmsRecipients", "The SmsRecipients field is required.")
	case n > maxRecipients:
		e.add("SmsRecipients", "The field SmsRecipients must be an array with a maximum length of '100'.")
	}
	for i, r := range q.Recipients {
		if r.To == nil {
			e.add("SmsRecipients["+strconv.Itoa(i)+"].To", "The To field is required.")
		}
	}
	switch {
	case q.Message == nil:
		e.add("Message", "The Message field is required.")
	case utf16Len(*q.Message) > maxMessageUnits:
		e.add("Message", "The field Message must be a string with a maximum length of 2048.")
	}
	if o := q.Options; o != nil {
		if o.EnableDeliveryReport == nil {
			e.add("SmsSendOptions.EnableDeliveryReport", "The EnableDeliveryReport field is required.")
		}
		if t := o.ReportTimeout; t != nil && (*t < 60 || *t > 43200) {
			e.add("SmsSendOptions.DeliveryReportTimeoutInSeconds",
				"The field DeliveryReportTimeoutInSeconds must be between 60 and 43200.")
		}
		if o.MessagingConnect != nil {
			e.add("SmsSendOptions.MessagingConnect", "Messaging Connect partners do not exist in the local cloud.")
		}
	}
	return e.err()
}

// sending is one accepted POST /sms on its way into a batch.
type sending struct {
	serviceID, from, message string
	tag                      string
	report                   bool
	at                       time.Time
	recipients               []recipient
}

// recipient is one of them, with its outcome when that is known before the
// database is asked.
type recipient struct {
	to, requestID string
	settled       *smsResult
}

// commitWithin bounds the wait for a commit.
const commitWithin = 30 * time.Second

// postSMS is POST /sms. The answer is 202 even when recipients are refused; each
// has its own status.
func (a *ACS) postSMS(c *call) error {
	var q smsRequest
	if err := decode(c.body, &q); err != nil {
		return err
	}
	if err := q.check(); err != nil {
		return err
	}
	number, owned := a.number(*q.From)
	if !owned || number.serviceID != c.service.ImmutableID || !number.sendsSMS() {
		// The service does not say which: a sender that is not owned and one that may
		// not send look the same.
		return &failure{http.StatusUnauthorized, "Unauthorized", "", ""}
	}
	s := sending{serviceID: c.service.ImmutableID, from: *q.From, message: *q.Message, at: a.o.Clock.Now()}
	if o := q.Options; o != nil {
		s.report = *o.EnableDeliveryReport
		if o.Tag != nil {
			s.tag = *o.Tag
		}
	}
	for _, r := range q.Recipients {
		s.recipients = append(s.recipients, r.settle())
	}
	// The client may hang up; what was accepted must still be announced.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), commitWithin)
	defer cancel()
	done, err := a.send.Do(ctx, s)
	if err != nil {
		return err
	}
	results := make([]smsResult, len(done))
	for i, d := range done {
		results[i] = d.result
	}
	a.submitted(done)
	writeJSON(c.w, http.StatusAccepted, struct {
		Value []smsResult `json:"value"`
	}{results})
	return nil
}

// settle checks one recipient.
func (r smsRecipient) settle() recipient {
	out := recipient{to: *r.To}
	refuse := func(repeatability, message string) recipient {
		out.settled = &smsResult{
			To: out.to, HTTPStatusCode: http.StatusBadRequest, RepeatabilityResult: repeatability, ErrorMessage: message,
		}
		return out
	}
	if !e164.MatchString(out.to) {
		return refuse("", "Invalid To phone number format.")
	}
	if r.RepeatabilityRequestID != nil && *r.RepeatabilityRequestID != "" {
		id, err := uuid.Parse(*r.RepeatabilityRequestID)
		if err != nil {
			return refuse("rejected", "Invalid RepeatabilityRequestId format.")
		}
		if r.RepeatabilityFirstSent == nil {
			return refuse("rejected", "RepeatabilityFirstSent is required with RepeatabilityRequestId.")
		}
		if _, err := http.ParseTime(*r.RepeatabilityFirstSent); err != nil {
			return refuse("rejected", "Invalid RepeatabilityFirstSent format.")
		}
		out.requestID = id.String()
	}
	return out
}

// messageID makes an id in the service's form: a word, the time to the second, a
// GUID and the region.
func messageID(word string, at time.Time) string {
	return word + "_" + at.UTC().Format("20060102150405") + uuid.NewString() + "_noam"
}

func digits(number string) string { return strings.TrimPrefix(number, "+") }
