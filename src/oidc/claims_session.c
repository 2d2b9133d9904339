/* Mappers of the sign-in, of the request and of fixed values; see claims_job.h. */
#include "oidc/claims_job.h"

#include "model/redirect.h"

/* What Keycloak keeps as notes of a session: of service accounts the asking client, of others the
 * time of the sign-in; and what was kept as such. */
static struct str note_of(const struct claims_job *job, struct str name)
{
	const struct claims_input *input = job->input;
	struct json_node *notes;
	if (str_eq_z(name, "AUTH_TIME"))
		return input->session && input->session->auth_time_s ?
			arena_format(job->arena, "%lld", (long long)input->session->auth_time_s) : STR("");
	if (str_eq_z(name, "clientAddress") || str_eq_z(name, "clientHost"))
		return input->client_address;
	if (str_eq_z(name, "client_id") || str_eq_z(name, "clientId"))
		return input->client_address.n ? input->client->client_id : STR("");
	if (!input->session || !input->session->notes.n ||
	    json_tree_read(job->arena, input->session->notes, &notes, NULL) != OK)
		return STR("");
	struct json_node *note = json_node_find(notes, name);
	return note && note->kind == JSON_NODE_TEXT ? note->text : STR("");
}

void claims_session_note(const struct claims_job *job)
{
	claims_set_value(job, note_of(job, claims_config(job, "user.session.note")));
}

void claims_session_state(const struct claims_job *job)
{
	if (job->input->session)
		json_node_put(job->tree, STR("session_state"), json_node_text(job->arena, job->input->session->id));
}

void claims_acr(const struct claims_job *job)
{
	json_node_put(job->tree, STR("acr"), json_node_text(job->arena, job->input->acr));
}

/* The password step is the one there is; its name holds for as long as the flow says. */
void claims_amr(const struct claims_job *job)
{
	const struct claims_input *input = job->input;
	const struct method_reference *reference = &input->realm->password_reference;
	struct json_node *list = json_node_list(job->arena);
	if (reference->value.n && input->session && input->session->auth_time_s &&
	    input->session->auth_time_s + reference->max_age_s >= input->now_s)
		json_node_add(list, json_node_text(job->arena, reference->value));
	json_node_put(job->tree, STR("amr"), list);
}

void claims_nonce(const struct claims_job *job)
{
	if (job->input->nonce.n)
		json_node_put(job->tree, STR("nonce"), json_node_text(job->arena, job->input->nonce));
}

/* ---- the parameter `claims` (OpenID Connect Core 1.0, section 5.5) ---- */

/* What the sign-in asked for of this claim, when it was essential; else NULL. */
static const struct json_node *asked(const struct claims_job *job, struct str claim)
{
	struct json_node *request;
	if (!job->input->claims_request.n ||
	    json_tree_read(job->arena, job->input->claims_request, &request, NULL) != OK ||
	    request->kind != JSON_NODE_OBJECT)
		return NULL;
	struct json_node *part =
		json_node_find(request, job->target == CLAIMS_ID ? STR("id_token") : STR("userinfo"));
	struct json_node *one = part && part->kind == JSON_NODE_OBJECT ? json_node_find(part, claim) : NULL;
	struct json_node *essential =
		one && one->kind == JSON_NODE_OBJECT ? json_node_find(one, STR("essential")) : NULL;
	return essential && essential->kind == JSON_NODE_BOOL && essential->boolean ? one : NULL;
}

void claims_parameter(const struct claims_job *job)
{
	static const struct {
		struct str claim;
		const char *property;
	} known[] = { { STR_INIT("given_name"), "firstName" }, { STR_INIT("family_name"), "lastName" },
		{ STR_INIT("preferred_username"), "username" }, { STR_INIT("email"), "email" } };
	if (!job->input->claims_request.n)
		return;
	if (asked(job, STR("name")))
		claims_full_name(job);
	for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
		struct str value = user_property(job->input->user, str_from(known[i].property));
		if (value.n && asked(job, known[i].claim))
			json_node_put(job->tree, known[i].claim, json_node_text(job->arena, value));
	}
}

void claims_parameter_value(const struct claims_job *job)
{
	const struct json_node *one = asked(job, claims_config(job, "claim.name"));
	struct json_node *value = one ? json_node_find(one, STR("value")) : NULL;
	if (value && value->kind == JSON_NODE_TEXT)
		claims_set_value(job, value->text);
}

void claims_hardcoded(const struct claims_job *job)
{
	claims_set_value(job, claims_config(job, "claim.value"));
}

void claims_allowed_origins(const struct claims_job *job)
{
	struct str_list origins = redirect_web_origins(job->arena, job->input->client);
	if (origins.n)
		json_node_put(job->tree, STR("allowed-origins"),
			      json_node_texts(job->arena, origins.items, origins.n));
}
