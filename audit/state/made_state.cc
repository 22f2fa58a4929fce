#include "audit/state/made_state.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/store/sqlite.h"

namespace caveat::audit {
namespace {

template <class Bytes>
Bytes copied(std::string_view bytes) {
  Bytes out{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), reinterpret_cast<char*>(out.data()));
  return out;
}

// What fails here is a disk of this machine, which says nothing of the log.
template <class Step>
auto on_disk(Step&& step) {
  try {
    return step();
  } catch (const SqliteError& error) {
    const std::string& words = error.words();
    throw Error(
        codes::kUnreadable, "TMPDIR",
        {Words("the temporary file of this verification (in the folder that TMPDIR names, or in /var/tmp)"), words});
  }
}

}  // namespace

struct MadeState::File {
  Database db{"", Database::Mode::create};  // without a name: SQLite makes one where temporary files lie
  Statement add;
  std::optional<Statement> sorted;

  File()
      : add((prepare(db), db.prepare("INSERT INTO made (kind, subject, discriminator, anew, puts, idx, value) VALUES "
                                     "(?,?,?,?,?,?,?)"))) {}

  static void prepare(Database& db) {
    db.exec("PRAGMA synchronous=OFF");
    db.exec("PRAGMA cache_size=-16384");  // also of what sorts
    db.exec("CREATE TABLE made (id INTEGER PRIMARY KEY, kind, subject, discriminator, anew, puts, idx, value)");
  }
};

MadeState::MadeState(std::size_t in_memory) : most_(in_memory) {}
MadeState::~MadeState() = default;

void MadeState::put(const KeyedState& key, std::uint64_t index, const Digest& value) {
  Change& of = change(key);
  ++of.puts;
  of.index = index;
  of.value = value;
}

void MadeState::erase(const KeyedState& key) {
  if (file_ == nullptr)
    newest_.erase(key);
  else
    change(key) = {.anew = true, .puts = 0, .index = 0, .value = {}};
}

MadeState::Change& MadeState::change(const KeyedState& key) {
  const auto found = newest_.find(key);
  if (found != newest_.end()) return found->second;
  if (newest_.size() >= most_) move_to_file();
  return newest_[key];
}

void MadeState::move_to_file() {
  on_disk([&] {
    if (file_ == nullptr) file_ = std::make_unique<File>();
    Transaction all(file_->db);
    for (const auto& [key, of] : newest_)
      file_->add.bind(1, static_cast<int>(key.kind))
          .bind_blob(2, view(key.subject))
          .bind_blob(3, view(key.discriminator))
          .bind(4, of.anew ? 1 : 0)
          .bind(5, of.puts)
          .bind(6, of.index)
          .bind_blob(7, view(of.value))
          .run();
    all.commit();
  });
  newest_.clear();
}

std::optional<MadeRow> MadeState::next() {
  if (!std::exchange(reading_, true)) {
    if (file_ != nullptr) move_to_file();
    at_ = newest_.begin();
    ahead_ = read();
  }
  while (ahead_) {
    MadeRow row{.key = ahead_->first, .version = 0, .index = 0, .value = {}};
    for (; ahead_ && ahead_->first == row.key; ahead_ = read()) {
      const Change& of = ahead_->second;
      row.version = (of.anew ? 0 : row.version) + of.puts;
      row.index = of.index;
      row.value = of.value;
    }
    if (row.version > 0) return row;
  }
  return std::nullopt;
}

std::optional<std::pair<KeyedState, MadeState::Change>> MadeState::read() {
  if (file_ == nullptr) return at_ == newest_.end() ? std::nullopt : std::optional(*at_++);
  return on_disk([&]() -> std::optional<std::pair<KeyedState, Change>> {
    auto& rows = file_->sorted;
    if (!rows)
      rows.emplace(
          file_->db.prepare("SELECT kind, subject, discriminator, anew, puts, idx, value FROM made "
                            "ORDER BY kind, subject, discriminator, id"));
    if (!rows->step()) return std::nullopt;
    return std::pair{KeyedState{static_cast<StateKind>(rows->integer(0)), copied<TagValue>(rows->bytes(1)),
                                copied<TagValue>(rows->bytes(2))},
                     Change{.anew = rows->integer(3) != 0,
                            .puts = static_cast<std::uint64_t>(rows->integer(4)),
                            .index = static_cast<std::uint64_t>(rows->integer(5)),
                            .value = copied<Digest>(rows->bytes(6))}};
  });
}

}  // namespace caveat::audit
