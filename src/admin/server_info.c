/* GET /admin/serverinfo: what this server is and has, in the shape of Keycloak's; and the providers
 * of client registration policies, as a realm may set them. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "admin/component_types.h"
#include "admin/data.h"
#include "admin/handlers_realms.h"
#include "admin/serve.h"
#include "base/clock.h"
#include "base/tables.h"

/* Whose interfaces we speak: what clients of the API compare. */
#define KEYCLOAK_VERSION "26.7.0"
#define POLICIES "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"

/* ---- the machine ---- */

static struct str in_words(struct arena *arena, int64_t bytes)
{
	return arena_format(arena, "%lld MB", (long long)(bytes >> 20));
}

/* Resident memory of this process, and all that the machine has. */
static void write_memory(struct arena *arena, struct json_writer *w)
{
	int64_t page = sysconf(_SC_PAGESIZE), total = sysconf(_SC_PHYS_PAGES) * page, used = 0;
	long long pages = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	if (file && fscanf(file, "%lld %lld", &pages, &resident) == 2)
		used = (int64_t)resident * page;
	if (file)
		fclose(file);
	int64_t unused = total - used;
	json_member_object_begin(w, "memoryInfo");
	json_member_int(w, "total", total);
	json_member_text(w, "totalFormated", in_words(arena, total));
	json_member_int(w, "used", used);
	json_member_text(w, "usedFormated", in_words(arena, used));
	json_member_int(w, "free", unused);
	json_member_int(w, "freePercentage", total ? unused * 100 / total : 0);
	json_member_text(w, "freeFormated", in_words(arena, unused));
	json_write_object_end(w);
}

/* Since this program was started, in milliseconds: the first who asks sets the clock going at its
 * own start, which /proc tells in ticks since the machine's. */
static int64_t uptime_ms(void)
{
	char line[2048];
	unsigned long long started = 0;
	double machine = 0;
	FILE *file = fopen("/proc/self/stat", "re");
	const char *rest = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
	if (file)
		fclose(file);
	if (!rest || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			    &started) != 1)
		return 0;
	file = fopen("/proc/uptime", "re");
	if (file && fscanf(file, "%lf", &machine) != 1)
		machine = 0;
	if (file)
		fclose(file);
	int64_t age = (int64_t)(machine * 1000) - (int64_t)(started * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
	return age > 0 ? age : 0;
}

static void write_system(struct arena *arena, struct json_writer *w)
{
	struct utsname name = { 0 };
	char now[64] = "";
	time_t time_s = (time_t)(clock_wall_ms() / 1000);
	struct tm tm;
	int64_t age_s = uptime_ms() / 1000;
	(void)uname(&name);
	if (gmtime_r(&time_s, &tm))
		strftime(now, sizeof now, "%a %b %d %H:%M:%S UTC %Y", &tm);
	json_member_object_begin(w, "systemInfo");
	json_member_text(w, "version", STR(KEYCLOAK_VERSION));
	json_member_text(w, "serverTime", str_from(now));
	json_member_text(w, "uptime", arena_format(arena, "%lld days, %lld hours, %lld minutes, %lld seconds",
						   (long long)age_s / 86400, (long long)age_s / 3600 % 24,
						   (long long)age_s / 60 % 60, (long long)age_s % 60));
	json_member_int(w, "uptimeMillis", age_s * 1000);
	json_member_text(w, "productName", STR("Curfew"));
	json_member_text(w, "productVersion", STR(CURFEW_VERSION));
	json_member_text(w, "osName", str_from(name.sysname));
	json_member_text(w, "osArchitecture", str_from(name.machine));
	json_member_text(w, "osVersion", str_from(name.release));
	json_member_text(w, "fileEncoding", STR("UTF-8"));
	json_member_text(w, "userTimezone", STR("Etc/UTC"));
	json_write_object_end(w);
}

static void server_info(struct admin_call *call)
{
	struct json_writer *w = admin_json_begin(call);
	json_write_object_begin(w);
	write_system(call->arena, w);
	json_member_object_begin(w, "cpuInfo");
	json_member_int(w, "processorCount", sysconf(_SC_NPROCESSORS_ONLN));
	json_write_object_end(w);
	write_memory(call->arena, w);
	json_write_members(w, str_from(admin_data_server_info));
	json_member_raw(w, "componentTypes", str_trim(str_from(admin_data_component_types)));
	json_write_object_end(w);
	admin_json_end(call, w);
}

ADMIN_HANDLER(admin_server_info, server_info)

/* ---- client registration policies ---- */

/* The scopes of the realm, where a setting chooses among them. */
static void add_scopes(struct admin_call *call, struct json_node *provider)
{
	struct json_node *properties = json_node_find(provider, STR("properties"));
	for (size_t i = 0; properties && i < properties->n; i++) {
		struct json_node *property = properties->items[i], *name = json_node_find(property, STR("name"));
		if (!name || !str_eq_z(name->text, "allowed-client-scopes"))
			continue;
		struct json_node *options = json_node_list(call->arena);
		for (size_t j = 0; j < call->realm->client_scopes_n; j++)
			json_node_add(options, json_node_text(call->arena, call->realm->client_scopes[j].name));
		json_node_add(options, json_node_text(call->arena, STR("openid")));
		json_node_put(property, STR("options"), options);
	}
}

static void registration_policies(struct admin_call *call)
{
	struct json_node *list = component_types_of(call->arena, STR(POLICIES));
	for (size_t i = 0; list && i < list->n; i++)
		add_scopes(call, list->items[i]);
	admin_json(call, list ? json_tree_text(call->arena, list) : STR("[]"));
}

ADMIN_HANDLER(admin_registration_policies, registration_policies)
