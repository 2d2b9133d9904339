/* The verbs' functions, one file each; the table is verbs.def. Private to cli/.
 *
 * Each asks the server through its call and prints. An error says what was wrong in words;
 * cli.c puts the verb's name before it and ends the process with the code that fits. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli/arguments.h"

enum error_code cli_realm_import(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_realm_plan(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_realm_apply(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_realm_export(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_client_import_saml(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_user_logout(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_user_recover_admin(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_session_list(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_session_end(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_signout_list(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_signout_show(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_signout_retry(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_signout_watch(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_signout_cancel(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_signout_coverage(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_doctor(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_events(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_db_check(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_db_backup(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_db_restore(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_db_migrate(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_build(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_version(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_help(struct cli_call *call, struct why *reterr_why) MUST_USE;

/* Of everything in resources.def: which one, says the verb. */
enum error_code resource_list(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code resource_get(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code resource_create(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code resource_update(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code resource_delete(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_login(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_logout(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_client_secret(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_user_set_password(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_user_enable(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_roles(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_roles_change(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_composites(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_composites_change(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_user_groups(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_user_groups_change(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_group_members(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_scope_assign(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_keys_list(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_keys_rotate(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_events_watch(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_completion(struct cli_call *call, struct why *reterr_why) MUST_USE;
enum error_code cli_manual(struct cli_call *call, struct why *reterr_why) MUST_USE;

#endif
