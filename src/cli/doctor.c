/* curfew doctor: whether every application would hear of a sign-out, tried without ending
 * anything; curfew signout coverage: the same by the settings alone. */
#include "base/text.h"
#include "cli/ask.h"
#include "cli/grid.h"
#include "cli/verbs.h"

/* One realm's answer as lines of the table. */
static void add_clients(struct cli_call *call, const struct json_node *answer, struct grid *grid)
{
	const struct json_node *clients = ask_list(answer, "clients");
	for (size_t i = 0; clients && i < clients->n; i++) {
		const struct json_node *one = clients->items[i];
		struct str reason = ask_text(one, "reason"), note = ask_text(one, "note");
		grid_add(grid, ask_text(answer, "realm"));
		grid_add(grid, ask_text(one, "clientId"));
		grid_add(grid, ask_text(one, "channel"));
		grid_add(grid, ask_text(one, "result"));
		grid_add(grid, arena_join(call->arena, reason, reason.n && note.n ? STR("; ") : STR(""), note));
	}
}

struct sum {
	int64_t applications, told, not_proven, not_told;
	size_t sick_servers;
};

static void add_to_sum(const struct json_node *answer, struct sum *sum)
{
	sum->applications += ask_int(answer, "applications");
	sum->told += ask_int(answer, "told");
	sum->not_proven += ask_int(answer, "notProven");
	sum->not_told += ask_int(answer, "notTold");
	const struct json_node *server = json_node_find(answer, STR("server"));
	sum->sick_servers += server && !ask_bool(server, "good");
}

static void print_server(struct cli_call *call, const struct json_node *answer)
{
	const struct json_node *server = json_node_find(answer, STR("server"));
	if (!server)
		return;
	struct str reason = ask_text(server, "reason"), note = ask_text(server, "note");
	struct str said = reason.n ? reason : note;
	call_print(call, "realm %.*s: this server %s%s%.*s\n",
		STR_ARG(call_clean(call, ask_text(answer, "realm"))),
		ask_bool(server, "good") ? "is as applications expect it"
					 : "is NOT as applications need it",
		said.n ? ": " : "", STR_ARG(call_clean(call, said)));
}

static void print(struct cli_call *call, const struct json_node *answers, const struct sum *sum)
{
	static const char *const headings[] = { "REALM", "APPLICATION", "CHANNEL", "RESULT", "WHY",
		NULL };
	struct grid grid = grid_new(call->arena, headings);
	for (size_t i = 0; i < answers->n; i++)
		add_clients(call, answers->items[i], &grid);
	if (grid_rows(&grid))
		call_write(call, grid_text(&grid, 0));
	for (size_t i = 0; i < answers->n; i++)
		print_server(call, answers->items[i]);
	int64_t percent = sum->applications ? sum->told * 100 / sum->applications : 100;
	call_print(call, "%lld of %lld applications would be told (%lld %%)", (long long)sum->told,
		(long long)sum->applications, (long long)percent);
	if (sum->not_proven)
		call_print(call, ", %lld without proof", (long long)sum->not_proven);
	if (sum->not_told)
		call_print(call, ", %lld would not be told", (long long)sum->not_told);
	call_write(call, STR("\n"));
}

static enum error_code gather(struct cli_call *call, const char *method, const char *pattern,
	struct json_node *answers, struct sum *sum, struct why *reterr_why)
{
	struct str *realms;
	size_t n = 0;
	struct str client = call_value(call, FLAG_CLIENT);
	enum error_code code = ask_realms(call, &realms, &n, reterr_why);
	for (size_t i = 0; i < n && code == OK; i++) {
		struct json_node *answer = NULL;
		struct str path = ask_path(call->arena, pattern, realms[i], STR(""));
		code = ask_do(call, method, ask_with(call->arena, path, "client", client), &answer,
			reterr_why);
		if (code == OK) {
			add_to_sum(answer, sum);
			json_node_add(answers, answer);
		} else if (code == ERROR_NAME_NOT_FOUND && !call_given(call, FLAG_REALM)) {
			code = OK; /* another realm's application, or deleted meanwhile */
		}
	}
	if (code == OK && client.n && !answers->n)
		return error_because(reterr_why, ERROR_NAME_NOT_FOUND, "there is no application %.*s",
			STR_ARG(call_clean(call, str_take(client, 100))));
	return code;
}

static enum error_code show(struct cli_call *call, const char *method, const char *pattern,
	struct sum *sum, struct why *reterr_why)
{
	struct json_node *answers = json_node_list(call->arena);
	enum error_code code = gather(call, method, pattern, answers, sum, reterr_why);
	if (code != OK)
		return code;
	if (call_given(call, FLAG_JSON))
		call_json(call, answers);
	else
		print(call, answers, sum);
	return OK;
}

enum error_code cli_doctor(struct cli_call *call, struct why *reterr_why)
{
	struct sum sum = { 0 };
	enum error_code code = show(call, "POST", "/admin/realms/{}/doctor", &sum, reterr_why);
	if (code != OK)
		return code;
	if (sum.sick_servers)
		return error_because(reterr_why, ERROR_NOT_TOLD,
			"this server is not as applications need it");
	if (sum.not_told)
		return error_because(reterr_why, ERROR_NOT_TOLD,
			"%lld of %lld applications would not be told", (long long)sum.not_told,
			(long long)sum.applications);
	return OK;
}

enum error_code cli_signout_coverage(struct cli_call *call, struct why *reterr_why)
{
	struct sum sum = { 0 };
	return show(call, "GET", "/admin/realms/{}/signout-coverage", &sum, reterr_why);
}
