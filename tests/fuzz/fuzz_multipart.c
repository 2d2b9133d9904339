/* Forms with files: what parses has parts with names, within the body. */
#include <stdlib.h>

#include "http/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str body = str_of(data, n);
	struct multipart form;
	if (multipart_parse(STR("multipart/form-data; boundary=x"), body, &form, NULL))
		return 0;
	for (size_t i = 0; i < form.n; i++) {
		struct multipart_part *part = &form.parts[i];
		if (!part->name.n || part->content.p < body.p || part->content.p + part->content.n > body.p + body.n)
			abort();
	}
	return 0;
}
