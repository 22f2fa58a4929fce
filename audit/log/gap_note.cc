#include "audit/log/gap_note.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <string_view>
#include <utility>

#include "audit/record/record.h"

namespace caveat::audit {
namespace {

constexpr std::size_t kNoteBytes = 512, kMostCode = 64;

std::string gap_check(const std::string& origin, std::string_view fields) {
  return hex(view(sha256("caveat/1/gap\n" + origin + "\n" + std::string(fields))).substr(0, 8));
}

}  // namespace

GapNote::GapNote(const std::string& path, std::string origin, bool fresh) : origin_(std::move(origin)), fresh_(fresh) {
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file_ < 0) return;
  const off_t size = ::lseek(file_, 0, SEEK_END);
  made_ = size == 0;
  empty_ = !read();
  if (!made_ || !fresh_) return;  // what is damaged or missing stays so until a record says it
  put("gap 1 none\n");
  ::fsync(file_);
}

GapNote::~GapNote() {
  if (file_ >= 0) ::close(file_);
}

std::optional<GapNote::Lost> GapNote::read() const {
  std::array<char, kNoteBytes> block{};
  if (file_ < 0 || (made_ && fresh_)) return std::nullopt;
  const Lost damaged{.since = 0, .lost = 0, .code = std::string(kDamaged), .missing = made_};
  if (::pread(file_, block.data(), block.size(), 0) != static_cast<ssize_t>(kNoteBytes)) return damaged;
  std::string_view line(block.data(), block.size());
  line = line.substr(0, line.find('\n'));
  if (line == "gap 1 none") return std::nullopt;
  const std::size_t last = line.rfind(' ');
  constexpr std::string_view kHead = "gap 1 ";
  if (!line.starts_with(kHead) || last == std::string_view::npos ||
      line.substr(last + 1) != gap_check(origin_, line.substr(0, last + 1)))
    return damaged;
  std::string_view fields = line.substr(kHead.size(), last - kHead.size());
  Lost lost;
  const auto number = [&](auto& to) {
    const auto [end, error] = std::from_chars(fields.data(), fields.data() + fields.size(), to);
    if (error != std::errc() || end == fields.data() + fields.size() || *end != ' ') return false;
    fields.remove_prefix(static_cast<std::size_t>(end - fields.data()) + 1);
    return true;
  };
  if (!number(lost.since) || !number(lost.lost)) return damaged;
  lost.code = fields;
  return lost;
}

void GapNote::write(const Lost& lost) {
  const std::string fields = "gap 1 " + std::to_string(lost.since) + " " + std::to_string(lost.lost) + " " +
                             lost.code.substr(0, kMostCode) + " ";
  put(fields + gap_check(origin_, fields) + "\n");
  empty_ = made_ = false;
}

void GapNote::clear() {
  if (empty_) return;
  put("gap 1 none\n");
  empty_ = true;
}

void GapNote::put(std::string line) {
  line.resize(kNoteBytes, '\n');
  if (file_ >= 0 && ::pwrite(file_, line.data(), line.size(), 0) < 0) {
    // Then it is as if there were none: what is lost is in memory still.
  }
}

}  // namespace caveat::audit
