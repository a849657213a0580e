import { PhoneNumbersClient } from '@azure/communication-phone-numbers';
import { drain, options } from './options.mjs';
import { accessKey } from './server.mjs';

const folder = 'acs/phonenumbers/testdata/wire';
const version = 'api-version=2025-06-01';
const reservationId = '7e5e0000-0000-4000-8000-000000000001';

const cost = { amount: 2, currencyCode: 'USD', billingFrequency: 'monthly' };
const capabilities = { calling: 'inbound+outbound', sms: 'inbound+outbound' };
const purchased = {
  id: '18335550100',
  phoneNumber: '+18335550100',
  countryCode: 'US',
  phoneNumberType: 'tollFree',
  capabilities,
  assignmentType: 'application',
  purchaseDate: '2025-01-02T03:04:05.1234567+00:00',
  cost,
};
const available = {
  id: '18335550101',
  countryCode: 'US',
  phoneNumber: '+18335550101',
  capabilities,
  phoneNumberType: 'tollFree',
  assignmentType: 'application',
  cost,
  status: 'available',
  isAgreementToNotResellRequired: false,
};
const searchResult = {
  searchId: '5ea70000',
  phoneNumbers: ['+18335550101'],
  phoneNumberType: 'tollFree',
  assignmentType: 'application',
  capabilities,
  cost,
  searchExpiresBy: '2025-01-02T03:20:05.1234567+00:00',
  isAgreementToNotResellRequired: false,
  errorCode: 0,
  error: 'NoError',
};
const reservation = {
  id: reservationId,
  expiresAt: '2025-01-02T03:19:05+00:00',
  phoneNumbers: { 18335550101: { ...available, status: 'reserved' } },
  status: 'active',
};

const ok = (body) => ({ status: 200, body });
const operation = (type, id, resourceLocation = null) =>
  ok({
    operationType: type,
    status: 'succeeded',
    resourceLocation,
    createdDateTime: '2025-01-02T03:04:05+00:00',
    id,
    lastActionDateTime: '0001-01-01T00:00:00+00:00',
  });
const accepted = (id, headers = {}) => ({
  status: 202,
  headers: {
    'Operation-Location': `/phoneNumbers/operations/${id}?${version}`,
    'operation-id': id,
    ...headers,
  },
});

const one = (name, call, answers, run) => ({
  file: `${folder}/${name}.json`,
  call: `PhoneNumbersClient.${call} of @azure/communication-phone-numbers 1.5.0`,
  answers,
  run: ({ connectionString, endpoint }) =>
    run(
      new PhoneNumbersClient(connectionString, options),
      // Only this form of the constructor keeps the language.
      new PhoneNumbersClient(
        endpoint,
        { key: accessKey },
        {
          ...options,
          acceptLanguage: 'fr',
        },
      ),
    ),
});
const done = async (poller) => (await poller).pollUntilDone();

