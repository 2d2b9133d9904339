/* run_cases FOLDER: runs the cases of one decision and prints TAP. See README.md. */
#include <dirent.h>
#include <stdio.h>

#include "case.h"

#include "jose/jwt.h"
#include "oidc/authorize.h"
#include "oidc/end_session.h"
#include "oidc/token.h"

struct arena *arena;
struct realm realm;

/* What came of a case, as text: one function a folder. */
typedef void case_run(const struct case_file *file, struct text *out);

static struct str get(const struct attributes *list, const char *name)
{
	return attributes_get(list, str_from(name));
}

static void line(struct text *out, const char *name, struct str value)
{
	if (value.n)
		text_addf(out, "%s %.*s\n", name, STR_ARG(value));
}

/* ---- effects ---- */

static void write_delivery(const struct delivery *d, struct text *out)
{
	text_addf(out, "delivery %.*s %s %s", STR_ARG(d->client_name), channel_name(d->channel),
		delivery_state_name(d->state));
	if (d->url.n)
		text_addf(out, " %.*s", STR_ARG(d->url));
	if (d->algorithm.n)
		text_addf(out, " %.*s", STR_ARG(d->algorithm));
	if (d->channel == CHANNEL_BACKCHANNEL)
		text_addf(out, "%s%s", d->send_sid ? " sid" : "", d->revoke_offline_access ? " revoke_offline_access" : "");
	if (d->adapter_session_id.n)
		text_addf(out, " adapter=%.*s", STR_ARG(d->adapter_session_id));
	if (d->saml_name_id.n)
		text_addf(out, " name_id=%.*s", STR_ARG(d->saml_name_id));
	if (d->saml_name_id_format.n)
		text_addf(out, " format=%.*s", STR_ARG(d->saml_name_id_format));
	if (d->state == DELIVERY_WAITING_BROWSER)
		text_addf(out, " browser=%.*s until=+%lld", STR_ARG(d->browser),
			(long long)(d->give_up_ms - d->queued_ms) / 1000);
	if (d->not_before_s)
		text_addf(out, " not_before=%lld", (long long)d->not_before_s);
	if (d->reason.n)
		text_addf(out, ": %.*s", STR_ARG(d->reason));
	text_add_char(out, '\n');
}

static void write_event(const struct event *e, struct text *out)
{
	text_addf(out, "event %.*s", STR_ARG(e->type));
	if (e->client_id.n)
		text_addf(out, " client=%.*s", STR_ARG(e->client_id));
	text_addf(out, " user=%.*s session=%.*s", STR_ARG(e->user_id), STR_ARG(e->session_id));
	for (size_t i = 0; i < e->details_n; i++)
		text_addf(out, " %.*s=%.*s", STR_ARG(e->details[i].name), STR_ARG(e->details[i].value));
	text_add_char(out, '\n');
}

static void write_effects(const struct effects *effects, struct text *out)
{
	for (size_t i = 0; i < effects->n; i++) {
		const struct effect *e = &effects->items[i];
		if (e->kind == EFFECT_SESSION_END)
			text_addf(out, "end %.*s%s version=%lld\n", STR_ARG(e->u.end.session_id),
				e->u.end.offline ? " offline" : "", (long long)e->u.end.version);
		else if (e->kind == EFFECT_CLIENT_SESSION_END)
			text_addf(out, "end part %.*s of %.*s version=%lld\n", STR_ARG(e->u.client_end.client_id),
				STR_ARG(e->u.client_end.session_id), (long long)e->u.client_end.session_version);
		else if (e->kind == EFFECT_SIGNOUT_CREATE)
			text_addf(out, "receipt %.*s of %.*s%s%s%.*s\n", STR_ARG(e->u.signout.door),
				STR_ARG(e->u.signout.username), e->u.signout.offline ? " offline" : "",
				e->u.signout.initiator.n ? " by " : "", STR_ARG(e->u.signout.initiator));
		else if (e->kind == EFFECT_DELIVERY_CREATE)
			write_delivery(&e->u.delivery, out);
		else if (e->kind == EFFECT_EVENT)
			write_event(&e->u.event, out);
		else
			text_addf(out, "effect %d\n", e->kind);
	}
}

/* ---- signout ---- */

static void write_signout(const struct signout_order *order, const struct session *session,
	const struct session *offline, struct str client_id, struct text *out)
{
	struct effects effects = effects_new(arena);
	struct signout_outcome outcome;
	if (offline && door_row(order->door)->offline == DOOR_OFFLINE_ASKED)
		signout_asked_offline(order, &realm, session, offline, &effects);
	if (door_row(order->door)->ends == DOOR_ENDS_CLIENT)
		signout_client(order, &realm, session, client_id, &effects, &outcome);
	else
		signout_session(order, &realm, session, &effects, &outcome);
	write_effects(&effects, out);
	for (size_t i = 0; i < outcome.frames_n; i++)
		text_addf(out, "frame %.*s: %.*s\n", STR_ARG(outcome.frames[i].client_name),
			STR_ARG(outcome.frames[i].url));
	text_addf(out, "owed %zu", outcome.owed);
	if (outcome.browser_n)
		text_addf(out, ", %zu by the browser", outcome.browser_n);
	text_addf(out, "%s\n", outcome.session_ended ? ", session ended" : "");
}

