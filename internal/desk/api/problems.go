package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"guichet/internal/platform/problem"
	"guichet/internal/platform/sqlstore"
)

// Problem is the one shape of an error (RFC 9457), with a stable code.
type Problem struct {
	Type   string         `json:"type" example:"about:blank"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail" doc:"What happened and what to do, in the language of the request."`
	Code   string         `json:"code" doc:"Stable name of the problem." example:"conversation.taken"`
	Errors []ProblemField `json:"errors,omitempty" doc:"Which members of the request are wrong."`

	cause error
}

// ProblemField is one wrong member of a request.
type ProblemField struct {
	Location string `json:"location" example:"body.text"`
	Message  string `json:"message"`
}

// Error is for logs.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// Unwrap gives the cause, which is never shown.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var statusOf = map[problem.Kind]int{
	problem.Invalid:         http.StatusUnprocessableEntity,
	problem.Unauthenticated: http.StatusUnauthorized,
	problem.Forbidden:       http.StatusForbidden,
	problem.NotFound:        http.StatusNotFound,
	problem.Conflict:        http.StatusConflict,
	problem.TooMany:         http.StatusTooManyRequests,
	problem.Unavailable:     http.StatusServiceUnavailable,
}

// sentences are what users read, by code: English, French.
var sentences = map[string][2]string{
	"internal": {
		"Something went wrong here. Try again; if it stays, tell your administrator.",
		"Une erreur s’est produite de notre côté. Réessayez ; si elle persiste, prévenez votre administrateur.",
	},
	"busy": {
		"Too much is going on right now. Try again in a moment.",
		"Le système est très sollicité. Réessayez dans un instant.",
	},
	"request.invalid": {
		"Something in this request is not as it should be. Correct the fields that are marked.",
		"Un élément de cette demande est incorrect. Corrigez les champs signalés.",
	},
	"request.otherSite": {
		"This request came from a page of another site and was refused. Open the desk itself and try again.",
		"Cette demande vient d’une page d’un autre site et a été refusée. Ouvrez le poste de travail lui-même et réessayez.",
	},
	"request.method": {
		"This address does not know this method. The header Allow names those it does.",
		"Cette adresse ne connaît pas cette méthode. L’en-tête Allow indique celles qu’elle accepte.",
	},
	"request.unknown": {"There is nothing at this address.", "Il n’y a rien à cette adresse."},
	"signIn.needed":   {"Sign in first.", "Connectez-vous d’abord."},
	"signIn.wrong": {
		"The e-mail address or the password is wrong.",
		"L’adresse e-mail ou le mot de passe est incorrect.",
	},
	"signIn.tooMany": {
		"Too many attempts. Wait a minute, then try again.",
		"Trop de tentatives. Patientez une minute, puis réessayez.",
	},
	"signIn.link": {
		"This sign-in link has been used or has expired. Ask an administrator for a new one, or sign in with your password.",
		"Ce lien de connexion a déjà servi ou a expiré. Demandez-en un nouveau à un administrateur, ou connectez-vous avec votre mot de passe.",
	},
	"signIn.entraOff": {
		"Sign-in with Microsoft is not set up on this server. Sign in with your password.",
		"La connexion avec Microsoft n’est pas configurée sur ce serveur. Connectez-vous avec votre mot de passe.",
	},
	"signIn.entraUnreachable": {
		"Microsoft Entra ID could not be reached from the server. Try again in a minute; if it stays, tell your administrator.",
		"Microsoft Entra ID est injoignable depuis le serveur. Réessayez dans une minute ; si cela persiste, prévenez votre administrateur.",
	},
	"signIn.entraStale": {
		"This sign-in took too long, was finished before, or was begun in another browser. Start it again.",
		"Cette connexion a pris trop de temps, est déjà terminée ou a été commencée dans un autre navigateur. Recommencez-la.",
	},
	"signIn.entraExpired": {
		"Microsoft says that this sign-in has expired or was used before ({code}). Start it again.",
		"Microsoft signale que cette connexion a expiré ou a déjà servi ({code}). Recommencez-la.",
	},
	"signIn.entraDeclined": {
		"You did not let the desk know who you are ({code}). Start again and accept what Microsoft asks.",
		"Vous n’avez pas permis au guichet de savoir qui vous êtes ({code}). Recommencez et acceptez ce que Microsoft demande.",
	},
	"signIn.entraConsent": {
		"An administrator of your organisation has to consent to this application in Microsoft Entra ID first ({code}).",
		"Un administrateur de votre organisation doit d’abord donner son consentement à cette application dans Microsoft Entra ID ({code}).",
	},
	"signIn.entraUnassigned": {
		"You are not assigned to this application. Ask an administrator to assign you one of its app roles Agent, Supervisor or Administrator in Microsoft Entra ID ({code}).",
		"Vous n’êtes pas affecté à cette application. Demandez à un administrateur de vous attribuer l’un de ses rôles d’application Agent, Supervisor ou Administrator dans Microsoft Entra ID ({code}).",
	},
	"signIn.entraSecret": {
		"The client secret with which this server asks Microsoft is wrong or has expired. Tell your administrator ({code}).",
		"Le secret client avec lequel ce serveur interroge Microsoft est incorrect ou a expiré. Prévenez votre administrateur ({code}).",
	},
	"signIn.entraRegistration": {
		"The app registration that this server is set up for does not fit: application, tenant or redirect URI. Tell your administrator ({code}).",
		"L’inscription d’application configurée sur ce serveur ne convient pas : application, locataire ou URI de redirection. Prévenez votre administrateur ({code}).",
	},
	"signIn.entraAccount": {
		"Your account is disabled in Microsoft Entra ID. Ask your administrator ({code}).",
		"Votre compte est désactivé dans Microsoft Entra ID. Adressez-vous à votre administrateur ({code}).",
	},
	"signIn.entraRefused": {
		"Microsoft Entra ID refused the sign-in ({code}). Try again; if it stays, give this code to your administrator.",
		"Microsoft Entra ID a refusé la connexion ({code}). Réessayez ; si cela persiste, donnez ce code à votre administrateur.",
	},
	"signIn.entraToken": {
		"What Microsoft Entra ID said about you could not be verified. Start again; if it stays, tell your administrator.",
		"Ce que Microsoft Entra ID a indiqué à votre sujet n’a pas pu être vérifié. Recommencez ; si cela persiste, prévenez votre administrateur.",
	},
	"signIn.entraNoRole": {
		"{name} has no role here. Ask an administrator to assign you the app role Agent, Supervisor or Administrator of the application {app} in Microsoft Entra ID, then sign in again.",
		"{name} n’a aucun rôle ici. Demandez à un administrateur de vous attribuer le rôle d’application Agent, Supervisor ou Administrator de l’application {app} dans Microsoft Entra ID, puis reconnectez-vous.",
	},
	"signIn.entraEmail": {
		"There is already another user {email} here. If it is you, sign in with your password, or ask an administrator to let this user sign in with Microsoft (Users).",
		"Il existe déjà ici un autre utilisateur {email}. Si c’est vous, connectez-vous avec votre mot de passe, ou demandez à un administrateur de permettre à cet utilisateur de se connecter avec Microsoft (Utilisateurs).",
	},
	"signIn.entraDisabled": {
		"{name} is disabled here. Ask an administrator to enable this user.",
		"{name} est désactivé ici. Demandez à un administrateur de réactiver cet utilisateur.",
	},
	"signIn.entraAddress": {
		"{name} is not an e-mail address, which this desk needs as the name of a user. Tell your administrator.",
		"{name} n’est pas une adresse e-mail, dont ce guichet a besoin comme nom d’utilisateur. Prévenez votre administrateur.",
	},
	"role.needed": {
		"Your role does not allow this. An administrator can change it.",
		"Votre rôle ne le permet pas. Un administrateur peut le modifier.",
	},
	"user.unknown": {"This user does not exist.", "Cet utilisateur n’existe pas."},
	"user.email": {
		"Enter an e-mail address such as name@example.com.",
		"Saisissez une adresse e-mail, par exemple nom@exemple.com.",
	},
	"user.name": {"Enter a name of at most 100 characters.", "Saisissez un nom de 100 caractères au plus."},
	"user.role": {"Choose one of the roles.", "Choisissez l’un des rôles."},
	"user.exists": {
		"There is already a user with the address {email}.",
		"Il existe déjà un utilisateur avec l’adresse {email}.",
	},
	"user.password": {
		"A password has 10 to 72 characters.",
		"Un mot de passe compte de 10 à 72 caractères.",
	},
	"user.currentPassword": {"The current password is wrong.", "Le mot de passe actuel est incorrect."},
	"user.lastAdministrator": {
		"This is the last administrator. Make someone else administrator first.",
		"C’est le dernier administrateur. Nommez d’abord un autre administrateur.",
	},
	"token.name": {"Say in 1 to 100 characters what the token is for.", "Indiquez en 1 à 100 caractères à quoi sert le jeton."},
	"token.role": {
		"A token can have your own role or a lower one.",
		"Un jeton peut avoir votre propre rôle ou un rôle inférieur.",
	},
	"token.lasts":   {"A token lasts ten years at most.", "Un jeton dure dix ans au plus."},
	"token.unknown": {"This token does not exist (any more).", "Ce jeton n’existe pas (ou plus)."},
	"token.refused": {
		"This token is wrong, has expired, or was revoked. Ask an administrator for a new one.",
		"Ce jeton est incorrect, a expiré ou a été révoqué. Demandez-en un nouveau à un administrateur.",
	},
	"token.notByToken": {
		"A program cannot do this with its token. Sign in to the desk to do it.",
		"Un programme ne peut pas faire cela avec son jeton. Connectez-vous au guichet pour le faire.",
	},
	"user.entraRole": {
		"The role of this user comes from Microsoft Entra ID. Change the app role there; it acts at the next sign-in.",
		"Le rôle de cet utilisateur vient de Microsoft Entra ID. Modifiez-y le rôle d’application ; il prend effet à la prochaine connexion.",
	},
	"user.entraPassword": {
		"This user signs in with Microsoft and has no password here.",
		"Cet utilisateur se connecte avec Microsoft et n’a pas de mot de passe ici.",
	},
	"user.entraLink": {
		"This user signs in with Microsoft and needs no link.",
		"Cet utilisateur se connecte avec Microsoft et n’a pas besoin de lien.",
	},
	"conversation.unknown": {"This conversation does not exist.", "Cette conversation n’existe pas."},
	"conversation.view":    {"There is no such list.", "Cette liste n’existe pas."},
	"conversation.taken": {
		"{agent} has taken this conversation meanwhile.",
		"{agent} a pris cette conversation entre-temps.",
	},
	"conversation.closed": {
		"This conversation has ended. A new text from the customer starts a new one.",
		"Cette conversation est terminée. Un nouveau message du client en ouvrira une autre.",
	},
	"conversation.notAssigned": {
		"Assign this conversation to yourself first.",
		"Affectez-vous d’abord cette conversation.",
	},
	"conversation.notYours": {
		"{agent} has this conversation.",
		"Cette conversation est affectée à {agent}.",
	},
	"conversation.changed": {
		"This conversation has changed meanwhile. Look at it again.",
		"Cette conversation a changé entre-temps. Consultez-la de nouveau.",
	},
	"message.length": {
		"Write a text of 1 to {max} characters.",
		"Écrivez un message de 1 à {max} caractères.",
	},
	"idempotency.key": {
		"The header Idempotency-Key must have 1 to 100 characters.",
		"L’en-tête Idempotency-Key doit compter de 1 à 100 caractères.",
	},
	"idempotency.reused": {
		"This Idempotency-Key was used for another text.",
		"Cette Idempotency-Key a servi pour un autre message.",
	},
	"cursor":        {"This is not a cursor of this list.", "Ce curseur n’est pas de cette liste."},
	"event.unknown": {"This event is not in the ledger (any more).", "Cet événement n’est pas (ou plus) dans le registre."},
	"connection.exists": {
		"The resource {name} is connected already. Disconnect it first.",
		"La ressource {name} est déjà connectée. Déconnectez-la d’abord.",
	},
	"connection.none": {
		"No resource is connected. Connect one first.",
		"Aucune ressource n’est connectée. Connectez-en une d’abord.",
	},
	"connection.required": {"Fill in this field.", "Remplissez ce champ."},
	"connection.unconfirmed": {
		"Confirm that the resource is connected to this instance only.",
		"Confirmez que la ressource n’est connectée qu’à cette instance.",
	},
	"connection.name": {
		"A resource's name has letters, digits and hyphens only. Copy it from the resource's Properties page.",
		"Le nom d’une ressource ne comporte que des lettres, des chiffres et des traits d’union. Copiez-le depuis la page Propriétés de la ressource.",
	},
	"connection.id": {
		"This is not the id of a communication resource. Copy the Resource ID from the resource's Properties page: /subscriptions/…/providers/Microsoft.Communication/CommunicationServices/…",
		"Ce n’est pas l’ID d’une ressource de communication. Copiez l’ID de ressource depuis la page Propriétés de la ressource : /subscriptions/…/providers/Microsoft.Communication/CommunicationServices/…",
	},
	"connection.idSubscription": {
		"The subscription in this id is not a GUID. Copy the whole Resource ID from the Properties page.",
		"L’abonnement de cet ID n’est pas un GUID. Copiez l’ID de ressource entier depuis la page Propriétés.",
	},
	"connection.idName": {
		"This id belongs to the resource {name}. Name and id must be of the same resource.",
		"Cet ID appartient à la ressource {name}. Le nom et l’ID doivent être ceux d’une même ressource.",
	},
	"connection.string": {
		"Paste the whole connection string from the resource's Keys page: endpoint=…;accesskey=…",
		"Collez la chaîne de connexion entière de la page Clés de la ressource : endpoint=…;accesskey=…",
	},
	"connection.key": {
		"The access key in this connection string is damaged: it is not base64. Copy the connection string again.",
		"La clé d’accès de cette chaîne de connexion est endommagée : elle n’est pas en base64. Copiez de nouveau la chaîne de connexion.",
	},
	"connection.host": {
		"{host} is not an endpoint of Azure Communication Services. Copy the connection string from the resource's Keys page.",
		"{host} n’est pas un point de terminaison d’Azure Communication Services. Copiez la chaîne de connexion depuis la page Clés de la ressource.",
	},
	"connection.otherResource": {
		"This connection string belongs to another resource ({host}), not to {name}. Copy it from the Keys page of {name}.",
		"Cette chaîne de connexion appartient à une autre ressource ({host}), et non à {name}. Copiez-la depuis la page Clés de {name}.",
	},
	"connection.guid": {
		"Paste an id such as 00000000-0000-0000-0000-000000000000.",
		"Collez un identifiant tel que 00000000-0000-0000-0000-000000000000.",
	},
	"connection.sameIds": {
		"This is the tenant's id. Copy the Application (client) ID from the app registration's overview.",
		"C’est l’ID du locataire. Copiez l’ID de l’application (client) depuis la vue d’ensemble de l’inscription d’application.",
	},
	"connection.swapped": {
		"The application id and the tenant id seem to be swapped. Exchange the two.",
		"L’ID de l’application et l’ID du locataire semblent inversés. Échangez-les.",
	},
	"connection.tenantUnknown": {
		"Microsoft Entra ID knows no such tenant. Copy the Directory (tenant) ID from the app registration's overview.",
		"Microsoft Entra ID ne connaît pas ce locataire. Copiez l’ID de répertoire (locataire) depuis la vue d’ensemble de l’inscription d’application.",
	},
	"connection.appUnknown": {
		"This application does not exist in the tenant. Copy the Application (client) ID, and look whether the tenant is the one in which it is registered.",
		"Cette application n’existe pas dans le locataire. Copiez l’ID de l’application (client), et vérifiez que le locataire est celui où elle est inscrite.",
	},
	"connection.noPrincipal": {
		"This application has no service principal in its tenant, so that Event Grid gets no token for it. Make it: az ad sp create --id {app}",
		"Cette application n’a pas de principal de service dans son locataire, donc Event Grid n’obtient pas de jeton pour elle. Créez-le : az ad sp create --id {app}",
	},
	"connection.entraUnreachable": {
		"Microsoft Entra ID could not be reached from the server. Check its way to the internet, then try again.",
		"Microsoft Entra ID est injoignable depuis le serveur. Vérifiez son accès à Internet, puis réessayez.",
	},
	"connection.keyRefused": {
		"The resource refuses this access key. If it was regenerated in Azure, copy the new connection string from the Keys page.",
		"La ressource refuse cette clé d’accès. Si elle a été regénérée dans Azure, copiez la nouvelle chaîne de connexion depuis la page Clés.",
	},
	"connection.unreachable": {
		"The resource's endpoint could not be reached from the server. Check the connection string and the server's way to the internet.",
		"Le point de terminaison de la ressource est injoignable depuis le serveur. Vérifiez la chaîne de connexion et l’accès du serveur à Internet.",
	},
	"connection.answer": {
		"The resource gave an unexpected answer ({status}). Try again in a minute.",
		"La ressource a donné une réponse inattendue ({status}). Réessayez dans une minute.",
	},
	"connection.otherApp": {
		"This resource was first connected with the application {first}; its event subscriptions are bound to it. Enter that one instead of {given}.",
		"Cette ressource a d’abord été connectée avec l’application {first} ; ses abonnements aux événements y sont liés. Saisissez-la à la place de {given}.",
	},
	"connection.otherTenant": {
		"This resource was first connected with the tenant {first}; its event subscriptions are bound to it. Enter that one instead of {given}.",
		"Cette ressource a d’abord été connectée avec le locataire {first} ; ses abonnements aux événements y sont liés. Saisissez-le à la place de {given}.",
	},
	"health.running": {
		"An examination is under way. Wait for its end.",
		"Un examen est en cours. Attendez sa fin.",
	},
	"health.signIn": {
		"Enter tenant, client id and secret, or none of them.",
		"Saisissez le locataire, l’ID client et le secret, ou aucun des trois.",
	},
	"number.plan": {
		"Choose at least one of calls and SMS.",
		"Choisissez au moins les appels ou les SMS.",
	},
	"number.none": {
		"No number of this kind is to be had right now. Try another area code or plan.",
		"Aucun numéro de ce type n’est disponible pour l’instant. Essayez un autre indicatif ou une autre offre.",
	},
	"number.search": {
		"Search for a number first.",
		"Recherchez d’abord un numéro.",
	},
	"number.tooMany": {
		"Azure allows no more searches or purchases for now. Try again later.",
		"Azure n’autorise plus de recherche ni d’achat pour l’instant. Réessayez plus tard.",
	},
	"number.answer": {
		"Azure could not do this ({code}). Try again in a minute.",
		"Azure n’a pas pu effectuer cette opération ({code}). Réessayez dans une minute.",
	},
}

