/* Limits that several parts share. Sizes are in bytes unless a name says otherwise. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
	LIMIT_REQUEST_LINE = 16 << 10,
	LIMIT_REQUEST_HEAD = 32 << 10,
	LIMIT_HEADERS = 100,           /* count */
	LIMIT_PARAMETERS = 200,        /* count */
	LIMIT_FORM = 256 << 10,
	LIMIT_ADMIN_JSON = 8 << 20,
	LIMIT_IMPORT = 512 << 20,
	LIMIT_JSON_DEPTH = 64,         /* levels */
	LIMIT_TOKEN = 64 << 10,        /* a compact JWS that we look at */
	LIMIT_PASSWORD = 1 << 10,
	LIMIT_LOGIN_HINT = 255,
	LIMIT_HEADER_VALUE = 8 << 10,
	/* Load and decide again after a conflict. Of those who meet at one session each round lets
	 * one through: a browser that comes back with thirty tabs, an application with fifty
	 * threads. */
	LIMIT_DECIDE_ROUNDS = 128,
};

#endif