static void case_signout(const struct case_file *file, struct text *out)
{
	struct signout_order order = file->order;
	order.now_ms = file->now_s * 1000;
	order.browser = file->browser != NULL;
	order.initiator = order.initiator_client = file->order_client;
	const struct client *client = realm_client_by_client_id(&realm, file->order_client);
	if (file->initiator_knows)
		order.initiator_knows = client->id;
	write_signout(&order, file->sessions[0], file->sessions_n > 1 ? file->sessions[1] : NULL,
		client ? client->id : file->order_client, out);
}

/* ---- end_session ---- */

static void read_end_session(const struct case_file *file, struct end_session_request *r,
	struct end_session_facts *facts)
{
	*r = (struct end_session_request){
		.id_token_hint = file->hint_given ? STR("(a token)") : STR(""),
		.client_id = get(&file->request, "client_id"),
		.post_logout_redirect_uri = get(&file->request, "post_logout_redirect_uri"),
		.redirect_uri = get(&file->request, "redirect_uri"),
		.state = get(&file->request, "state"),
		.ui_locales = get(&file->request, "ui_locales"),
		.duplicate = file->duplicate,
		.fetch_mode = get(&file->headers, "Sec-Fetch-Mode"),
		.fetch_dest = get(&file->headers, "Sec-Fetch-Dest"),
		.referer_origin = get(&file->headers, "Referer"),
		.own_origin = STR("https://sso.example.org"),
		.confirmed = file->confirmed,
	};
	*facts = (struct end_session_facts){ .realm = &realm, .hint_given = file->hint_given,
		.hint_valid = file->hint_valid, .browser = file->browser };
	if (!file->hint_valid)
		return;
	facts->hint_client_id = file->hint_client;
	facts->hint_session_id = file->hint_session;
	facts->hinted = case_session(file, file->hint_session);
}

static void case_end_session(const struct case_file *file, struct text *out)
{
	static const char *const kinds[] = { "error page", "ask", "end", "go on", "done" };
	struct end_session_request request;
	struct end_session_facts facts;
	read_end_session(file, &request, &facts);
	struct end_session_verdict v = end_session_decide(arena, &request, &facts);
	text_addf(out, "%s", kinds[v.kind]);
	if (v.kind == END_SESSION_ERROR)
		text_addf(out, ": %.*s\nerror %.*s: %.*s\n", STR_ARG(v.text), STR_ARG(v.event_error), STR_ARG(v.reason));
	else
		text_addf(out, "%s%s%s%.*s\n", v.session ? " " : "", v.session ? arena_z(arena, v.session->id) : "",
			v.client ? " for " : "", STR_ARG(v.client ? v.client->client_id : STR("")));
	if (v.legacy)
		text_add_z(out, "by redirect_uri\n");
	line(out, "redirect", v.redirect);
	if (v.ask_own)
		text_add_z(out, "then ask about the browser's own\n");
}

/* ---- authorize ---- */

static void write_redirect(const struct case_file *file, const struct authorize_plan *plan,
	const struct authorize_verdict *v, struct text *out)
{
	const struct authorize_parameter parameters[] = {
		{ STR("error"), v->error }, { STR("error_description"), v->text },
		{ STR("state"), get(&file->request, "state") },
		{ STR("iss"), STR("https://sso.example.org/realms/customers") },
	};
	struct str url = authorize_answer_url(arena, plan->redirect_uri, plan->mode, parameters, ARRAY_LENGTH(parameters));
	line(out, plan->mode == RESPONSE_FORM_POST ? "form to" : "redirect", url);
}

static void case_authorize(const struct case_file *file, struct text *out)
{
	const struct attributes *q = &file->request;
	const struct authorize_request request = {
		.client_id = get(q, "client_id"), .redirect_uri = get(q, "redirect_uri"),
		.response_type = get(q, "response_type"), .response_mode = get(q, "response_mode"),
		.scope = get(q, "scope"), .state = get(q, "state"), .prompt = get(q, "prompt"),
		.max_age = get(q, "max_age"), .code_challenge = get(q, "code_challenge"),
		.code_challenge_method = get(q, "code_challenge_method"), .request = get(q, "request"),
		.duplicate = file->duplicate,
	};
	struct authorize_plan plan;
	struct authorize_verdict v;
	if (authorize_check(arena, &realm, &request, &plan, &v))
		v = authorize_decide(&plan, file->browser, file->now_s * 1000);
	if (v.kind == AUTHORIZE_PAGE)
		text_addf(out, "page %d: %.*s\n", v.status, STR_ARG(v.text));
	else if (v.kind == AUTHORIZE_REDIRECT)
		write_redirect(file, &plan, &v, out);
	else if (v.kind == AUTHORIZE_LOGIN)
		text_addf(out, "login page%s\n", v.again ? ", signed in already" : "");
	else
		text_addf(out, "code for %.*s\nscope %.*s\n", STR_ARG(plan.redirect_uri), STR_ARG(plan.grant.text));
	line(out, "error", v.event_error);
}

