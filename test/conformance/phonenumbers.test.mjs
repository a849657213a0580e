// @azure/communication-phone-numbers against the local cloud: every operation of PhoneNumbersClient.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PhoneNumbersClient } from '@azure/communication-phone-numbers';
import { all, geographic, restError, startCloud, tollFree } from './cloud.mjs';
import { watch } from './proof.mjs';

let cloud;
let client;

before(async () => {
  cloud = await startCloud();
  client = watch(
    '@azure/communication-phone-numbers',
    new PhoneNumbersClient(cloud.connectionString, cloud.options),
  );
});
after(() => cloud?.stop());

const wish = {
  countryCode: 'US',
  phoneNumberType: 'tollFree',
  assignmentType: 'application',
  capabilities: { sms: 'inbound+outbound', calling: 'none' },
};

async function search(areaCode, quantity = 1) {
  const poller = await client.beginSearchAvailablePhoneNumbers({ ...wish, areaCode, quantity });
  return poller.pollUntilDone();
}

test('list and get', async () => {
  const owned = await all(client.listPurchasedPhoneNumbers());
  const numbers = owned.map((item) => item.phoneNumber);
  assert.ok(numbers.includes(tollFree) && numbers.includes(geographic));
  const one = await client.getPurchasedPhoneNumber(tollFree);
  assert.equal(one.id, tollFree.slice(1));
  assert.equal(one.phoneNumberType, 'tollFree');
  assert.deepEqual(one.capabilities, { calling: 'inbound+outbound', sms: 'inbound+outbound' });
  assert.ok(one.purchaseDate instanceof Date);
  assert.equal(one.cost.billingFrequency, 'monthly');
  await assert.rejects(
    client.getPurchasedPhoneNumber('+18335550199'),
    restError(404, 'PhoneNumberNotFound'),
  );
});

test('list by a token, and with an endpoint without a slash at its end', async () => {
  const other = watch(
    '@azure/communication-phone-numbers',
    new PhoneNumbersClient(cloud.url, cloud.credential(), cloud.options),
  );
  assert.ok((await all(other.listPurchasedPhoneNumbers())).length >= 2);
});

test('search, purchase, change capabilities, release', async () => {
  const found = await search('844', 2);
  assert.equal(found.phoneNumbers.length, 2);
  assert.ok(found.searchExpiresBy instanceof Date);
  await (await client.beginPurchasePhoneNumbers(found.searchId)).pollUntilDone();
  const [number] = found.phoneNumbers;
  assert.deepEqual((await client.getPurchasedPhoneNumber(number)).capabilities, wish.capabilities);

  const changed = await client.beginUpdatePhoneNumberCapabilities(number, {
    sms: 'outbound',
    calling: 'inbound',
  });
  assert.deepEqual((await changed.pollUntilDone()).capabilities, {
    sms: 'outbound',
    calling: 'inbound',
  });

  await (await client.beginReleasePhoneNumber(number)).pollUntilDone();
  await assert.rejects(
    client.getPurchasedPhoneNumber(number),
    restError(404, 'PhoneNumberNotFound'),
  );
});

test('a search is purchased once', async () => {
  const found = await search('855');
  await (await client.beginPurchasePhoneNumbers(found.searchId)).pollUntilDone();
  const poller = await client.beginPurchasePhoneNumbers(found.searchId);
  await assert.rejects(poller.pollUntilDone(), /has failed. ReservationExpired. /);
});

test('a search that cannot succeed', async () => {
  await assert.rejects(search('000'), /OutOfStock/);
  await assert.rejects(
    client.beginSearchAvailablePhoneNumbers({ ...wish, assignmentType: 'person' }),
    restError(400, 'BadRequest'),
  );
  await assert.rejects(
    client.beginPurchasePhoneNumbers(crypto.randomUUID()),
    restError(404, 'NotFound'),
  );
});

test('cancel', async () => {
  const poller = await client.beginSearchAvailablePhoneNumbers({ ...wish, areaCode: '866' });
  await poller.cancelOperation();
});

