import { SmsClient } from '@azure/communication-sms';
import { SmsClient as PreviewClient } from 'communication-sms-preview';
import { options } from './options.mjs';

const folder = 'acs/sms/testdata/wire';

const sent = (to) => ({
  to,
  messageId: `Outgoing_${to.slice(1)}`,
  httpStatusCode: 202,
  repeatabilityResult: 'accepted',
  successful: true,
});
const optOut = (value) => ({ status: 200, body: { value } });

export const scenarios = [
  {
    file: `${folder}/send.json`,
    call: 'SmsClient.send of @azure/communication-sms 1.1.0',
    answers: [{ status: 202, body: { value: [sent('+14255550123'), sent('+14255550124')] } }],
    run: ({ connectionString }) =>
      new SmsClient(connectionString, options).send(
        {
          from: '+18335550100',
          to: ['+14255550123', '+14255550124'],
          message: 'héllo <b>&amp;</b> 👋',
        },
        { enableDeliveryReport: true, tag: 't1' },
      ),
  },
  {
    file: `${folder}/send-plain.json`,
    call: 'SmsClient.send of @azure/communication-sms 1.1.0, without options',
    answers: [{ status: 202, body: { value: [sent('+14255550123')] } }],
    run: ({ connectionString }) =>
      new SmsClient(connectionString, options).send({
        from: '+18335550100',
        to: ['+14255550123'],
        message: 'hi',
      }),
  },
  {
    file: `${folder}/optouts-add.json`,
    call: 'SmsClient.optOuts.add of @azure/communication-sms 1.2.0-beta.4',
    answers: [optOut([{ to: '+14255550123', httpStatusCode: 200 }])],
    run: ({ connectionString }) =>
      new PreviewClient(connectionString, options).optOuts.add('+18335550100', ['+14255550123']),
  },
  {
    file: `${folder}/optouts-remove.json`,
    call: 'SmsClient.optOuts.remove of @azure/communication-sms 1.2.0-beta.4',
    answers: [optOut([{ to: '+14255550123', httpStatusCode: 200 }])],
    run: ({ connectionString }) =>
      new PreviewClient(connectionString, options).optOuts.remove('+18335550100', ['+14255550123']),
  },
  {
    file: `${folder}/optouts-check.json`,
    call: 'SmsClient.optOuts.check of @azure/communication-sms 1.2.0-beta.4',
    answers: [
      optOut([
        { to: '+14255550123', httpStatusCode: 200, isOptedOut: true },
        { to: '+1', httpStatusCode: 400, errorMessage: 'Invalid To phone number format.' },
      ]),
    ],
    run: ({ connectionString }) =>
      new PreviewClient(connectionString, options).optOuts.check('+18335550100', [
        '+14255550123',
        '+1',
      ]),
  },
];
