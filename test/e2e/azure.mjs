// What a connection has come to in Azure and at the desk, read by Azure's own interfaces: for comparing one with another.
const tenant = '7e0a0000-0000-4000-8000-000000000001';
const group =
  '/subscriptions/5b500000-0000-4000-8000-000000000001/resourceGroups/contoso-rg/providers/Microsoft.EventGrid';

// Who makes what: the user of the portal, and the service principal that `guichet connect --local` signs in as; object ids.
export const makers = {
  user: '0b1e0000-0000-4000-8000-000000000004',
  tools: '0b1e0000-0000-4000-8000-000000000001',
};

const guid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

// Asks a plane of the cloud as the service principal for tools.
async function client(origin, scope, version) {
  const answer = await fetch(`${origin}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'a9900000-0000-4000-8000-000000000001',
      client_secret: 'guichet-local-secret',
      scope: `${scope}/.default`,
    }),
  });
  const { access_token: token } = await answer.json();
  return async (path, method = 'GET') => {
    const mark = path.includes('?') ? '&' : '?';
    const response = await fetch(
      `${origin}${path}${version ? `${mark}api-version=${version}` : ''}`,
      {
        method,
        headers: { Authorization: `Bearer ${token}` },
      },
    );
    const body = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(body)}`);
    return body;
  };
}

// The five values at the desk, the application, the system topic and the event subscriptions. Addresses of this run and generated ids
// are replaced by what they are, names are left out; `maker` is who made all of it.
export async function outcome(house, connection, maker) {
  const arm = await client(house.pages, 'https://management.azure.com', '2025-02-15');
  const graph = await client(house.pages, 'https://graph.microsoft.com');
  const { value: topics } = await arm(`${group}/systemTopics`);
  const subscriptions = [];
  for (const topic of topics) {
    const { value } = await arm(`${topic.id}/eventSubscriptions`);
    for (const { id, properties } of value) {
      const { endpointUrl } = await arm(`${id}/getFullUrl`, 'POST');
      const { topic: _, ...rest } = properties;
      subscriptions.push(
        plain(
          { ...rest, ofTheTopic: topic.id === properties.topic, endpointUrl },
          house,
          connection,
        ),
      );
    }
  }
  subscriptions.sort((one, two) => (one.endpointUrl < two.endpointUrl ? -1 : 1));
  const wanted = `appId eq '${connection.eventGridAppId}'`;
  const { value: apps } = await graph(`/v1.0/applications?$filter=${encodeURIComponent(wanted)}`);
  const applications = [];
  for (const { id, signInAudience } of apps) {
    const { value: owners } = await graph(`/v1.0/applications/${id}/owners`);
    applications.push({
      signInAudience,
      owners: owners.map((owner) => (owner.id === maker ? '<maker>' : owner.id)),
    });
  }
  const { value: principals } = await graph(
    `/v1.0/servicePrincipals?$filter=${encodeURIComponent(wanted)}`,
  );
  return {
    desk: plain(
      Object.fromEntries(
        [
          'state',
          'key',
          'resourceName',
          'resourceId',
          'endpoint',
          'eventGridAppId',
          'eventGridAppTenantId',
          'webhooks',
        ].map((name) => [name, connection[name]]),
      ),
      house,
      connection,
    ),
    applications,
    enterpriseApplications: principals.length,
    topics: topics.map(({ location, properties: { source, topicType, provisioningState } }) => ({
      location,
      source,
      topicType,
      provisioningState,
    })),
    subscriptions,
  };
}

// A value in which the addresses of the run, the application and the ids that were generated have names.
function plain(value, house, { eventGridAppId }) {
  const text = JSON.stringify(value)
    .replaceAll(house.desk, '<desk>')
    .replaceAll(house.cloud, '<cloud>')
    .replaceAll(eventGridAppId, '<application>')
    .replaceAll(/(\/webhooks\/[a-z-]+\/)[^"/]+/g, (_, path) => `${path}<connection>`);
  return JSON.parse(text.replaceAll(guid, (id) => known.get(id.toLowerCase()) ?? '<generated>'));
}

const known = new Map([tenant, '5b500000-0000-4000-8000-000000000001'].map((id) => [id, id]));