test('browse and reservations', async () => {
  const { phoneNumbers } = await client.browseAvailablePhoneNumbers({
    countryCode: 'US',
    phoneNumberType: 'tollFree',
    phoneNumberPrefixes: ['866'],
  });
  assert.ok(phoneNumbers.length > 2);
  assert.ok(
    phoneNumbers.every(
      (item) => item.phoneNumber.startsWith('+1866') && item.status === 'available',
    ),
  );
  const [first, second] = phoneNumbers;

  const reservationId = crypto.randomUUID();
  const made = await client.createOrUpdateReservation({ reservationId }, { add: [first, second] });
  assert.equal(made.status, 'active');
  assert.ok(made.expiresAt instanceof Date);
  assert.equal(made.phoneNumbers[first.id].status, 'reserved');
  const less = await client.createOrUpdateReservation({ reservationId }, { remove: [second.id] });
  assert.deepEqual(Object.keys(less.phoneNumbers), [first.id]);
  const taken = await client.createOrUpdateReservation(
    { reservationId: crypto.randomUUID() },
    { add: [first] },
  );
  assert.equal(taken.phoneNumbers[first.id].status, 'error');
  assert.ok((await all(client.listReservations())).some((item) => item.id === reservationId));

  await (await client.beginReservationPurchase(reservationId)).pollUntilDone();
  assert.equal((await client.getReservation(reservationId)).status, 'completed');
  assert.equal(
    (await client.getPurchasedPhoneNumber(first.phoneNumber)).phoneNumber,
    first.phoneNumber,
  );

  const another = crypto.randomUUID();
  await client.createOrUpdateReservation({ reservationId: another }, { add: [second] });
  await client.deleteReservation(another);
  await assert.rejects(client.getReservation(another), restError(404, 'NotFound'));
});

test('countries, localities, area codes, offerings', async () => {
  const french = watch(
    '@azure/communication-phone-numbers',
    new PhoneNumbersClient(cloud.url, cloud.credential(), {
      ...cloud.options,
      acceptLanguage: 'fr-FR',
    }),
  );
  const names = async (lister) =>
    Object.fromEntries(
      (await all(lister.listAvailableCountries())).map((item) => [
        item.countryCode,
        item.localizedName,
      ]),
    );
  assert.equal((await names(client)).US, 'United States');
  assert.equal((await names(french)).US, 'États-Unis');

  const towns = await all(client.listAvailableLocalities('US', { administrativeDivision: 'MO' }));
  assert.equal(towns[0].localizedName, 'St. Louis');
  const codes = await all(
    client.listAvailableGeographicAreaCodes('US', {
      locality: 'St. Louis',
      administrativeDivision: 'MO',
    }),
  );
  assert.deepEqual(codes, [{ areaCode: '314' }]);
  assert.ok(
    (await all(client.listAvailableTollFreeAreaCodes('US'))).some(
      (item) => item.areaCode === '833',
    ),
  );
  assert.deepEqual(await all(client.listAvailableMobileAreaCodes('GB')), [{ areaCode: '7700' }]);
  const offerings = await all(client.listAvailableOfferings('FR'));
  assert.ok(
    offerings.some((item) => item.phoneNumberType === 'geographic' && item.cost.amount > 0),
  );
  await assert.rejects(all(client.listAvailableOfferings('ZZ')), restError(404, 'NotFound'));
});

test('operator information', async () => {
  const short = await client.searchOperatorInformation(['+12065550100']);
  assert.deepEqual(short.values, [
    {
      phoneNumber: '+12065550100',
      nationalFormat: '(206) 555-0100',
      internationalFormat: '+1 206-555-0100',
    },
  ]);
  const long = await client.searchOperatorInformation(['+12065550100'], {
    includeAdditionalOperatorDetails: true,
  });
  assert.equal(long.values[0].isoCountryCode, 'US');
  assert.ok(long.values[0].operatorDetails.name);
});
