package eventgrid

// TopicType is a kind of source.
type TopicType struct {
	Name, Provider, DisplayName, Description string
	Events                                   []EventType
}

// EventType is a type of event that a source publishes.
type EventType struct {
	Name, DisplayName string
	// Default says that a subscription without event types gets it.
	Default bool
}

// ACSTopicType is the topic type of communication resources.
const ACSTopicType = "Microsoft.Communication.CommunicationServices"

// acsEvents are the event types of communication resources, by their names after
// the common prefix (azsystemevents v1.0.0).
var acsEvents = []string{
	"SMSReceived", "SMSDeliveryReportReceived",
	"IncomingCall", "CallStarted", "CallEnded", "CallParticipantAdded", "CallParticipantRemoved", "RecordingFileStatusUpdated",
	"EmailDeliveryReportReceived", "EmailEngagementTrackingReportReceived",
	"AdvancedMessageReceived", "AdvancedMessageDeliveryStatusUpdated",
	"UserDisconnected",
	"ChatMessageReceived", "ChatMessageEdited", "ChatMessageDeleted", "ChatThreadCreatedWithUser", "ChatThreadWithUserDeleted",
	"ChatThreadPropertiesUpdatedPerUser", "ChatParticipantAddedToThreadWithUser", "ChatParticipantRemovedFromThreadWithUser",
	"ChatMessageReceivedInThread", "ChatMessageEditedInThread", "ChatMessageDeletedInThread", "ChatThreadCreated",
	"ChatThreadDeleted", "ChatThreadPropertiesUpdated", "ChatThreadParticipantAdded", "ChatThreadParticipantRemoved",
	"ChatTypingIndicatorReceivedInThread", "ChatAzureBotCommandReceivedInThread",
	"RouterJobReceived", "RouterJobQueued", "RouterJobClassified", "RouterJobClassificationFailed", "RouterJobCompleted",
	"RouterJobClosed", "RouterJobCancelled", "RouterJobDeleted", "RouterJobExceptionTriggered", "RouterJobSchedulingFailed",
	"RouterJobUnassigned", "RouterJobWaitingForActivation", "RouterJobWorkerSelectorsExpired",
	"RouterWorkerRegistered", "RouterWorkerDeregistered", "RouterWorkerUpdated", "RouterWorkerDeleted",
	"RouterWorkerOfferIssued", "RouterWorkerOfferAccepted", "RouterWorkerOfferDeclined", "RouterWorkerOfferExpired",
	"RouterWorkerOfferRevoked",
}

// topicTypes by name in lower case.
var topicTypes = map[string]TopicType{
	"microsoft.communication.communicationservices": {
		Name: ACSTopicType, Provider: "Microsoft.Communication", DisplayName: "Azure Communication Services",
		Description: "Microsoft Azure Communication Services", Events: acsEventTypes(),
	},
}

// TopicTypes are the kinds of sources that the cloud knows.
func TopicTypes() []TopicType {
	var list []TopicType
	for _, t := range topicTypes {
		list = append(list, t)
	}
	return list
}

func acsEventTypes() []EventType {
	var list []EventType
	for _, name := range acsEvents {
		list = append(list, EventType{Name: "Microsoft.Communication." + name, DisplayName: words(name), Default: true})
	}
	return list
}

// words splits a name at its capitals: "SMSReceived" is "SMS Received".
func words(name string) string {
	upper := func(i int) bool { return i < len(name) && name[i] >= 'A' && name[i] <= 'Z' }
	var out []byte
	for i := range len(name) {
		if i > 0 && upper(i) && (!upper(i-1) || (i+1 < len(name) && !upper(i+1))) {
			out = append(out, ' ')
		}
		out = append(out, name[i])
	}
	return string(out)
}
