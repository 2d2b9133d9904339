/* http/server with TLS: the openssl program makes the certificates and is the client. */
#include "http_fixture.h"

/* Runs openssl with the arguments (NULL at the end); its output, at most n - 1 bytes, and true
 * when it ends with 0. */
static bool openssl(const char *const *arguments, const char *input, char *output, size_t n)
{
	int in[2], out[2], status;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		execvp("openssl", (char *const *)arguments);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	assert_int_equal(write(in[1], input, strlen(input)), (ssize_t)strlen(input));
	close(in[1]);
	size_t have = 0;
	ssize_t got;
	while (have < n - 1 && (got = read(out[0], output + have, n - 1 - have)) > 0)
		have += (size_t)got;
	output[have] = '\0';
	close(out[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status == 0;
}

static void make_key(const char *file)
{
	char output[4096];
	const char *const arguments[] = { "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
		"ec_paramgen_curve:P-256", "-out", file, NULL };
	if (!openssl(arguments, "", output, sizeof output))
		fail_msg("%s", output);
}

static void make_certificate(const char *subject, const char *key, const char *file)
{
	char output[4096];
	const char *const arguments[] = { "openssl", "req", "-x509", "-new", "-key", key, "-days",
		"2", "-subj", subject, "-addext", "subjectAltName=DNS:localhost", "-out", file,
		NULL };
	make_key(key);
	if (!openssl(arguments, "", output, sizeof output))
		fail_msg("%s", output);
}

/* Asks over TLS with one more option of s_client; true when `expected` is in what it shows. */
static bool tls_answers(const struct running *r, const char *option, const char *expected)
{
	char target[32], certificate[100], output[16384];
	snprintf(target, sizeof target, "127.0.0.1:%u", r->port);
	snprintf(certificate, sizeof certificate, "%s/cert.pem", directory);
	const char *const arguments[] = { "openssl", "s_client", "-connect", target, "-ign_eof",
		"-CAfile", certificate, option, NULL };
	openssl(arguments,
		"GET /realms/a/who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
		output, sizeof output);
	return strstr(output, expected) != NULL;
}

static void tls_is_served_and_reloaded(void **state)
{
	(void)state;
	struct running *r = prepare();
	char cert[100], key[100];
	snprintf(cert, sizeof cert, "%s/cert.pem", directory);
	snprintf(key, sizeof key, "%s/key.pem", directory);
	make_certificate("/CN=first", key, cert);
	r->listener.tls_certificate_file = cert;
	r->listener.tls_key_file = key;
	start(r);
	assert_true(
		tls_answers(r, "-verify_return_error", "127.0.0.1 127.0.0.1 https://localhost"));
	assert_true(tls_answers(r, "-tls1_2", "https://localhost"));
	assert_true(tls_answers(r, "-no_ticket", "Strict-Transport-Security: max-age=31536000"));
	assert_true(tls_answers(r, "-no_ticket", "subject=CN = first"));
	assert_false(tls_answers(r, "-tls1_1", "https://localhost"));
	make_certificate("/CN=second", key, cert);
	assert_int_equal(http_server_reload_tls(r->server, NULL), OK);
	assert_true(tls_answers(r, "-verify_return_error", "subject=CN = second"));
	/* A key of another certificate: the old pair stays. */
	struct why why;
	make_key(key);
	assert_int_equal(http_server_reload_tls(r->server, &why), ERROR_INVALID_CONFIG);
	assert_non_null(strstr(why.text, "is not the key of"));
	assert_true(tls_answers(r, "-no_ticket", "subject=CN = second"));
	/* Plain HTTP on the TLS port, and a handshake that never goes on. */
	struct answer a = ask(r, "GET / HTTP/1.1\r\n\r\n", 18, 1);
	assert_null(strstr(a.p, " 200 "));
	free(a.p);
	stop(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls_is_served_and_reloaded),
	};
	return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
