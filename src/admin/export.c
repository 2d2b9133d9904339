/* GET /admin/realms/{realm}/export: the whole realm with its secrets, for `curfew realm export`.
 * It goes through a file, since a realm may be larger than a request's memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/call.h"
#include "admin/handlers.h"
#include "store/export.h"

struct spool {
	FILE *file;
	uint64_t n;
};

static enum error_code collect(void *context, struct str piece, struct why *reterr_why)
{
	struct spool *spool = context;
	if (fwrite(piece.p, 1, piece.n, spool->file) != piece.n)
		return error_because(reterr_why, ERROR_FILE_FAILED, "export: %s", strerror(errno));
	spool->n += piece.n;
	return OK;
}

static enum error_code spool_open(
	const char *directory, struct spool *spool, struct why *reterr_why)
{
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	spool->file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (spool->file)
		return OK;
	int error = errno;
	if (fd >= 0)
		close(fd);
	return error_because(reterr_why, ERROR_FILE_FAILED, "no temporary file in '%s': %s",
		directory, strerror(error));
}

/* The response has a descriptor of its own. */
static enum error_code spool_answer(
	struct spool *spool, struct http_response *response, struct why *reterr_why)
{
	int fd = fflush(spool->file) == 0 ? fcntl(fileno(spool->file), F_DUPFD_CLOEXEC, 3) : -1;
	if (fd < 0)
		return error_because(reterr_why, ERROR_FILE_FAILED, "export: %s", strerror(errno));
	http_respond_bytes(response, 200, "application/json;charset=UTF-8", STR(""));
	http_no_store(response);
	response->body_fd = fd;
	response->body_fd_n = spool->n;
	return OK;
}

void admin_realm_export(void *context, struct http_request *request, struct http_response *response)
{
	const struct admin *admin = context;
	struct admin_call call;
	struct spool spool = { NULL, 0 };
	struct why why = { "" };
	if (!admin_open(&call, context, request, response))
		return;
	const struct store_export_options options = {
		.users = !str_eq_z(admin_query(&call, "users"), "skip"),
		.clients = true,
		.groups_roles = true,
		.mask_secrets = str_eq_z(admin_query(&call, "secrets"), "mask"),
		.write = collect,
		.context = &spool,
	};
	enum error_code code = spool_open(admin->spool_directory, &spool, &why);
	if (code == OK)
		code = store_export_realm(
			call.app->store, call.realm->settings.name, &options, &why);
	if (code == OK)
		code = spool_answer(&spool, response, &why);
	if (spool.file)
		fclose(spool.file);
	if (code != OK)
		admin_fail(&call, code, &why);
	admin_close(&call);
}
