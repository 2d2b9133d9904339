/* Pages of the flows; see page.h. */
#include "app/page.h"

#include "app/language.h"
#include "app/words.h"

static struct str realm_title(const struct visit *visit)
{
	const struct realm_settings *realm = &visit->realm->settings;
	return realm->display_name.n ? realm->display_name : realm->name;
}

struct str page_resources(const struct http_request *request)
{
	return request->under_auth ? STR("/auth/resources") : STR("/resources");
}

void page_show(struct visit *visit, int status, const char *name, const struct template_value *values, size_t n)
{
	const struct pages_frame frame = {
		.messages = language_of(visit), .realm = realm_title(visit), .resources = page_resources(visit->request) };
	http_respond_html(visit->response, status, pages_render(visit->arena, name, &frame, values, n));
	http_no_store_page(visit->response);
	http_set_header_z(visit->response, "Content-Language", arena_z(visit->arena, messages_tag(frame.messages)));
}

void page_form_post(struct visit *visit, struct str action, const struct authorize_parameter *fields, size_t n)
{
	struct template_scope *items = arena_array(visit->arena, n, sizeof *items);
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		if (!fields[i].value.n)
			continue;
		struct template_value *item = arena_array(visit->arena, 2, sizeof *item);
		item[0] = (struct template_value){ .name = "name", .text = fields[i].name };
		item[1] = (struct template_value){ .name = "value", .text = fields[i].value };
		items[used++] = (struct template_scope){ item, 2 };
	}
	const struct template_value values[] = {
		{ .name = "action", .text = action },
		{ .name = "parameters", .items = items, .items_n = used },
	};
	page_show(visit, 200, "form_post", values, ARRAY_LENGTH(values));
	http_set_header_z(visit->response, "Content-Security-Policy", PAGE_SCRIPT_POLICY);
}

void page_error(struct visit *visit, int status, struct str text, struct str back)
{
	const struct template_value values[] = {
		{ .name = "text", .text = words_of_error(visit, text) },
		{ .name = "back", .text = back },
		{ .name = "request", .text = visit->request->id },
	};
	page_show(visit, status, "error", values, ARRAY_LENGTH(values));
}
