package callback

import "guichet/acs/callautomation"

// Events of playing.
type (
	// PlayStarted tells that something plays.
	PlayStarted struct{ Common }

	// PlayCompleted tells that it has been played.
	PlayCompleted struct{ Common }

	// PlayFailed tells that it cannot be played.
	PlayFailed struct {
		Common

		// FailedSource is the index of the source, from 0; nil when not told.
		FailedSource *int `json:"failedPlaySourceIndex"`
	}

	// PlayCanceled tells that it was cancelled.
	PlayCanceled struct{ Common }
)

// RecognitionType is what was recognized. A recognition of speech or keys tells which of them it was.
type RecognitionType string

// Recognition types.
const (
	RecognizedDTMF    RecognitionType = "dtmf"
	RecognizedSpeech  RecognitionType = "speech"
	RecognizedChoices RecognitionType = "choices"
)

// Events of recognition.
type (
	// RecognizeCompleted tells what was recognized: one of DTMF, Choice and Speech is not nil. By newer documentation it
	// also tells of keys that ended with a pause, subcode 8532.
	RecognizeCompleted struct {
		Common
		Type   RecognitionType `json:"recognitionType"`
		DTMF   *DTMFResult     `json:"dtmfResult"`
		Choice *ChoiceResult   `json:"choiceResult"`
		Speech *SpeechResult   `json:"speechResult"`
	}

	// RecognizeFailed tells that nothing was recognized.
	RecognizeFailed struct {
		Common

		// FailedSource is the index of the prompt that could not be played, from 0; nil when not told.
		FailedSource *int `json:"failedPlaySourceIndex"`
	}

	// RecognizeCanceled tells that the recognition was cancelled.
	RecognizeCanceled struct{ Common }
)

// DTMFResult is the keys that were pressed.
type DTMFResult struct {
	Tones []callautomation.Tone `json:"tones"`
}

// Keys returns the keys as they are on a phone, such as 12#. What people type into phones is often secret.
func (r *DTMFResult) Keys() string {
	keys := ""
	for _, t := range r.Tones {
		keys += t.Key()
	}
	return keys
}

// ChoiceResult is the choice that was made.
type ChoiceResult struct {
	Label string `json:"label"`

	// RecognizedPhrase is empty when the choice was made by a key.
	RecognizedPhrase string `json:"recognizedPhrase"`

	// Confidence is from 0 to 1.
	Confidence float64 `json:"confidence"`

	// Language and Sentiment are of the specification 2026-03-12; no released client knows them.
	Language  string     `json:"languageIdentified"`
	Sentiment *Sentiment `json:"sentimentAnalysisResult"`
}

// SpeechResult is what was said.
type SpeechResult struct {
	Speech string `json:"speech"`

	// Confidence is from 0 to 1.
	Confidence float64 `json:"confidence"`

	// Language and Sentiment are of the specification 2026-03-12; no released client knows them.
	Language  string     `json:"languageIdentified"`
	Sentiment *Sentiment `json:"sentimentAnalysisResult"`
}

// Sentiment is how something was said.
type Sentiment struct {
	Sentiment string `json:"sentiment"`
}

// Events of keys.
type (
	// ContinuousDTMFRecognitionToneReceived tells of one key. The keys are numbered.
	ContinuousDTMFRecognitionToneReceived struct {
		Common
		SequenceID int                 `json:"sequenceId"`
		Tone       callautomation.Tone `json:"tone"`
	}

	// ContinuousDTMFRecognitionToneFailed tells that keys are not recognized.
	ContinuousDTMFRecognitionToneFailed struct{ Common }

	// ContinuousDTMFRecognitionStopped tells that keys are told no more.
	ContinuousDTMFRecognitionStopped struct{ Common }

	// SendDTMFTonesCompleted tells that keys were sent.
	SendDTMFTonesCompleted struct{ Common }

	// SendDTMFTonesFailed tells that keys were not sent.
	SendDTMFTonesFailed struct{ Common }
)

// Events of streaming.
type (
	// MediaStreamingStarted tells that audio is streamed.
	MediaStreamingStarted struct {
		Common
		Update MediaStreamingUpdate `json:"mediaStreamingUpdate"`
	}

	// MediaStreamingStopped tells that audio is streamed no more.
	MediaStreamingStopped struct {
		Common
		Update MediaStreamingUpdate `json:"mediaStreamingUpdate"`
	}

	// MediaStreamingFailed tells that audio is not streamed.
	MediaStreamingFailed struct {
		Common
		Update MediaStreamingUpdate `json:"mediaStreamingUpdate"`
	}

	// TranscriptionStarted tells that the call is transcribed.
	TranscriptionStarted struct {
		Common
		Update TranscriptionUpdate `json:"transcriptionUpdate"`
	}

	// TranscriptionStopped tells that the call is transcribed no more.
	TranscriptionStopped struct {
		Common
		Update TranscriptionUpdate `json:"transcriptionUpdate"`
	}

	// TranscriptionUpdated tells that the language changed.
	TranscriptionUpdated struct {
		Common
		Update TranscriptionUpdate `json:"transcriptionUpdate"`
	}

	// TranscriptionFailed tells that the call is not transcribed.
	TranscriptionFailed struct {
		Common
		Update TranscriptionUpdate `json:"transcriptionUpdate"`
	}

	// TranscriptionCallSummaryUpdated is of the specification 2026-03-12; no released client knows it.
	TranscriptionCallSummaryUpdated struct {
		Common
		Update TranscriptionUpdate `json:"transcriptionUpdate"`
	}
)

// MediaStreamingUpdate is the state of media streaming.
type MediaStreamingUpdate struct {
	ContentType string `json:"contentType"`

	// Status is such as mediaStreamingStarted, Details such as subscriptionStarted or streamConnectionUnsuccessful.
	Status  string `json:"mediaStreamingStatus"`
	Details string `json:"mediaStreamingStatusDetails"`
}

// TranscriptionUpdate is the state of a transcription.
type TranscriptionUpdate struct {
	// Status is such as transcriptionStarted, Details such as subscriptionStarted or streamConnectionUnsuccessful.
	Status  string `json:"transcriptionStatus"`
	Details string `json:"transcriptionStatusDetails"`

	// Message is of the specification 2026-03-12; no released client knows it.
	Message string `json:"transcriptionMessage"`
}
