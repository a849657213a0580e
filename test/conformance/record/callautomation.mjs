import { once } from 'node:events';
import { request as send } from 'node:http';
import { CallAutomationClient } from '@azure/communication-call-automation';
import { options } from './options.mjs';

const folder = 'acs/callautomation/testdata/wire';

const resource = 'ac500000-0000-4000-8000-000000000001';
const userId = `8:acs:${resource}_00000000-0000-4000-8000-00000000000a`;
const tenant = '7e0a0000-0000-4000-8000-000000000001';
const object = '05e70000-0000-4000-8000-000000000001';
const caller = { phoneNumber: '+18335550100' };
const customer = { phoneNumber: '+14255550123' };
const user = { communicationUserId: userId };
const callback = 'https://desk.contoso.com/calls?x=1';
const other = 'https://desk.contoso.com/other';
const connection = '401f0000-5a4b-4c3d-8e2f-000000000001';
const recordingId = 'eyJQbGF0Zm9ybUVuZHBvaW50SWQiOiI0MDFmIn0';

const phoneModel = (value) => ({
  kind: 'phoneNumber',
  rawId: `4:${value}`,
  phoneNumber: { value },
});
const properties = {
  callConnectionId: connection,
  serverCallId: 'aHR0cHM6Ly9jb250b3Nv',
  correlationId: 'c0440000-0000-4000-8000-000000000001',
  callConnectionState: 'connecting',
  callbackUri: callback,
  targets: [phoneModel('+14255550123')],
  source: { kind: 'communicationUser', rawId: userId, communicationUser: { id: userId } },
  sourceCallerIdNumber: { value: '+18335550100' },
  sourceDisplayName: 'Contoso',
  answeredBy: { id: userId },
  answeredFor: { value: '+18335550100' },
  mediaStreamingSubscription: {
    id: '5c000000-0000-4000-8000-000000000001',
    state: 'inactive',
    subscribedContentTypes: ['audio'],
  },
  transcriptionSubscription: {
    id: '5c000000-0000-4000-8000-000000000002',
    state: 'active',
    subscribedResultTypes: ['final'],
    locale: 'en-us',
  },
};
const participant = { identifier: phoneModel('+14255550123'), isMuted: false, isOnHold: true };
const context = { operationContext: 'op1' };

const mediaStreaming = {
  transportType: 'websocket',
  audioChannelType: 'unmixed',
  transportUrl: 'wss://desk.contoso.com/audio',
  contentType: 'audio',
  startMediaStreaming: true,
  enableBidirectional: true,
  audioFormat: 'pcm24KMono',
  enableDtmfTones: true,
};
const transcription = {
  transportType: 'websocket',
  locale: 'fr-FR',
  transportUrl: 'wss://desk.contoso.com/text',
  speechModelEndpointId: '5bee0000-0000-4000-8000-000000000001',
  startTranscription: true,
  enableIntermediateResults: true,
};
const intelligence = { cognitiveServicesEndpoint: 'https://contoso.cognitiveservices.azure.com' };

const file = { kind: 'fileSource', url: 'https://contoso.com/wait.wav', playSourceCacheId: 'wait' };
const text = {
  kind: 'textSource',
  text: 'Hello <you> & me, à bientôt',
  sourceLocale: 'en-US',
  voiceKind: 'female',
  voiceName: 'en-US-NancyNeural',
  customVoiceEndpointId: '5bee0000-0000-4000-8000-000000000002',
};
const ssml = {
  kind: 'ssmlSource',
  ssmlText: '<speak version="1.0">hi</speak>',
  customVoiceEndpointId: '5bee0000-0000-4000-8000-000000000002',
};

const ok = (body) => [{ status: 200, body }];
const created = (body) => [{ status: 201, body }];
const accepted = (body) => [{ status: 202, body }];
const nothing = [{ status: 204 }];
const done = [{ status: 200 }];
const taken = [{ status: 202 }];

const one = (name, call, answers, run, more = {}) => ({
  file: `${folder}/${name}.json`,
  call: `${call} of @azure/communication-call-automation 1.6.0`,
  answers,
  run: ({ connectionString, endpoint }) =>
    run(new CallAutomationClient(connectionString, { ...options, ...more }), endpoint),
});
const call = (name, operation, answers, run) =>
  one(name, `CallConnection.${operation}`, answers, (client) =>
    run(client.getCallConnection(connection)),
  );
const media = (name, operation, answers, run) =>
  one(name, `CallMedia.${operation}`, answers, (client) =>
    run(client.getCallConnection(connection).getCallMedia()),
  );
const recording = (name, operation, answers, run) =>
  one(name, `CallRecording.${operation}`, answers, (client) => run(client.getCallRecording()));

