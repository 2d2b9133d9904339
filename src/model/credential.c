/* Keycloak's password credentials; see credential.h. */
#include "model/credential.h"

#include "base/tables.h"
#include "crypto/base64.h"
#include "json/write.h"

struct password_secret {
	struct str value, salt; /* base64 */
};

struct password_data {
	int64_t iterations;
	struct str algorithm;
	struct json_list_pair *more; /* Argon2's parameters, lists of one text */
	size_t more_n;
};

static const struct json_field secret_fields[] = {
	JSON_TEXT(struct password_secret, value, "value", JSON_REQUIRED | JSON_SECRET),
	JSON_TEXT(struct password_secret, salt, "salt", JSON_SECRET | JSON_ALWAYS),
};
static const char *const secret_known[] = { "additionalParameters", NULL };
static const struct json_shape secret_shape =
	JSON_SHAPE(struct password_secret, secret_fields, .known = secret_known);

static const struct json_field data_fields[] = {
	JSON_INT(struct password_data, iterations, "hashIterations", 0),
	JSON_TEXT(struct password_data, algorithm, "algorithm", JSON_REQUIRED),
	JSON_TEXTS_MAP(struct password_data, more, more_n, "additionalParameters",
		       JSON_ALWAYS | JSON_LONE),
};
static const struct json_shape data_shape = JSON_SHAPE(struct password_data, data_fields);

static struct str parameter(const struct password_data *data, struct str name)
{
	for (size_t i = 0; i < data->more_n; i++)
		if (str_eq(data->more[i].key, name) && data->more[i].n)
			return data->more[i].values[0];
	return (struct str){ NULL, 0 };
}

static enum error_code number(const struct password_data *data, const char *name, int64_t otherwise,
			      int64_t *ret_value, struct why *reterr_why)
{
	struct str text = parameter(data, str_from(name));
	if (!text.n)
		*ret_value = otherwise;
	else if (!str_to_int64(text, ret_value))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
				     "password credential: %s is no number", name);
	return OK;
}

static enum error_code read_cost(const struct password_data *data, struct password_cost *ret_cost,
				 struct why *reterr_why)
{
	enum error_code error;
	struct password_cost cost;
	if (!password_algorithm_of(data->algorithm, parameter(data, STR("type")), &cost.algorithm))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
				     "password credential: algorithm \"%.*s\" is not known",
				     STR_ARG(str_take(data->algorithm, 40)));
	cost = password_cost_of(cost.algorithm);
	/* Keycloak reads 0 or a missing number as its default. */
	if (data->iterations)
		cost.iterations = data->iterations;
	if ((error = number(data, "memory", cost.memory_kib, &cost.memory_kib, reterr_why)) ||
	    (error = number(data, "parallelism", cost.parallelism, &cost.parallelism, reterr_why)) ||
	    (error = number(data, "hashLength", cost.hash_length, &cost.hash_length, reterr_why)))
		return error;
	if (!password_version_of(parameter(data, STR("version")), &cost.version))
		return error_because(reterr_why, ERROR_INVALID_VALUE,
				     "password credential: unknown Argon2 version");
	*ret_cost = cost;
	return OK;
}

enum error_code credential_password(struct arena *arena, const struct credential *credential,
				    struct password_hash *ret_hash, struct why *reterr_why)
{
	static const struct json_read_options options = { .unknown = JSON_UNKNOWN_IGNORED,
							  .coerce = true,
							  .path = "credential" };
	enum error_code error;
	struct password_secret secret = { 0 };
	struct password_data data = { 0 };
	struct password_hash hash = { 0 };
	if ((error = json_read(arena, credential->secret_data, &secret_shape, &options, &secret,
			       reterr_why)) ||
	    (error = json_read(arena, credential->credential_data, &data_shape, &options, &data,
			       reterr_why)) ||
	    (error = read_cost(&data, &hash.cost, reterr_why)) ||
	    (error = base64_decode(arena, secret.salt, &hash.salt, reterr_why)) ||
	    (error = base64_decode(arena, secret.value, &hash.hash, reterr_why)))
		return error == ERROR_BUSY ? error : ERROR_INVALID_VALUE;
	if ((error = password_check(&hash, reterr_why)))
		return error;
	*ret_hash = hash;
	return OK;
}

static void add_parameter(struct arena *arena, struct password_data *data, struct str name,
			  struct str value)
{
	struct json_list_pair *pair = arena_push(arena, &data->more, &data->more_n, sizeof *data->more);
	pair->key = name;
	pair->n = 1;
	pair->values = arena_array(arena, 1, sizeof *pair->values);
	pair->values[0] = value;
}

void credential_from_password(struct arena *arena, const struct password_hash *hash,
			      struct credential *ret_credential)
{
	const struct password_cost *cost = &hash->cost;
	const char *type = password_algorithm_type(cost->algorithm);
	struct password_secret secret = { .value = base64_encode(arena, hash->hash),
					  .salt = base64_encode(arena, hash->salt) };
	struct password_data data = { .iterations = cost->iterations,
				      .algorithm = str_from(password_algorithm_name(cost->algorithm)) };
	if (*type) {
		add_parameter(arena, &data, STR("hashLength"), arena_format(arena, "%zu", hash->hash.n));
		add_parameter(arena, &data, STR("memory"),
			      arena_format(arena, "%lld", (long long)cost->memory_kib));
		add_parameter(arena, &data, STR("type"), str_from(type));
		add_parameter(arena, &data, STR("version"),
			      cost->version == 0x10 ? STR("1.0") : STR("1.3"));
		add_parameter(arena, &data, STR("parallelism"),
			      arena_format(arena, "%lld", (long long)cost->parallelism));
	}
	ret_credential->type = STR("password");
	ret_credential->secret_data = json_text_of(arena, &secret_shape, &secret);
	ret_credential->credential_data = json_text_of(arena, &data_shape, &data);
}

/* The argument of `name(...)` in a policy text; false when it is not in it. */
static bool policy_argument(struct str policy, struct str name, struct str *ret_argument)
{
	for (size_t at = 0; at + name.n < policy.n; at++) {
		struct str rest = str_drop(policy, at);
		if (!str_starts(rest, name) || rest.p[name.n] != '(' ||
		    (at && policy.p[at - 1] != ' '))
			continue;
		rest = str_drop(rest, name.n + 1);
		*ret_argument = str_trim(str_take(rest, str_index(rest, ')')));
		return true;
	}
	return false;
}

struct password_cost credential_cost(struct str password_policy)
{
	struct str argument;
	enum password_algorithm algorithm;
	struct password_cost cost = password_cost_default();
	if (policy_argument(password_policy, STR("hashAlgorithm"), &argument) &&
	    password_algorithm_of(argument, (struct str){ NULL, 0 }, &algorithm))
		cost = password_cost_of(algorithm);
	int64_t iterations;
	if (policy_argument(password_policy, STR("hashIterations"), &argument) &&
	    str_to_int64(argument, &iterations) && iterations > 0)
		cost.iterations = iterations;
	return cost;
}
