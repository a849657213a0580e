package doctor

// Sentences of the group Azure.
var azureSentences = map[string]sentence{
	"skipped.signIn": {seen: text{"Not looked at without a sign-in to Azure.", "Non examiné sans connexion à Azure."}},
	"skipped.resource": {seen: text{
		"Not looked at, as the resource is not to be seen in Azure.", "Non examiné, car la ressource n’est pas visible dans Azure.",
	}},
	"azure.denied": {
		seen: text{"Whoever signed in may not see this ({code}).", "La personne connectée ne peut pas voir ceci ({code})."},
		do: text{
			"Sign in as someone with the role Contributor on the resource group; for the application, as someone who may read the directory.",
			"Connectez-vous avec le rôle Contributeur sur le groupe de ressources ; pour l’application, avec le droit de lire l’annuaire.",
		},
	},
	"azure.answer": {
		seen: text{"Azure gave an unexpected answer ({code}).", "Azure a donné une réponse inattendue ({code})."},
		do:   text{"Run this again in some minutes.", "Relancez dans quelques minutes."},
	},
	"azure.unreachable": {
		seen: text{"Azure Resource Manager ({host}) does not answer: {error}", "Azure Resource Manager ({host}) ne répond pas : {error}"},
		do:   text{"Let the server reach it: firewall, proxy (HTTPS_PROXY), network.", "Donnez-y accès au serveur : pare-feu, proxy (HTTPS_PROXY), réseau."},
	},

	"signIn.ok": {seen: text{"Signed in as {who}, who sees the subscription {subscriptionName}.", "Connecté comme {who}, qui voit l’abonnement {subscriptionName}."}},
	"signIn.none": {
		seen: text{
			"Not signed in to Azure: what only Azure can tell was not looked at.",
			"Pas de connexion à Azure : ce que seul Azure peut dire n’a pas été examiné.",
		},
		do: text{
			"Sign in for one run, on the page Health or with the command.",
			"Connectez-vous pour une fois, sur la page Intégrité ou avec la commande.",
		},
		command: "guichet doctor {signIn}",
	},
	"signIn.refused": {
		seen: text{"Entra ID refuses the sign-in ({code}).", "Entra ID refuse la connexion ({code})."},
		do: text{
			"Check tenant, client id and secret of the service principal; a secret may have expired.",
			"Vérifiez le locataire, l’ID client et le secret du principal de service ; un secret a pu expirer.",
		},
		command: "az ad app credential list --id …",
	},
	"signIn.failed": {
		seen: text{"Signing in to Azure failed: {error}", "La connexion à Azure a échoué : {error}"},
		do:   text{"Check the way to sign in (--sign-in) and the server's way to Entra ID.", "Vérifiez le mode de connexion (--sign-in) et l’accès du serveur à Entra ID."},
	},
	"signIn.unseen": {
		seen: text{
			"Whoever signed in does not see the resource's subscription {subscription}.",
			"La personne connectée ne voit pas l’abonnement {subscription} de la ressource.",
		},
		do: text{
			"Give them a role there, or sign in as someone who has one.",
			"Donnez-lui un rôle dans cet abonnement, ou connectez quelqu’un qui en a un.",
		},
		command: "az role assignment create --role Contributor --assignee … --scope /subscriptions/{subscription}",
	},
	"subscription.disabled": {
		seen: text{"The subscription {subscriptionName} is not active: Azure serves nothing in it.", "L’abonnement {subscriptionName} n’est pas actif : Azure n’y sert rien."},
		do:   text{"Reactivate it in the Azure portal: Subscriptions › Reactivate.", "Réactivez-le dans le portail Azure : Abonnements › Réactiver."},
	},

	"rights.ok": {seen: text{"Whoever signed in may see everything that is looked at.", "La personne connectée peut voir tout ce qui est examiné."}},
	"rights.lacking": {
		seen: text{"Whoever signed in may not: {actions}", "La personne connectée ne peut pas : {actions}"},
		do: text{
			"An Owner gives them the role Contributor; until then some lines below are skipped.",
			"Un Propriétaire lui donne le rôle Contributeur ; d’ici là, certaines lignes ci-dessous sont ignorées.",
		},
		command: "az role assignment create --role Contributor --assignee … --scope {scope}",
	},

	"provider.ok": {seen: text{
		"Microsoft.Communication and Microsoft.EventGrid are registered.", "Microsoft.Communication et Microsoft.EventGrid sont inscrits.",
	}},
	"provider.registering": {
		seen: text{"{namespace} is being registered.", "{namespace} est en cours d’inscription."},
		do:   text{"Wait some minutes, then run this again.", "Attendez quelques minutes, puis relancez."},
	},
	"provider.unregistered": {
		seen:    text{"{namespace} is not registered in the subscription.", "{namespace} n’est pas inscrit dans l’abonnement."},
		do:      text{"Register it.", "Inscrivez-le."},
		command: "az provider register --namespace {namespace} --subscription {subscription}",
	},

	"resource.ok": {seen: text{"{name} is there, with the stored endpoint.", "{name} existe, avec le point de terminaison enregistré."}},
	"resource.missing": {
		seen: text{"{resourceId} does not exist in Azure (any more).", "{resourceId} n’existe pas (ou plus) dans Azure."},
		do:   text{"Disconnect it and connect a resource that exists.", "Déconnectez-la et connectez une ressource qui existe."},
		page: pageAdvanced,
	},
	"resource.otherEndpoint": {
		seen: text{
			"The connection string leads to {ours}, but {name} is at {host}: it is of another resource.",
			"La chaîne de connexion mène à {ours}, mais {name} se trouve à {host} : elle est d’une autre ressource.",
		},
		do:      text{"Enter the connection string of {name} under Advanced.", "Saisissez la chaîne de connexion de {name} sous Avancé."},
		command: "az communication list-key --name {name} --resource-group {group} --query primaryConnectionString", page: pageAdvanced,
	},
	"resource.keysOff": {
		seen:    text{"Access keys are switched off on {name} (disableLocalAuth): every call is refused.", "Les clés d’accès sont désactivées sur {name} (disableLocalAuth) : tous les appels sont refusés."},
		do:      text{"Switch them on.", "Activez-les."},
		command: "az resource update --ids {resourceId} --set properties.disableLocalAuth=false",
	},

	"storedKey.primary":   {seen: text{"The primary key is stored.", "La clé primaire est enregistrée."}},
	"storedKey.secondary": {seen: text{"The secondary key is stored; regenerate the primary one at will.", "La clé secondaire est enregistrée ; la primaire peut être regénérée."}},
	"storedKey.rotated": {
		seen: text{
			"The stored key is neither the primary nor the secondary one: it was regenerated.",
			"La clé enregistrée n’est ni la primaire ni la secondaire : elle a été regénérée.",
		},
		do:      text{"Enter the new connection string under Advanced.", "Saisissez la nouvelle chaîne de connexion sous Avancé."},
		command: "az communication list-key --name {name} --resource-group {group} --query primaryConnectionString", page: pageAdvanced,
	},
	"storedKey.other": {
		seen: text{
			"The stored key works, but is not one of {name}: the connection string belongs to another resource.",
			"La clé enregistrée fonctionne, mais n’est pas une clé de {name} : la chaîne de connexion appartient à une autre ressource.",
		},
		do:      text{"Enter the connection string of {name} under Advanced.", "Saisissez la chaîne de connexion de {name} sous Avancé."},
		command: "az communication list-key --name {name} --resource-group {group} --query primaryConnectionString", page: pageAdvanced,
	},

	"application.ok": {seen: text{"{app} has its service principal.", "{app} a son principal de service."}},
	"application.noPrincipal": {
		seen: text{
			"{app} is registered, but has no service principal in the tenant: Event Grid gets no token.",
			"{app} est inscrite, mais n’a pas de principal de service dans le locataire : Event Grid n’obtient pas de jeton.",
		},
		do:      text{"Make it.", "Créez-le."},
		command: "az ad sp create --id {app}",
	},
	"application.missing": {
		seen: text{"{app} does not exist in the tenant (any more).", "{app} n’existe pas (ou plus) dans le locataire."},
		do: text{
			"Restore it within 30 days of its deletion: Entra ID › App registrations › Deleted applications. Else register a new one, disconnect, and connect with it.",
			"Restaurez-la dans les 30 jours : Entra ID › Inscriptions d’applications › Applications supprimées. Sinon, inscrivez-en une nouvelle, déconnectez, puis connectez avec elle.",
		},
		command: "az ad app show --id {app}",
	},
}
