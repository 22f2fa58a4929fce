// A folder of rule files that is gone when the test is over, and what the tests of load put into it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "adapters/load/ruleset.h"

namespace caveat::load_test {

namespace fs = std::filesystem;

struct Folder {
  fs::path path;
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "caveat-load-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
  }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

inline std::string pack(const std::string& name, const std::string& more = {}) {
  return "pack " + name +
         "\n  time zone \"Asia/Shanghai\"\n  version \"1\"\n  default queue desk\n\nqueue desk\n  due 60 seconds\n  "
         "say en \"A person will be with you.\"\n\nsource P is policy \"House\"\n" +
         more;
}

inline std::string codes(const load::Loaded& loaded) {
  std::string out;
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    out += (out.empty() ? "" : " ") + std::string(diagnostic.code->name);
  return out;
}

}  // namespace caveat::load_test