/* ---- refresh ---- */

static int64_t at(const struct case_file *file, const char *name, int64_t otherwise)
{
	int64_t seconds = otherwise;
	struct str value = get(&file->token, name);
	str_to_int64(str_starts(value, STR("+")) ? str_drop(value, 1) : value, &seconds);
	return file->now_s + seconds;
}

static void case_refresh(const struct case_file *file, struct text *out)
{
	struct str azp = get(&file->token, "azp");
	bool endless = str_eq_z(get(&file->token, "exp"), "none");
	struct refresh_place place = { .reuse_id = get(&file->token, "reuse_id") };
	str_to_int64(get(&file->token, "gen"), &place.generation);
	const struct jwt_claims claims = { .iss = STR("https://sso.example.org/realms/customers"),
		.typ = get(&file->token, "typ"), .azp = azp, .sid = get(&file->token, "sid"), .sub = STR("ada-id"),
		.iat = { .set = true, .value = at(file, "iat", -30) },
		.exp = { .set = !endless, .value = endless ? 0 : at(file, "exp", 1800) } };
	struct token_refresh_facts facts = { .realm = &realm, .user = &file->user,
		.client = realm_client_by_client_id(&realm, get(&file->request, "client_id")),
		.session = case_session(file, claims.sid), .issuer = claims.iss, .issuer_auth = claims.iss,
		.now_ms = file->now_s * 1000 };
	for (size_t i = 0; facts.session && i < facts.session->clients_n; i++)
		if (str_eq(facts.session->clients[i].client_id, facts.client->id))
			facts.part = &facts.session->clients[i];
	struct token_refusal refusal = token_check_refresh(&facts, &claims, &place);
	if (refusal.code == OK)
		text_add_z(out, "tokens\n");
	else
		text_addf(out, "%d %s: %.*s\n", error_http_status(refusal.code), error_oauth(refusal.code), STR_ARG(refusal.text));
	if (refusal.replay)
		text_add_z(out, "the client is signed out\n");
}

/* ---- files ---- */

static const struct {
	const char *folder;
	case_run *run;
} runs[] = {
	{ "end_session", case_end_session },
	{ "authorize", case_authorize },
	{ "refresh", case_refresh },
	{ "signout", case_signout },
};

static case_run *run_of(const char *folder)
{
	const char *slash = strrchr(folder, '/');
	for (size_t i = 0; i < ARRAY_LENGTH(runs); i++)
		if (!strcmp(slash ? slash + 1 : folder, runs[i].folder))
			return runs[i].run;
	printf("Bail out! no decision is called %s\n", folder);
	exit(2);
}

static struct str read_file(const char *path)
{
	struct text text = text_new(arena, 0);
	FILE *file = fopen(path, "r");
	for (int c; file && (c = getc(file)) != EOF;)
		text_add_char(&text, (char)c);
	if (!file || fclose(file)) {
		printf("Bail out! %s cannot be read\n", path);
		exit(2);
	}
	return text_str(&text);
}

static bool run_case(case_run *run, const char *folder, const char *name, int number)
{
	realm_setup(NULL);
	struct str path = arena_format(arena, "%s/%s", folder, name);
	struct case_file file;
	case_read(name, read_file(path.p), &file);
	struct text out = text_new(arena, 0);
	run(&file, &out);
	bool good = str_eq(text_str(&out), file.expected);
	printf("%sok %d - %.*s\n", good ? "" : "not ", number, (int)strcspn(name, "."), name);
	struct str rest = text_str(&out), piece;
	for (; !good && str_next(&rest, '\n', &piece);)
		printf("# got: %.*s\n", STR_ARG(piece));
	realm_teardown(NULL);
	return good;
}

static int is_case(const struct dirent *entry)
{
	return str_ends(str_from(entry->d_name), STR(".case"));
}

int main(int argc, char **argv)
{
	struct dirent **entries;
	if (argc != 2)
		return 2;
	case_run *run = run_of(argv[1]);
	int n = scandir(argv[1], &entries, is_case, alphasort), failed = n <= 0;
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		failed += !run_case(run, argv[1], entries[i]->d_name, i + 1);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return failed != 0;
}
