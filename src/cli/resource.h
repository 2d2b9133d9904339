/* What the admin REST API keeps, one table for all of it (resources.def): where a kind of thing is,
 * what people call one of it, how it is shown. Private to cli/. */
#ifndef CLI_RESOURCE_H
#define CLI_RESOURCE_H

#include "cli/call.h"

enum resource_key {
	RESOURCE_BY_ID,   /* its path ends with its id */
	RESOURCE_BY_NAME, /* its path ends with its name */
	RESOURCE_BY_PATH, /* groups: by id, found by "/parent/name" or by a name that is one's alone */
};

enum resource_maps {
	RESOURCE_TEXTS,      /* attributes and config have texts */
	RESOURCE_TEXTS_STAY, /* a PUT leaves those that it does not name: an empty one clears it */
	RESOURCE_LISTS,      /* lists of texts */
	RESOURCE_LISTS_STAY,
};

struct resource {
	const char *word, *several;  /* "client", "clients" */
	const char *path;            /* "/clients" */
	const char *name;            /* "clientId" */
	enum resource_key key;
	const char *by_name;         /* "clientId=" */
	const char *by_words;        /* "search=" */
	enum resource_maps maps;
	uint64_t where;              /* FLAG(REALM) unless it is a realm; what may hold it */
	bool paged;                  /* the server knows `max` */
	const char *columns;
	const char *goes;            /* what is gone with it, behind "delete client x" */
	const char *made;            /* JSON object */
};

enum {
#define R(id, ...) RESOURCE_##id,
#include "cli/resources.def"
#undef R
	RESOURCE_COUNT
};
extern const struct resource resources[RESOURCE_COUNT];

/* One that was found. */
struct found {
	struct str realm;       /* empty: it is a realm */
	struct str path;        /* "/admin/realms/customers/clients/2f0c..." */
	struct str id, name;
	struct str etag;        /* empty: the server gave none */
	struct json_node *json; /* all of it */
};

/* The realm that --realm names. USAGE when it was not given. */
MUST_USE enum error_code resource_realm(
	struct cli_call *call, struct str *ret_realm, struct why *reterr_why);
/* The path of all of them in a realm, inside of what --client, --scope or --parent name. USAGE,
 * NAME_NOT_FOUND. */
MUST_USE enum error_code resource_base(struct cli_call *call, const struct resource *resource,
	struct str realm, struct str *ret_path, struct why *reterr_why);
/* One by name or id, below `base`. NAME_NOT_FOUND: why says what may have been meant. */
MUST_USE enum error_code resource_find(struct cli_call *call, const struct resource *resource,
	struct str realm, struct str base, struct str name, struct found *ret_found,
	struct why *reterr_why);
/* The same for one that lies in the realm of --realm itself. */
MUST_USE enum error_code resource_named(struct cli_call *call, const struct resource *resource,
	struct str name, struct found *ret_found, struct why *reterr_why);
/* A role of --realm, or of its client where `client` is not empty. */
MUST_USE enum error_code resource_role(struct cli_call *call, struct str client, struct str name,
	struct found *ret_found, struct why *reterr_why);
/* "client shop of realm customers". */
struct str resource_words(
	struct cli_call *call, const struct resource *resource, struct str realm, struct str name);

#endif
