// Connects Azure Communication Services to the desk at https://desk.contoso.example
// In two deployments, as the desk answers Event Grid's handshakes only once it is connected:
//   az deployment group create --subscription 5b500000-0000-4000-8000-000000000001 --resource-group contoso-rg --template-file guichet.bicep
//   enter the outputs and the connection string in the desk (Channels, Phone numbers, Get started, Use existing resource)
//   the first command again with: --parameters deskConnected=true
// A deployment registers the resource providers Microsoft.Communication and Microsoft.EventGrid by itself.
// The app registration needs the Microsoft Graph extension; bicepconfig.json beside this file:
//   { "extensions": { "microsoftGraphV1": "br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0" } }
extension microsoftGraphV1

targetScope = 'resourceGroup'

@description('Set to true once the five values are entered in the desk.')
param deskConnected bool = false

resource communication 'Microsoft.Communication/communicationServices@2023-04-01' = {
  name: 'new-acs'
  location: 'global'
  properties: {
    dataLocation: 'Europe'
  }
}

resource application 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'guichet-event-grid-webhook'
  displayName: 'Guichet Event Grid webhook'
  signInAudience: 'AzureADMultipleOrgs'
  // Event Grid asks that whoever makes the event subscriptions owns the application.
  owners: {
    relationships: [
      deployer().objectId
    ]
  }
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: application.appId
}

var appId = application.appId

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'new-acs-events'
  location: 'global'
  properties: {
    source: communication.id
    topicType: 'Microsoft.Communication.CommunicationServices'
  }
}

resource recording 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = if (deskConnected) {
  parent: topic
  name: 'guichet-recording'
  properties: {
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: 'https://desk.contoso.example/webhooks/recording/1'
        azureActiveDirectoryTenantId: tenant().tenantId
        azureActiveDirectoryApplicationIdOrUri: appId
      }
    }
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: [
        'Microsoft.Communication.RecordingFileStatusUpdated'
      ]
    }
  }
  dependsOn: [
    principal
  ]
}

resource sms 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = if (deskConnected) {
  parent: topic
  name: 'guichet-sms'
  properties: {
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: 'https://desk.contoso.example/webhooks/sms/1'
        azureActiveDirectoryTenantId: tenant().tenantId
        azureActiveDirectoryApplicationIdOrUri: appId
      }
    }
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: [
        'Microsoft.Communication.SMSReceived'
        'Microsoft.Communication.SMSDeliveryReportReceived'
      ]
    }
  }
  dependsOn: [
    principal
  ]
}

resource incoming_call 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = if (deskConnected) {
  parent: topic
  name: 'guichet-incoming-call'
  properties: {
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: 'https://desk.contoso.example/webhooks/incoming-call/1'
        azureActiveDirectoryTenantId: tenant().tenantId
        azureActiveDirectoryApplicationIdOrUri: appId
      }
    }
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: [
        'Microsoft.Communication.IncomingCall'
      ]
    }
  }
  dependsOn: [
    principal
  ]
}

output acsResourceName string = communication.name
output acsResourceId string = communication.id
output eventGridAppId string = appId
output eventGridAppTenantId string = tenant().tenantId
