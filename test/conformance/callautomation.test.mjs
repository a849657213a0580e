// @azure/communication-call-automation against the local cloud: every operation, and the events that follow it.
import assert from 'node:assert/strict';
import dns from 'node:dns';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { EventGridManagementClient } from '@azure/arm-eventgrid';
import {
  CallAutomationClient,
  createOutboundAudioData,
  createOutboundStopAudioData,
} from '@azure/communication-call-automation';
import { loudness, startApplication, tone } from './application.mjs';
import {
  accessKey,
  customer,
  geographic,
  group,
  resourceId,
  restError,
  startCloud,
  subscription,
  tollFree,
  until,
} from './cloud.mjs';
import { watch } from './proof.mjs';
import { startWebhook } from './webhook.mjs';

const name = '@azure/communication-call-automation';
const agent = '+14255550199';
const user = '8:acs:ac500000-0000-4000-8000-000000000001_00000000-0000-4000-8000-000000000007';
const phone = (phoneNumber) => ({ phoneNumber });
const person = { communicationUserId: user };
const invite = (target) => ({ targetParticipant: target, sourceCallIdNumber: phone(tollFree) });
const kinds = ['IncomingCall', 'CallStarted', 'CallEnded', 'RecordingFileStatusUpdated'];

let cloud;
let hook;
let app;
let client;
const lookup = dns.lookup;

before(async () => {
  [cloud, hook, app] = await Promise.all([
    // The client takes recordings from hosts below asm.skype.com alone.
    startCloud(['--cloud-recording-host', 'local.asm.skype.com']),
    startWebhook(),
    startApplication({
      '/440.wav': tone(440, 400),
      '/long.wav': tone(300, 60_000),
      '/text': 'no sound',
    }),
  ]);
  dns.lookup = (host, ...rest) =>
    lookup(host.endsWith('.asm.skype.com') ? 'localhost' : host, ...rest);
  client = watch(name, new CallAutomationClient(cloud.connectionString, cloud.options));
  const grid = new EventGridManagementClient(cloud.credential(), subscription, cloud.arm);
  await grid.systemTopics.beginCreateOrUpdateAndWait(group, 'calls', {
    location: 'global',
    source: resourceId,
    topicType: 'Microsoft.Communication.CommunicationServices',
  });
  await grid.systemTopicEventSubscriptions.beginCreateOrUpdateAndWait(group, 'calls', 'calls', {
    destination: { endpointType: 'WebHook', endpointUrl: hook.url },
    filter: { includedEventTypes: kinds.map((kind) => `Microsoft.Communication.${kind}`) },
  });
});
after(async () => {
  dns.lookup = lookup;
  await cloud?.stop();
  await Promise.all([hook?.stop(), app?.stop()]);
});

const control = (method, path, body) => cloud.control(method, `/_guichet/calls${path}`, body);
const behave = (who, does) => control('PUT', `/phones/${encodeURIComponent(who)}`, { does });
const dial = (more) => control('POST', '', { from: customer, to: tollFree, ...more });
const leg = (id, state) =>
  until(
    `${id} is ${state}`,
    () => control('GET', `/legs/${id}`),
    (view) => view.state === state,
  );
const legOf = (raw) =>
  until(
    `${raw} is connected`,
    async () =>
      (await control('GET', '/legs')).items.findLast(
        (view) => view.phone === raw && view.state === 'connected',
      ),
    Boolean,
  );

// The next event of Event Grid of that type.
async function published(kind) {
  for (;;) {
    const [event] = (await hook.next('Notification')).body;
    if (event.eventType === `Microsoft.Communication.${kind}`) {
      return event;
    }
  }
}

async function heard(id) {
  const response = await fetch(`${cloud.pages}/_guichet/calls/legs/${id}/heard`);
  return Buffer.from(await response.arrayBuffer()).subarray(44);
}
const hears = (id, hertz) =>
  until(
    `a tone of ${hertz} Hz is heard`,
    async () => loudness(await heard(id), hertz),
    (share) => share > 0.9,
  );
