package doctor

// Sentences of the group Connection, and of what was skipped.
var connectionSentences = map[string]sentence{
	"skipped.connection": {seen: text{"Not looked at, as no resource is connected.", "Non examiné, faute de ressource connectée."}},
	"skipped.sealed": {seen: text{
		"Not looked at, as the connection string cannot be opened.",
		"Non examiné, car la chaîne de connexion ne peut pas être ouverte.",
	}},
	"skipped.values": {seen: text{
		"Not looked at, as the stored values are wrong.", "Non examiné, car les valeurs enregistrées sont incorrectes.",
	}},
	"skipped.endpoint": {seen: text{
		"Not looked at, as the endpoint does not answer.", "Non examiné, car le point de terminaison ne répond pas.",
	}},
	"skipped.key": {seen: text{
		"Not looked at, as the access key is not accepted.", "Non examiné, car la clé d’accès n’est pas acceptée.",
	}},
	"desk.broken": {
		seen: text{"The desk could not look: {error}", "Le guichet n’a pas pu regarder : {error}"},
		do: text{
			"Look into the desk's log, and whether its disk is full.",
			"Consultez le journal du guichet et vérifiez que son disque n’est pas plein.",
		},
	},

	"connection.ok": {seen: text{"Connected to {name}.", "Connecté à {name}."}},
	"connection.none": {
		seen: text{"No resource is connected.", "Aucune ressource n’est connectée."},
		do: text{
			"Connect one: here, or with the command.",
			"Connectez-en une : ici, ou avec la commande.",
		},
		command: "guichet connect {signIn}", page: pageNumbers,
	},
	"connection.disconnected": {
		seen: text{"{name} was disconnected; nothing comes in or goes out.", "{name} a été déconnectée ; rien n’arrive ni ne part."},
		do: text{
			"Connect the same resource again: here, or with the command.",
			"Connectez à nouveau la même ressource : ici, ou avec la commande.",
		},
		command: "guichet connect {signIn}", page: pageNumbers,
	},
	"connection.sealed": {
		seen: text{
			"The stored connection string of {name} cannot be opened: desk.key in the data folder is not the key that it was sealed with.",
			"La chaîne de connexion enregistrée de {name} ne peut pas être ouverte : desk.key, dans le dossier de données, n’est pas la clé qui l’a scellée.",
		},
		do: text{
			"Put the right desk.key back and start the desk again; or paste the connection string anew under Advanced.",
			"Remettez le bon desk.key et redémarrez le guichet ; ou collez de nouveau la chaîne de connexion sous Avancé.",
		},
		page: pageAdvanced,
	},

	"values.ok": {seen: text{
		"Name, id, connection string, application and tenant fit together.",
		"Le nom, l’ID, la chaîne de connexion, l’application et le locataire vont ensemble.",
	}},
	"values.wrong": {
		seen: text{"The stored value “{field}” is not as it should be.", "La valeur enregistrée « {field} » est incorrecte."},
		do: text{
			"Disconnect the resource and connect it again with the values from the Azure portal.",
			"Déconnectez la ressource et connectez-la à nouveau avec les valeurs du portail Azure.",
		},
		page: pageAdvanced,
	},
	"values.otherResource": {
		seen: text{
			"The connection string belongs to {host}, but the resource id to {name}.",
			"La chaîne de connexion appartient à {host}, mais l’ID de ressource à {name}.",
		},
		do: text{
			"Copy the connection string from the Keys page of {name} and enter it under Advanced.",
			"Copiez la chaîne de connexion depuis la page Clés de {name} et saisissez-la sous Avancé.",
		},
		command: "az communication list-key --name {name} --resource-group {group} --query primaryConnectionString", page: pageAdvanced,
	},

	"endpoint.ok": {seen: text{"{endpoint} answered within {ms} ms.", "{endpoint} a répondu en {ms} ms."}},
	"endpoint.dns": {
		seen: text{"The name {host} leads nowhere.", "Le nom {host} ne mène nulle part."},
		do: text{
			"Check the server's DNS. If the resource was deleted in Azure, connect another one.",
			"Vérifiez le DNS du serveur. Si la ressource a été supprimée dans Azure, connectez-en une autre.",
		},
		command: "nslookup {host}",
	},
	"endpoint.unreachable": {
		seen: text{"{endpoint} does not answer: {error}", "{endpoint} ne répond pas : {error}"},
		do: text{
			"Let the server reach it: firewall, proxy (HTTPS_PROXY), network.",
			"Donnez-y accès au serveur : pare-feu, proxy (HTTPS_PROXY), réseau.",
		},
		command: "curl -v {endpoint}",
	},
	"endpoint.untrusted": {
		seen: text{"The certificate of {endpoint} is not trusted: {error}", "Le certificat de {endpoint} n’est pas reconnu : {error}"},
		do: text{
			"A proxy may be reading along. Trust its authority on the server, or name it with --azure-ca.",
			"Un proxy intercepte peut-être la liaison. Faites reconnaître son autorité par le serveur, ou indiquez-la avec --azure-ca.",
		},
		command: "curl -v {endpoint}",
	},
	"endpoint.answer": {
		seen: text{"{endpoint} answers {status}.", "{endpoint} répond {status}."},
		do: text{
			"Azure has a trouble of its own or throttles. Look at Azure's status page and run this again in some minutes.",
			"Azure rencontre un incident ou limite les appels. Consultez l’état d’Azure et relancez dans quelques minutes.",
		},
	},

	"clock.ok": {seen: text{"This server and Azure have the same time.", "Ce serveur et Azure ont la même heure."}},
	"clock.off": {
		seen: text{"This server's clock is {minutes} minutes off.", "L’horloge de ce serveur est décalée de {minutes} minutes."},
		do: text{
			"Have it set by NTP: from 15 minutes on, Azure refuses every call.",
			"Réglez-la par NTP : à partir de 15 minutes, Azure refuse tous les appels.",
		},
		command: "timedatectl set-ntp true",
	},
	"clock.refused": {
		seen: text{
			"This server's clock is {minutes} minutes off: Azure refuses every call, as if the key were wrong.",
			"L’horloge de ce serveur est décalée de {minutes} minutes : Azure refuse tous les appels, comme si la clé était fausse.",
		},
		do:      text{"Have it set by NTP.", "Réglez-la par NTP."},
		command: "timedatectl set-ntp true",
	},

	"key.ok": {seen: text{"The resource accepts the stored key.", "La ressource accepte la clé enregistrée."}},
	"key.refused": {
		seen: text{
			"The resource refuses the stored key. It was probably regenerated in Azure.",
			"La ressource refuse la clé enregistrée. Elle a sans doute été regénérée dans Azure.",
		},
		do: text{
			"Copy the new connection string from the Keys page of {name} and enter it under Advanced. Texts that wait then go out.",
			"Copiez la nouvelle chaîne de connexion depuis la page Clés de {name} et saisissez-la sous Avancé. Les messages en attente partiront alors.",
		},
		command: "az communication list-key --name {name} --resource-group {group} --query primaryConnectionString", page: pageAdvanced,
	},
	"key.answer": {
		seen: text{"The resource gave an unexpected answer ({status}).", "La ressource a donné une réponse inattendue ({status})."},
		do:   text{"Run this again in some minutes.", "Relancez dans quelques minutes."},
	},

	"tenant.ok": {seen: text{
		"Entra ID knows the tenant, and the application in it.", "Entra ID connaît le locataire, et l’application qui s’y trouve.",
	}},
	"tenant.unknown": {
		seen: text{"Entra ID knows no tenant {tenant}.", "Entra ID ne connaît pas le locataire {tenant}."},
		do: text{
			"Copy the Directory (tenant) ID from the app registration's overview; disconnect, and connect with it.",
			"Copiez l’ID de répertoire (locataire) depuis la vue d’ensemble de l’inscription d’application ; déconnectez, puis connectez avec lui.",
		},
		command: "az account show --query tenantId", page: pageAdvanced,
	},
	"tenant.swapped": {
		seen: text{"Application id and tenant id are swapped.", "L’ID de l’application et l’ID du locataire sont inversés."},
		do: text{
			"Disconnect, and connect with the two exchanged.",
			"Déconnectez, puis connectez en échangeant les deux.",
		},
		page: pageAdvanced,
	},
	"app.unknown": {
		seen: text{
			"The application {app} is not in the tenant {tenant}: Event Grid gets no token, so nothing is delivered.",
			"L’application {app} n’est pas dans le locataire {tenant} : Event Grid n’obtient pas de jeton, donc rien n’est remis.",
		},
		do: text{
			"Make its service principal in that tenant, or connect with an application that is there.",
			"Créez son principal de service dans ce locataire, ou connectez avec une application qui s’y trouve.",
		},
		command: "az ad sp create --id {app}",
	},
	"entra.unreachable": {
		seen: text{"Entra ID ({host}) does not answer.", "Entra ID ({host}) ne répond pas."},
		do: text{
			"Let the server reach it: without its keys, deliveries cannot be verified and wait.",
			"Donnez-y accès au serveur : sans ses clés, les remises ne peuvent pas être vérifiées et attendent.",
		},
		command: "curl -v https://{host}/",
	},
}
