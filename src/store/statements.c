#include "store/statements.h"

#include "base/tables.h"

#define S(name_, sql_, types_, rows_) \
	const struct db_statement statement_##name_ = { \
		.name = #name_, .sql = sql_, .types = types_, .rows = rows_ \
	};
#include "store/statements.def"
#undef S

#define S(name, sql, types, rows) &statement_##name,
const struct db_statement *const statements_all[] = {
#include "store/statements.def"
};
#undef S

const size_t statements_all_n = ARRAY_LENGTH(statements_all);
