package arm

import (
	"net/http"
	"strings"
)

// route is one call: the pattern's segments are literal (without regard to
// case) or {names}; "{scope}" at the start stands for any number of segments.
type route struct {
	method  string
	pattern []string
	scoped  bool
	// action is the right that the caller needs; none when empty.
	action string
	handle func(*call) (reply, error)
}

// table is every call that ARM answers.
func (a *ARM) table() []route {
	const (
		sub   = "/subscriptions/{subscription}"
		group = sub + "/resourcegroups/{group}"
		comm  = "/providers/Microsoft.Communication"
		acs   = group + comm + "/communicationServices"
		auth  = "{scope}/providers/Microsoft.Authorization"
	)
	var routes []route
	add := func(method, pattern, action string, handle func(*call) (reply, error)) {
		pattern, scoped := strings.CutPrefix(pattern, "{scope}")
		routes = append(routes, route{method, splitPath(pattern), scoped, action, handle})
	}
	add("GET", "/tenants", "", a.listTenants)
	add("GET", "/subscriptions", "", a.listSubscriptions)
	add("GET", sub, "Microsoft.Resources/subscriptions/read", a.getSubscription)

	add("GET", sub+"/resourcegroups", "Microsoft.Resources/subscriptions/resourceGroups/read", a.listGroups)
	add("GET", group, "Microsoft.Resources/subscriptions/resourceGroups/read", a.getGroup)
	add("HEAD", group, "Microsoft.Resources/subscriptions/resourceGroups/read", a.headGroup)
	add("PUT", group, "Microsoft.Resources/subscriptions/resourceGroups/write", a.putGroup)
	add("PATCH", group, "Microsoft.Resources/subscriptions/resourceGroups/write", a.patchGroup)
	add("DELETE", group, "Microsoft.Resources/subscriptions/resourceGroups/delete", a.deleteGroup)
	add("GET", sub+"/operationresults/{operation}", "", a.operationResult)
	add("GET", sub+"/resources", "Microsoft.Resources/subscriptions/resources/read", a.listResources)
	add("GET", group+"/resources", "Microsoft.Resources/subscriptions/resourceGroups/resources/read", a.listResources)

	add("GET", sub+"/providers", "Microsoft.Resources/subscriptions/providers/read", a.listProviders)
	add("GET", sub+"/providers/{namespace}", "Microsoft.Resources/subscriptions/providers/read", a.getProvider)
	add("POST", sub+"/providers/{namespace}/register", "{namespace}/register/action", a.registerProvider)
	add("POST", sub+"/providers/{namespace}/unregister", "{namespace}/unregister/action", a.unregisterProvider)

	add("GET", acs, "Microsoft.Communication/CommunicationServices/Read", a.listServices)
	add("GET", sub+comm+"/communicationServices", "Microsoft.Communication/CommunicationServices/Read", a.listServices)
	add("GET", acs+"/{name}", "Microsoft.Communication/CommunicationServices/Read", a.getService)
	add("HEAD", acs+"/{name}", "Microsoft.Communication/CommunicationServices/Read", exists(a.getService))
	add("PUT", acs+"/{name}", "Microsoft.Communication/CommunicationServices/Write", a.putService)
	add("PATCH", acs+"/{name}", "Microsoft.Communication/CommunicationServices/Write", a.patchService)
	add("DELETE", acs+"/{name}", "Microsoft.Communication/CommunicationServices/Delete", a.deleteService)
	add("POST", acs+"/{name}/listKeys", "Microsoft.Communication/CommunicationServices/ListKeys/action", a.listKeys)
	add("POST", acs+"/{name}/regenerateKey", "Microsoft.Communication/CommunicationServices/RegenerateKey/action", a.regenerateKey)
	add("POST", acs+"/{name}/linkNotificationHub", "Microsoft.Communication/CommunicationServices/LinkNotificationHub/action", a.linkHub)
	add("POST", sub+comm+"/checkNameAvailability", "Microsoft.Communication/CheckNameAvailability/action", a.checkName)
	add("GET", sub+comm+"/locations/{location}/operationStatuses/{operation}", "", a.operationStatus)

	add("GET", auth+"/permissions", "", a.listPermissions)
	add("GET", auth+"/roleAssignments", "Microsoft.Authorization/roleAssignments/read", a.listAssignments)
	add("GET", auth+"/roleAssignments/{name}", "Microsoft.Authorization/roleAssignments/read", a.getAssignment)
	add("PUT", auth+"/roleAssignments/{name}", "Microsoft.Authorization/roleAssignments/write", a.putAssignment)
	add("DELETE", auth+"/roleAssignments/{name}", "Microsoft.Authorization/roleAssignments/delete", a.deleteAssignment)
	add("GET", auth+"/roleDefinitions", "Microsoft.Authorization/roleDefinitions/read", a.listDefinitions)
	add("GET", auth+"/roleDefinitions/{name}", "Microsoft.Authorization/roleDefinitions/read", a.getDefinition)

	a.gridRoutes(add)
	return routes
}

// exists answers HEAD on a resource: 204 when get finds it.
func exists(get func(*call) (reply, error)) func(*call) (reply, error) {
	return func(c *call) (reply, error) {
		_, err := get(c)
		return reply{status: http.StatusNoContent}, err
	}
}

// match finds the route of a path; nil when there is none.
func (a *ARM) match(r *http.Request, segments []string) (*route, *call) {
	for i := range a.routes {
		rt := &a.routes[i]
		if rt.method != r.Method {
			continue
		}
		rest, scope := segments, ""
		if rt.scoped {
			cut := len(segments) - len(rt.pattern)
			if cut < 0 {
				continue
			}
			rest, scope = segments[cut:], "/"+strings.Join(segments[:cut], "/")
		}
		params := matchSegments(rt.pattern, rest)
		if params == nil {
			continue
		}
		// The subscription and group are known for extension resources too.
		if len(segments) >= 2 && strings.EqualFold(segments[0], "subscriptions") {
			params["subscription"] = segments[1]
		}
		if len(segments) >= 4 && strings.EqualFold(segments[2], "resourcegroups") {
			params["group"] = segments[3]
		}
		return rt, &call{ctx: r.Context(), r: r, path: "/" + strings.Join(segments, "/"), params: params, scope: scope}
	}
	return nil, nil
}

func matchSegments(pattern, segments []string) map[string]string {
	if len(pattern) != len(segments) {
		return nil
	}
	params := map[string]string{}
	for i, p := range pattern {
		if name, ok := strings.CutPrefix(p, "{"); ok {
			params[strings.TrimSuffix(name, "}")] = segments[i]
		} else if !strings.EqualFold(p, segments[i]) {
			return nil
		}
	}
	return params
}
