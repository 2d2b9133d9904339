/* mail/: addresses, settings, and messages as bytes. */
#include "arena_fixture.h"

#include <string.h>

#include "base/tables.h"
#include "mail/message.h"

static void test_addresses(void **state)
{
	(void)state;
	static const char *const good[] = { "a@b", "ada.love+x@mail.example.org", "o'hara_{}@x-1.example" };
	static const char *const bad[] = { "", "a", "@b", "a@", "a@b@c", "a b@c", "a..b@c", ".a@b", "a.@b", "a@b..c", "a@-b",
		"a@b-", "<a@b>", "\"a\"@b", "a@[1.2.3.4]", "a@b\r\nBcc: c@d", "a,b@c", "\xc3\xa4@b.c", "a@\xc3\xa4.c", "a@b.c " };
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		if (!mail_address_is(str_from(good[i])))
			fail_msg("%s is none", good[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (mail_address_is(str_from(bad[i])))
			fail_msg("%s is one", bad[i]);
	char local[66] = { 0 };
	memset(local, 'a', 65);
	assert_false(mail_address_is(arena_join(arena, str_from(local), STR("@b"), STR(""))));
	assert_true(mail_address_is(arena_join(arena, str_from(local + 1), STR("@b"), STR(""))));
}

static void test_settings(void **state)
{
	(void)state;
	struct json_pair pairs[] = { { STR_INIT("host"), STR_INIT(" mail.example.org ") }, { STR_INIT("from"), STR_INIT("a@b.c") },
		{ STR_INIT("ssl"), STR_INIT("true") }, { STR_INIT("starttls"), STR_INIT("true") },
		{ STR_INIT("auth"), STR_INIT("false") }, { STR_INIT("user"), STR_INIT("u") } };
	const struct attributes smtp = { pairs, ARRAY_LENGTH(pairs) };
	struct mail_settings settings;
	struct why why = { "" };
	assert_int_equal(mail_settings_read(&smtp, &settings, &why), OK);
	assert_true(str_eq_z(settings.host, "mail.example.org") && settings.port == 465 && settings.ssl);
	assert_false(settings.starttls);
	assert_true(str_eq_z(settings.envelope_from, "a@b.c") && !settings.user.n);
	pairs[2].value = STR("false");
	assert_int_equal(mail_settings_read(&smtp, &settings, &why), OK);
	assert_true(settings.port == 25 && settings.starttls);
	pairs[1].value = STR("");
	assert_int_equal(mail_settings_read(&smtp, &settings, &why), ERROR_INVALID_VALUE);
	assert_non_null(strstr(why.text, "Invalid sender address 'null'"));
}

static struct str written(const char *name, struct str subject, struct str body)
{
	const struct mail_settings settings = { .from = STR("sso@example.org"), .from_name = str_from(name) };
	const struct mail_message message = { .settings = &settings, .to = STR("ada@example.org"), .subject = subject,
		.text = body, .html = body, .now_ms = 1795300637170, .unique = STR("0123456789abcdef") };
	struct str bytes;
	struct why why = { "" };
	assert_int_equal(mail_message_write(arena, &message, &bytes, &why), OK);
	return bytes;
}

static void test_message(void **state)
{
	(void)state;
	struct str bytes = written("SSO", STR("Verify email"), STR("a=b\nc \n\xc3\xa4."));
	static const char expected[] =
		"Date: Sat, 21 Nov 2026 22:37:17 +0000\r\nFrom: SSO\r\n <sso@example.org>\r\nTo: ada@example.org\r\n"
		"Message-ID: <0123456789abcdef@example.org>\r\nSubject: Verify email\r\nAuto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"=_0123456789abcdef\"\r\n\r\n"
		"--=_0123456789abcdef\r\nContent-Type: text/plain; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db\r\nc=20\r\n=C3=A4.\r\n";
	assert_true(str_starts(bytes, str_from(expected)));
	assert_true(str_ends(bytes, STR("\r\n--=_0123456789abcdef--\r\n")));
}

/* Whatever goes in, no line is longer than it may be, every line ends in CRLF, and the headers are
 * those that we write. */
static void check_lines(struct str bytes)
{
	size_t headers = 0, column = 0;
	bool head = true;
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];
		assert_true(c == '\r' || c == '\n' || (c >= ' ' && c < 0x7f));
		assert_int_equal(c == '\n', i && bytes.p[i - 1] == '\r');
		if (c == '\r') {
			assert_true(i + 1 < bytes.n && bytes.p[i + 1] == '\n');
			head = head && column;
		} else if (c != '\n') {
			headers += head && !column && c != ' ';
			assert_true(++column <= 78);
			continue;
		}
		column = 0;
		i += c == '\r' && i + 1 < bytes.n;
	}
	assert_int_equal(headers, 8);
}

static void test_hostile_texts(void **state)
{
	(void)state;
	static const char *const texts[] = { "x\r\nBcc: a@b.c\r\n\r\nhello", "\n", " ", "=?UTF-8?Q?x?=", "\"a\" <b@c>", "\xff\xfe",
		"\x01\x7f\x1b[31m", "a\r\n.\r\nQUIT" };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct str text = str_from(texts[i]);
		check_lines(written(texts[i], text, str_is_utf8(text) ? text : STR("")));
	}
	char lengths[4000];
	for (size_t n = 1; n < 400; n += 7) {
		for (size_t i = 0; i + 1 < n * 2; i += 2)
			memcpy(lengths + i, "\xc3\xa4", 2);
		lengths[n * 2] = 0;
		check_lines(written(lengths, str_of(lengths, n * 2), str_of(lengths, n * 2)));
	}
}

static void test_refusals(void **state)
{
	(void)state;
	const struct mail_settings settings = { .from = STR("sso@example.org") };
	struct mail_message message = { .settings = &settings, .to = STR("a@b.c\r\nX: y"), .unique = STR("0123456789abcdef") };
	struct str bytes = STR("untouched");
	struct why why = { "" };
	assert_int_equal(mail_message_write(arena, &message, &bytes, &why), ERROR_INVALID_VALUE);
	message.to = STR("a@b.c");
	message.text = STR("\xff");
	assert_int_equal(mail_message_write(arena, &message, &bytes, &why), ERROR_INVALID_VALUE);
	assert_true(str_eq_z(bytes, "untouched"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ARENA(test_addresses),
		IN_ARENA(test_settings),
		IN_ARENA(test_message),
		IN_ARENA(test_hostile_texts),
		IN_ARENA(test_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
