/* Configuration: curfew.conf, environment, flags; later ones win (DESIGN section 1). */
#ifndef MAIN_CONFIG_H
#define MAIN_CONFIG_H

#include "base/arena.h"
#include "base/errors.h"
#include "model/realm.h"

/* The keys: K(member, "key", "default", "KC_ alias or empty", secret, "help"). */
#define CONFIG_KEYS(K) \
	K(data, "data", "./data", "", 0, "folder of the database and the keys") \
	K(listen, "listen", "127.0.0.1:8080", "", 0, "public address, HOST:PORT") \
	K(management, "management", "127.0.0.1:9000", "", 0, "address of /health and /metrics, HOST:PORT") \
	K(hostname, "hostname", "", "KC_HOSTNAME", 0, "public URL, e.g. https://sso.example.org or .../auth; empty: from the Host, loopback only") \
	K(db, "db", "sqlite", "KC_DB_URL", 1, "sqlite, or postgresql://user:password@host/database") \
	K(tls_cert, "tls-cert", "", "KC_HTTPS_CERTIFICATE_FILE", 0, "certificate chain of the public listener, PEM; reloaded on SIGHUP") \
	K(tls_key, "tls-key", "", "KC_HTTPS_CERTIFICATE_KEY_FILE", 0, "its private key, PEM") \
	K(ca_file, "ca-file", "", "KC_TRUSTSTORE_PATHS", 0, "PEM file of authorities trusted besides the system's when applications are told") \
	K(authentication_channel, "authentication-channel", "", "KC_SPI_CIBA_AUTH_CHANNEL__CIBA_HTTP_AUTH_CHANNEL__HTTP_AUTHENTICATION_CHANNEL_URI", 0, "URL of the service that asks users on their own device whether they agree (CIBA); empty: none") \
	K(outgoing_proxy, "outgoing-proxy", "", "", 0, "proxy through which applications are told, http://HOST:PORT; empty: none") \
	K(outgoing_proxy_except, "outgoing-proxy-except", "", "", 0, "names and domains that are reached without it, with commas between") \
	K(outgoing_cert, "outgoing-cert", "", "", 0, "certificate chain that is shown to applications that ask for one, PEM") \
	K(outgoing_key, "outgoing-key", "", "", 0, "its private key, PEM") \
	K(outgoing_link_local, "outgoing-link-local", "deny", "", 0, "link-local and cloud-metadata addresses: deny or allow") \
	K(workers, "workers", "0", "", 0, "threads for requests that wait; 0: four a core") \
	K(log_level, "log-level", "info", "KC_LOG_LEVEL", 0, "debug, info, warn or error") \
	K(proxy_headers, "proxy-headers", "none", "KC_PROXY_HEADERS", 0, "none, xforwarded or forwarded") \
	K(proxy_trusted, "proxy-trusted-addresses", "", "KC_PROXY_TRUSTED_ADDRESSES", 0, "addresses and networks of the proxies that may set them") \
	K(admin_username, "bootstrap-admin-username", "admin", "KC_BOOTSTRAP_ADMIN_USERNAME", 0, "first administrator, made when the folder is new") \
	K(admin_password, "bootstrap-admin-password", "", "KC_BOOTSTRAP_ADMIN_PASSWORD", 1, "its password; empty: a random one, printed once") \
	K(seal_key, "seal-key", "", "", 1, "key that seals secrets at rest, base64url of 32 bytes; empty: made in the data folder")

struct config {
#define K(member, key, standard, alias, secret, help) struct str member;
	CONFIG_KEYS(K)
#undef K
	struct str_list imports; /* --import, repeatable */
	bool show, check;        /* --show-config, --check */
	struct str_list warnings;
};

/* Reads the flags after `serve` and the environment. ERROR_USAGE names the flag that is
 * not known (with its nearest neighbour) or lacks its value. */
MUST_USE enum error_code config_read(struct arena *arena, int argc, char **argv, struct config *ret_config,
				     struct why *reterr_why);
/* "key = value   # source" a line, secrets masked. */
struct str config_text(struct arena *arena, const struct config *config);
/* The text of `curfew serve --help`. */
struct str config_help(struct arena *arena);
/* HOST:PORT, [::1]:PORT. */
bool config_address(struct arena *arena, struct str text, struct str *ret_host, int64_t *ret_port);

#endif
