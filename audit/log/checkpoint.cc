#include "audit/log/checkpoint.h"

#include <algorithm>

#include "audit/codes.h"
#include "audit/phrases.h"
#include "audit/record/base64.h"
#include "engine/base/utf8.h"
#include "engine/base/width.h"

namespace caveat::audit {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // an em dash and a space begin a signature line
constexpr std::string_view kProofHead = "c2sp.org/tlog-proof@v1\n";
constexpr std::size_t kMaxNoteBytes = 1u << 20;
constexpr std::size_t kMaxSignatures = 100;
constexpr std::size_t kMaxPath = 63;

tl::unexpected<Problem> refuse(const Code& code, Words expected) {
  return tl::unexpected(
      Problem{&code, {ProblemItem{.path = {}, .expected = expected, .found = {}, .nearest = {}, .hint = {}}}});
}

// The next line without its end; nothing if there is no whole line left.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.size() > 19 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return value;
}

std::optional<Digest> parse_digest(std::string_view text) {
  const auto bytes = base64_decode(text);
  Digest digest{};
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(digest.data()));
  return digest;
}

std::uint32_t big_endian(std::string_view four) {
  std::uint32_t value = 0;
  for (const char c : four.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string big_endian_bytes(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xff));
  return out;
}

// Control characters have no place in a note, which is UTF-8: of a name that is damaged nothing goes to a terminal that it would obey.
bool printable(std::string_view text) {
  return is_valid_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && byte != '\n') || byte == 0x7f;
         });
}

}  // namespace

bool valid_note_name(std::string_view name) {
  if (name.empty() || name.find('+') != std::string_view::npos || !is_valid_utf8(name)) return false;
  for (std::size_t at = 0; at < name.size();) {
    const CodePoint point = decode_utf8(name, at);
    if (is_unprintable(point.value)) return false;
    at += point.length;
  }
  // The other Unicode blanks, by their UTF-8 spellings.
  static constexpr std::string_view kBlanks[] = {" ",
                                                 "\xc2\xa0",
                                                 "\xe1\x9a\x80",
                                                 "\xe2\x80\x80",
                                                 "\xe2\x80\x81",
                                                 "\xe2\x80\x82",
                                                 "\xe2\x80\x83",
                                                 "\xe2\x80\x84",
                                                 "\xe2\x80\x85",
                                                 "\xe2\x80\x86",
                                                 "\xe2\x80\x87",
                                                 "\xe2\x80\x88",
                                                 "\xe2\x80\x89",
                                                 "\xe2\x80\x8a",
                                                 "\xe2\x80\xaf",
                                                 "\xe2\x81\x9f",
                                                 "\xe3\x80\x80"};
  return std::none_of(std::begin(kBlanks), std::end(kBlanks),
                      [&](std::string_view blank) { return name.find(blank) != std::string_view::npos; });
}

VerifierKey make_verifier_key(std::string name, std::uint8_t type, std::string key) {
  std::string message = name + "\n";
  message.push_back(static_cast<char>(type));
  message += key;
  const Digest digest = sha256(message);
  return {.name = std::move(name), .id = big_endian(view(digest)), .type = type, .key = std::move(key)};
}

std::string format_verifier_key(const VerifierKey& key) {
  std::string bytes(1, static_cast<char>(key.type));
  bytes += key.key;
  return key.name + "+" + hex(big_endian_bytes(key.id)) + "+" + base64(bytes);
}

Result<VerifierKey> parse_verifier_key(std::string_view line) {
  const auto first = line.find('+');
  const auto second = first == std::string_view::npos ? first : line.find('+', first + 1);  // base64 may hold a plus
  if (second == std::string_view::npos) return refuse(codes::kBadVerifierKey, "three parts, joined by +");
  const auto name = line.substr(0, first);
  const auto id = line.substr(first + 1, second - first - 1);
  const auto bytes = base64_decode(line.substr(second + 1));
  if (!valid_note_name(name)) return refuse(codes::kBadVerifierKey, "a name without blanks");
  if (!bytes || bytes->empty()) return refuse(codes::kBadVerifierKey, "base64 as its third part");
  const auto type = static_cast<std::uint8_t>(bytes->front());
  if (type == kEd25519 && bytes->size() != 33) return refuse(codes::kBadVerifierKey, "an Ed25519 key of 32 bytes");
  VerifierKey key = make_verifier_key(std::string(name), type, bytes->substr(1));
  if (hex(big_endian_bytes(key.id)) != id)
    return refuse(codes::kBadVerifierKey, said("the key id {0}", hex(big_endian_bytes(key.id))));
  return key;
}

std::string format_note(const SignedNote& note) {
  std::string out = note.text + "\n";
  for (const auto& signature : note.signatures)
    out.append(kDash)
        .append(signature.name)
        .append(" ")
        .append(base64(big_endian_bytes(signature.id) + signature.signature))
        .append("\n");
  return out;
}

