/* Pages of the flows; see page.h. */
#include "app/page.h"

#include "app/language.h"

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

void page_error(struct visit *visit, int status, struct str text, struct str back)
{
	const struct template_value values[] = {
		{ .name = "text", .text = text },
		{ .name = "back", .text = back },
		{ .name = "request", .text = visit->request->id },
	};
	page_show(visit, status, "error", values, ARRAY_LENGTH(values));
}
