/* A sign-out and its notices: the receipt that outlives the session, and the outbox. */
#ifndef MODEL_DELIVERY_H
#define MODEL_DELIVERY_H

#include "base/str.h"

enum channel {
	CHANNEL_BACKCHANNEL, /* OpenID Connect Back-Channel Logout 1.0 */
	CHANNEL_ADMIN_URL,   /* k_logout */
	CHANNEL_SAML_SOAP,   /* LogoutRequest by SOAP */
	CHANNEL_SAML_POST,   /* LogoutRequest as a form that this server posts */
	CHANNEL_FRONT,       /* OpenID Connect Front-Channel Logout 1.0, through the browser */
	CHANNEL_SAML_BROWSER,/* LogoutRequest that the browser carries, one provider after another */
	CHANNEL_NONE,
};
enum { CHANNELS = CHANNEL_NONE + 1 };

enum delivery_state {
	DELIVERY_QUEUED,
	DELIVERY_SENDING,      /* leased by a worker until lease_until_ms */
	DELIVERY_WAITING,      /* failed, will be tried again at due_ms */
	DELIVERY_WAITING_BROWSER, /* the browser is to carry it when it comes, until give_up_ms */
	DELIVERY_DELIVERED,    /* the client answered 2xx */
	DELIVERY_UNCONFIRMED,  /* a time-out followed by 400: it may well have heard */
	DELIVERY_ASKED_BROWSER,/* front channel: asked through the browser, not proven */
	DELIVERY_GAVE_UP,
	DELIVERY_SUPERSEDED,   /* would have hit a newer session */
	DELIVERY_CANCELLED,
	DELIVERY_NOT_POSSIBLE, /* no channel, or no browser at hand */
	DELIVERY_NOT_TOLD,     /* a setting says so */
};
enum { DELIVERY_STATES = DELIVERY_NOT_TOLD + 1 };
/* "queued", "sending" ...; static storage. */
const char *delivery_state_name(enum delivery_state state);
bool delivery_state_of(struct str name, enum delivery_state *ret_state);
/* True when nothing further will happen by itself. */
bool delivery_state_settled(enum delivery_state state);
/* True when there is nothing left to tell: the client said 2xx, or needs to hear nothing. */
bool delivery_state_told(enum delivery_state state);
/* True while the outbox has it: queued, sending, waiting. */
bool delivery_state_owed(enum delivery_state state);
/* "back-channel", "admin-url", "saml-soap", "saml-post", "front-channel", "saml-browser", "none". */
const char *channel_name(enum channel channel);
bool channel_of(struct str name, enum channel *ret_channel);
/* True for those by which this server calls the client itself. */
bool channel_is_server(enum channel channel);

/* One end of one session (or of a realm-wide order), kept after the session is gone. */
struct signout {
	struct str id;
	struct str realm_id, realm_name, user_id, username, session_id;
	bool offline;
	struct str door;        /* name in doors.def */
	struct str initiator;   /* clientId or admin's username; may be empty */
	struct str ip_address;
	int64_t at_ms;
	struct str order_id;    /* the mass order whose job ended the session; empty: none */
	int64_t progress, total; /* of a mass job; 0, 0 otherwise */
	bool ending;             /* a mass job has not yet ended all of its sessions */
	/* Of a mass order: its sessions have notices that are still owed, that were not told. */
	bool sessions_owed, sessions_untold;
	struct delivery *deliveries; /* filled by questions that say so */
	size_t deliveries_n;
};
/* Of a sign-out with its deliveries, a mass order with its sessions: nothing further will happen by
 * itself. */
bool signout_settled(const struct signout *signout);
/* Every client of it, and of an order's sessions, was told (delivery_state_told). */
bool signout_told(const struct signout *signout);

struct delivery {
	struct str id, signout_id, realm_id;
	struct str client_id, client_name; /* the client's id and its clientId */
	struct str session_id, user_id;    /* session_id: the client's session, even when not sent */
	bool send_sid;                     /* false: the notice names no session, `sub` only */
	bool revoke_offline_access;        /* back channel: the events member */
	enum channel channel;
	struct str url;
	struct str issuer;
	struct str algorithm;      /* of the signature */
	struct str adapter_session_id, adapter_host;
	bool all_sessions;         /* k_logout: "everybody", no adapterSessionIds */
	int64_t not_before_s;      /* k_logout: effective not-before */
	int64_t bound_ms;          /* when the ended client session was (re)bound: for superseding */
	/* SAML: whom a LogoutRequest names, by which binding the provider was signed in to, and when
	 * its session is over anyway (0: not known). `algorithm` is as its row names it; empty:
	 * not signed. */
	struct str saml_name_id, saml_name_id_format, saml_binding;
	int64_t saml_until_s;
	struct str browser;        /* WAITING_BROWSER: cookie_hash of the session that ended */
	enum delivery_state state;
	int64_t queued_ms, due_ms, lease_until_ms, settled_ms, give_up_ms;
	struct str lease_owner;
	int64_t attempts;
	int64_t http_status;       /* of the last attempt; 0: none */
	struct str reason;         /* why it waits, gave up or is not possible, in words */
};

#endif