Result<SignedNote> parse_note(std::string_view note) {
  if (note.size() > kMaxNoteBytes) return refuse(codes::kBadNote, "at most 1 MiB");
  if (!printable(note)) return refuse(codes::kBadNote, "UTF-8 without control characters");
  const auto blank = note.rfind("\n\n");
  if (blank == std::string_view::npos) return refuse(codes::kBadNote, "a blank line before the signatures");
  SignedNote parsed;
  parsed.text = std::string(note.substr(0, blank + 1));
  std::string_view rest = note.substr(blank + 2);
  if (rest.empty()) return refuse(codes::kBadNote, "at least one signature");
  while (!rest.empty()) {
    auto line = take_line(rest);
    if (!line) return refuse(codes::kBadNote, "a line end after each signature");
    if (!line->starts_with(kDash)) return refuse(codes::kBadNote, "signature lines that begin with a dash");
    line->remove_prefix(kDash.size());
    const auto space = line->find(' ');
    if (space == std::string_view::npos) return refuse(codes::kBadNote, "a name and a signature on each line");
    const auto name = line->substr(0, space);
    const auto bytes = base64_decode(line->substr(space + 1));
    if (!valid_note_name(name)) return refuse(codes::kBadNote, "a name without blanks on each signature");
    if (!bytes || bytes->size() < 5) return refuse(codes::kBadNote, "a key id and a signature in base64");
    parsed.signatures.push_back({.name = std::string(name), .id = big_endian(*bytes), .signature = bytes->substr(4)});
    if (parsed.signatures.size() > kMaxSignatures) return refuse(codes::kBadNote, "at most 100 signatures");
  }
  return parsed;
}

Result<std::string> open_note(std::string_view note, std::span<const VerifierKey> known, SignatureCheck check) {
  Result<SignedNote> parsed = parse_note(note);
  if (!parsed) return tl::unexpected(parsed.error());
  bool signed_by_known = false;
  for (const auto& signature : parsed->signatures) {
    for (const auto& key : known) {
      if (key.name != signature.name || key.id != signature.id) continue;
      if (!check(key, parsed->text, signature.signature))
        return refuse(codes::kBadNote, said("a good signature by {0}", key.name));
      signed_by_known = true;
    }
  }
  if (!signed_by_known) return refuse(codes::kBadNote, "a signature by a known key");
  return std::move(parsed->text);
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + base64(view(checkpoint.root)) + "\n";
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  std::string_view rest = text;
  const auto origin = take_line(rest);
  const auto size = take_line(rest);
  const auto root = take_line(rest);
  if (!origin || !size || !root) return refuse(codes::kBadCheckpoint, "three lines: origin, size, root");
  if (!rest.empty()) return refuse(codes::kBadCheckpoint, "no lines after the root");
  if (!valid_note_name(*origin)) return refuse(codes::kBadCheckpoint, "an origin without blanks");
  const auto number = parse_number(*size);
  if (!number) return refuse(codes::kBadCheckpoint, "a size in decimal digits");
  const auto digest = parse_digest(*root);
  if (!digest) return refuse(codes::kBadCheckpoint, "a root of 32 bytes in base64");
  return Checkpoint{.origin = std::string(*origin), .size = *number, .root = *digest};
}

Result<Checkpoint> open_checkpoint(std::string_view note, std::span<const VerifierKey> known, SignatureCheck check) {
  Result<std::string> text = open_note(note, known, check);
  if (!text) return tl::unexpected(text.error());
  Result<Checkpoint> checkpoint = parse_checkpoint(*text);
  if (!checkpoint) return checkpoint;
  const bool ours =
      std::any_of(known.begin(), known.end(), [&](const VerifierKey& key) { return key.name == checkpoint->origin; });
  if (!ours) return refuse(codes::kBadCheckpoint, said("the origin of a known key, found {0}", checkpoint->origin));
  return checkpoint;
}

std::string format_log_proof(const LogProof& proof) {
  std::string out(kProofHead);
  if (proof.extra) out += "extra " + base64(*proof.extra) + "\n";
  out += "index " + std::to_string(proof.index) + "\n";
  for (const auto& digest : proof.path) out += base64(view(digest)) + "\n";
  return out + "\n" + proof.checkpoint;
}

std::string format_consistency(std::uint64_t old_size, std::span<const Digest> path, std::string_view checkpoint) {
  std::string out = "old " + std::to_string(old_size) + "\n";
  for (const Digest& digest : path) out += base64(view(digest)) + "\n";
  return (out += '\n') += checkpoint;
}

Result<LogProof> parse_log_proof(std::string_view text) {
  if (!text.starts_with(kProofHead)) return refuse(codes::kBadProof, "the first line c2sp.org/tlog-proof@v1");
  std::string_view rest = text.substr(kProofHead.size());
  LogProof proof;
  auto line = take_line(rest);
  if (line && line->starts_with("extra ")) {
    proof.extra = base64_decode(line->substr(6));
    if (!proof.extra) return refuse(codes::kBadProof, "extra data in base64");
    line = take_line(rest);
  }
  if (!line || !line->starts_with("index ")) return refuse(codes::kBadProof, "a line with the index");
  const auto index = parse_number(line->substr(6));
  if (!index) return refuse(codes::kBadProof, "an index in decimal digits");
  proof.index = *index;
  for (;;) {
    line = take_line(rest);
    if (!line) return refuse(codes::kBadProof, "a blank line before the checkpoint");
    if (line->empty()) break;
    const auto digest = parse_digest(*line);
    if (!digest) return refuse(codes::kBadProof, "hashes of 32 bytes in base64");
    proof.path.push_back(*digest);
    if (proof.path.size() > kMaxPath) return refuse(codes::kBadProof, "at most 63 hashes");
  }
  proof.checkpoint = std::string(rest);
  if (Result<SignedNote> note = parse_note(proof.checkpoint); !note) return tl::unexpected(note.error());
  return proof;
}

}  // namespace caveat::audit