const say = (id, file) =>
  fetch(`${cloud.pages}/_guichet/calls/legs/${id}/say`, { method: 'POST', body: file });

// A call from the customer that the application answers, with its clients.
async function answered(options) {
  const { id } = await dial();
  const { data } = await published('IncomingCall');
  const result = await client.answerCall(data.incomingCallContext, app.callbacks, options);
  const { callConnectionId, serverCallId, callConnectionState } = result.callConnectionProperties;
  assert.equal(callConnectionState, 'connecting');
  assert.equal(serverCallId, data.serverCallId);
  assert.equal((await app.next('CallConnected')).callConnectionId, callConnectionId);
  await app.next('ParticipantsUpdated');
  await leg(id, 'connected');
  const connection = client.getCallConnection(callConnectionId);
  return {
    id,
    callConnectionId,
    serverCallId,
    context: data.incomingCallContext,
    connection: watch(name, connection),
    media: watch(name, connection.getCallMedia()),
  };
}

async function over(call) {
  await call.connection.hangUp(true);
  await app.next('CallDisconnected');
  await leg(call.id, 'ended');
}

test('an incoming call is answered, once', async () => {
  const call = await answered({ operationContext: 'x' });
  const { connection } = call;
  const properties = await connection.getCallConnectionProperties();
  assert.equal(properties.callConnectionState, 'connected');
  assert.equal(properties.source.phoneNumber, customer);
  assert.equal(properties.answeredFor.phoneNumber, tollFree);
  const { values } = await connection.listParticipants();
  assert.deepEqual(
    values.map(({ identifier }) => identifier.phoneNumber ?? typeof identifier.communicationUserId),
    [customer, 'string'],
  );
  const one = await connection.getParticipant(phone(customer));
  assert.equal(one.isMuted, false);
  await assert.rejects(connection.getParticipant(phone(agent)), restError(404, '8522'));
  await assert.rejects(client.answerCall(call.context, app.callbacks), restError(404, '8522'));
  await assert.rejects(client.answerCall('forged', app.callbacks), restError(400, '8523'));
  await connection.hangUp(false);
  await app.next('CallDisconnected');
  await assert.rejects(connection.getCallConnectionProperties(), restError(404, '8522'));
});

test('rejected and redirected', async () => {
  const first = await dial();
  const { data } = await published('IncomingCall');
  await client.rejectCall(data.incomingCallContext, { callRejectReason: 'busy' });
  assert.equal((await leg(first.id, 'ended')).code, 486);
  await assert.rejects(client.rejectCall(data.incomingCallContext), restError(404, '8522'));

  await behave(agent, 'answer');
  const second = await dial();
  const again = await published('IncomingCall');
  await client.redirectCall(again.data.incomingCallContext, invite(phone(agent)));
  await leg(second.id, 'connected');
  await say((await legOf(`4:${agent}`)).id, tone(700, 500));
  await hears(second.id, 700);
  await control('POST', `/legs/${second.id}/hangup`);
});

test('calls are placed: to one, to several, by key, and in vain', async () => {
  await behave(customer, 'answer');
  await behave(agent, 'ring');
  const byKey = watch(name, new CallAutomationClient(cloud.url, { key: accessKey }, cloud.options));
  const { callConnectionProperties: made } = await byKey.createCall(
    invite(phone(customer)),
    app.callbacks,
    { operationContext: 'out', sourceDisplayName: 'Contoso' },
  );
  const connected = await app.next('CallConnected');
  assert.deepEqual(
    [connected.callConnectionId, connected.operationContext, connected.resultInformation.code],
    [made.callConnectionId, 'out', 200],
  );
  assert.equal((await app.next('ParticipantsUpdated')).participants.length, 2);
  await byKey.getCallConnection(made.callConnectionId).hangUp(true);
  await app.next('CallDisconnected');

  const { callConnectionProperties: several } = await client.createGroupCall(
    [phone(customer), phone(agent)],
    app.callbacks,
    { sourceCallIdNumber: phone(tollFree) },
  );
  await app.next('CallConnected');
  await app.next('ParticipantsUpdated');
  await client.getCallConnection(several.callConnectionId).hangUp(true);
  await app.next('CallDisconnected');

  await behave(customer, 'decline');
  await client.createCall(invite(phone(customer)), app.callbacks);
  assert.equal((await app.next('CreateCallFailed')).resultInformation.subCode, 8538);
  await app.next('CallDisconnected');
  await assert.rejects(
    client.createCall({ targetParticipant: phone(customer) }, app.callbacks),
    restError(400, '8523'),
  );
});

