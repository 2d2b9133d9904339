/* POST /admin/realms/{realm}/client-description-converter: what others say of an application, as
 * a client's representation. It makes none. */
#include "admin/client_rep.h"
#include "admin/handlers.h"
#include "admin/registration_form.h"
#include "admin/serve.h"
#include "crypto/random.h"
#include "json/tree.h"
#include "saml/metadata.h"

/* Keycloak's own form comes back as it came: what it does not say the new client gets when it is made. */
static void answer_own(struct admin_call *call, struct json_node *tree)
{
	struct client_rep client = client_rep_default;
	if (!json_node_find(tree, STR("clientId")))
		admin_refuse(call, 400, STR("Unsupported format: a client's JSON without clientId"));
	else if (client_rep_read(call, call->request->body, &client))
		admin_json(call, json_tree_text(call->arena, tree));
}

/* What OpenID Connect's registration takes (RFC 7591 section 2). */
static void answer_registration(struct admin_call *call)
{
	struct why why = { "" };
	struct str json, client_id;
	struct json_node *tree;
	enum error_code code = registration_form_read(call->arena, call->request->body, true, random_uuid(call->arena),
						      &json, &client_id, &why);
	if (code == OK)
		code = json_tree_read(call->arena, json, &tree, &why);
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return;
	}
	if (client_id.p)
		json_node_put(tree, STR("clientId"), json_node_text(call->arena, client_id));
	admin_json(call, json_tree_text(call->arena, tree));
}

static void answer_json(struct admin_call *call)
{
	struct why why = { "" };
	struct json_node *tree;
	enum error_code code = json_tree_read(call->arena, call->request->body, &tree, &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	else if (json_node_find(tree, STR("redirect_uris")))
		answer_registration(call);
	else
		answer_own(call, tree);
}

static void answer_metadata(struct admin_call *call)
{
	struct why why = { "" };
	struct str json;
	enum error_code code = metadata_client(call->arena, call->request->body, &json, &why);
	if (code == OK)
		admin_json(call, json);
	else
		admin_refuse_body(call, code, &why);
}

static void describe(struct admin_call *call)
{
	if (metadata_is(call->request->body))
		answer_metadata(call);
	else if (str_starts(str_trim(call->request->body), STR("{")))
		answer_json(call);
	else
		admin_refuse(call, 400, STR("Unsupported format: neither SAML metadata nor a client's JSON"));
}

ADMIN_HANDLER(admin_client_describe, describe)
