package api

import "maps"

// provisioning are the sentences of the automatic connection, by code: English,
// French.
var provisioning = map[string][2]string{
	"provision.address": {
		"Azure cannot call this desk at {url}. Start it with an https address that is reachable from the Internet (--public-url), then try again.",
		"Azure ne peut pas appeler ce guichet à l’adresse {url}. Démarrez-le avec une adresse https joignable depuis Internet (--public-url), puis réessayez.",
	},
	"provision.waiting": {
		"Azure is not ready yet ({answer}). It is tried again.",
		"Azure n’est pas encore prêt ({answer}). Nouvel essai à venir.",
	},
	"provision.signIn": {
		"Microsoft Entra refused the sign-in ({answer}). Look at the tenant, the application and its secret, then try again.",
		"Microsoft Entra a refusé la connexion ({answer}). Vérifiez le locataire, l’application et son secret, puis réessayez.",
	},
	"provision.failed": {
		"Azure did not do this ({answer}). Try again; what is done already stays done.",
		"Azure n’a pas exécuté cette étape ({answer}). Réessayez ; ce qui est fait reste fait.",
	},
	"provision.rights": {
		"{who} may not do this: {actions}. An Owner of {scope} has to run the command, then try again.",
		"{who} n’a pas ce droit : {actions}. Un propriétaire de {scope} doit exécuter la commande ; réessayez ensuite.",
	},
	"provision.handshake": {
		"Event Grid got no consent from this desk at {url} ({answer}). It must be reachable from the Internet by https; then try again.",
		"Event Grid n’a pas obtenu l’accord de ce guichet à l’adresse {url} ({answer}). Il doit être joignable en https depuis Internet ; réessayez ensuite.",
	},
	"provision.subscription.unseen": {
		"{who} cannot see the Azure subscription {id}. An Owner of it has to run the command, then try again.",
		"{who} ne voit pas l’abonnement Azure {id}. Un propriétaire de celui-ci doit exécuter la commande ; réessayez ensuite.",
	},
	"provision.subscription.none": {
		"{who} sees no Azure subscription. An Owner of the resource’s subscription has to run the command, then try again.",
		"{who} ne voit aucun abonnement Azure. Un propriétaire de l’abonnement de la ressource doit exécuter la commande ; réessayez ensuite.",
	},
	"provision.subscription.several": {
		"There are several subscriptions: {list}. Choose one (--subscription).",
		"Il y a plusieurs abonnements : {list}. Choisissez-en un (--subscription).",
	},
	"provision.subscription.inactive": {
		"The subscription {name} is not active. Reactivate it in the Azure portal: Subscriptions › Reactivate.",
		"L’abonnement {name} n’est pas actif. Réactivez-le dans le portail Azure : Abonnements › Réactiver.",
	},
	"provision.subscription.tenant": {
		"The subscription {name} belongs to the tenant {tenant}, but you signed in to {own}. Sign in to the subscription’s tenant.",
		"L’abonnement {name} appartient au locataire {tenant}, mais vous êtes connecté à {own}. Connectez-vous au locataire de l’abonnement.",
	},
	"provision.subscription.trial": {
		"{name}: a trial subscription, which cannot buy phone numbers",
		"{name} : un abonnement d’essai, qui ne permet pas d’acheter de numéros",
	},
	"provision.resource.none": {
		"No such Azure Communication Services resource is to be seen. Look at the name and the group, make one with Create new resource, or run the command.",
		"Aucune ressource Azure Communication Services ne correspond. Vérifiez le nom et le groupe, choisissez Créer une ressource ou exécutez la commande.",
	},
	"provision.resource.several": {
		"There are several resources: {list}. Choose one (--resource, --resource-group).",
		"Il y a plusieurs ressources : {list}. Choisissez-en une (--resource, --resource-group).",
	},
	"provision.resource.keysOff": {
		"Access keys are switched off on {name}. Run the command to switch them on, then try again.",
		"Les clés d’accès de {name} sont désactivées. Exécutez la commande pour les activer, puis réessayez.",
	},
	"provision.create.incomplete": {
		"A new resource needs a resource group, a name and a data location.",
		"Une nouvelle ressource exige un groupe de ressources, un nom et un emplacement des données.",
	},
	"provision.create.groupLocation": {
		"The resource group {group} does not exist. Choose a region to make it in (--group-location).",
		"Le groupe de ressources {group} n’existe pas. Choisissez la région où le créer (--group-location).",
	},
	"provision.create.taken": {
		"The name {name} is taken by another resource. Choose another one.",
		"Le nom {name} est déjà pris par une autre ressource. Choisissez-en un autre.",
	},
	"provision.create.refused": {
		"Azure refuses to make this resource ({answer}). Look at its name and its data location.",
		"Azure refuse de créer cette ressource ({answer}). Vérifiez son nom et l’emplacement des données.",
	},
	"provision.application.denied": {
		"{who} may not register applications. An Application Administrator has to run the command, which prints the application’s id; enter it as the app id (--app-id), then try again.",
		"{who} n’a pas le droit d’inscrire des applications. Un administrateur d’application doit exécuter la commande, qui affiche l’ID de l’application ; saisissez-le (--app-id), puis réessayez.",
	},
	"provision.application.unknown": {
		"The tenant has no application with the id {id}. Correct it, or leave it empty to have one made.",
		"Le locataire n’a pas d’application ayant l’ID {id}. Corrigez-le, ou laissez-le vide pour en faire créer une.",
	},
	"provision.application.unseen": {
		"{id}, which the one signed in may not look at",
		"{id}, que la personne connectée n’a pas le droit de consulter",
	},
	"provision.application.several": {
		"Several app registrations are named {name}: {list}. Choose one (--app-id).",
		"Plusieurs inscriptions d’application s’appellent {name} : {list}. Choisissez-en une (--app-id).",
	},
	"provision.principal.denied": {
		"The application {id} has no service principal in this tenant, and you may not make it. An Application Administrator has to run the command, then try again.",
		"L’application {id} n’a pas de principal de service dans ce locataire, et vous n’avez pas le droit de le créer. Un administrateur d’application doit exécuter la commande ; réessayez ensuite.",
	},
	"provision.owner.denied": {
		"{who} must be an owner of the application {id}, or Event Grid refuses the subscriptions. An owner or Application Administrator has to run the command, then try again.",
		"{who} doit être propriétaire de l’application {id}, sinon Event Grid refuse les abonnements. Un propriétaire ou un administrateur d’application doit exécuter la commande ; réessayez ensuite.",
	},
	"provision.owner.unseen": {
		"{who} may not look at the owners of {id}; Event Grid will check",
		"{who} n’a pas le droit de consulter les propriétaires de {id} ; Event Grid vérifiera",
	},
	"provision.would.resource": {
		"make the resource {name} in {group}, data in {location}",
		"créer la ressource {name} dans {group}, données : {location}",
	},
	"provision.would.resourceAndGroup": {
		"make the resource group {group} and in it the resource {name}, data in {location}",
		"créer le groupe de ressources {group} et la ressource {name}, données : {location}",
	},
	"provision.would.providers":    {"register {names}", "inscrire {names}"},
	"provision.would.application":  {"register the application {name}", "inscrire l’application {name}"},
	"provision.would.principal":    {"make the service principal of {id}", "créer le principal de service de {id}"},
	"provision.would.owner":        {"make {who} an owner of the application", "rendre {who} propriétaire de l’application"},
	"provision.would.desk":         {"connect the desk to {name}", "connecter le guichet à {name}"},
	"provision.would.topic":        {"make the system topic {name}", "créer la rubrique système {name}"},
	"provision.would.subscription": {"make the event subscription {name}", "créer l’abonnement aux événements {name}"},
	"provision.would.test":         {"send one text to {number}", "envoyer un SMS au {number}"},
	"provision.would.change":       {"change {name}: {difference}", "modifier {name} : {difference}"},
	"provision.handshakes": {
		"Event Grid asked all three endpoints, and they agreed",
		"Event Grid a interrogé les trois points de terminaison, qui ont donné leur accord",
	},
	"provision.handshakes.later": {
		"asked by Event Grid when the event subscriptions are made",
		"demandé par Event Grid à la création des abonnements",
	},
	"provision.numbers": {"{count} phone numbers", "numéros de téléphone : {count}"},
	"provision.test.none": {
		"no test text asked for: the handshakes are the proof",
		"aucun SMS de test demandé : les accords obtenus servent de preuve",
	},
	"provision.test.noNumber": {
		"the resource owns no number that can send texts: the handshakes are the proof",
		"la ressource n’a pas de numéro pouvant envoyer des SMS : les accords obtenus servent de preuve",
	},
	"provision.test.reported": {
		"sent from {from}; its delivery report came back through the webhook: {status}",
		"envoyé depuis {from} ; son accusé est revenu par le webhook : {status}",
	},
	"provision.test.refused": {
		"The test text was refused ({answer}). Look at the number, then try again; everything else is done.",
		"Le SMS de test a été refusé ({answer}). Vérifiez le numéro, puis réessayez ; tout le reste est fait.",
	},
	"provision.test.text": {
		"Guichet: this text proves that the connection works.",
		"Guichet : ce SMS prouve que la connexion fonctionne.",
	},
	"provision.undo.desk":    {"disconnected from {name}", "déconnecté de {name}"},
	"provision.undo.deleted": {"deleted {what}", "supprimé : {what}"},
	"provision.undo.failed": {
		"{what} could not be deleted ({answer}). Try again.",
		"{what} n’a pas pu être supprimé ({answer}). Réessayez.",
	},
	"provision.undo.resourceStays": {
		"the resource {name} stays, as deleting it was not asked for",
		"la ressource {name} reste, car sa suppression n’a pas été demandée",
	},
	"provision.undo.groupStays": {
		"the resource group {name} stays, as others may use it; delete it with the command",
		"le groupe de ressources {name} reste, car il peut servir à d’autres ; supprimez-le avec la commande",
	},
	"provision.undo.numbers": {
		"{name} owns phone numbers ({count}), so it is never deleted here. Release them in Azure first, if you mean to.",
		"{name} possède des numéros de téléphone ({count}) : elle n’est jamais supprimée ici. Libérez-les d’abord dans Azure, si c’est voulu.",
	},
	"automatic.none": {"Nothing is running.", "Rien n’est en cours."},
	"automatic.running": {
		"An automatic connection is running already. Wait until it has ended, or cancel it.",
		"Une connexion automatique est déjà en cours. Attendez sa fin ou annulez-la.",
	},
	"automatic.signInNeeded": {"Sign in to Azure first.", "Connectez-vous d’abord à Azure."},
	"automatic.way": {
		"The desk’s machine does not offer this way to sign in. Choose another one.",
		"La machine du guichet ne permet pas cette méthode de connexion. Choisissez-en une autre.",
	},
	"automatic.required": {"Fill in this field.", "Remplissez ce champ."},
	"automatic.signIn": {
		"Microsoft Entra refused the sign-in ({answer}). Look at what you entered, then sign in again.",
		"Microsoft Entra a refusé la connexion ({answer}). Vérifiez votre saisie, puis reconnectez-vous.",
	},
	"automatic.azure": {
		"Azure did not answer as it should ({answer}). Try again in a moment.",
		"Azure n’a pas répondu comme prévu ({answer}). Réessayez dans un instant.",
	},
	"automatic.trial": {
		"{name} is a trial subscription, which cannot buy phone numbers. Upgrade it in the Azure portal to buy some.",
		"{name} est un abonnement d’essai, qui ne permet pas d’acheter de numéros. Mettez-le à niveau dans le portail Azure pour en acheter.",
	},
	"automatic.number": {
		"Enter a phone number with its country code, such as +14255550123, or leave it empty.",
		"Saisissez un numéro avec son indicatif de pays, par exemple +14255550123, ou laissez vide.",
	},
	"automatic.script": {
		"Choose subscription, resource group and resource first: the script names them.",
		"Choisissez d’abord l’abonnement, le groupe de ressources et la ressource : le script les nomme.",
	},
}

func init() { maps.Copy(sentences, provisioning) }
