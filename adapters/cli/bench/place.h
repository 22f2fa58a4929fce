// Place: a folder of its own below another, that goes away with all that lies in it.
//
//   const Place place("/path/on/the/disk");
//   std::ofstream(place / "file") << "x";
//
// Errors     std::filesystem::filesystem_error: no folder can be made there
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "adapters/cli/command.h"

namespace caveat::cli::bench {

// --dir, or the current folder. Nothing: no folder can be made there, and the terminal has been told what to do.
std::optional<std::filesystem::path> folder_option(const Invocation& invocation, Terminal& terminal);

class Place {
 public:
  explicit Place(const std::filesystem::path& below);
  ~Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace caveat::cli::bench