export const scenarios = [
  one(
    'list-purchased',
    'listPurchasedPhoneNumbers',
    [
      ok({ phoneNumbers: [purchased], nextLink: `/phoneNumbers?skip=1&top=1&${version}` }),
      ok({ phoneNumbers: [purchased] }),
    ],
    (client) => drain(client.listPurchasedPhoneNumbers()),
  ),
  one('get-purchased', 'getPurchasedPhoneNumber', [ok(purchased)], (client) =>
    client.getPurchasedPhoneNumber('+18335550100'),
  ),
  one(
    'search',
    'beginSearchAvailablePhoneNumbers',
    [
      accepted('search_5ea70000', {
        Location: `/availablePhoneNumbers/searchResults/5ea70000?${version}`,
        'search-id': '5ea70000',
      }),
      operation(
        'search',
        'search_5ea70000',
        `/availablePhoneNumbers/searchResults/5ea70000?${version}`,
      ),
      ok(searchResult),
    ],
    (client) =>
      done(
        client.beginSearchAvailablePhoneNumbers({
          countryCode: 'US',
          phoneNumberType: 'tollFree',
          assignmentType: 'application',
          capabilities,
          areaCode: '833',
          quantity: 1,
        }),
      ),
  ),
  one(
    'search-any',
    'beginSearchAvailablePhoneNumbers, without area code and quantity,',
    [
      accepted('search_5ea70000', {
        Location: `/availablePhoneNumbers/searchResults/5ea70000?${version}`,
      }),
      operation('search', 'search_5ea70000'),
      ok(searchResult),
    ],
    (client) =>
      done(
        client.beginSearchAvailablePhoneNumbers({
          countryCode: 'FR',
          phoneNumberType: 'geographic',
          assignmentType: 'application',
          capabilities: { calling: 'inbound', sms: 'none' },
        }),
      ),
  ),
  one(
    'purchase',
    'beginPurchasePhoneNumbers',
    [accepted('purchase_1', { 'purchase-id': '1' }), operation('purchase', 'purchase_1')],
    (client) => done(client.beginPurchasePhoneNumbers('5ea70000')),
  ),
  one(
    'purchase-agree',
    'beginPurchasePhoneNumbers, with agreeToNotResell,',
    [accepted('purchase_1'), operation('purchase', 'purchase_1')],
    (client) => done(client.beginPurchasePhoneNumbers('5ea70000', { agreeToNotResell: true })),
  ),
  one(
    'release',
    'beginReleasePhoneNumber',
    [accepted('release_1', { 'release-id': '1' }), operation('releasePhoneNumber', 'release_1')],
    (client) => done(client.beginReleasePhoneNumber('+18335550100')),
  ),
  one(
    'update-capabilities',
    'beginUpdatePhoneNumberCapabilities',
    [
      accepted('capabilities_1', {
        Location: `/phoneNumbers/+18335550100?${version}`,
        'capabilities-id': '1',
      }),
      operation(
        'updatePhoneNumberCapabilities',
        'capabilities_1',
        `/phoneNumbers/+18335550100?${version}`,
      ),
      ok(purchased),
    ],
    (client) =>
      done(client.beginUpdatePhoneNumberCapabilities('+18335550100', { sms: 'outbound' })),
  ),
  one('browse', 'browseAvailablePhoneNumbers', [ok({ phoneNumbers: [available] })], (client) =>
    client.browseAvailablePhoneNumbers(
      { countryCode: 'US', phoneNumberType: 'tollFree' },
      {
        capabilities: { calling: 'inbound' },
        assignmentType: 'application',
        phoneNumberPrefixes: ['833'],
      },
    ),
  ),
  one(
    'countries',
    'listAvailableCountries',
    [ok({ countries: [{ localizedName: 'États-Unis', countryCode: 'US' }], nextLink: null })],
    (_, french) => drain(french.listAvailableCountries()),
  ),
  one(
    'area-codes-toll-free',
    'listAvailableTollFreeAreaCodes',
    [ok({ areaCodes: [{ areaCode: '833' }] })],
    (client) => drain(client.listAvailableTollFreeAreaCodes('US')),
  ),
  one(
    'area-codes-geographic',
    'listAvailableGeographicAreaCodes',
    [ok({ areaCodes: [{ areaCode: '314' }] })],
    (client) =>
      drain(
        client.listAvailableGeographicAreaCodes('US', {
          locality: 'St. Louis (North), *~',
          administrativeDivision: 'MO',
          assignmentType: 'person',
        }),
      ),
  ),
  one('area-codes-mobile', 'listAvailableMobileAreaCodes', [ok({ areaCodes: [] })], (client) =>
    drain(client.listAvailableMobileAreaCodes('AU')),
  ),
  one(
    'localities',
    'listAvailableLocalities',
    [
      ok({
        phoneNumberLocalities: [
          {
            localizedName: 'St. Louis',
            administrativeDivision: { localizedName: 'Missouri', abbreviatedName: 'MO' },
          },
        ],
      }),
    ],
    (_, french) =>
      drain(
        french.listAvailableLocalities('US', {
          administrativeDivision: 'MO',
          phoneNumberType: 'geographic',
        }),
      ),
  ),
  one(
    'offerings',
    'listAvailableOfferings',
    [
      ok({
        phoneNumberOfferings: [
          {
            phoneNumberType: 'tollFree',
            assignmentType: 'application',
            availableCapabilities: capabilities,
            cost,
          },
        ],
      }),
    ],
    (client) =>
      drain(
        client.listAvailableOfferings('US', {
          phoneNumberType: 'tollFree',
          assignmentType: 'application',
        }),
      ),
  ),
  one(
    'reservation-update',
    'createOrUpdateReservation',
    [{ status: 207, body: reservation }],
    (client) =>
      client.createOrUpdateReservation(
        { reservationId },
        { add: [available], remove: ['18335550102'] },
      ),
  ),
  one('reservation-get', 'getReservation', [ok(reservation)], (client) =>
    client.getReservation(reservationId),
  ),
  one('reservation-delete', 'deleteReservation', [{ status: 204 }], (client) =>
    client.deleteReservation(reservationId),
  ),
  one(
    'reservation-list',
    'listReservations',
    [
      ok({
        reservations: [{ id: reservationId, status: 'active', expiresAt: reservation.expiresAt }],
      }),
    ],
    (client) => drain(client.listReservations()),
  ),
  one(
    'reservation-purchase',
    'beginReservationPurchase',
    [
      accepted('reservation_1', { 'reservation-purchase-id': '1' }),
      operation('reservationPurchase', 'reservation_1'),
    ],
    (client) => done(client.beginReservationPurchase(reservationId)),
  ),
  one(
    'reservation-purchase-agree',
    'beginReservationPurchase, with agreeToNotResell,',
    [accepted('reservation_1'), operation('reservationPurchase', 'reservation_1')],
    (client) => done(client.beginReservationPurchase(reservationId, { agreeToNotResell: true })),
  ),
  one(
    'operator-information',
    'searchOperatorInformation',
    [
      ok({
        values: [
          {
            phoneNumber: '+14255550123',
            nationalFormat: '(425) 555-0123',
            internationalFormat: '+1 425-555-0123',
          },
        ],
      }),
    ],
    (client) => client.searchOperatorInformation(['+14255550123']),
  ),
  one(
    'operator-information-full',
    'searchOperatorInformation, with details,',
    [
      ok({
        values: [
          {
            phoneNumber: '+14255550123',
            numberType: 'mobile',
            isoCountryCode: 'US',
            operatorDetails: { name: 'Contoso', mobileNetworkCode: '01', mobileCountryCode: '310' },
          },
        ],
      }),
    ],
    (client) =>
      client.searchOperatorInformation(['+14255550123'], {
        includeAdditionalOperatorDetails: true,
      }),
  ),
];
