package doctor

// Sentences of the group Events.
var eventSentences = map[string]sentence{
	"skipped.topic": {seen: text{"Not looked at, as there is no system topic.", "Non examiné, faute de rubrique système."}},

	"public.ok": {seen: text{"{url} is an address that Azure can be given.", "{url} est une adresse que l’on peut donner à Azure."}},
	"public.local": {seen: text{
		"{url}. The cloud is on this machine too, so any address will do.",
		"{url}. Le cloud est aussi sur cette machine, donc toute adresse convient.",
	}},
	"public.loopback": {
		seen: text{"{url} is this machine only; Azure cannot call it.", "{url} n’est que cette machine ; Azure ne peut pas l’appeler."},
		do: text{
			"Give the desk an https address on the internet (reverse proxy or tunnel), start it with --public-url, then connect again.",
			"Donnez au guichet une adresse https sur Internet (proxy inverse ou tunnel), démarrez-le avec --public-url, puis connectez à nouveau.",
		},
		command: "guichet serve --public-url https://…",
	},
	"public.private": {
		seen: text{"{url} is an address of your own network; Azure cannot call it.", "{url} est une adresse de votre réseau ; Azure ne peut pas l’appeler."},
		do: text{
			"Give the desk an https address on the internet and start it with --public-url.",
			"Donnez au guichet une adresse https sur Internet et démarrez-le avec --public-url.",
		},
		command: "guichet serve --public-url https://…",
	},
	"public.http": {
		seen: text{"{url} is not https; Azure delivers to https only.", "{url} n’est pas en https ; Azure ne remet qu’en https."},
		do: text{
			"Use a certificate (--tls-cert, --tls-key) or a reverse proxy with https, and set --public-url.",
			"Utilisez un certificat (--tls-cert, --tls-key) ou un proxy inverse en https, et réglez --public-url.",
		},
		command: "guichet serve --public-url https://…",
	},
	"public.moved": {
		seen: text{"Azure was set up to call {was}, but the desk is now at {url}.", "Azure a été réglé pour appeler {was}, mais le guichet est maintenant à {url}."},
		do: text{
			"Connect again, so that the event subscriptions follow.",
			"Connectez à nouveau, pour que les abonnements aux événements suivent.",
		},
		command: connects,
	},
	"webhooks.ok": {seen: text{
		"All three consent to Event Grid's handshake, called from here by {url}.",
		"Tous trois consentent à la négociation d’Event Grid, appelés d’ici par {url}.",
	}},
	"public.dns": {
		seen:    text{"The name {host} leads nowhere.", "Le nom {host} ne mène nulle part."},
		do:      text{"Enter it in the DNS, or correct --public-url.", "Inscrivez-le dans le DNS, ou corrigez --public-url."},
		command: "nslookup {host}",
	},
	"public.refused": {
		seen: text{"The desk does not answer: nothing listens at {url}.", "Le guichet ne répond pas : rien n’écoute à {url}."},
		do: text{
			"Start the desk; if it runs, correct --public-url or the reverse proxy.",
			"Démarrez le guichet ; s’il tourne, corrigez --public-url ou le proxy inverse.",
		},
		command: "guichet serve",
	},
	"public.silent": {
		seen: text{"{url} gives no answer within 10 seconds.", "{url} ne répond pas en 10 secondes."},
		do: text{
			"Open the port in the firewall; look whether the desk is overloaded.",
			"Ouvrez le port dans le pare-feu ; vérifiez que le guichet n’est pas surchargé.",
		},
		command: "curl -v {url}/healthz",
	},
	"public.unreachable": {
		seen:    text{"{url} cannot be called: {error}", "{url} ne peut pas être appelée : {error}"},
		do:      text{"Correct --public-url, the certificate or the reverse proxy.", "Corrigez --public-url, le certificat ou le proxy inverse."},
		command: "curl -v {url}/healthz",
	},
	"public.expired": {
		seen: text{"The certificate of {host} has expired (or is not valid yet).", "Le certificat de {host} a expiré (ou n’est pas encore valable)."},
		do:   text{"Renew it and restart what serves it.", "Renouvelez-le et redémarrez ce qui le présente."}, command: "curl -v {url}/healthz",
	},
	"public.otherName": {
		seen: text{"The certificate is not for {host}.", "Le certificat n’est pas pour {host}."},
		do: text{
			"Get a certificate for {host}, or correct --public-url.",
			"Obtenez un certificat pour {host}, ou corrigez --public-url.",
		},
		command: "curl -v {url}/healthz",
	},
	"public.untrusted": {
		seen: text{
			"The certificate of {host} is not from a public authority, or its chain is incomplete; Event Grid takes neither.",
			"Le certificat de {host} ne vient pas d’une autorité publique, ou sa chaîne est incomplète ; Event Grid n’accepte ni l’un ni l’autre.",
		},
		do: text{
			"Use a certificate of a public authority and serve it with its intermediates.",
			"Utilisez un certificat d’une autorité publique et présentez-le avec ses intermédiaires.",
		},
		command: "curl -v {url}/healthz",
	},
	"public.redirects": {
		seen: text{"{address} redirects to {to}; Event Grid does not follow.", "{address} redirige vers {to} ; Event Grid ne suit pas."},
		do:   text{"Set --public-url to the final address.", "Réglez --public-url sur l’adresse finale."}, command: "curl -v {url}/healthz",
	},
	"public.other": {
		seen: text{
			"{address} answers {status}: that is not this desk.", "{address} répond {status} : ce n’est pas ce guichet.",
		},
		do: text{
			"Correct --public-url, or where the reverse proxy leads to.",
			"Corrigez --public-url, ou la destination du proxy inverse.",
		},
		command: "curl -v {url}/healthz",
	},

	"topic.ok": {seen: text{"{topic} passes the events of {name} on.", "{topic} transmet les événements de {name}."}},
	"topic.missing": {
		seen:    text{"{name} has no system topic: no event leaves Azure.", "{name} n’a pas de rubrique système : aucun événement ne quitte Azure."},
		do:      text{"Make it and the event subscriptions with the command.", "Créez-la avec ses abonnements par la commande."},
		command: connects,
	},
	"topic.state": {
		seen:    text{"{topic} is in the state {state}.", "{topic} est dans l’état {state}."},
		do:      text{"Delete it in the Azure portal and make it again with the command.", "Supprimez-la dans le portail Azure et recréez-la par la commande."},
		command: connects,
	},

	"subscription.ok": {seen: text{
		"{subscriptionName} delivers to this desk, with a token.", "{subscriptionName} remet à ce guichet, avec un jeton.",
	}},
	"subscription.missing": {
		seen:    text{"Nothing delivers events for {kind} to {wanted}.", "Rien ne remet les événements ({kind}) à {wanted}."},
		do:      text{"Make the event subscription with the command, or in the Azure portal: {name} › Events.", "Créez l’abonnement par la commande, ou dans le portail Azure : {name} › Événements."},
		command: connects,
	},
	"subscription.endpoint": {
		seen: text{"{subscriptionName} delivers to {seen} instead of {wanted}.", "{subscriptionName} remet à {seen} au lieu de {wanted}."},
		do: text{
			"Correct its endpoint with the command, or in the Azure portal: {name} › Events › {subscriptionName}.",
			"Corrigez son point de terminaison par la commande, ou dans le portail Azure : {name} › Événements › {subscriptionName}.",
		},
		command: connects, page: pageAdvanced,
	},
	"subscription.noWebhook": {
		seen:    text{"{subscriptionName} does not deliver to a Web Hook.", "{subscriptionName} ne remet pas à un webhook."},
		do:      text{"Delete it in the Azure portal and make it again with the command.", "Supprimez-le dans le portail Azure et recréez-le par la commande."},
		command: connects,
	},
	"subscription.twice": {
		seen: text{"Several deliver to the same endpoint: {names}. Events come more than once.", "Plusieurs remettent au même point de terminaison : {names}. Les événements arrivent plusieurs fois."},
		do:   text{"Delete all but one in the Azure portal: {name} › Events.", "N’en gardez qu’un dans le portail Azure : {name} › Événements."},
	},
	"subscription.unfinished": {
		seen: text{"{subscriptionName} is in the state {state}.", "{subscriptionName} est dans l’état {state}."},
		do:   text{"Wait a minute, then run this again.", "Attendez une minute, puis relancez."},
	},
	"subscription.awaiting": {
		seen: text{"{subscriptionName} waits for its handshake to be completed by hand.", "{subscriptionName} attend que sa négociation soit terminée à la main."},
		do: text{
			"See to it that the webhooks answer (line above), then make it again with the command.",
			"Veillez à ce que les webhooks répondent (ligne ci-dessus), puis recréez-le par la commande.",
		},
		command: connects,
	},
	"subscription.handshake": {
		seen: text{
			"The handshake of {subscriptionName} failed: nothing is delivered.", "La négociation de {subscriptionName} a échoué : rien n’est remis.",
		},
		do: text{
			"Mend what other lines say about address, token and application, then make it again with the command.",
			"Corrigez ce que d’autres lignes disent de l’adresse, du jeton et de l’application, puis recréez-le par la commande.",
		},
		command: connects,
	},
	"subscription.state": {
		seen:    text{"{subscriptionName} is in the state {state}.", "{subscriptionName} est dans l’état {state}."},
		do:      text{"Make it again with the command.", "Recréez-le par la commande."},
		command: connects,
	},
	"subscription.noToken": {
		seen: text{
			"{subscriptionName} delivers without an Entra token; the desk refuses that.", "{subscriptionName} remet sans jeton Entra ; le guichet le refuse.",
		},
		do: text{
			"Set it with the command, or in the Azure portal: {subscriptionName} › Additional features › Use AAD authentication, with application {app} and tenant {tenant}.",
			"Réglez-le par la commande, ou dans le portail Azure : {subscriptionName} › Fonctionnalités supplémentaires › Utiliser l’authentification AAD, avec l’application {app} et le locataire {tenant}.",
		},
		command: connects,
	},
	"subscription.otherApp": {
		seen:    text{"{subscriptionName} delivers with a token for {seen} instead of {app}.", "{subscriptionName} remet avec un jeton pour {seen} au lieu de {app}."},
		do:      text{"Set the application with the command, or in the Azure portal.", "Réglez l’application par la commande, ou dans le portail Azure."},
		command: connects,
	},
	"subscription.otherTenant": {
		seen:    text{"{subscriptionName} delivers with a token of the tenant {seen} instead of {tenant}.", "{subscriptionName} remet avec un jeton du locataire {seen} au lieu de {tenant}."},
		do:      text{"Set the tenant with the command, or in the Azure portal.", "Réglez le locataire par la commande, ou dans le portail Azure."},
		command: connects,
	},
	"subscription.cloudEvents": {
		seen: text{
			"{subscriptionName} delivers in the schema CloudEvents. The desk reads it, but Microsoft's guide has Event Grid Schema.",
			"{subscriptionName} remet dans le schéma CloudEvents. Le guichet le lit, mais le guide de Microsoft prévoit Event Grid Schema.",
		},
		do: text{
			"A schema cannot be changed: delete the subscription in the Azure portal and make it again with the command.",
			"Un schéma ne se modifie pas : supprimez l’abonnement dans le portail Azure et recréez-le par la commande.",
		},
		command: connects,
	},
	"subscription.schema": {
		seen: text{"{subscriptionName} delivers in the schema {schema}, which the desk cannot read.", "{subscriptionName} remet dans le schéma {schema}, que le guichet ne sait pas lire."},
		do: text{
			"Delete it in the Azure portal and make it again with the command.", "Supprimez-le dans le portail Azure et recréez-le par la commande.",
		},
		command: connects,
	},
	"subscription.types": {
		seen:    text{"{subscriptionName} does not deliver {types}.", "{subscriptionName} ne remet pas {types}."},
		do:      text{"Add them with the command, or in the Azure portal: {subscriptionName} › Filters.", "Ajoutez-les par la commande, ou dans le portail Azure : {subscriptionName} › Filtres."},
		command: connects,
	},
	"subscription.filtered": {
		seen: text{"{subscriptionName} has further filters: some events may never come.", "{subscriptionName} a d’autres filtres : certains événements peuvent ne jamais arriver."},
		do:   text{"Remove them in the Azure portal: {subscriptionName} › Filters, unless they are meant.", "Retirez-les dans le portail Azure : {subscriptionName} › Filtres, sauf s’ils sont voulus."},
	},
	"subscription.expires": {
		seen:    text{"{subscriptionName} ends on {expiresAt}; Azure then deletes it.", "{subscriptionName} prend fin le {expiresAt} ; Azure le supprime alors."},
		do:      text{"Take the expiration off with az or in the Azure portal.", "Retirez l’expiration avec az ou dans le portail Azure."},
		command: "az eventgrid system-topic event-subscription update --name {subscriptionName} --resource-group {group} --system-topic-name … --expiration-date 2099-01-01T00:00:00Z",
	},
	"subscription.expired": {
		seen:    text{"{subscriptionName} expired on {expiresAt}.", "{subscriptionName} a expiré le {expiresAt}."},
		do:      text{"Make it again with the command.", "Recréez-le par la commande."},
		command: connects,
	},

	"refused.none": {seen: text{"No delivery was refused lately.", "Aucune remise n’a été refusée récemment."}},
	"refused.noToken": {
		seen: text{
			"Something without a token called the endpoint for {kind} (last {lastAt}); nothing good came since.",
			"Un appel sans jeton est arrivé au point de terminaison ({kind}, dernier le {lastAt}) ; rien de bon depuis.",
		},
		do: text{
			"If that was Event Grid: set Entra authentication on the event subscription. Else it was a stranger.",
			"S’il s’agissait d’Event Grid : réglez l’authentification Entra sur l’abonnement. Sinon, c’était un inconnu.",
		},
		command: connects,
	},
	"refused.audience": {
		seen: text{
			"Deliveries for {kind} were refused (last {lastAt}): their token is for another application than {app}.",
			"Des remises ({kind}) ont été refusées (dernière le {lastAt}) : leur jeton est pour une autre application que {app}.",
		},
		do:      text{"Set the application of the event subscription with the command.", "Réglez l’application de l’abonnement par la commande."},
		command: connects,
	},
	"refused.tenant": {
		seen: text{
			"Deliveries for {kind} were refused (last {lastAt}): their token is of another tenant than {tenant}.",
			"Des remises ({kind}) ont été refusées (dernière le {lastAt}) : leur jeton est d’un autre locataire que {tenant}.",
		},
		do:      text{"Set the tenant of the event subscription with the command.", "Réglez le locataire de l’abonnement par la commande."},
		command: connects,
	},
	"refused.caller": {
		seen: text{
			"Calls for {kind} were refused (last {lastAt}): their token is not Event Grid's own.",
			"Des appels ({kind}) ont été refusés (dernier le {lastAt}) : leur jeton n’est pas celui d’Event Grid.",
		},
		do: text{
			"Something else with a token calls the webhook. In sovereign clouds, set --azure-event-grid-app to Event Grid's id there.",
			"Autre chose, muni d’un jeton, appelle le webhook. Dans un cloud souverain, réglez --azure-event-grid-app sur l’ID d’Event Grid.",
		},
		command: "az ad sp list --display-name Microsoft.EventGrid --query [].appId",
	},
	"refused.time": {
		seen: text{
			"Deliveries for {kind} were refused (last {lastAt}): by this server's clock their token is not valid now.",
			"Des remises ({kind}) ont été refusées (dernière le {lastAt}) : selon l’horloge de ce serveur, leur jeton n’est pas valable.",
		},
		do: text{"Have the clock set by NTP.", "Réglez l’horloge par NTP."}, command: "timedatectl set-ntp true",
	},
	"refused.keys": {
		seen: text{
			"Deliveries for {kind} had to wait (last {lastAt}): Entra's signing keys could not be fetched.",
			"Des remises ({kind}) ont dû attendre (dernière le {lastAt}) : les clés de signature d’Entra étaient inaccessibles.",
		},
		do: text{"Let the server reach Entra ID. Event Grid delivers again by itself.", "Donnez au serveur accès à Entra ID. Event Grid remet de nouveau par lui-même."},
	},
	"refused.other": {
		seen: text{"Calls for {kind} were refused (last {lastAt}): {reason}", "Des appels ({kind}) ont été refusés (dernier le {lastAt}) : {reason}"},
		do: text{
			"If events stay away, look into the log; else a stranger called.",
			"Si des événements manquent, consultez le journal ; sinon, un inconnu a appelé.",
		},
	},

	"received.at": {seen: text{"{lastAt}", "{lastAt}"}},
	"received.none": {seen: text{
		"None in the last 48 hours. That is right if nobody wrote, called or recorded.",
		"Aucun dans les dernières 48 heures. C’est normal si personne n’a écrit, appelé ou enregistré.",
	}},

	"ledger.ok": {seen: text{"Every event that came in was acted on.", "Chaque événement reçu a été traité."}},
	"ledger.stuck": {
		seen: text{"{count} events wait, the oldest since {oldestAt}.", "{count} événements attendent, le plus ancien depuis le {oldestAt}."},
		do: text{
			"Start the desk if it is stopped; else look into its log for what holds them up.",
			"Démarrez le guichet s’il est arrêté ; sinon, cherchez dans son journal ce qui les retient.",
		},
		command: "guichet serve", page: pageEvents + "?state=received",
	},
	"ledger.failed": {
		seen: text{"{count} events could not be acted on; the newest: {reason}", "{count} événements n’ont pas pu être traités ; le plus récent : {reason}"},
		do:   text{"Look at them and replay them.", "Examinez-les et rejouez-les."}, page: pageFailed,
	},
}