var languages = language.NewMatcher([]language.Tag{language.English, language.French})

// languageOf is the index into a sentence for an Accept-Language header.
func languageOf(accept string) int {
	_, i := language.MatchStrings(languages, accept)
	return i
}

func sentence(code string, lang int, args map[string]string) string {
	s, ok := sentences[code]
	if !ok {
		s = sentences["internal"]
	}
	text := s[lang]
	for name, value := range args {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// Words is the English sentence of an error, for places that are not the API.
func Words(err error) string { return show(err, 0).Detail }

// show turns any error into a problem for the language.
func show(err error, lang int) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*problem.Error](err); ok {
		p := &Problem{
			Type: "about:blank", Status: statusOf[e.Kind], Title: http.StatusText(statusOf[e.Kind]),
			Code: e.Code, Detail: sentence(e.Code, lang, e.Args), cause: err,
		}
		if e.Field != "" {
			p.Errors = []ProblemField{{Location: "body." + e.Field, Message: p.Detail}}
		}
		for _, also := range e.Also {
			p.Errors = append(p.Errors, ProblemField{Location: "body." + also.Field, Message: sentence(also.Code, lang, also.Args)})
		}
		return p
	}
	if errors.Is(err, sqlstore.ErrBusy) {
		return plain(http.StatusServiceUnavailable, "busy", lang, err)
	}
	return plain(http.StatusInternalServerError, "internal", lang, err)
}

