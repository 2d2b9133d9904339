/* xs:dateTime; see time.h. */
#include "saml/time.h"

/* Days from 1970-01-01 to a date of the Gregorian calendar, and back: the year begins in March
 * here, so that its leap day is the last one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = year / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int64_t *ret_year, int64_t *ret_month, int64_t *ret_day)
{
	days += 719468;
	int64_t era = days / 146097;
	int64_t of_era = days - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;
	*ret_day = of_year - (153 * month + 2) / 5 + 1;
	*ret_month = month < 10 ? month + 3 : month - 9;
	*ret_year = year + era * 400 + (*ret_month <= 2);
}

enum { DAY_MS = 24 * 3600 * 1000 };

struct str saml_time_text(struct arena *arena, int64_t ms)
{
	if (ms < 0)
		ms = 0;
	int64_t year, month, day, rest = ms % DAY_MS;
	date_of(ms / DAY_MS, &year, &month, &day);
	return arena_format(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)year, (int)month, (int)day,
		(int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
}

/* Exactly n digits off the front. */
static bool take_number(struct str *rest, size_t n, int64_t least, int64_t most, int64_t *ret_value)
{
	int64_t value = 0;
	if (rest->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (rest->p[i] < '0' || rest->p[i] > '9')
			return false;
		value = value * 10 + (rest->p[i] - '0');
	}
	*rest = str_drop(*rest, n);
	*ret_value = value;
	return value >= least && value <= most;
}

static bool take_char(struct str *rest, char c)
{
	if (!rest->n || rest->p[0] != c)
		return false;
	*rest = str_drop(*rest, 1);
	return true;
}

static bool take_fraction(struct str *rest, int64_t *ret_ms)
{
	*ret_ms = 0;
	if (!take_char(rest, '.'))
		return true;
	int64_t worth = 100;
	size_t n = 0;
	for (; n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9'; n++, worth /= 10)
		*ret_ms += (rest->p[n] - '0') * worth;
	*rest = str_drop(*rest, n);
	return n > 0;
}

static bool take_zone(struct str *rest, int64_t *ret_offset_ms)
{
	int64_t hours, minutes;
	*ret_offset_ms = 0;
	if (take_char(rest, 'Z'))
		return true;
	bool west = take_char(rest, '-');
	if (!west && !take_char(rest, '+'))
		return false;
	if (!take_number(rest, 2, 0, 14, &hours) || !take_char(rest, ':') ||
	    !take_number(rest, 2, 0, 59, &minutes))
		return false;
	*ret_offset_ms = (hours * 60 + minutes) * 60000 * (west ? -1 : 1);
	return true;
}

static int64_t month_days(int64_t year, int64_t month)
{
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 ? 28 + leap : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool saml_time_read(struct str text, int64_t *ret_ms)
{
	int64_t year, month, day, hour, minute, second, fraction, offset;
	if (!take_number(&text, 4, 1970, 9999, &year) || !take_char(&text, '-') ||
	    !take_number(&text, 2, 1, 12, &month) || !take_char(&text, '-') ||
	    !take_number(&text, 2, 1, month_days(year, month), &day) || !take_char(&text, 'T') ||
	    !take_number(&text, 2, 0, 23, &hour) || !take_char(&text, ':') ||
	    !take_number(&text, 2, 0, 59, &minute) || !take_char(&text, ':') ||
	    !take_number(&text, 2, 0, 60, &second) || !take_fraction(&text, &fraction) ||
	    !take_zone(&text, &offset) || text.n)
		return false;
	*ret_ms = days_of(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 +
		  fraction - offset;
	return true;
}