// The client refuses locations that are not the service's own. Its requests to them are brought to the recording
// server, with their headers as they are.
const stored = (name, operation, answers, run) => ({
  file: `${folder}/${name}.json`,
  call: `CallRecording.${operation} of @azure/communication-call-automation 1.6.0`,
  answers,
  run: ({ connectionString, endpoint }) => {
    const httpClient = {
      sendRequest: async (request) => {
        const { pathname, search } = new URL(request.url);
        const { method, headers } = request;
        const outgoing = send(endpoint + pathname + search, { method, headers: headers.toJSON() });
        const [answer] = await once(outgoing.end(), 'response');
        return {
          request,
          status: answer.statusCode,
          headers: new Headers(answer.headers),
          readableStreamBody: answer,
        };
      },
    };
    return run(
      new CallAutomationClient(connectionString, { ...options, httpClient }).getCallRecording(),
    );
  },
});
const content = 'https://us-storage.asm.skype.com/v1/objects/0-eus-d12-00/content/video?v=1';
const drained = async (stream) => {
  for await (const _ of await stream);
};

const headers = [
  { kind: 'sipuui', key: 'ignored', value: '616263;encoding=hex' },
  { kind: 'sipx', key: 'Case', value: '42' },
  { kind: 'sipx', key: 'Skill', value: 'French', sipHeaderPrefix: 'X-' },
  { kind: 'voip', key: 'queue', value: 'sales' },
];
const teamsCall = {
  kind: 'TeamsPhoneCallDetails',
  teamsPhoneCallerDetails: {
    caller: customer,
    name: 'Ada',
    phoneNumber: '+14255550123',
    recordId: 'r1',
    screenPopUrl: 'https://crm.contoso.com/r1',
    isAuthenticated: true,
    additionalCallerInformation: { tier: 'gold' },
  },
  teamsPhoneSourceDetails: {
    source: user,
    language: 'fr-FR',
    status: 'ok',
    intendedTargets: { first: user },
  },
  sessionId: 's1',
  intent: 'buy',
  callTopic: 'bikes',
  callContext: 'c1',
  transcriptUrl: 'https://contoso.com/t1',
  callSentiment: 'good',
  suggestedActions: 'sell',
};

