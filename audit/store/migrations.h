// Migrations: the numbered steps that make a database what this build reads; embedded from store/schema and seal/schema.
//
// Promises   a step is never changed once a log was written with it; `PRAGMA user_version` is the number of the last one
#pragma once

#include <span>
#include <string_view>

#include "audit/store/sqlite.h"

namespace caveat::audit {

struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

std::span<const Migration> log_migrations();
std::span<const Migration> key_migrations();

// Applies the steps above `user_version`, each in its own transaction. Errors: log_newer, if the file is ahead of this build.
void migrate(Database& db, std::span<const Migration> steps);

}  // namespace caveat::audit
