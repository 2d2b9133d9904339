/* Requests to sign out; see logout_request.h. */
#include "saml/logout_request.h"

#include "saml/time.h"
#include "xml/writer.h"

/* ---- from a provider ---- */

static enum error_code read_encrypted(struct arena *arena, const struct realm *realm,
	const struct xml_element *wrapper, const struct xml_element **ret_name, struct why *reterr_why)
{
	const struct sign_key *const *keys;
	size_t n = saml_decryption_keys(arena, realm, &keys);
	enum error_code code =
		xml_decrypt(arena, wrapper, keys, n, &xml_limits_message, ret_name, reterr_why);
	if (code == OK && !xml_is(*ret_name, STR(XML_SAML), STR("NameID")))
		return error_because(reterr_why, ERROR_BAD_XML, "what is encrypted is no NameID");
	return code;
}

static enum error_code read_name(struct arena *arena, const struct realm *realm, const struct xml_element *root,
	struct logout_request *request, struct why *reterr_why)
{
	const struct xml_element *name, *encrypted;
	enum error_code code = xml_only(root, STR(XML_SAML), STR("NameID"), &name, reterr_why);
	if (code != OK || (code = xml_only(root, STR(XML_SAML), STR("EncryptedID"), &encrypted, reterr_why)) != OK)
		return code;
	if (!name == !encrypted)
		return error_because(reterr_why, ERROR_BAD_XML, "not exactly one of NameID and EncryptedID");
	if (encrypted && (code = read_encrypted(arena, realm, encrypted, &name, reterr_why)) != OK)
		return code;
	request->name_id = str_trim(xml_text(name));
	request->name_id_format = str_trim(xml_attribute(name, STR("Format")));
	if (!request->name_id.n)
		return error_because(reterr_why, ERROR_BAD_XML, "the NameID is empty");
	return OK;
}

enum error_code logout_request_read(struct arena *arena, const struct realm *realm,
	const struct saml_message *message, struct logout_request *ret_request, struct why *reterr_why)
{
	const struct xml_element *root = message->root;
	struct logout_request request = { .reason = xml_attribute(root, STR("Reason")) };
	if (message->kind != SAML_LOGOUT_REQUEST)
		return error_because(reterr_why, ERROR_BAD_XML, "the message is no LogoutRequest");
	struct str end = xml_attribute(root, STR("NotOnOrAfter"));
	if (end.p && !saml_time_read(end, &request.not_on_or_after_ms))
		return error_because(reterr_why, ERROR_BAD_XML, "NotOnOrAfter \"%.*s\" is no time",
			STR_ARG(str_take(end, 60)));
	enum error_code code = read_name(arena, realm, root, &request, reterr_why);
	if (code != OK)
		return code;
	struct str_list *list = &request.session_indexes;
	for (const struct xml_element *e = xml_first(root, STR(XML_SAMLP), STR("SessionIndex")); e;
		e = xml_another(e)) {
		if (list->n == LOGOUT_REQUEST_SESSIONS_MAX)
			return error_because(reterr_why, ERROR_BAD_XML, "more than %d SessionIndex elements",
				LOGOUT_REQUEST_SESSIONS_MAX);
		*(struct str *)arena_push(arena, &list->items, &list->n, sizeof *list->items) = str_trim(xml_text(e));
	}
	*ret_request = request;
	return OK;
}

enum error_code logout_request_check(const struct saml_message *message,
	const struct logout_request *request, const struct saml_client *client, struct str endpoint,
	int64_t now_ms, struct why *reterr_why)
{
	enum error_code code = saml_message_check(message, client, endpoint, now_ms, reterr_why);
	if (code != OK)
		return code;
	if (request->not_on_or_after_ms && now_ms >= request->not_on_or_after_ms + SAML_SKEW_S * 1000)
		return error_because(reterr_why, ERROR_EXPIRED, "NotOnOrAfter passed %lld s ago, client %.*s",
			(long long)(now_ms - request->not_on_or_after_ms) / 1000,
			STR_ARG(str_take(client->client->client_id, 100)));
	return OK;
}

struct str_list logout_request_session_ids(struct arena *arena, const struct client *client,
	const struct logout_request *request)
{
	struct str_list ids = { 0 };
	for (size_t i = 0; i < request->session_indexes.n; i++) {
		struct str session_id, client_id;
		if (saml_session_index_read(request->session_indexes.items[i], &session_id, &client_id) &&
		    str_eq(client_id, client->id) && !str_list_has(&ids, session_id))
			*(struct str *)arena_push(arena, &ids.items, &ids.n, sizeof *ids.items) = session_id;
	}
	return ids;
}

/* Core section 8.3: no Format, or unspecified, leaves open which it is. */
static bool format_agrees(struct str asked, struct str told)
{
	return !asked.n || !told.n || str_eq(asked, told) || str_eq_z(asked, SAML_FORMAT_UNSPECIFIED);
}

bool logout_request_means(struct arena *arena, const struct logout_request *request,
	const struct session *session, const struct client_session *part)
{
	if (!part->saml.name_id.n || !str_eq(request->name_id, part->saml.name_id) ||
	    !format_agrees(request->name_id_format, part->saml.name_id_format))
		return false;
	if (!request->session_indexes.n)
		return true;
	return str_list_has(&request->session_indexes, saml_session_index(arena, session->id, part->client_id));
}

/* ---- to a provider ---- */

static struct str write_request(struct arena *arena, const struct logout_request_input *input, struct str id,
	const struct saml_signer *signer)
{
	bool extended = signer && input->client->key_in_extension && input->to.binding == SAML_BINDING_REDIRECT;
	const struct saml_head head = { .name = STR("LogoutRequest"), .id = id, .issuer = input->issuer,
		.destination = input->to.url, .now_ms = input->now_ms,
		.not_on_or_after_ms = input->life_s ? input->now_ms + input->life_s * 1000 : 0,
		.key_id = extended ? signer->key->kid : STR("") };
	struct xml_writer w = xml_writer_new(arena, 0);
	saml_head_write(arena, &w, &head);
	xml_open(&w, &xml_saml, STR("NameID"));
	if (input->name_id_format.n)
		xml_write_attribute(&w, STR("Format"), input->name_id_format);
	xml_write_text(&w, input->name_id);
	xml_close(&w);
	if (input->session_id.n)
		xml_write_leaf(&w, &xml_samlp, STR("SessionIndex"),
			saml_session_index(arena, input->session_id, input->client->client->id));
	xml_close(&w);
	return xml_written(&w);
}

enum error_code logout_request_build(struct arena *arena, const struct logout_request_input *input,
	struct saml_outgoing *ret_outgoing, struct str *ret_id, struct why *reterr_why)
{
	const struct saml_signer *signer;
	struct str id = saml_id(arena, input->random);
	enum error_code code = saml_signer_if(input->client->signs_documents, arena, input->realm, input->client, &signer,
		reterr_why);
	if (code != OK)
		return code;
	struct str document = write_request(arena, input, id, signer);
	code = saml_send(arena, &input->to, false, document, id, input->relay_state,
		signer, ret_outgoing, reterr_why);
	if (code == OK)
		*ret_id = id;
	return code;
}