export const scenarios = [
  one('create-call', 'CallAutomationClient.createCall', created(properties), (client) =>
    client.createCall({ targetParticipant: user }, callback),
  ),
  one(
    'create-call-phone',
    'CallAutomationClient.createCall, with everything,',
    created(properties),
    (client) =>
      client.createCall(
        { targetParticipant: customer, sourceCallIdNumber: caller, sourceDisplayName: 'Contoso' },
        callback,
        {
          ...context,
          callIntelligenceOptions: intelligence,
          mediaStreamingOptions: mediaStreaming,
          transcriptionOptions: transcription,
          teamsAppSource: { teamsAppId: object },
        },
      ),
    { sourceIdentity: user },
  ),
  one('create-group-call', 'CallAutomationClient.createGroupCall', created(properties), (client) =>
    client.createGroupCall(
      [
        customer,
        user,
        { microsoftTeamsUserId: object },
        { microsoftTeamsUserId: object, cloud: 'gcch' },
        { microsoftTeamsUserId: 'visitor', isAnonymous: true },
        { teamsAppId: object, cloud: 'dod' },
        { userId: object, tenantId: tenant, resourceId: resource, cloud: 'gcch' },
        { id: '48:something' },
      ],
      callback,
      { sourceCallIdNumber: caller },
    ),
  ),
  one(
    'answer',
    'CallAutomationClient.answerCall',
    ok(properties),
    (client) =>
      client.answerCall('incoming', callback, {
        ...context,
        callIntelligenceOptions: intelligence,
        mediaStreamingOptions: {
          transportType: 'websocket',
          audioChannelType: 'mixed',
          contentType: 'audio',
        },
        transcriptionOptions: { transportType: 'websocket', locale: 'en-US' },
      }),
    { sourceIdentity: user },
  ),
  one(
    'answer-plain',
    'CallAutomationClient.answerCall, without options,',
    ok(properties),
    (client) => client.answerCall('incoming', callback),
  ),
  one('redirect', 'CallAutomationClient.redirectCall', nothing, (client) =>
    client.redirectCall('incoming', { targetParticipant: user }),
  ),
  one('reject', 'CallAutomationClient.rejectCall', nothing, (client) =>
    client.rejectCall('incoming'),
  ),
  one('reject-busy', 'CallAutomationClient.rejectCall, with a reason,', nothing, (client) =>
    client.rejectCall('incoming', { callRejectReason: 'busy' }),
  ),
  one('connect', 'CallAutomationClient.connectCall', ok(properties), (client) =>
    client.connectCall({ kind: 'serverCallLocator', id: 'server1' }, callback, {
      ...context,
      callIntelligenceOptions: intelligence,
    }),
  ),
  one('connect-room', 'CallAutomationClient.connectCall, to a room,', ok(properties), (client) =>
    client.connectCall({ kind: 'roomCallLocator', id: 'room1' }, callback),
  ),
  one('connect-group', 'CallAutomationClient.connectCall, to a group,', ok(properties), (client) =>
    client.connectCall({ kind: 'groupCallLocator', id: 'group1' }, callback),
  ),

  call('properties', 'getCallConnectionProperties', ok(properties), (c) =>
    c.getCallConnectionProperties(),
  ),
  call('hang-up', 'hangUp', nothing, (c) => c.hangUp(false)),
  call('terminate', 'hangUp, for everyone,', nothing, (c) => c.hangUp(true)),
  call('transfer', 'transferCallToParticipant', accepted(context), (c) =>
    c.transferCallToParticipant(customer, {
      ...context,
      operationCallbackUrl: other,
      transferee: user,
      customCallingContext: headers,
      sourceCallIdNumber: caller,
    }),
  ),
  call('transfer-plain', 'transferCallToParticipant', accepted(context), (c) =>
    c.transferCallToParticipant(user, context),
  ),
  one(
    'participants',
    'CallConnection.listParticipants',
    [
      {
        status: 200,
        body: { value: [participant], nextLink: '<endpoint>/calling/next?page=2' },
      },
      { status: 200, body: { value: [participant] } },
    ],
    (client) => client.getCallConnection(connection).listParticipants(),
  ),
  call('participant', 'getParticipant', ok(participant), (c) => c.getParticipant(customer)),
  call('participant-user', 'getParticipant, of a user,', ok(participant), (c) =>
    c.getParticipant(user),
  ),
  call(
    'add-participant',
    'addParticipant',
    accepted({ participant, ...context, invitationId: '1a000000-0000-4000-8000-000000000001' }),
    (c) =>
      c.addParticipant(
        {
          targetParticipant: customer,
          sourceCallIdNumber: caller,
          sourceDisplayName: 'Contoso',
          customCallingContext: [...headers, teamsCall],
        },
        { ...context, operationCallbackUrl: other, invitationTimeoutInSeconds: 30 },
      ),
  ),
  call('add-participant-plain', 'addParticipant', accepted({ participant }), (c) =>
    c.addParticipant({ targetParticipant: user }),
  ),
  call('remove-participant', 'removeParticipant', accepted(context), (c) =>
    c.removeParticipant(user, { ...context, operationCallbackUrl: other }),
  ),
  call('mute', 'muteParticipant', ok(context), (c) => c.muteParticipant(user, context)),
  call(
    'cancel-add-participant',
    'cancelAddParticipantOperation',
    accepted({ invitationId: 'i1', ...context }),
    (c) => c.cancelAddParticipantOperation('i1', { ...context, operationCallbackUrl: other }),
  ),
  call(
    'move-participants',
    'moveParticipants',
    accepted({ participants: [participant], ...context, fromCall: 'from1' }),
    (c) =>
      c.moveParticipants([customer, user], 'from1', { ...context, operationCallbackUrl: other }),
  ),

  media('play', 'play', taken, (m) => m.play([file], [customer, user])),
  media('play-text', 'play, of several sources,', taken, (m) =>
    m.play([text, ssml], [customer], { loop: true, ...context, operationCallbackUrl: other }),
  ),
  media('play-all', 'playToAll', taken, (m) =>
    m.playToAll([{ kind: 'textSource', text: 'hi' }], {
      ...context,
      interruptCallMediaOperation: true,
    }),
  ),
  media('recognize-dtmf', 'startRecognizing, of tones,', taken, (m) =>
    m.startRecognizing(customer, {
      kind: 'callMediaRecognizeDtmfOptions',
      ...context,
      operationCallbackUrl: other,
      playPrompt: file,
      interruptPrompt: true,
      interruptCallMediaOperation: true,
      initialSilenceTimeoutInSeconds: 9,
      interToneTimeoutInSeconds: 3,
      maxTonesToCollect: 4,
      stopDtmfTones: ['pound', 'asterisk'],
    }),
  ),
  media('recognize-dtmf-plain', 'startRecognizing, of tones,', taken, (m) =>
    m.startRecognizing(customer, { kind: 'callMediaRecognizeDtmfOptions', ...context }),
  ),
  media('recognize-choices', 'startRecognizing, of choices,', taken, (m) =>
    m.startRecognizing(user, {
      kind: 'callMediaRecognizeChoiceOptions',
      ...context,
      playPrompts: [text, file],
      choices: [
        { label: 'yes', phrases: ['yes', 'oui'], tone: 'one' },
        { label: 'no', phrases: ['no'] },
      ],
      speechLanguage: 'fr-FR',
      speechRecognitionModelEndpointId: '5bee0000-0000-4000-8000-000000000001',
    }),
  ),
  media('recognize-speech', 'startRecognizing, of speech,', taken, (m) =>
    m.startRecognizing(customer, {
      kind: 'callMediaRecognizeSpeechOptions',
      ...context,
      endSilenceTimeoutInSeconds: 1,
      speechLanguage: 'en-US',
    }),
  ),
  media('recognize-speech-or-dtmf', 'startRecognizing, of speech or tones,', taken, (m) =>
    m.startRecognizing(customer, {
      kind: 'callMediaRecognizeSpeechOrDtmfOptions',
      ...context,
      maxTonesToCollect: 2,
    }),
  ),
  media('cancel-media', 'cancelAllOperations', taken, (m) => m.cancelAllOperations()),
  media('start-continuous-dtmf', 'startContinuousDtmfRecognition', done, (m) =>
    m.startContinuousDtmfRecognition(customer, context),
  ),
  media('stop-continuous-dtmf', 'stopContinuousDtmfRecognition', done, (m) =>
    m.stopContinuousDtmfRecognition(customer, { ...context, operationCallbackUrl: other }),
  ),
  media('send-dtmf', 'sendDtmfTones', accepted(context), (m) =>
    m.sendDtmfTones(['one', 'pound'], customer, { ...context, operationCallbackUrl: other }),
  ),
  media('hold', 'hold', done, (m) =>
    m.hold(customer, { ...context, operationCallbackUrl: other, playSource: file }),
  ),
  media('hold-plain', 'hold', done, (m) => m.hold(customer)),
  media('unhold', 'unhold', done, (m) => m.unhold(customer, context)),
  media('start-media-streaming', 'startMediaStreaming', taken, (m) =>
    m.startMediaStreaming({ ...context, operationCallbackUrl: other }),
  ),
  media('stop-media-streaming', 'stopMediaStreaming', taken, (m) => m.stopMediaStreaming()),
  media('start-transcription', 'startTranscription', taken, (m) =>
    m.startTranscription({
      locale: 'fr-FR',
      speechRecognitionModelEndpointId: '5bee0000-0000-4000-8000-000000000001',
      ...context,
      operationCallbackUrl: other,
    }),
  ),
  media('stop-transcription', 'stopTranscription', taken, (m) => m.stopTranscription(context)),
  media('update-transcription', 'updateTranscription', taken, (m) =>
    m.updateTranscription('en-US', {
      speechRecognitionModelEndpointId: '5bee0000-0000-4000-8000-000000000001',
      ...context,
    }),
  ),

  recording(
    'recording-start',
    'start',
    ok({ recordingId, recordingState: 'active', recordingKind: 'azureCommunicationServices' }),
    (r) =>
      r.start({
        callLocator: { kind: 'serverCallLocator', id: 'server1' },
        recordingStateCallbackEndpointUrl: callback,
        recordingContent: 'audio',
        recordingChannel: 'unmixed',
        recordingFormat: 'wav',
        recordingStorage: {
          recordingStorageKind: 'azureBlobStorage',
          recordingDestinationContainerUrl: 'https://contoso.blob.core.windows.net/calls',
        },
        pauseOnStart: true,
        audioChannelParticipantOrdering: [customer, user],
        channelAffinity: [
          { channel: 0, targetParticipant: customer },
          { channel: 1, targetParticipant: user },
        ],
      }),
  ),
  recording(
    'recording-start-connection',
    'start',
    accepted({ recordingId, recordingState: 'inactive' }),
    (r) => r.start({ callConnectionId: connection }),
  ),
  recording('recording-state', 'getState', ok({ recordingId, recordingState: 'active' }), (r) =>
    r.getState(recordingId),
  ),
  recording('recording-pause', 'pause', taken, (r) => r.pause(recordingId)),
  recording('recording-resume', 'resume', taken, (r) => r.resume(recordingId)),
  recording('recording-stop', 'stop', nothing, (r) => r.stop(recordingId)),
  stored('recording-download', 'downloadStreaming', ok({ some: 'bytes' }), (r) =>
    drained(r.downloadStreaming(content)),
  ),
  stored(
    'recording-download-range',
    'downloadStreaming, of a range,',
    [{ status: 206, headers: { 'content-range': 'bytes 2-10/16' }, body: 'nothing' }],
    (r) => drained(r.downloadStreaming(content, { offset: 2, length: 9 })),
  ),
  stored(
    'recording-download-rest',
    'downloadStreaming, from an offset,',
    [{ status: 206, headers: { 'content-range': 'bytes 7-15/16' }, body: 'nothing' }],
    (r) => drained(r.downloadStreaming(content, { offset: 7 })),
  ),
  stored('recording-delete', 'delete', done, (r) =>
    r.delete('https://us-storage.asm.skype.com/v1/objects/0-eus-d12-00'),
  ),
];
