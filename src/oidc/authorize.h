/* The authorization endpoint's decisions (OpenID Connect Core 1.0, sections 3.1.2, 3.2.2 and
 * 3.3.2: the code, the implicit and the hybrid flow). Pure.
 *
 * First authorize_check: may this request be answered at all, and where do errors go.
 * Then authorize_decide: with the browser's session, sign in, ask or answer at once. */
#ifndef OIDC_AUTHORIZE_H
#define OIDC_AUTHORIZE_H

#include "base/errors.h"
#include "json/read.h"
#include "model/life.h"
#include "oidc/scope.h"

struct authorize_request {
	struct str client_id, redirect_uri, response_type, response_mode, scope, state, nonce;
	struct str claims; /* OpenID Connect Core section 5.5: JSON, bounded by AUTHORIZE_CLAIMS_MAX */
	struct str prompt, max_age, login_hint, id_token_hint, acr_values, ui_locales;
	struct str code_challenge, code_challenge_method, request, request_uri;
	struct str pushed;      /* what names it among the pushed ones (RFC 9126); empty: it came by the browser */
	struct str type_beside; /* response_type that came beside what holds the request: they must agree */
	struct str object; /* how its request object (RFC 9101) came: "request" or "request_uri"; empty: it had none */
	struct str own_base;  /* what our own URLs begin with: for clients of our own pages */
	struct str duplicate; /* name of a parameter that came twice; empty: none */
};

/* The members that are parameters, each a text. */
extern const struct json_shape authorize_request_shape;
/* Leaves out what is too long to be kept: a hint, claims. */
void authorize_request_bound(struct authorize_request *request);

/* Bytes of the parameter `claims`: it is kept with the session. */
enum { AUTHORIZE_CLAIMS_MAX = 2048 };

/* Where the answer stands; the later ones as one signed JWT (JWT Secured Authorization Response Mode), each at
 * the place of the mode that is RESPONSE_MODES_PLAIN before it. */
enum response_mode {
	RESPONSE_QUERY, RESPONSE_FRAGMENT, RESPONSE_FORM_POST,
	RESPONSE_MODES_PLAIN,
	RESPONSE_QUERY_JWT = RESPONSE_MODES_PLAIN, RESPONSE_FRAGMENT_JWT, RESPONSE_FORM_POST_JWT,
	RESPONSE_MODES,
};
/* As the parameter response_mode names it. */
struct str response_mode_name(enum response_mode mode);
bool response_mode_is_signed(enum response_mode mode);
/* The plain mode of the same place. */
enum response_mode response_mode_place(enum response_mode mode);

/* What the answer holds (response_type); none of them: that the user signed in ("none"). */
enum authorize_gives {
	AUTHORIZE_CODE = 1,
	AUTHORIZE_TOKEN = 2,
	AUTHORIZE_ID_TOKEN = 4,
};

enum authorize_kind {
	AUTHORIZE_PAGE,     /* an error page here: the redirect URI cannot be trusted */
	AUTHORIZE_REDIRECT, /* an error to the client's redirect URI */
	AUTHORIZE_LOGIN,    /* show the login page */
	AUTHORIZE_GRANT,    /* the session suffices: answer with what was asked for */
};

struct authorize_verdict {
	enum authorize_kind kind;
	int status;             /* of an AUTHORIZE_PAGE */
	struct str error;       /* OAuth error of an AUTHORIZE_REDIRECT */
	struct str text;        /* page text or error_description; may be empty */
	struct str event_error; /* `error` of the LOGIN_ERROR event */
	struct str reason;      /* what the event says more; empty: the text */
	bool again;             /* AUTHORIZE_LOGIN: a session exists, the user must sign in again */
};

/* What a request that passed authorize_check means. */
struct authorize_plan {
	const struct client *client;
	struct str redirect_uri; /* where answers go */
	enum response_mode mode;
	bool mode_settled; /* false: the request went wrong before */
	unsigned gives;    /* enum authorize_gives */
	struct scope_grant grant;
	bool prompt_none, prompt_login, prompt_consent;
	int64_t max_age_s; /* -1: not asked */
};

/* True: go on with *ret_plan. False: *ret_verdict is a page, or an error for
 * ret_plan->redirect_uri by ret_plan->mode. */
bool authorize_check(struct arena *arena, const struct realm *realm,
		     const struct authorize_request *request, struct authorize_plan *ret_plan,
		     struct authorize_verdict *ret_verdict);

/* `session` is the browser's live session, or NULL. */
struct authorize_verdict authorize_decide(const struct authorize_plan *plan,
					  const struct session *session, int64_t now_ms);

/* True when tokens leave by the browser and no code does: their lifespan is a shorter one. */
bool authorize_is_implicit(const struct authorize_plan *plan);

/* One member of the answer; empty values are left out by the writer. */
struct authorize_parameter {
	struct str name, value;
};
/* The claims of a signed answer: for this client alone, until exp_s, and the parameters. */
struct str authorize_answer_claims(struct arena *arena, struct str issuer, struct str client_id, int64_t exp_s,
				   const struct authorize_parameter *parameters, size_t n);
/* The URL for a query or fragment answer: parameters form-encoded onto redirect_uri. */
struct str authorize_answer_url(struct arena *arena, struct str redirect_uri, enum response_mode mode,
				const struct authorize_parameter *parameters, size_t n);

#endif
