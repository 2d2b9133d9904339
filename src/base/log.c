/* The log; see log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { ENTRY = 8192, REQUEST_ID = 64 };

static _Atomic int threshold = LOG_INFO;
static _Thread_local char request[REQUEST_ID];

static const char *const names[] = { "DEBUG", "INFO", "WARN", "ERROR" };

void log_set_level(enum log_level level)
{
	atomic_store(&threshold, (int)level);
}

bool log_is_written(enum log_level level)
{
	return (int)level >= atomic_load_explicit(&threshold, memory_order_relaxed);
}

bool log_level_of(struct str name, enum log_level *ret_level)
{
	for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
		if (!str_eq_nocase(name, str_from(names[i])))
			continue;
		*ret_level = (enum log_level)i;
		return true;
	}
	return false;
}

void log_set_request(struct str request_id)
{
	size_t n = request_id.n < sizeof request ? request_id.n : sizeof request - 1;
	if (n)
		memcpy(request, request_id.p, n);
	request[n] = 0;
}

/* Copies `from` without control bytes; returns the bytes written. */
static size_t copy_clean(char *to, size_t room, const char *from)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;
	for (; *from && n + 5 < room; from++) {
		unsigned char c = (unsigned char)*from;
		if (c >= 0x20 && c != 0x7f) {
			to[n++] = *from;
			continue;
		}
		to[n++] = '\\';
		to[n++] = 'x';
		to[n++] = hex[c >> 4];
		to[n++] = hex[c & 15];
	}
	return n;
}

void log_write(enum log_level level, const char *area, const char *format, ...)
{
	if (!log_is_written(level))
		return;
	char raw[ENTRY], line[ENTRY + 256];
	va_list list;
	va_start(list, format);
	vsnprintf(raw, sizeof raw, format, list);
	va_end(list);

	int64_t ms = clock_wall_ms();
	time_t seconds = (time_t)(ms / 1000);
	struct tm when;
	gmtime_r(&seconds, &when);
	size_t n = strftime(line, 32, "%Y-%m-%dT%H:%M:%S", &when);
	n += (size_t)snprintf(line + n, 160, ".%03dZ %-5s %-7s ", (int)(ms % 1000), names[level], area);
	if (request[0])
		n += (size_t)snprintf(line + n, REQUEST_ID + 8, "req=%s ", request);
	n += copy_clean(line + n, sizeof line - n - 1, raw);
	line[n++] = '\n';
	/* One write keeps lines of several threads apart; a full pipe must not stop us. */
	ssize_t written = write(STDERR_FILENO, line, n);
	(void)written;
}
