/* POST /admin/realms/{realm}/client-description-converter: what others say of an application, as
 * a client's representation. It makes none. */
#include "admin/client_rep.h"
#include "admin/handlers.h"
#include "admin/serve.h"
#include "saml/metadata.h"

/* Keycloak's own form comes back as it is understood here. */
static void answer_json(struct admin_call *call)
{
	struct client_rep client = client_rep_default;
	if (!client_rep_read(call, call->request->body, &client))
		return;
	struct json_writer *w = admin_json_begin(call);
	json_write_shape(w, &client_shape, &client);
	admin_json_end(call, w);
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
