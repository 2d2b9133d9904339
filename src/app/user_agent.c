/* User-Agent headers; see user_agent.h. */
#include "app/user_agent.h"

#include <string.h>

#include "base/tables.h"

struct word {
	const char *mark, *name;
};

/* Each calls itself the later ones too: the first that matches is meant. */
static const struct word browsers[] = {
	{ "Edg/", "Edge" }, { "EdgA/", "Edge Mobile" }, { "OPR/", "Opera" }, { "SamsungBrowser/", "Samsung Internet" },
	{ "HeadlessChrome/", "HeadlessChrome" }, { "FxiOS/", "Firefox iOS" }, { "Firefox/", "Firefox" },
	{ "CriOS/", "Chrome Mobile iOS" }, { "Chrome/", "Chrome" }, { "Version/", "Safari" },
	{ "python-requests/", "Python Requests" }, { "curl/", "curl" },
};
static const struct word systems[] = {
	{ "Windows NT ", "Windows" }, { "Android ", "Android" }, { "iPhone OS ", "iOS" }, { "CPU OS ", "iOS" },
	{ "Mac OS X ", "Mac OS X" }, { "CrOS ", "Chrome OS" }, { "Ubuntu", "Ubuntu" }, { "Linux", "Linux" },
};
static const struct word devices[] = {
	{ "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Android", "Android" }, { "Macintosh", "Mac" },
};

/* The text behind a mark; p NULL when it is not there. */
static struct str behind(struct str header, const char *mark)
{
	const char *at = header.n ? memmem(header.p, header.n, mark, strlen(mark)) : NULL;
	return at ? str_drop(header, (size_t)(at - header.p) + strlen(mark)) : (struct str){ NULL, 0 };
}

static const struct word *first_of(const struct word *words, size_t n, struct str header, struct str *ret_behind)
{
	for (size_t i = 0; i < n; i++) {
		struct str rest = behind(header, words[i].mark);
		if (rest.p) {
			*ret_behind = rest;
			return &words[i];
		}
	}
	return NULL;
}

/* Digits with dots; Apple writes 17_5. At most two parts: nobody tells more apart. */
static struct str version_of(struct arena *arena, struct str text)
{
	size_t n = 0, parts = 1;
	while (n < text.n && n < 16) {
		char c = text.p[n];
		bool dot = c == '.' || c == '_';
		if (!dot && (c < '0' || c > '9'))
			break;
		if (dot && ++parts > 2)
			break;
		n++;
	}
	struct str version = arena_str(arena, str_take(text, n));
	for (size_t i = 0; i < version.n; i++)
		if (version.p[i] == '_')
			return arena_join(arena, str_take(version, i), STR("."), str_drop(version, i + 1));
	return version.n ? version : STR("Unknown");
}

struct user_agent user_agent_read(struct arena *arena, struct str header)
{
	struct str rest = { NULL, 0 };
	struct user_agent agent = { .os = STR("Other"), .os_version = STR("Unknown"), .device = STR("Other") };
	const struct word *browser = first_of(browsers, ARRAY_LENGTH(browsers), header, &rest);
	agent.browser = arena_join(arena, browser ? str_from(browser->name) : STR("Other"), STR("/"),
				   version_of(arena, rest));
	rest = (struct str){ NULL, 0 };
	const struct word *system = first_of(systems, ARRAY_LENGTH(systems), header, &rest);
	if (system) {
		agent.os = str_from(system->name);
		agent.os_version = version_of(arena, rest);
	}
	const struct word *device = first_of(devices, ARRAY_LENGTH(devices), header, &rest);
	if (device)
		agent.device = str_from(device->name);
	agent.mobile = behind(header, "Mobile").p != NULL;
	return agent;
}
