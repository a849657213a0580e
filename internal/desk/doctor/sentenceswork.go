package doctor

// Sentences of the groups Numbers and Desk.
var workSentences = map[string]sentence{
	"numbers.ok": {seen: text{"The list is the resource's own: {count} numbers.", "La liste est celle de la ressource : {count} numéros."}},
	"numbers.missing": {
		seen: text{"The resource owns numbers that are not in the list: {numbers}", "La ressource possède des numéros absents de la liste : {numbers}"},
		do:   text{"Synchronise the numbers under Advanced.", "Synchronisez les numéros sous Avancé."}, page: pageAdvanced,
	},
	"numbers.gone": {
		seen: text{"Numbers in the list are not the resource's any more: {numbers}", "Des numéros de la liste ne sont plus à la ressource : {numbers}"},
		do:   text{"Synchronise the numbers under Advanced.", "Synchronisez les numéros sous Avancé."}, page: pageAdvanced,
	},

	"texting.ok": {seen: text{"Numbers that receive SMS: {in}; that send: {out}.", "Numéros qui reçoivent des SMS : {in} ; qui en envoient : {out}."}},
	"texting.noNumber": {
		seen: text{"The list has no number.", "La liste ne contient aucun numéro."},
		do:   text{"Buy a number, or synchronise if the resource has one.", "Achetez un numéro, ou synchronisez si la ressource en a un."}, page: pageNumbers,
	},
	"texting.none": {
		seen: text{"No number can receive or send SMS.", "Aucun numéro ne peut recevoir ni envoyer de SMS."},
		do:   text{"Buy a number with SMS, if customers are to write.", "Achetez un numéro avec SMS, si les clients doivent écrire."}, page: pageNumbers,
	},

	"jobs.ok": {seen: text{"Nothing is late, nothing was given up.", "Rien n’est en retard, rien n’a été abandonné."}},
	"jobs.late": {
		seen:    text{"{count} pieces of work should have begun by now.", "{count} tâches auraient déjà dû commencer."},
		do:      text{"Start the desk if it is stopped; else look into its log.", "Démarrez le guichet s’il est arrêté ; sinon, consultez son journal."},
		command: "guichet serve",
	},
	"jobs.dead": {
		seen: text{
			"{count} pieces of work were given up in the last 7 days; the newest ({job}): {error}",
			"{count} tâches ont été abandonnées ces 7 derniers jours ; la plus récente ({job}) : {error}",
		},
		do: text{
			"Look at the conversations concerned: texts that failed say why and can be written anew.",
			"Consultez les conversations concernées : les messages en échec disent pourquoi et peuvent être récrits.",
		},
		page: "/conversations",
	},
}