test('another application connects', async () => {
  const call = await answered();
  const { callConnectionProperties: joined } = await client.connectCall(
    { id: call.serverCallId, kind: 'serverCallLocator' },
    app.callbacks,
  );
  assert.equal(joined.serverCallId, call.serverCallId);
  // Two applications are told, each in its own order.
  const seen = [await app.any(), await app.any(), await app.any()];
  assert.deepEqual(seen.map(({ kind }) => kind).sort(), [
    'CallConnected',
    'ParticipantsUpdated',
    'ParticipantsUpdated',
  ]);
  await client.getCallConnection(joined.callConnectionId).hangUp(true);
  await app.next('CallDisconnected');
  await app.next('CallDisconnected');
  await assert.rejects(
    client.connectCall({ id: 'none', kind: 'serverCallLocator' }, app.callbacks),
    restError(404, '8522'),
  );
});

test('participants are added, muted, removed; an invitation is cancelled', async () => {
  await behave(user, 'answer');
  await behave(agent, 'ring');
  const call = await answered();
  const { connection } = call;
  const waiting = await connection.addParticipant(invite(phone(agent)), {
    operationContext: 'a',
    customCallingContext: [{ kind: 'sipuui', key: '', value: 'uui' }],
  });
  await connection.cancelAddParticipantOperation(waiting.invitationId);
  assert.equal(
    (await app.next('CancelAddParticipantSucceeded')).invitationId,
    waiting.invitationId,
  );
  await connection.addParticipant({ targetParticipant: person }, { operationContext: 'u' });
  assert.equal((await app.next('AddParticipantSucceeded')).operationContext, 'u');
  assert.equal((await app.next('ParticipantsUpdated')).participants.length, 3);
  assert.equal((await published('CallStarted')).data.serverCallId, call.serverCallId);
  await connection.muteParticipant(person);
  const muted = (await app.next('ParticipantsUpdated')).participants.find((one) => one.isMuted);
  assert.equal(muted.identifier.communicationUserId, user);
  await assert.rejects(connection.muteParticipant(phone(customer)), restError(400, '8523'));
  await connection.removeParticipant(person, { operationContext: 'r' });
  assert.equal((await app.next('RemoveParticipantSucceeded')).operationContext, 'r');
  await app.next('ParticipantsUpdated');
  await over(call);
  await published('CallEnded');
});

test('transferred, and moved', async () => {
  await behave(agent, 'busy');
  const call = await answered();
  await call.connection.transferCallToParticipant(phone(agent), { operationContext: 't' });
  assert.equal((await app.next('CallTransferFailed')).resultInformation.subCode, 8539);
  await behave(agent, 'answer');
  await call.connection.transferCallToParticipant(phone(agent), { operationContext: 't' });
  assert.equal((await app.next('CallTransferAccepted')).transferTarget.rawId, `4:${agent}`);
  await app.next('CallDisconnected');
  await say((await legOf(`4:${agent}`)).id, tone(600, 500));
  await hears(call.id, 600);
  await control('POST', `/legs/${call.id}/hangup`);

  const from = await answered();
  await dial({ from: agent, to: geographic });
  const { data } = await published('IncomingCall');
  const { callConnectionProperties: other } = await client.answerCall(
    data.incomingCallContext,
    app.callbacks,
  );
  await app.next('CallConnected');
  await app.next('ParticipantsUpdated');
  const to = watch(name, client.getCallConnection(other.callConnectionId));
  await to.moveParticipants([phone(customer)], from.callConnectionId, { operationContext: 'm' });
  const seen = [];
  for (let i = 0; i < 3; i++) {
    seen.push(await app.any());
  }
  const moved = seen.find(({ kind }) => kind === 'MoveParticipantSucceeded');
  assert.equal(moved.participant.phoneNumber, customer);
  assert.ok(seen.some(({ kind }) => kind === 'CallDisconnected'));
  await to.hangUp(true);
  await app.next('CallDisconnected');
});

