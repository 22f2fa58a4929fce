// hand_out: what a log hands out to those who verify it with tools of their own, written by the library into files. A receipt goes to
// a bot with its reply, a checkpoint to whoever keeps one; here both are wanted for every record.
//
//   hand_out LOG FOLDER [KEYS]   INDEX.proof, INDEX.leaf; checkpoint-SIZE and consistency-SIZE (to the newest) for every size that was
//                                signed; with the keys also INDEX.body, opened
//   hand_out --cbor              a line of hex a time: `taken` where the decoder of records reads it, else `refused`
//   hand_out --windows           the same by the decoder of section 7, which no decision has yet
//   hand_out --windows N         N of them, drawn, a line of hex each
#include <filesystem>
#include <fstream>
#include <iostream>

#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/record/base64.h"
#include "audit/record/encode.h"
#include "audit/record/sections.h"
#include "engine/base/cbor.h"
#include "engine/base/digest.h"
#include "tests/audit/support/random_windows.h"

namespace {

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string of_hex(const std::string& line) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < line.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16)));
  return bytes;
}

int read_with(const std::function<bool(const std::string&)>& takes) {
  for (std::string line; std::getline(std::cin, line);) std::cout << (takes(of_hex(line)) ? "taken\n" : "refused\n");
  return 0;
}

int windows(const std::string& how_many) {
  using namespace caveat::audit;
  std::mt19937_64 random(20261128);
  for (int left = how_many.empty() ? 0 : std::stoi(how_many); left > 0; --left)
    std::cout << caveat::hex(encode_windows(testing::random_windows(random))) << '\n';
  return how_many.empty() ? read_with([](const std::string& bytes) { return decode_windows(bytes).has_value(); }) : 0;
}

int run(const std::string& log, const std::filesystem::path& folder, const std::string& keys_dir) {
  using namespace caveat::audit;
  const auto reader = LogReader::open(log);
  const auto keys = keys_dir.empty() ? nullptr : KeyStore::open(keys_dir, {});
  for (std::uint64_t index = 0; index < reader->size(); ++index) {
    write(folder / (std::to_string(index) + ".proof"), format_log_proof(reader->receipt(index)));
    write(folder / (std::to_string(index) + ".leaf"), reader->header(index).value());
    if (keys)
      write(folder / (std::to_string(index) + ".body"), encode_body(reader->open_body(*keys, index).value().sections));
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
  const std::string first = argc > 1 ? argv[1] : "";
  const bool reads = argc == 2 && first == "--cbor", has_windows = argc <= 3 && first == "--windows";
  if (argc != 3 && argc != 4 && !reads && !has_windows) {
    std::cerr << "hand_out LOG FOLDER [KEYS]\nhand_out --cbor\nhand_out --windows [N]\n";
    return 2;
  }
  try {
    if (reads) return read_with([](const std::string& bytes) { return caveat::cbor::decode(bytes).has_value(); });
    if (has_windows) return windows(argc == 3 ? argv[2] : "");
    return run(argv[1], argv[2], argc == 4 ? argv[3] : "");
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 4;
  }
}
