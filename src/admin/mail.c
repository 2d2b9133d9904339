/* Mail; see mail.h. */
#include "admin/mail.h"

#include "app/language.h"
#include "app/words.h"
#include "base/text.h"
#include "crypto/random.h"
#include "mail/send.h"
#include "web/pages.h"

enum { UNIQUE_BYTES = 18 };

/* What a message says, as plain text. */
struct letter {
	struct str subject, body;
	struct str link, link_text, expires, ignore; /* link empty: there is none */
};

struct letter_writer {
	struct arena *arena;
	const struct messages *messages;
	struct template_value values[4];
	size_t n;
};

/* The text without the escapes of HTML that templates put in (text_add_html). */
static struct str plain(struct arena *arena, struct str html)
{
	static const struct {
		struct str entity;
		char c;
	} entities[] = {
		{ STR_INIT("&amp;"), '&' }, { STR_INIT("&lt;"), '<' }, { STR_INIT("&gt;"), '>' },
		{ STR_INIT("&quot;"), '"' }, { STR_INIT("&#39;"), '\'' },
	};
	struct text text = text_new(arena, 0);
	while (html.n) {
		size_t taken = 1;
		char c = html.p[0];
		for (size_t i = 0; i < ARRAY_LENGTH(entities) && taken == 1; i++) {
			if (!str_starts(html, entities[i].entity))
				continue;
			taken = entities[i].entity.n;
			c = entities[i].c;
		}
		text_add_char(&text, c);
		html = str_drop(html, taken);
	}
	return text_str(&text);
}

static struct str say(const struct letter_writer *w, const char *key)
{
	const struct template_scope scope = { w->values, w->n };
	return plain(w->arena, template_render(w->arena, messages_text(w->messages, str_from(key)), w->messages, &scope));
}

/* "12 hours": the largest unit that it is a whole number of. */
static struct str life(struct letter_writer *w, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *one, *many;
	} units[] = {
		{ 86400, "lifeOneDay", "lifeDays" }, { 3600, "lifeOneHour", "lifeHours" },
		{ 60, "lifeOneMinute", "lifeMinutes" }, { 1, "lifeOneSecond", "lifeSeconds" },
	};
	size_t unit = 0;
	while (seconds < units[unit].seconds ? unit + 1 < ARRAY_LENGTH(units) : seconds % units[unit].seconds != 0)
		unit++;
	int64_t n = seconds / units[unit].seconds;
	w->values[w->n++] = (struct template_value){ .name = "n", .text = arena_format(w->arena, "%lld", (long long)n) };
	return say(w, n == 1 ? units[unit].one : units[unit].many);
}

static struct str actions_in_words(const struct letter_writer *w, const struct str_list *actions)
{
	struct text text = text_new(w->arena, 0);
	for (size_t i = 0; i < actions->n; i++) {
		text_add(&text, i ? STR(", ") : STR(""));
		text_add(&text, words_action(w->messages, actions->items[i]));
	}
	return text_str(&text);
}

static struct letter_writer writer_for(struct admin_call *call, const struct user *user)
{
	const struct realm_settings *realm = &call->realm->settings;
	struct letter_writer w = { .arena = call->arena, .messages = language_of_user(call->realm, user) };
	w.values[w.n++] = (struct template_value){ .name = "realm",
		.text = realm->display_name.n ? realm->display_name : realm->name };
	return w;
}

static struct str as_text(const struct letter_writer *w, const struct letter *letter)
{
	if (!letter->link.n)
		return letter->body;
	struct text text = text_new(w->arena, 0);
	text_addf(&text, "%.*s\n\n%.*s\n\n%.*s\n\n%.*s", STR_ARG(letter->body), STR_ARG(letter->link),
		  STR_ARG(letter->expires), STR_ARG(letter->ignore));
	return text_str(&text);
}

static struct str as_html(const struct letter_writer *w, const struct letter *letter)
{
	const struct template_value values[] = {
		{ .name = "language", .text = messages_tag(w->messages) },
		{ .name = "body", .text = letter->body },
		{ .name = "link", .text = letter->link },
		{ .name = "link_text", .text = letter->link_text },
		{ .name = "expires", .text = letter->expires },
		{ .name = "ignore", .text = letter->ignore },
	};
	return pages_bare(w->arena, "mail", values, ARRAY_LENGTH(values));
}

static enum error_code post(struct admin_call *call, const struct letter_writer *w, const struct letter *letter,
			    const struct mail_settings *settings, struct str to, struct why *reterr_why)
{
	const struct mail_message message = {
		.settings = settings,
		.to = to,
		.subject = letter->subject,
		.text = as_text(w, letter),
		.html = as_html(w, letter),
		.now_ms = call->visit.now_ms,
		.unique = random_token(call->arena, UNIQUE_BYTES),
	};
	return mail_send(call->app->http, call->arena, &message, reterr_why);
}

enum error_code mail_send_link(struct admin_call *call, const struct mail_settings *settings, const struct user *user,
			       const struct action_token *token, struct why *reterr_why)
{
	bool verify = token->kind == ACTION_TOKEN_VERIFY_EMAIL;
	struct letter_writer w = writer_for(call, user);
	struct letter letter = { 0 };
	enum error_code code = action_token_make(&call->visit, token, &letter.link, reterr_why);
	if (code != OK)
		return code;
	w.values[w.n++] = (struct template_value){ .name = "actions", .text = actions_in_words(&w, &token->actions) };
	struct str for_how_long = life(&w, token->expires_s - call->visit.now_ms / 1000);
	w.values[w.n++] = (struct template_value){ .name = "life", .text = for_how_long };
	letter.subject = say(&w, verify ? "mailVerifySubject" : "mailExecuteActionsSubject");
	letter.body = say(&w, verify ? "mailVerifyBody" : "mailExecuteActionsBody");
	letter.link_text = say(&w, verify ? "mailVerifyLink" : "mailExecuteActionsLink");
	letter.expires = say(&w, "mailExpires");
	letter.ignore = say(&w, verify ? "mailVerifyIgnore" : "mailExecuteActionsIgnore");
	return post(call, &w, &letter, settings, user->email, reterr_why);
}

enum error_code mail_send_test(struct admin_call *call, const struct mail_settings *settings, const struct user *user,
			       struct why *reterr_why)
{
	struct letter_writer w = writer_for(call, user);
	const struct letter letter = { .subject = say(&w, "mailTestSubject"), .body = say(&w, "mailTestBody") };
	return post(call, &w, &letter, settings, user->email, reterr_why);
}
