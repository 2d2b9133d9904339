/* Certificates of clients uploaded and downloaded in files: PEM, JWK sets, PKCS#12 archives, JKS key stores. */
#include "admin/client_keystore.h"

#include "admin/handlers_clients.h"
#include "admin/serve.h"
#include "crypto/base64.h"
#include "crypto/keystore_java.h"
#include "crypto/x509.h"
#include "http/multipart.h"
#include "jose/jwk.h"

#define FORMATS STR("Not supported keystore format. Supported keystore formats: [JKS, PKCS12]")
#define NOT_FOUND STR("Certificate or key with given alias not found in the keystore")

static bool refuse(struct admin_call *call, int status, struct str error, struct str description)
{
	http_respond_error(call->response, status, error, description);
	return false;
}

/* ---- upload ---- */

static bool is_form_of(const struct multipart *form, const char *format)
{
	return str_eq_nocase(str_trim(multipart_value(form, "keystoreFormat")), str_from(format));
}

static enum error_code read_certificate(struct admin_call *call, struct str file, struct client_certificate *ret,
					struct why *why)
{
	struct x509_facts facts;
	enum error_code code = x509_parse(call->arena, file, &facts, why);
	if (code == OK)
		ret->certificate = base64_encode(call->arena, facts.der);
	return code;
}

static enum error_code read_public_key(struct admin_call *call, struct str file, struct client_certificate *ret,
				       struct why *why)
{
	struct sign_key *key;
	enum error_code code = sign_key_from_public(file, &key, why);
	if (code != OK)
		return code;
	code = sign_key_public_text(call->arena, key, &ret->public_key, why);
	sign_key_free(key);
	return code;
}

static enum error_code read_key_set(struct admin_call *call, struct str file, struct client_certificate *ret,
				    struct why *why)
{
	struct jwk_set set;
	enum error_code code = jwk_set_parse(call->arena, file, &set, why);
	if (code != OK)
		return code;
	const struct jwk *jwk = jwk_set_find(&set, STR(""), NULL);
	if (!jwk) {
		code = ERROR_NAME_NOT_FOUND;
	} else {
		code = sign_key_public_text(call->arena, jwk->key, &ret->public_key, why);
		ret->kid = jwk->kid;
	}
	jwk_set_free(&set);
	return code;
}

static enum error_code read_archive(struct admin_call *call, const struct multipart *form, struct str file,
				    bool with_key, struct client_certificate *ret, struct why *why)
{
	struct keystore_entry entry;
	struct str alias = multipart_value(form, "keyAlias");
	struct keystore_passwords passwords = { multipart_value(form, "storePassword"),
						multipart_value(form, "keyPassword") };
	enum error_code code = is_form_of(form, "JKS") ?
		keystore_java_read(call->arena, file, &passwords, alias, &entry, why) :
		keystore_read(call->arena, file, passwords.store, alias, &entry, why);
	if (code != OK)
		return code;
	if (with_key && !entry.key.n)
		return ERROR_NAME_NOT_FOUND;
	ret->certificate = entry.certificate;
	ret->private_key = with_key ? entry.key : STR("");
	return OK;
}

/* `with_key`: a private key is wanted too, else a public one will do. False: answered. */
static bool read_upload(struct admin_call *call, bool with_key, struct client_certificate *ret)
{
	struct multipart form;
	struct why why = { "" };
	enum error_code code = multipart_parse(http_header(call->request, "Content-Type"), call->request->body, &form, &why);
	if (code != OK) {
		admin_fail(call, code, &why);
		return false;
	}
	struct str file = multipart_value(&form, "file");
	*ret = (struct client_certificate){ { NULL, 0 } };
	if (!multipart_value(&form, "keystoreFormat").n)
		return refuse(call, 400, STR("keystoreFormat cannot be null"), STR(""));
	if (!file.n)
		return refuse(call, 400, STR("file cannot be empty"), STR(""));
	if (is_form_of(&form, "Certificate PEM"))
		code = read_certificate(call, file, ret, &why);
	else if (is_form_of(&form, "Public Key PEM"))
		code = read_public_key(call, file, ret, &why);
	else if (is_form_of(&form, "JSON Web Key Set"))
		code = read_key_set(call, file, ret, &why);
	else if (is_form_of(&form, "PKCS12") || is_form_of(&form, "JKS"))
		code = read_archive(call, &form, file, with_key, ret, &why);
	else
		return refuse(call, 400, STR("Not supported keystore format. Supported keystore formats: [JKS, PKCS12, "
					     "Certificate PEM, Public Key PEM, JSON Web Key Set]"), STR(""));
	if (code == ERROR_NAME_NOT_FOUND)
		return refuse(call, 400, STR("certificate-not-found"), NOT_FOUND);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}

static void upload(struct admin_call *call, bool with_key)
{
	struct client_certificate certificate;
	if (read_upload(call, with_key, &certificate) &&
	    client_certificate_put(call, &certificate, with_key ? "upload" : "upload-certificate"))
		client_certificate_answer(call, &certificate);
}

ADMIN_HANDLER_OF(admin_client_certificate_upload, upload, true)
ADMIN_HANDLER_OF(admin_client_certificate_upload_public, upload, false)

