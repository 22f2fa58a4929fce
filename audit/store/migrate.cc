#include "audit/codes.h"
#include "audit/store/migrations.h"

namespace caveat::audit {

void migrate(Database& db, std::span<const Migration> steps) {
  const auto at = db.number("PRAGMA user_version");
  const int newest = steps.empty() ? 0 : steps.back().number;
  if (at > newest) throw Error(codes::kLogNewer, db.path(), {db.path(), std::to_string(at), std::to_string(newest)});
  for (const auto& step : steps) {
    if (step.number <= at) continue;
    Transaction transaction(db);
    db.exec(std::string(step.sql));
    db.exec("PRAGMA user_version = " + std::to_string(step.number));
    transaction.commit();
  }
}

}  // namespace caveat::audit
