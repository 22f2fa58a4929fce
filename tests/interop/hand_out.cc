// hand_out: what a log hands out to those who verify it with tools of their own, written by the library into files. A receipt goes to
// a bot with its reply, a checkpoint to whoever keeps one; here both are wanted for every record.
//
//   hand_out LOG FOLDER      INDEX.proof, INDEX.leaf; checkpoint-SIZE and consistency-SIZE (to the newest) for every size that was signed
#include <filesystem>
#include <fstream>
#include <iostream>

#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/record/base64.h"

namespace {

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

int run(const std::string& log, const std::filesystem::path& folder) {
  using namespace caveat::audit;
  const auto reader = LogReader::open(log);
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    write(folder / (std::to_string(index) + ".proof"), format_log_proof(reader->receipt(index)));
    write(folder / (std::to_string(index) + ".leaf"), reader->header(index).value());
  }
  for (const std::uint64_t size : reader->checkpoint_sizes()) {
    write(folder / ("checkpoint-" + std::to_string(size)), reader->checkpoint_at(size).value());
    std::string hashes;
    for (const caveat::Digest& hash : reader->consistency(size, reader->size()))
      hashes += base64(caveat::view(hash)) + "\n";
    write(folder / ("consistency-" + std::to_string(size)), hashes);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "hand_out LOG FOLDER\n";
    return 2;
  }
  try {
    return run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 4;
  }
}
