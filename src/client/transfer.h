/* One request on its way: what is asked, the libcurl handle that asks it, and what has happened
 * so far. Used by the client's thread alone after transfer_new. */
#ifndef CLIENT_TRANSFER_H
#define CLIENT_TRANSFER_H

#include <curl/curl.h>
#include <netinet/in.h>

#include "base/url.h"
#include "client/client.h"
#include "client/trust.h"
#include "client/turns.h"
#include "crypto/x509.h"

/* SET(easy, option, value): notes a failure in `fine`; both are the caller's variables. */
#define SET(option, value) \
	(fine = curl_easy_setopt(easy, CURLOPT_##option, value) == CURLE_OK && fine)

/* The config with its defaults filled in; the texts are the client's. */
struct settings {
	struct client_config config;
	const char *proxy, *user_agent; /* NUL-terminated */
	struct trust *trust;
};

/* Bytes that grow up to a limit. */
struct bytes {
	char *p;
	size_t n, capacity;
};

struct transfer {
	struct turn turn; /* first: a turn is its transfer */
	struct transfer *next, *previous;
	struct arena *arena; /* holds this struct and all texts */
	const struct settings *settings;
	void (*done)(void *context, const struct client_result *result);
	void *context;

	/* what is asked */
	struct why unusable; /* why it cannot be sent at all; empty: it can, unless `denied` is set */
	struct url url;
	struct str method, body, ca_pem;
	struct curl_slist *headers; /* nodes in the arena */
	const char *unix_socket;    /* NULL: none */
	struct str place;           /* "app.example.org:443", "unix socket /path": for reasons */
	bool via_proxy;
	const struct client_mail *mail; /* NULL: HTTP */
	size_t mail_sent;               /* bytes of the body */
	struct str reply;               /* the mail server's last line */
	enum client_policy policy;
	int64_t connect_timeout_ms, total_timeout_ms; /* total 0: without limit */
	size_t max_body;

	/* what has happened */
	CURL *easy; /* while it runs */
	int64_t sent_mono_ms, started_mono_ms, started_ms;
	size_t sockets; /* opened for it */
	char denied[INET6_ADDRSTRLEN]; /* the last address that the policy forbade; "": none */
	bool tls_begun; /* connected, the handshake is under way or done */
	bool asked;     /* there was a connection, the request went out */
	int status;     /* of the last status line; 0: none */
	bool head_ended;
	bool head_over, body_over; /* a limit was met */
	struct bytes head, answer;
	struct x509_watch watch;
	char error[CURL_ERROR_SIZE];
};

/* Copies the request; a request that cannot be sent has its `unusable` set. Never NULL. */
struct transfer *transfer_new(const struct settings *settings,
	const struct client_request *request,
	void (*done)(void *context, const struct client_result *result), void *context);
void transfer_free(struct transfer *transfer);

/* A handle with all that is the same for every request; NULL when memory is gone. */
CURL *transfer_handle_new(const struct settings *settings);
/* Notes that the transfer starts with this handle. */
void transfer_begin(struct transfer *transfer, CURL *easy);
/* Makes the handle ask this request. False when memory is gone. */
bool transfer_open(struct transfer *transfer, CURL *easy);
/* Makes the handle forget the request, for the next one. */
void transfer_leave(CURL *easy);

/* ---- mail (mail.c) ---- */

/* Takes the address of the server; as transfer_new. */
enum error_code transfer_take_mail(struct transfer *transfer, const struct client_mail *mail) MUST_USE;
/* What transfer_open does, for a handle that is used for nothing else afterwards. */
bool transfer_open_mail(struct transfer *transfer, CURL *easy);

/* Judges how it went; texts in the transfer's arena and buffers. `code` counts for nothing when
 * it was never opened. (verdict.c) */
struct client_result transfer_verdict(struct transfer *transfer, CURLcode code, bool cancelled);

#endif
