#!/bin/sh
# Connects Azure Communication Services to the desk at https://desk.contoso.example
# Needs the Azure CLI, signed in (az login) with the role Contributor and the right to register applications.
# It can be run again: what is there stays as it is.
set -eu

subscription='5b500000-0000-4000-8000-000000000001'
group='a(b)-'\''c'\'''
resource='contoso-acs'
topic='contoso-acs-events'

az account set --subscription "$subscription"

echo 'Resource providers' >&2
az provider register --namespace 'Microsoft.Communication' --wait --only-show-errors
az provider register --namespace 'Microsoft.EventGrid' --wait --only-show-errors

source=$(az resource show --resource-group "$group" --name "$resource" --resource-type Microsoft.Communication/communicationServices --query id --output tsv)
tenant=$(az account show --query tenantId --output tsv)

echo 'App registration, service principal, owner' >&2
app=$(az ad app list --display-name 'it'\''s "quoted" $(false) ${x} %{y} \' --query '[0].appId' --output tsv)
if [ -z "$app" ]; then
  app=$(az ad app create --display-name 'it'\''s "quoted" $(false) ${x} %{y} \' --sign-in-audience AzureADMultipleOrgs --query appId --output tsv)
fi
if [ -z "$(az ad sp list --filter "appId eq '$app'" --query '[0].id' --output tsv)" ]; then
  az ad sp create --id "$app" --output none
fi
# Event Grid asks that whoever makes the event subscriptions owns the application.
if [ "$(az account show --query user.type --output tsv)" = user ]; then
  me=$(az ad signed-in-user show --query id --output tsv)
else
  me=$(az ad sp show --id "$(az account show --query user.name --output tsv)" --query id --output tsv)
fi
if [ -z "$(az ad app owner list --id "$app" --query "[?id=='$me'].id" --output tsv)" ]; then
  az ad app owner add --id "$app" --owner-object-id "$me"
fi

echo 'System topic' >&2
found=$(az eventgrid system-topic list --resource-group "$group" --query "[?source=='$source'].name" --output tsv)
if [ -n "$found" ]; then
  topic=$found
else
  az eventgrid system-topic create --resource-group "$group" --name "$topic" --source "$source" \
    --topic-type 'Microsoft.Communication.CommunicationServices' --location global --output none
fi

# The desk answers Event Grid's handshakes only once it is connected.
cat >&2 <<TEXT

Enter these five values in the desk (Channels, Phone numbers, Get started, Use existing resource), then press Enter here.
  ACS Resource Name         $resource
  ACS Resource ID           $source
  Connection string         az communication list-key --resource-group $group --name $resource --query primaryConnectionString --output tsv
  Event grid app id         $app
  Event grid app tenant id  $tenant
TEXT
read -r _ || true

subscribe() {
  name=$1
  endpoint=$2
  shift 2
  echo "Event subscription $name" >&2
  az eventgrid system-topic event-subscription create --resource-group "$group" --system-topic-name "$topic" --name "$name" \
    --endpoint-type webhook --endpoint "$endpoint" --event-delivery-schema eventgridschema \
    --azure-active-directory-tenant-id "$tenant" --azure-active-directory-application-id-or-uri "$app" \
    --included-event-types "$@" --output none
}
subscribe 'guichet-recording' 'https://desk.contoso.example/webhooks/recording/1' 'Microsoft.Communication.RecordingFileStatusUpdated'
subscribe 'guichet-sms' 'https://desk.contoso.example/webhooks/sms/1' 'Microsoft.Communication.SMSReceived' 'Microsoft.Communication.SMSDeliveryReportReceived'
subscribe 'guichet-incoming-call' 'https://desk.contoso.example/webhooks/incoming-call/1' 'Microsoft.Communication.IncomingCall'
echo 'Done.' >&2
