/* What the operations of the server cannot do without, measured alone: an RSA-2048 signature,
 * one hash with Keycloak's Argon2id parameters, one durable commit.
 *
 *     floors rsa|argon2|commit SECONDS [FOLDER]
 *
 * prints CPU milliseconds and wall milliseconds of one of them, the median of many short
 * rounds: what the machine does now, as the operations beside it are measured. */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUND_MS = 20, ROUNDS_MAX = 4096 };

static double now_ms(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "floors: %s\n", what);
	exit(1);
}

static void sign_once(void *context)
{
	static const unsigned char text[700] = { 'e', 'y', 'J' };
	unsigned char signature[256];
	size_t n = sizeof signature;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool fine = md && EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, context) == 1 &&
		EVP_DigestSign(md, signature, &n, text, sizeof text) == 1;
	EVP_MD_CTX_free(md);
	if (!fine)
		die("no signature");
}

static void hash_once(void *context)
{
	static const unsigned char salt[crypto_pwhash_SALTBYTES] = { 1 };
	unsigned char hash[32];
	(void)context;
	if (crypto_pwhash(hash, sizeof hash, "lovelace", 8, salt, 5, (size_t)7168 << 10,
		    crypto_pwhash_ALG_ARGON2ID13))
		die("no hash");
}

static void commit_once(void *context)
{
	if (sqlite3_step(context) != SQLITE_DONE)
		die("no commit");
	sqlite3_reset(context);
}

static sqlite3_stmt *open_database(const char *folder)
{
	char path[4096];
	sqlite3 *db;
	sqlite3_stmt *insert;
	if ((size_t)snprintf(path, sizeof path, "%s/floor.sqlite3", folder) >= sizeof path)
		die("the folder's name is too long");
	unlink(path);
	if (sqlite3_open(path, &db) ||
		sqlite3_exec(db,
			"pragma journal_mode=wal; pragma synchronous=full;"
			"create table t(id integer primary key, a text, b text, c int)",
			NULL, NULL, NULL) ||
		sqlite3_prepare_v2(db,
			"insert into t(a, b, c) values(hex(randomblob(16)), hex(randomblob(60)), 7)",
			-1, &insert, NULL))
		die("no database");
	return insert;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof *values, compare);
	return values[n / 2];
}

static void measure(void (*once)(void *context), void *context, double seconds)
{
	static double cpu[ROUNDS_MAX], wall[ROUNDS_MAX];
	double until = now_ms(CLOCK_MONOTONIC) + seconds * 1e3;
	size_t rounds = 0;
	do {
		double began_cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);
		double began = now_ms(CLOCK_MONOTONIC);
		int n = 0;
		for (; n == 0 || now_ms(CLOCK_MONOTONIC) - began < ROUND_MS; n++)
			once(context);
		cpu[rounds] = (now_ms(CLOCK_PROCESS_CPUTIME_ID) - began_cpu) / n;
		wall[rounds++] = (now_ms(CLOCK_MONOTONIC) - began) / n;
	} while (now_ms(CLOCK_MONOTONIC) < until && rounds < ROUNDS_MAX);
	printf("%.4f %.4f\n", median(cpu, rounds), median(wall, rounds));
}

int main(int argc, char **argv)
{
	if (argc < 3 || sodium_init() < 0)
		die("usage: floors rsa|argon2|commit SECONDS [FOLDER]");
	double seconds = strtod(argv[2], NULL);
	if (!strcmp(argv[1], "rsa"))
		measure(sign_once, EVP_RSA_gen(2048), seconds);
	else if (!strcmp(argv[1], "argon2"))
		measure(hash_once, NULL, seconds);
	else if (!strcmp(argv[1], "commit") && argc > 3)
		measure(commit_once, open_database(argv[3]), seconds);
	else
		die("no such floor");
	return 0;
}
