#include "audit/log/high_water.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/tree.h"
#include "audit/record/base64.h"
#include "audit/store/files.h"

namespace caveat::audit {
namespace {

constexpr std::size_t kLineBytes = 96;

std::string high_water_check(const std::string& origin, std::string_view fields) {
  return hex(view(sha256("caveat/1/high-water\n" + origin + "\n" + std::string(fields))).substr(0, 8));
}

std::string line_of(const std::string& origin, std::uint64_t size, const Digest& root) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%020llu", static_cast<unsigned long long>(size));
  std::string fields = "high-water 1 " + std::string(digits) + " " + base64(view(root)) + " ";
  return fields + high_water_check(origin, fields) + "\n";
}

std::optional<Mark> parse(const std::string& origin, std::string_view line) {
  if (line.size() != kLineBytes || !line.starts_with("high-water 1 ")) return std::nullopt;
  Mark mark;
  for (const char c : line.substr(13, 20)) {
    if (c < '0' || c > '9') return std::nullopt;
    mark.size = mark.size * 10 + static_cast<std::uint64_t>(c - '0');
  }
  const auto root = base64_decode(line.substr(34, 44));
  if (!root || root->size() != mark.root.size()) return std::nullopt;
  std::copy(root->begin(), root->end(), reinterpret_cast<char*>(mark.root.data()));
  if (line_of(origin, mark.size, mark.root) != line) return std::nullopt;
  return mark;
}

}  // namespace

void create_high_water(const std::string& path, const std::string& origin) {
  const std::string line = line_of(origin, 0, empty_root());
  write_new_file(path, line + line, 0600);
}

bool was_there(const std::string& high_water) {
  std::error_code ignored;
  if (!std::filesystem::exists(high_water, ignored)) return false;
  const std::string new_line = "high-water 1 " + std::string(20, '0') + " ";
  try {
    const std::string text = read_file(high_water, 2 * kLineBytes, codes::kHighWater);
    return text.size() != 2 * kLineBytes || !text.starts_with(new_line) ||
           !text.substr(kLineBytes).starts_with(new_line);
  } catch (const Error&) {
    return true;
  }
}

Mark read_high_water(const std::string& path, const std::string& origin) {
  std::string text;
  try {
    text = read_file(path, 2 * kLineBytes, codes::kHighWater);
  } catch (const Error&) {
    throw Error(codes::kHighWater, path, {path, "missing or not readable"});
  }
  const auto first = parse(origin, std::string_view(text).substr(0, kLineBytes));
  const auto second =
      text.size() > kLineBytes ? parse(origin, std::string_view(text).substr(kLineBytes)) : std::nullopt;
  if (!first && !second) throw Error(codes::kHighWater, path, {path, "damaged, or of another log"});
  Mark mark = !second || (first && first->size > second->size) ? *first : *second;
  mark.one_line_damaged = !first || !second;
  return mark;
}

HighWater::HighWater(std::string path, std::string origin) : path_(std::move(path)), origin_(std::move(origin)) {
  const std::string text = read_file(path_, 2 * kLineBytes, codes::kHighWater);
  const auto first = parse(origin_, std::string_view(text).substr(0, kLineBytes));
  const auto second =
      text.size() > kLineBytes ? parse(origin_, std::string_view(text).substr(kLineBytes)) : std::nullopt;
  second_ = first && (!second || second->size < first->size);  // the damaged or older line is written first
  file_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  if (file_ < 0) throw Error(codes::kStorage, path_, {path_, system_words()});
}

HighWater::~HighWater() {
  if (file_ >= 0) ::close(file_);
}

void HighWater::write(std::uint64_t size, const Digest& root) {
  const std::string line = line_of(origin_, size, root);
  const off_t at = second_ ? static_cast<off_t>(kLineBytes) : 0;
  ssize_t put = -1;
  do put = ::pwrite(file_, line.data(), line.size(), at);
  while (put < 0 && errno == EINTR);
  if (put != static_cast<ssize_t>(line.size()))
    throw Error(codes::kStorage, path_, {path_, put < 0 ? system_words() : std::string(Words("the disk is full"))});
  second_ = !second_;
}

void HighWater::sync() {
  if (::fdatasync(file_) != 0) throw Error(codes::kStorage, path_, {path_, system_words()});
}

}  // namespace caveat::audit
