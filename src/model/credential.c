/* Password credentials; see credential.h. */
#include "model/credential.h"

#include <string.h>

#include "crypto/base64.h"
#include "json/read.h"
#include "json/write.h"

struct secret_part {
	struct str value, salt;
};

static const struct json_field secret_fields[] = {
	JSON_TEXT(struct secret_part, value, "value", JSON_REQUIRED | JSON_SECRET),
	JSON_TEXT(struct secret_part, salt, "salt", JSON_SECRET),
};
static const struct json_shape secret_shape = JSON_SHAPE(struct secret_part, secret_fields);

struct data_part {
	struct str algorithm;
	int64_t iterations;
	struct json_list_pair *parameters;
	size_t parameters_n;
};

static const struct json_field data_fields[] = {
	JSON_TEXT(struct data_part, algorithm, "algorithm", JSON_REQUIRED),
	JSON_INT(struct data_part, iterations, "hashIterations", 0),
	JSON_TEXTS_MAP(struct data_part, parameters, parameters_n, "additionalParameters", JSON_LONE | JSON_ALWAYS),
};
static const struct json_shape data_shape = JSON_SHAPE(struct data_part, data_fields);

static const struct json_read_options lenient = { .unknown = JSON_UNKNOWN_IGNORED, .coerce = true };

static struct str parameter(const struct data_part *data, const char *name)
{
	for (size_t i = 0; i < data->parameters_n; i++)
		if (str_eq_z(data->parameters[i].key, name) && data->parameters[i].n)
			return data->parameters[i].values[0];
	return (struct str){ NULL, 0 };
}

static int64_t number(const struct data_part *data, const char *name, int64_t otherwise)
{
	int64_t value;
	return str_to_int64(parameter(data, name), &value) ? value : otherwise;
}

static enum error_code read_cost(const struct data_part *data, struct password_cost *ret_cost, struct why *reterr_why)
{
	struct password_cost cost = { .iterations = data->iterations };
	if (!password_algorithm_of(data->algorithm, parameter(data, "type"), &cost.algorithm))
		return error_because(reterr_why, ERROR_CORRUPT, "credential algorithm '%.*s' is not known",
				     STR_ARG(str_take(data->algorithm, 40)));
	if (!password_version_of(parameter(data, "version"), &cost.version))
		return error_because(reterr_why, ERROR_CORRUPT, "credential version '%.*s' is not known",
				     STR_ARG(str_take(parameter(data, "version"), 40)));
	cost.memory_kib = number(data, "memory", 0);
	cost.parallelism = number(data, "parallelism", 1);
	*ret_cost = cost;
	return OK;
}

enum error_code credential_read(struct arena *arena, const struct credential *credential,
				struct password_hash *ret_hash, struct why *reterr_why)
{
	struct secret_part secret = { 0 };
	struct data_part data = { 0 };
	struct password_hash hash = { 0 };
	if (json_read(arena, credential->secret_data, &secret_shape, &lenient, &secret, reterr_why) != OK ||
	    json_read(arena, credential->credential_data, &data_shape, &lenient, &data, reterr_why) != OK)
		return ERROR_CORRUPT;
	enum error_code code = read_cost(&data, &hash.cost, reterr_why);
	if (code != OK)
		return code;
	if (base64_decode(arena, secret.value, &hash.hash, NULL) != OK ||
	    base64_decode(arena, secret.salt, &hash.salt, NULL) != OK)
		return error_because(reterr_why, ERROR_CORRUPT, "credential %.*s: value or salt is not base64",
				     STR_ARG(credential->id));
	hash.cost.hash_length = (int64_t)hash.hash.n;
	*ret_hash = hash;
	return OK;
}

static void add_parameter(struct arena *arena, struct data_part *data, const char *name, struct str value)
{
	struct json_list_pair *pair =
		arena_push(arena, &data->parameters, &data->parameters_n, sizeof *data->parameters);
	pair->key = str_from(name);
	pair->values = arena_alloc(arena, sizeof *pair->values);
	pair->values[0] = value;
	pair->n = 1;
}

void credential_write(struct arena *arena, const struct password_hash *hash, struct credential *ret_credential)
{
	struct secret_part secret = { base64_encode(arena, hash->hash), base64_encode(arena, hash->salt) };
	struct data_part data = { .algorithm = str_from(password_algorithm_name(hash->cost.algorithm)),
		.iterations = hash->cost.iterations };
	const char *type = password_algorithm_type(hash->cost.algorithm);
	if (type[0]) {
		add_parameter(arena, &data, "hashLength", arena_format(arena, "%zu", hash->hash.n));
		add_parameter(arena, &data, "memory", arena_format(arena, "%lld", (long long)hash->cost.memory_kib));
		add_parameter(arena, &data, "type", str_from(type));
		add_parameter(arena, &data, "version", hash->cost.version == 0x10 ? STR("1.0") : STR("1.3"));
		add_parameter(arena, &data, "parallelism", arena_format(arena, "%lld", (long long)hash->cost.parallelism));
	}
	ret_credential->type = STR("password");
	ret_credential->secret_data = json_text_of(arena, &secret_shape, &secret);
	ret_credential->credential_data = json_text_of(arena, &data_shape, &data);
}

const struct credential *credential_password(const struct user *user)
{
	for (size_t i = 0; i < user->credentials_n; i++)
		if (str_eq_z(user->credentials[i].type, "password"))
			return &user->credentials[i];
	return NULL;
}

bool policy_next(struct str *rest, struct str *ret_name, struct str *ret_argument)
{
	if (!str_trim(*rest).n)
		return false;
	const char *at = memmem(rest->p, rest->n, " and ", 5);
	struct str item = str_trim(at ? str_take(*rest, (size_t)(at - rest->p)) : *rest);
	*rest = at ? str_drop(*rest, (size_t)(at - rest->p) + 5) : (struct str){ NULL, 0 };
	size_t open = str_index(item, '(');
	*ret_name = str_trim(str_take(item, open));
	struct str inside = str_drop(item, open + 1);
	*ret_argument = str_ends(inside, STR(")")) ? str_take(inside, inside.n - 1) : inside;
	if (!ret_argument->p)
		*ret_argument = STR("");
	return true;
}

struct str policy_value(struct str policy, struct str item)
{
	struct str name, argument;
	while (policy_next(&policy, &name, &argument))
		if (str_eq(name, item))
			return argument;
	return (struct str){ NULL, 0 };
}

struct password_cost credential_cost(const struct realm_settings *realm)
{
	struct password_cost cost = password_cost_default();
	struct str name = policy_value(realm->password_policy, STR("hashAlgorithm"));
	enum password_algorithm algorithm;
	if (name.n && password_algorithm_of(name, STR(""), &algorithm))
		cost = password_cost_of(algorithm);
	int64_t iterations;
	if (str_to_int64(policy_value(realm->password_policy, STR("hashIterations")), &iterations) && iterations > 0)
		cost.iterations = iterations;
	return cost;
}

bool credential_is_old(const struct password_cost *stored, const struct password_cost *wanted)
{
	return stored->algorithm != wanted->algorithm || stored->iterations != wanted->iterations ||
	       stored->memory_kib != wanted->memory_kib || stored->parallelism != wanted->parallelism;
}

void credential_write_public(struct json_writer *w, const struct credential *credential)
{
	json_member_text(w, "id", credential->id);
	json_member_text(w, "type", credential->type);
	if (credential->label.n)
		json_member_text(w, "userLabel", credential->label);
	json_member_int(w, "createdDate", credential->created_ms);
	if (credential->credential_data.n)
		json_member_text(w, "credentialData", credential->credential_data);
}