test('played, recognised, held', async () => {
  const call = await answered();
  const { media } = call;
  const file = (path) => [{ url: `${app.url}${path}`, kind: 'fileSource' }];
  await media.playToAll(file('/440.wav'), { operationContext: 'p' });
  await app.next('PlayStarted');
  assert.equal((await app.next('PlayCompleted')).operationContext, 'p');
  await hears(call.id, 440);
  await media.play(file('/440.wav'), [phone(customer)]);
  await app.next('PlayStarted');
  await app.next('PlayCompleted');
  await media.playToAll(file('/long.wav'), { loop: true });
  await app.next('PlayStarted');
  await media.cancelAllOperations();
  assert.equal((await app.next('PlayCanceled')).resultInformation.subCode, 8508);
  await media.playToAll(file('/text'));
  assert.equal((await app.next('PlayFailed')).resultInformation.subCode, 8535);
  await media.playToAll([{ text: 'Hello', voiceName: 'en-US-X', kind: 'textSource' }]);
  assert.equal((await app.next('PlayFailed')).resultInformation.subCode, 8565);

  await media.startRecognizing(phone(customer), {
    kind: 'callMediaRecognizeDtmfOptions',
    maxTonesToCollect: 2,
    operationContext: 'r',
    playPrompt: file('/long.wav')[0],
    interruptPrompt: true,
  });
  await hears(call.id, 300);
  await control('POST', `/legs/${call.id}/press`, { digits: '4#' });
  const recognised = await app.next('RecognizeCompleted');
  assert.deepEqual(recognised.dtmfResult.tones, ['four', 'pound']);
  assert.equal(recognised.resultInformation.subCode, 8531);
  await media.startRecognizing(phone(customer), { kind: 'callMediaRecognizeSpeechOptions' });
  assert.equal((await app.next('RecognizeFailed')).resultInformation.subCode, 8565);

  await media.startContinuousDtmfRecognition(phone(customer));
  await control('POST', `/legs/${call.id}/press`, { digits: '9' });
  assert.equal((await app.next('ContinuousDtmfRecognitionToneReceived')).tone, 'nine');
  await media.stopContinuousDtmfRecognition(phone(customer));
  await app.next('ContinuousDtmfRecognitionStopped');
  await media.sendDtmfTones(['one', 'asterisk'], phone(customer));
  await app.next('SendDtmfTonesCompleted');
  assert.equal((await leg(call.id, 'connected')).tones, '1*');

  await media.hold(phone(customer), { playSource: file('/440.wav')[0] });
  assert.equal((await call.connection.getParticipant(phone(customer))).isOnHold, true);
  await media.unhold(phone(customer));
  assert.equal((await call.connection.getParticipant(phone(customer))).isOnHold, false);
  await over(call);
});

