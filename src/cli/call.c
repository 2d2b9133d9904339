/* One run of a verb: output and end; see call.h. */
#include "cli/call.h"

#include <stdarg.h>

#include "base/text.h"
#include "json/write.h"

enum { CLEAN_BYTES = 2000 };

void call_print(struct cli_call *call, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vfprintf(call->out, format, list);
	va_end(list);
}

void call_write(struct cli_call *call, struct str text)
{
	fwrite(text.p, 1, text.n, call->out);
}

void call_note(struct cli_call *call, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vfprintf(call->err, format, list);
	va_end(list);
}

void call_cut(struct cli_call *call, size_t n, int64_t max)
{
	if ((int64_t)n >= max)
		call_note(
			call, "there may be more; --max N shows more than %lld\n", (long long)max);
}

void call_json(struct cli_call *call, const struct json_node *node)
{
	struct text text = text_new(call->arena, 1 << 30);
	struct json_writer w = json_writer_new(&text, true);
	json_write_tree(&w, node);
	call_write(call, text_str(&text));
	call_write(call, STR("\n"));
}

struct str call_clean(struct cli_call *call, struct str text)
{
	struct text clean = text_new(call->arena, 0);
	text_add_clean(&clean, text, CLEAN_BYTES);
	return text_str(&clean);
}

void call_end(struct cli_call *call)
{
	client_free(call->client);
	call->client = NULL;
	if (call->opened)
		call->host->close(call->host->context);
	call->opened = false;
}
