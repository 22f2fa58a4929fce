// hand_out: what a log hands out to those who verify it with tools of their own, written by the library into files. A receipt goes to
// a bot with its reply, a checkpoint to whoever keeps one; here both are wanted for every record.
//
//   hand_out LOG FOLDER [KEYS]   INDEX.proof, INDEX.leaf; checkpoint-SIZE and consistency-SIZE (to the newest) for every size that was
//                                signed; with the keys also INDEX.body, opened
//   hand_out --cbor              a line of hex a time: `taken` where the decoder of records reads it, else `refused`
#include <filesystem>
#include <fstream>
#include <iostream>

#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/record/base64.h"
#include "audit/record/encode.h"
#include "engine/base/cbor.h"

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

int read_cbor() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << (caveat::cbor::decode(of_hex(line)) ? "taken\n" : "refused\n");
  return 0;
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
  const bool reads = argc == 2 && std::string(argv[1]) == "--cbor";
  if (argc != 3 && argc != 4 && !reads) {
    std::cerr << "hand_out LOG FOLDER [KEYS]\nhand_out --cbor\n";
    return 2;
  }
  try {
    return reads ? read_cbor() : run(argv[1], argv[2], argc == 4 ? argv[3] : "");
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 4;
  }
}
