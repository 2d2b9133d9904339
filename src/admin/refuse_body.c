/* Bodies that cannot be read: Keycloak's answers, by which clients know them, and behind its words
 * what is wrong and where. */
#include "admin/call.h"

/* What Keycloak calls the thing that a member holds, or that a route takes. */
struct named {
	const char *in, *representation;
};

static const struct named of_members[] = {
	{ "credentials", "CredentialRepresentation" },
	{ "clientConsents", "UserConsentRepresentation" },
	{ "federatedIdentities", "FederatedIdentityRepresentation" },
	{ "protocolMappers", "ProtocolMapperRepresentation" },
	{ "clientScopes", "ClientScopeRepresentation" },
	{ "clients", "ClientRepresentation" },
	{ "users", "UserRepresentation" },
	{ "composites", "Composites" },
	{ "roles", "RolesRepresentation" },
	{ "groups", "GroupRepresentation" },
	{ "subGroups", "GroupRepresentation" },
	{ "identityProviders", "IdentityProviderRepresentation" },
	{ "identityProviderMappers", "IdentityProviderMapperRepresentation" },
	{ "requiredActions", "RequiredActionProviderRepresentation" },
	{ "authenticationFlows", "AuthenticationFlowRepresentation" },
	{ "authenticationExecutions", "AuthenticationExecutionExportRepresentation" },
	{ "authenticatorConfig", "AuthenticatorConfigRepresentation" },
};

/* The first that the path has counts: what stands below comes before what it stands below of. */
static const struct named of_paths[] = {
	{ "/protocol-mappers/", "ProtocolMapperRepresentation" },
	{ "/federated-identity/", "FederatedIdentityRepresentation" },
	{ "/reset-password", "CredentialRepresentation" },
	{ "/role-mappings/", "RoleRepresentation" },
	{ "/scope-mappings/", "RoleRepresentation" },
	{ "/composites", "RoleRepresentation" },
	{ "/roles", "RoleRepresentation" },
	{ "/client-scopes", "ClientScopeRepresentation" },
	{ "/client-templates", "ClientScopeRepresentation" },
	{ "/identity-provider/instances/", "IdentityProviderMapperRepresentation" },
	{ "/identity-provider/", "IdentityProviderRepresentation" },
	{ "/authentication/required-actions", "RequiredActionProviderRepresentation" },
	{ "/events/config", "RealmEventsConfigRepresentation" },
	{ "/config", "AuthenticatorConfigRepresentation" },
	{ "/authentication/executions", "AuthenticationExecutionRepresentation" },
	{ "/executions", "AuthenticationExecutionInfoRepresentation" },
	{ "/authentication/flows", "AuthenticationFlowRepresentation" },
	{ "/components", "ComponentRepresentation" },
	{ "/client-policies/policies", "ClientPoliciesRepresentation" },
	{ "/client-policies/profiles", "ClientProfilesRepresentation" },
	{ "/clients-initial-access", "ClientInitialAccessCreatePresentation" },
	{ "/groups", "GroupRepresentation" },
	{ "/users", "UserRepresentation" },
	{ "/certificates/", "KeyStoreConfig" },
	{ "/client", "ClientRepresentation" },
};

/* Where the last of `letter` is, plus one; 0: there is none. */
static size_t after_last(struct str s, char letter)
{
	size_t i = str_last_index(s, letter);
	return i < s.n ? i + 1 : 0;
}

/* "wrong" of "$.users[3].wrong" and of "$.users[3][\"wrong\"]"; and the path before it. */
static struct str last_name(struct str path, struct str *ret_before)
{
	bool quoted = str_ends(path, STR("\"]"));
	size_t from = quoted ? after_last(path, '[') : after_last(path, '.');
	*ret_before = str_take(path, from ? from - 1 : 0);
	if (!quoted)
		return str_drop(path, from);
	struct str name = str_drop(path, from + 1);
	return str_take(name, name.n > 2 ? name.n - 2 : 0);
}

/* By the last name on the way to the member that is in one of ours; else by the call's path. */
static const char *representation_at(const struct admin_call *call, struct str holder)
{
	for (size_t i = holder.n; i && holder.p[i - 1] == ']'; i = holder.n)
		holder = str_take(holder, after_last(holder, '[') ? after_last(holder, '[') - 1 : 0);
	struct str member = str_drop(holder, after_last(holder, '.'));
	for (size_t i = 0; i < ARRAY_LENGTH(of_members); i++)
		if (str_eq_z(member, of_members[i].in))
			return of_members[i].representation;
	for (size_t i = 0; i < ARRAY_LENGTH(of_paths); i++)
		if (str_contains(call->request->path, str_from(of_paths[i].in)))
			return of_paths[i].representation;
	return "RealmRepresentation";
}

/* `reason` is json_read's: "$.users[3].wrong = 1: unknown field". */
static void refuse_unknown(struct admin_call *call, struct str reason)
{
	static const char tail[] = ": unknown field";
	if (str_ends(reason, STR(": unknown field")))
		reason = str_take(reason, reason.n - (sizeof tail - 1));
	size_t end = 0;
	while (end < reason.n && !str_starts(str_drop(reason, end), STR(" = ")))
		end++;
	struct str holder, name = last_name(str_take(reason, end), &holder);
	http_respond_error(call->response, 400,
			   arena_format(call->arena, "Invalid json representation for %s. Unrecognized field \"%.*s\" at %.*s",
					representation_at(call, holder), STR_ARG(name), STR_ARG(reason)), STR(""));
}

static void refuse_unreadable(struct admin_call *call, const char *error, struct str reason)
{
	http_respond_error(call->response, 400, str_from(error),
			   arena_join(call->arena, STR("Cannot parse the JSON: "), reason, STR("")));
}

void admin_refuse_body(struct admin_call *call, enum error_code code, const struct why *why)
{
	struct str reason = arena_str(call->arena, str_from(why->text));
	if (code == ERROR_UNKNOWN_FIELD)
		refuse_unknown(call, reason);
	else if (code == ERROR_BAD_JSON)
		refuse_unreadable(call, "invalid_request", reason);
	else if (code == ERROR_INVALID_VALUE && !call->input_error && str_contains(reason, STR(": expected ")))
		refuse_unreadable(call, "unknown_error", reason);
	else if (code == ERROR_INVALID_VALUE)
		admin_refuse_input(call, reason);
	else
		admin_fail(call, code, why);
}
