// Place: a folder of its own below another, that goes away with all that lies in it.
//
//   const Place place("/path/on/the/disk");
//   std::ofstream(place / "file") << "x";
//
// Errors     std::filesystem::filesystem_error: no folder can be made there
#pragma once

#include <filesystem>
#include <string>

namespace caveat::cli::bench {

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