test('streamed both ways', async () => {
  const call = await answered({
    mediaStreamingOptions: {
      transportUrl: app.socket,
      transportType: 'websocket',
      contentType: 'audio',
      audioChannelType: 'unmixed',
      startMediaStreaming: false,
      enableBidirectional: true,
      enableDtmfTones: true,
      audioFormat: 'Pcm16KMono',
    },
  });
  const { media } = call;
  await media.startMediaStreaming({ operationContext: 's' });
  const started = await app.next('MediaStreamingStarted');
  assert.equal(started.operationContext, 's');
  assert.equal(started.mediaStreamingUpdate.mediaStreamingStatus, 'mediaStreamingStarted');
  assert.equal(app.stream.headers['x-ms-call-connection-id'], call.callConnectionId);
  const sound = () =>
    Buffer.concat(
      app.stream.data
        .filter((data) => data.kind === 'AudioData' && data.participant.phoneNumber === customer)
        .map(({ data }) => Buffer.from(data, 'base64')),
    );
  await say(call.id, tone(500, 500));
  await until(
    'the caller is heard',
    () => loudness(sound(), 500),
    (share) => share > 0.9,
  );
  assert.equal(app.stream.data[0].kind, 'AudioMetadata');
  assert.equal(app.stream.data[0].sampleRate, 16_000);
  const pcm = tone(900, 500).subarray(44);
  for (let at = 0; at < pcm.length; at += 640) {
    app.send(createOutboundAudioData(pcm.subarray(at, at + 640).toString('base64')));
  }
  await hears(call.id, 900);
  app.send(createOutboundStopAudioData());
  await control('POST', `/legs/${call.id}/press`, { digits: '7' });
  await until(
    'the key arrives',
    () => app.stream.data.find(({ kind }) => kind === 'DtmfData')?.data,
    (digit) => digit === '7',
  );
  await media.stopMediaStreaming();
  await app.next('MediaStreamingStopped');
  await over(call);
});

test('there is no transcription', async () => {
  const call = await answered();
  for (const operation of [
    () => call.media.startTranscription({ locale: 'en-US' }),
    () => call.media.updateTranscription('fr-FR'),
    () => call.media.stopTranscription(),
  ]) {
    await operation();
    const failed = await app.next('TranscriptionFailed');
    assert.deepEqual(
      [failed.resultInformation.code, failed.resultInformation.subCode],
      [405, 8522],
    );
  }
  await over(call);
});

test('recorded, downloaded and deleted', async () => {
  const call = await answered();
  const recordings = watch(name, client.getCallRecording());
  const { recordingId, recordingState } = await recordings.start({
    callLocator: { id: call.serverCallId, kind: 'serverCallLocator' },
    recordingContent: 'audio',
    recordingChannel: 'mixed',
    recordingFormat: 'wav',
    recordingStateCallbackEndpointUrl: app.callbacks,
  });
  assert.equal(recordingState, 'active');
  assert.equal((await app.next('RecordingStateChanged')).recordingId, recordingId);
  await assert.rejects(
    recordings.start({ callConnectionId: call.callConnectionId }),
    restError(400, '8553'),
  );
  await say(call.id, tone(1000, 500));
  await until(
    'all is said',
    () => control('GET', `/legs/${call.id}`),
    (view) => view.sayingMs === 0,
  );
  await recordings.pause(recordingId);
  await app.next('RecordingStateChanged');
  assert.equal((await recordings.getState(recordingId)).recordingState, 'inactive');
  await recordings.resume(recordingId);
  await app.next('RecordingStateChanged');
  await recordings.stop(recordingId);
  await app.next('RecordingStateChanged');
  await assert.rejects(recordings.getState(recordingId), restError(404, '8522'));
  const { data } = await published('RecordingFileStatusUpdated');
  const [chunk] = data.recordingStorageInfo.recordingChunks;
  assert.match(chunk.contentLocation, /^https:\/\/local\.asm\.skype\.com:\d+\/v1\/objects\//);

  const whole = await buffer(await recordings.downloadStreaming(chunk.contentLocation));
  assert.ok(loudness(whole.subarray(44), 1000) > 0.9);
  const stream = new PassThrough();
  const [part] = await Promise.all([
    buffer(stream),
    recordings.downloadToStream(chunk.contentLocation, stream, { offset: 44, length: 100 }),
  ]);
  assert.deepEqual(part.subarray(0, 100), whole.subarray(44, 144));
  const folder = await mkdtemp(join(tmpdir(), 'guichet-recording-'));
  try {
    const path = join(folder, 'metadata.json');
    await recordings.downloadToPath(chunk.metadataLocation, path);
    assert.equal(JSON.parse(await readFile(path, 'utf8')).chunkDocumentId, chunk.documentId);
  } finally {
    await rm(folder, { recursive: true });
  }
  await recordings.delete(chunk.deleteLocation);
  await assert.rejects(recordings.downloadStreaming(chunk.contentLocation));
  await over(call);
});
