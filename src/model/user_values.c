/* Fields of users; see user_values.h. */
#include "model/user_values.h"

#include <string.h>

bool user_value_is_email(struct str email)
{
	size_t at = str_index(email, '@');
	return at > 0 && at <= 64 && at + 1 < email.n && str_index(str_drop(email, at + 1), '@') == email.n - at - 1 &&
	       !str_has_control(email) && str_index(email, ' ') == email.n && email.p[0] != '.' &&
	       email.p[at - 1] != '.' && email.p[at + 1] != '.' && email.p[email.n - 1] != '.';
}

static bool has_any(struct str value, const char *letters)
{
	for (size_t i = 0; i < value.n; i++)
		if (strchr(letters, value.p[i]))
			return true;
	return str_has_control(value);
}

bool user_value_is_username(struct str value)
{
	return !has_any(value, "<>&\"' $%!#?,;:*~/\\|^=[]{}()`");
}

bool user_value_is_person_name(struct str value)
{
	return !has_any(value, "<>&\"$%!#?;*~/\\|^=[]{}()");
}

int64_t user_value_characters(struct str value)
{
	int64_t n = 0;
	for (size_t i = 0; i < value.n; i++)
		n += ((unsigned char)value.p[i] & 0xC0) != 0x80;
	return n;
}
