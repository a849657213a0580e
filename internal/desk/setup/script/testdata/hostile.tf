# Connects Azure Communication Services to the desk at https://desk.contoso.example
# In two steps, as the desk answers Event Grid's handshakes only once it is connected:
#   terraform init && terraform apply
#   enter the outputs in the desk (Channels, Phone numbers, Get started, Use existing resource)
#   terraform apply -var desk_connected=true

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }
  }
}

provider "azurerm" {
  features {}
  subscription_id                 = "5b500000-0000-4000-8000-000000000001"
  resource_provider_registrations = "none"
  resource_providers_to_register  = ["Microsoft.Communication", "Microsoft.EventGrid"]
}

provider "azuread" {}

variable "desk_connected" {
  description = "Set to true once the five values are entered in the desk."
  type        = bool
  default     = false
}

data "azuread_client_config" "current" {}

data "azurerm_communication_service" "communication" {
  name                = "contoso-acs"
  resource_group_name = "a(b)-'c'"
}

locals {
  communication = data.azurerm_communication_service.communication
}

# Event Grid asks that whoever makes the event subscriptions owns the application.
resource "azuread_application" "webhook" {
  display_name     = "it's \"quoted\" $(false) $${x} %%{y} \\"
  sign_in_audience = "AzureADMultipleOrgs"
  owners           = [data.azuread_client_config.current.object_id]
}

resource "azuread_service_principal" "webhook" {
  client_id = azuread_application.webhook.client_id
  owners    = [data.azuread_client_config.current.object_id]
}

locals {
  app_id = azuread_service_principal.webhook.client_id
}

resource "azurerm_eventgrid_system_topic" "events" {
  name                   = "contoso-acs-events"
  resource_group_name    = "a(b)-'c'"
  location               = "Global"
  source_arm_resource_id = local.communication.id
  topic_type             = "Microsoft.Communication.CommunicationServices"
}

resource "azurerm_eventgrid_system_topic_event_subscription" "recording" {
  count                 = var.desk_connected ? 1 : 0
  name                  = "guichet-recording"
  system_topic          = azurerm_eventgrid_system_topic.events.name
  resource_group_name   = "a(b)-'c'"
  event_delivery_schema = "EventGridSchema"
  included_event_types  = ["Microsoft.Communication.RecordingFileStatusUpdated"]

  webhook_endpoint {
    url                               = "https://desk.contoso.example/webhooks/recording/1"
    active_directory_tenant_id        = data.azuread_client_config.current.tenant_id
    active_directory_app_id_or_uri    = local.app_id
    max_events_per_batch              = 1
    preferred_batch_size_in_kilobytes = 64
  }
}

resource "azurerm_eventgrid_system_topic_event_subscription" "sms" {
  count                 = var.desk_connected ? 1 : 0
  name                  = "guichet-sms"
  system_topic          = azurerm_eventgrid_system_topic.events.name
  resource_group_name   = "a(b)-'c'"
  event_delivery_schema = "EventGridSchema"
  included_event_types  = ["Microsoft.Communication.SMSReceived", "Microsoft.Communication.SMSDeliveryReportReceived"]

  webhook_endpoint {
    url                               = "https://desk.contoso.example/webhooks/sms/1"
    active_directory_tenant_id        = data.azuread_client_config.current.tenant_id
    active_directory_app_id_or_uri    = local.app_id
    max_events_per_batch              = 1
    preferred_batch_size_in_kilobytes = 64
  }
}

resource "azurerm_eventgrid_system_topic_event_subscription" "incoming_call" {
  count                 = var.desk_connected ? 1 : 0
  name                  = "guichet-incoming-call"
  system_topic          = azurerm_eventgrid_system_topic.events.name
  resource_group_name   = "a(b)-'c'"
  event_delivery_schema = "EventGridSchema"
  included_event_types  = ["Microsoft.Communication.IncomingCall"]

  webhook_endpoint {
    url                               = "https://desk.contoso.example/webhooks/incoming-call/1"
    active_directory_tenant_id        = data.azuread_client_config.current.tenant_id
    active_directory_app_id_or_uri    = local.app_id
    max_events_per_batch              = 1
    preferred_batch_size_in_kilobytes = 64
  }
}

output "acs_resource_name" {
  value = local.communication.name
}

output "acs_resource_id" {
  value = local.communication.id
}

output "connection_string" {
  value     = local.communication.primary_connection_string
  sensitive = true
}

output "event_grid_app_id" {
  value = local.app_id
}

output "event_grid_app_tenant_id" {
  value = data.azuread_client_config.current.tenant_id
}
