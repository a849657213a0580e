package callautomation

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"guichet/acs"
)

// Limits of a CustomCallingContext, as the documentation has them. Lengths are in characters.
const (
	MaxSIPHeaders      = 5
	MaxVoIPHeaders     = 1000
	MaxHeaderName      = 64 // with its prefix
	MaxSIPHeaderValue  = 256
	MaxVoIPHeaderValue = 1024
	MaxCallTopic       = 48
	MaxCallerDetails   = 10 // entries of TeamsPhoneCaller.AdditionalInformation
)

// ErrCallingContext is wrapped by the errors about a CustomCallingContext that breaks a limit.
var ErrCallingContext = errors.New("invalid calling context")

// CustomCallingContext is what a call tells its target besides who calls. It reaches programs of ACS as the custom
// context of the IncomingCall event, and phone systems as SIP headers. The zero value tells nothing.
type CustomCallingContext struct {
	// UserToUser is the SIP header User-To-User.
	UserToUser string

	// CustomHeaders are SIP headers, sent with X-MS-Custom- before each name.
	CustomHeaders map[string]string

	// XHeaders are SIP headers, sent with X- before each name. They and CustomHeaders are at most MaxSIPHeaders.
	XHeaders map[string]string

	// VoIPHeaders are for users of ACS and Teams.
	VoIPHeaders map[string]string

	// TeamsPhoneCall tells Teams Phone about the call.
	TeamsPhoneCall *TeamsPhoneCall
}

// TeamsPhoneCall is what Teams Phone shows of a call. All members may be empty.
type TeamsPhoneCall struct {
	Caller *TeamsPhoneCaller `json:"teamsPhoneCallerDetails,omitempty"`
	Source *TeamsPhoneSource `json:"teamsPhoneSourceDetails,omitempty"`

	SessionID        string `json:"sessionId,omitempty"`
	Intent           string `json:"intent,omitempty"`
	Topic            string `json:"callTopic,omitempty"` // at most MaxCallTopic characters
	Context          string `json:"callContext,omitempty"`
	TranscriptURL    string `json:"transcriptUrl,omitempty"`
	Sentiment        string `json:"callSentiment,omitempty"`
	SuggestedActions string `json:"suggestedActions,omitempty"`
}

// TeamsPhoneCaller is who calls. Identifier, name and phone number are required.
type TeamsPhoneCaller struct {
	Identifier    acs.Identifier `json:"caller"`
	Name          string         `json:"name"`
	PhoneNumber   string         `json:"phoneNumber"`
	RecordID      string         `json:"recordId,omitempty"`
	ScreenPopURL  string         `json:"screenPopUrl,omitempty"`
	Authenticated bool           `json:"isAuthenticated,omitempty"`

	// AdditionalInformation has at most MaxCallerDetails entries.
	AdditionalInformation map[string]string `json:"additionalCallerInformation,omitempty"`
}

// TeamsPhoneSource is where a call comes from. Identifier, language and status are required.
type TeamsPhoneSource struct {
	Identifier      acs.Identifier            `json:"source"`
	Language        string                    `json:"language"`
	Status          string                    `json:"status"`
	IntendedTargets map[string]acs.Identifier `json:"intendedTargets,omitempty"`
}

type callingContextWire struct {
	SIPHeaders     map[string]string `json:"sipHeaders"`
	VoIPHeaders    map[string]string `json:"voipHeaders"`
	TeamsPhoneCall *TeamsPhoneCall   `json:"teamsPhoneCallDetails,omitempty"`
}

// wire checks the limits. The official client always sends both maps, so that this does.
func (c CustomCallingContext) wire() (callingContextWire, error) {
	w := callingContextWire{SIPHeaders: map[string]string{}, VoIPHeaders: map[string]string{}, TeamsPhoneCall: c.TeamsPhoneCall}
	if len(c.CustomHeaders)+len(c.XHeaders) > MaxSIPHeaders {
		return w, fmt.Errorf("%w: more than %d SIP headers", ErrCallingContext, MaxSIPHeaders)
	}
	if len(c.VoIPHeaders) > MaxVoIPHeaders {
		return w, fmt.Errorf("%w: more than %d VoIP headers", ErrCallingContext, MaxVoIPHeaders)
	}
	for name, value := range c.CustomHeaders {
		w.SIPHeaders["X-MS-Custom-"+name] = value
	}
	for name, value := range c.XHeaders {
		w.SIPHeaders["X-"+name] = value
	}
	if len(w.SIPHeaders) < len(c.CustomHeaders)+len(c.XHeaders) {
		return w, fmt.Errorf("%w: two SIP headers have the same name", ErrCallingContext)
	}
	if c.UserToUser != "" {
		w.SIPHeaders["User-To-User"] = c.UserToUser
	}
	for name, value := range c.VoIPHeaders {
		w.VoIPHeaders[name] = value
	}
	if err := checkHeaders(w.SIPHeaders, MaxSIPHeaderValue); err != nil {
		return w, err
	}
	if err := checkHeaders(w.VoIPHeaders, MaxVoIPHeaderValue); err != nil {
		return w, err
	}
	return w, c.TeamsPhoneCall.check()
}

// checkHeaders names headers in its errors, but no values: they may say who calls.
func checkHeaders(headers map[string]string, maxValue int) error {
	for name, value := range headers {
		switch {
		case name == "" || strings.HasSuffix(name, "-"):
			return fmt.Errorf("%w: a header has no name", ErrCallingContext)
		case utf8.RuneCountInString(name) > MaxHeaderName:
			return fmt.Errorf("%w: name of header %.20q is longer than %d characters", ErrCallingContext, name, MaxHeaderName)
		case utf8.RuneCountInString(value) > maxValue:
			return fmt.Errorf("%w: value of header %q is longer than %d characters", ErrCallingContext, name, maxValue)
		case strings.ContainsAny(name+value, "\r\n"):
			return fmt.Errorf("%w: header %q has a line break", ErrCallingContext, name)
		}
	}
	return nil
}

func (t *TeamsPhoneCall) check() error {
	switch {
	case t == nil:
		return nil
	case utf8.RuneCountInString(t.Topic) > MaxCallTopic:
		return fmt.Errorf("%w: topic is longer than %d characters", ErrCallingContext, MaxCallTopic)
	case t.Caller != nil && len(t.Caller.AdditionalInformation) > MaxCallerDetails:
		return fmt.Errorf("%w: more than %d entries about the caller", ErrCallingContext, MaxCallerDetails)
	}
	return nil
}
