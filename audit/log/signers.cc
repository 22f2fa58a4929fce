#include "audit/log/signers.h"

#include <algorithm>
#include "audit/phrases.h"

#include "audit/codes.h"

namespace caveat::audit {

namespace {

constexpr std::string_view kFirstLine = "caveat.signer/v1\n";

std::vector<VerifierKey> closure(std::vector<VerifierKey> named, const std::vector<std::string>& notes,
                                 SignatureCheck check, VerifierKey SignerChange::* from,
                                 VerifierKey SignerChange::* to) {
  std::vector<SignerChange> changes;
  for (const std::string& note : notes)
    if (std::optional<SignerChange> change = read_signer_note(note, check)) changes.push_back(std::move(*change));
  const auto known = [&](const VerifierKey& key) { return std::find(named.begin(), named.end(), key) != named.end(); };
  for (bool more = true; more;) {
    more = false;
    for (const SignerChange& change : changes) {
      if (!known(change.*from) || known(change.*to)) continue;
      named.push_back(change.*to);
      more = true;
    }
  }
  return named;
}

}  // namespace

std::string signer_text(const VerifierKey& before, const VerifierKey& after) {
  return std::string(kFirstLine) + format_verifier_key(before) + "\n" + format_verifier_key(after) + "\n";
}

std::optional<SignerChange> read_signer_note(std::string_view note, SignatureCheck check) {
  const Result<SignedNote> parsed = parse_note(note);
  if (!parsed || !parsed->text.starts_with(kFirstLine) || parsed->signatures.size() != 2 ||
      format_note(*parsed) != note)
    return std::nullopt;
  const std::string_view lines = std::string_view(parsed->text).substr(kFirstLine.size());
  const auto end = lines.find('\n');
  if (end == std::string_view::npos || lines.size() < end + 2) return std::nullopt;
  const Result<VerifierKey> before = parse_verifier_key(lines.substr(0, end));
  const Result<VerifierKey> after = parse_verifier_key(lines.substr(end + 1, lines.size() - end - 2));
  if (!before || !after || signer_text(*before, *after) != parsed->text) return std::nullopt;
  for (const VerifierKey& key : {*before, *after})
    if (!open_note(note, {&key, 1}, check)) return std::nullopt;
  return SignerChange{*before, *after};
}

std::vector<VerifierKey> follow(std::vector<VerifierKey> named, const std::vector<std::string>& notes,
                                SignatureCheck check) {
  return closure(std::move(named), notes, check, &SignerChange::before, &SignerChange::after);
}

std::vector<VerifierKey> follow_back(std::vector<VerifierKey> named, const std::vector<std::string>& notes,
                                     SignatureCheck check) {
  return closure(std::move(named), notes, check, &SignerChange::after, &SignerChange::before);
}

bool of_log(std::string_view signer_name, std::string_view origin) {
  return signer_name == origin ||
         (signer_name.starts_with(origin) && signer_name.substr(origin.size()).starts_with("/epoch-"));
}

Result<std::vector<VerifierKey>> parse_verifier_keys(std::string_view text) {
  std::vector<VerifierKey> keys;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    Result<VerifierKey> key = parse_verifier_key(line);
    if (!key) return tl::unexpected(key.error());
    if (std::find(keys.begin(), keys.end(), *key) == keys.end()) keys.push_back(std::move(*key));
  }
  if (keys.empty())
    return tl::unexpected(Problem{&codes::kBadVerifierKey,
                                  {ProblemItem{.path = {},
                                               .expected = Words("a line with a key"),
                                               .found = Words("an empty file"),
                                               .nearest = {},
                                               .hint = {}}}});
  return keys;
}

}  // namespace caveat::audit
