/* Pages of the flows; see page.h. */
#include "app/page.h"

#include "base/log.h"
#include "base/text.h"
#include "base/url.h"
#include "app/language.h"

static struct str realm_title(const struct visit *visit)
{
	const struct realm_settings *realm = &visit->realm->settings;
	return realm->display_name.n ? realm->display_name : realm->name;
}

static struct str resources(const struct visit *visit)
{
	return visit->request->under_auth ? STR("/auth/resources") : STR("/resources");
}

void page_show(struct visit *visit, int status, const char *name, const struct template_value *values, size_t n)
{
	const struct pages_frame frame = {
		.messages = language_of(visit), .realm = realm_title(visit), .resources = resources(visit) };
	http_respond_html(visit->response, status, pages_render(visit->arena, name, &frame, values, n));
	http_no_store_page(visit->response);
	http_set_header_z(visit->response, "Content-Language", arena_z(visit->arena, messages_tag(frame.messages)));
}

void page_error(struct visit *visit, int status, struct str text, struct str back)
{
	const struct template_value values[] = {
		{ .name = "text", .text = text },
		{ .name = "back", .text = back },
		{ .name = "request", .text = visit->request->id },
	};
	page_show(visit, status, "error", values, ARRAY_LENGTH(values));
}

void page_info(struct visit *visit, struct str heading, struct str text, struct str link, struct str link_text)
{
	const struct template_value values[] = {
		{ .name = "heading", .text = heading },
		{ .name = "text", .text = text },
		{ .name = "link", .text = link },
		{ .name = "link_text", .text = link_text },
	};
	page_show(visit, 200, "info", values, ARRAY_LENGTH(values));
}

/* The policy that lets exactly these frames in, and the one script that goes on. */
static void allow_frames(struct visit *visit, const struct signout_frame *frames, size_t n)
{
	struct text policy = text_new(visit->arena, 0);
	text_add_z(&policy, "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
			    "base-uri 'none'; frame-ancestors 'none'; object-src 'none'; frame-src");
	for (size_t i = 0; i < n; i++) {
		text_add_char(&policy, ' ');
		text_add(&policy, url_origin_of_text(visit->arena, frames[i].url));
	}
	struct why why;
	if (http_set_header(visit->response, "Content-Security-Policy", text_str(&policy), &why) != OK)
		log_write(LOG_ERROR, "app", "policy of the front-channel page: %s", why.text);
}

void page_frames(struct visit *visit, const struct signout_frame *frames, size_t n, struct str next)
{
	struct template_scope *items = arena_array(visit->arena, n, sizeof *items);
	for (size_t i = 0; i < n; i++) {
		struct template_value *item = arena_array(visit->arena, 2, sizeof *item);
		item[0] = (struct template_value){ .name = "name", .text = frames[i].client_name };
		item[1] = (struct template_value){ .name = "url", .text = frames[i].url };
		items[i] = (struct template_scope){ item, 2 };
	}
	const struct template_value values[] = {
		{ .name = "frames", .items = items, .items_n = n },
		{ .name = "next", .text = next },
	};
	page_show(visit, 200, "front_channel", values, ARRAY_LENGTH(values));
	allow_frames(visit, frames, n);
}