/* For a form that has yet to be sent: nothing is stored. */
static void read_aloud(struct admin_call *call)
{
	struct client_certificate certificate;
	struct sign_key *key;
	struct why why = { "" };
	if (!read_upload(call, false, &certificate))
		return;
	enum error_code code = OK;
	if (certificate.certificate.n &&
	    (code = sign_key_from_certificate(certificate.certificate, &key, &why)) == OK) {
		code = sign_key_public_text(call->arena, key, &certificate.public_key, &why);
		sign_key_free(key);
	}
	if (code == OK)
		client_certificate_answer(call, &certificate);
	else
		admin_refuse_body(call, code, &why);
}

ADMIN_HANDLER(admin_certificate_read, read_aloud)

/* ---- download ---- */

struct wanted {
	struct str format, alias, key_password, store_password, realm_alias;
	bool realm_certificate;
	int64_t key_size, validity;
};

static const struct json_field wanted_fields[] = {
	JSON_TEXT(struct wanted, format, "format", 0),
	JSON_TEXT(struct wanted, alias, "keyAlias", 0),
	JSON_TEXT(struct wanted, key_password, "keyPassword", JSON_SECRET),
	JSON_TEXT(struct wanted, store_password, "storePassword", JSON_SECRET),
	JSON_TEXT(struct wanted, realm_alias, "realmAlias", 0),
	JSON_BOOL(struct wanted, realm_certificate, "realmCertificate", 0),
	JSON_INT(struct wanted, key_size, "keySize", 0),
	JSON_INT(struct wanted, validity, "validity", 0),
};
static const struct json_shape wanted_shape = JSON_SHAPE(struct wanted, wanted_fields);

static bool read_wanted(struct admin_call *call, struct wanted *ret_wanted)
{
	struct json_read_options options = representation_options("$");
	struct why why = { "" };
	*ret_wanted = (struct wanted){ .realm_certificate = true };
	enum error_code code = json_read(call->arena, call->request->body, &wanted_shape, &options, ret_wanted, &why);
	if (code != OK) {
		admin_refuse_body(call, code, &why);
		return false;
	}
	if (!str_eq_z(ret_wanted->format, "PKCS12") && !str_eq_z(ret_wanted->format, "JKS"))
		return refuse(call, 406, FORMATS, STR(""));
	return true;
}

static bool has_passwords(struct admin_call *call, const struct wanted *wanted, bool key)
{
	if (key && !wanted->key_password.n)
		return refuse(call, 400, STR("password-missing"),
			      STR("Need to specify a key password for jks generation and download"));
	if (!wanted->store_password.n)
		return refuse(call, 400, STR("password-missing"),
			      STR("Need to specify a store password for jks generation and download"));
	return true;
}

static bool write_archive(struct admin_call *call, const struct wanted *wanted,
			  const struct client_certificate *certificate, const struct client_rep *client,
			  struct str *ret_archive)
{
	const struct realm_key *realm_key = realm_key_for(call->realm, STR("RS256"));
	struct keystore_entry entry = { wanted->alias.n ? wanted->alias : client->client.client_id,
					certificate->private_key, certificate->certificate };
	struct keystore_entry realm = { .name = wanted->realm_alias.n ? wanted->realm_alias : call->realm->settings.name };
	struct why why = { "" };
	bool with_realm = wanted->realm_certificate && realm_key && realm_key->certificate.n;
	if (with_realm)
		realm.certificate = realm_key->certificate;
	const struct keystore_entry *other = with_realm ? &realm : NULL;
	struct keystore_passwords passwords = { wanted->store_password, wanted->key_password };
	enum error_code code = str_eq_z(wanted->format, "JKS") ?
		keystore_java_write(call->arena, &entry, other, &passwords, call->visit.now_ms, ret_archive, &why) :
		keystore_write(call->arena, &entry, other, wanted->store_password, ret_archive, &why);
	if (code != OK)
		admin_refuse_body(call, code, &why);
	return code == OK;
}

static void answer_archive(struct admin_call *call, struct str archive)
{
	http_respond_bytes(call->response, 200, "application/octet-stream", archive);
	http_no_cache(call->response);
}

static void download(struct admin_call *call)
{
	struct wanted wanted;
	struct client_rep client;
	struct str archive;
	int64_t version;
	if (!client_rep_find(call, &client, &version) || !read_wanted(call, &wanted))
		return;
	struct client_certificate certificate = client_certificate_of(call, &client);
	if (!certificate.certificate.n)
		refuse(call, 404, STR("keypair not generated for client"), STR(""));
	else if (has_passwords(call, &wanted, certificate.private_key.n > 0) &&
		 write_archive(call, &wanted, &certificate, &client, &archive))
		answer_archive(call, archive);
}

ADMIN_HANDLER(admin_client_certificate_download, download)

/* The private key leaves with the archive and is kept nowhere. */
static void generate_and_download(struct admin_call *call)
{
	struct wanted wanted;
	struct client_rep client;
	struct client_certificate certificate;
	struct str archive;
	int64_t version;
	if (!client_rep_find(call, &client, &version) || !read_wanted(call, &wanted) ||
	    !has_passwords(call, &wanted, true) || !client_certificate_generate(call, &certificate) ||
	    !write_archive(call, &wanted, &certificate, &client, &archive))
		return;
	certificate.private_key = STR("");
	if (client_certificate_put(call, &certificate, "generate-and-download"))
		answer_archive(call, archive);
}

ADMIN_HANDLER(admin_client_certificate_make, generate_and_download)