func plain(status int, code string, lang int, cause error) *Problem {
	return &Problem{
		Type: "about:blank", Status: status, Title: http.StatusText(status), Code: code,
		Detail: sentence(code, lang, nil), cause: cause,
	}
}

// useProblems has huma's own refusals (a body that does not fit the schema) take
// the same shape. huma keeps this in package variables, hence once per process.
var useProblems = sync.OnceFunc(func() {
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		lang := 0
		if ctx != nil {
			lang = languageOf(ctx.Header("Accept-Language"))
		}
		return fromHuma(status, lang, msg, errs)
	}
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError { return fromHuma(status, 0, msg, errs) }
})

func fromHuma(status, lang int, msg string, errs []error) *Problem {
	if status == http.StatusInternalServerError {
		return plain(status, "internal", lang, errors.Join(errs...))
	}
	p := plain(status, "request.invalid", lang, nil)
	for _, err := range errs {
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			p.Errors = append(p.Errors, schemaField(*d, lang))
		} else if err != nil {
			p.Errors = append(p.Errors, schemaField(huma.ErrorDetail{Location: "body", Message: err.Error()}, lang))
		}
	}
	if len(p.Errors) == 0 && msg != "" {
		p.Errors = []ProblemField{schemaField(huma.ErrorDetail{Location: "request", Message: msg}, lang)}
	}
	return p
}

// languageKey carries the language of a request.
type languageKey struct{}

func langOf(ctx context.Context) int {
	lang, _ := ctx.Value(languageKey{}).(int)
	return lang
}
