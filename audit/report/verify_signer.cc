// By whom a package is signed, and whether that one was the log's signer at that size.
#include <algorithm>

#include "audit/record/events.h"
#include "audit/record/layout.h"
#include "audit/report/verification.h"
#include "audit/report/words.h"
#include "audit/seal/suite.h"

namespace caveat::audit {

// 2
void Verification::signer() {
  Claim& c = claim("It is signed by the key that you named.", "由您指定的公钥对应的密钥签署。");
  if (!whole_) return stands_on(c, 1);
  const Result<VerifierKey> own = parse_verifier_key(first_line(*member("log.vkey")));
  const auto& named = options_.keys;
  if (!own && named.empty()) {
    signed_ = false;
    return bad(c, in_words(own.error()), in_words(own.error(), Language::zh));
  }
  key_ = own ? *own : named.front();
  const bool one_of_them = std::find(named.begin(), named.end(), *key_) != named.end();
  if (!named.empty() && !one_of_them) {
    const std::vector<VerifierKey> followed = follow(named, signer_notes(), &verify_signature);
    if (std::find(followed.begin(), followed.end(), *key_) == followed.end()) {
      signed_ = false;
      std::string names;
      for (const VerifierKey& key : named) names += (names.empty() ? "" : ", ") + format_verifier_key(key);
      return bad(c,
                 "the package brings the key " + format_verifier_key(*key_) + ", you named " + names +
                     ". Keys lead to those after them, never back: for a package from before a change of the log's "
                     "key name the key of that time, as you had it from the bank",
                 "证据包内的公钥为 " + format_verifier_key(*key_) + "，您指定的是 " + names +
                     "。公钥只引至其后的公钥，不能回溯：核验更换之前的证据包，请指定当时由银行提供的公钥");
    }
  }
  const Result<std::string> text = open_note(*member("manifest.json.sig"), {&*key_, 1}, &verify_signature);
  if (!text) {
    signed_ = false;
    return bad(c, "manifest.json.sig: " + in_words(text.error()),
               "manifest.json.sig：" + in_words(text.error(), Language::zh));
  }
  constexpr std::string_view kHead = "caveat.manifest/v";
  const std::string ours = manifest_text(*member("manifest.json"));
  const std::string_view line = std::string_view(*text).substr(0, text->find('\n'));
  if (line.starts_with(kHead) && line != std::string_view(ours).substr(0, ours.find('\n'))) {
    signed_ = false;
    const std::string format(line.substr(kHead.size()));
    return bad(c, "the package is of format " + format + ", this build reads " + number(kFormat),
               "证据包格式为 " + format + "，本版本只读取格式 " + number(kFormat));
  }
  if (*text != ours) {
    signed_ = false;
    return bad(c, "manifest.json is not the one that was signed", "manifest.json 与所签署的不一致");
  }
  signed_ = true;
  if (named.empty())
    return open(c, "no key was named (--key): the package's own key proves only itself",
                "未指定公钥（--key）：证据包自带的公钥只能证明其自身");
  good(c);
  if (!one_of_them) {
    const std::string key = format_verifier_key(*key_);
    c.why_en = "by " + key +
               ": records of the log tie it to the key that you named, each signed by the key before and the key after";
    c.why_zh = "由 " + key + " 签署：日志中的记录将其与您指定的公钥相连，每条均由更换前后的密钥共同签署";
  }
}

// Of the opened records that name another signer. They are read before anything is known to be good, and need not be: a note
// that both signed stands for itself.
std::vector<std::string> Verification::signer_notes() const {
  constexpr std::size_t kMostNotes = 1'000;  // of a hostile package
  std::vector<std::string> notes;
  for (const MemberView& one : members_of("opened/")) {
    std::string_view rest = one.bytes;
    OpenedView parts;
    while (!rest.empty() && notes.size() < kMostNotes && take_opened(rest, parts)) {
      for (const OpenedSectionView& section : parts.sections) {
        if (section.section != Section::event) continue;
        if (const Result<Event> made = decode_event(Kind::key_rotated, section.encoded))
          notes.push_back(std::get<KeyMade>(*made).note.value_or(""));
        else if (const Result<Event> epoch = decode_event(Kind::epoch, section.encoded))
          notes.push_back(std::get<Epoch>(*epoch).note.value_or(""));
      }
    }
  }
  return notes;
}

// 5, once the records are opened: a key that was given up signs no checkpoint behind the record that says so, and whoever still has it
// can make none.
void Verification::signer_of_that_size() {
  if (!opened_good_) return;
  Claim& c = report_.claims[4];
  std::optional<VerifierKey> expected;  // behind the last change of the range
  std::vector<VerifierKey> gone;
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    const HeaderView& header = headers_[i];
    const bool rotated = header.kind() == Kind::key_rotated;
    if ((!rotated && header.kind() != Kind::epoch) || !manifest_->query.covers(header.time_us())) continue;
    const std::string record = number(header.index());
    const std::optional<SignerChange> change = change_of(i, rotated);
    if (!change)
      return bad(
          c, "record " + record + " changes the log's key, and its note is not opened or is not signed by both keys",
          "记录 " + record + " 更换日志的密钥，但其说明未公开，或并非由更换前后的密钥共同签署");
    // A change that was lost with the end that an epoch replaces is in no record; who was gone before it stays so.
    if (rotated ? expected && *expected != change->before
                : std::find(gone.begin(), gone.end(), change->before) != gone.end())
      return bad(c, "record " + record + " names another key before it than the record that changed the key before",
                 "记录 " + record + " 所述的原密钥与上一次更换的新密钥不符");
    // The checkpoint that ends with a rotation is by the key before; a package signs it again by the one after.
    const bool ends = rotated && header.index() + 1 == checkpoint_->size;
    if (!ends && change->before == *key_)
      return bad(c,
                 "the key that signed was given up in record " + record + ", and the checkpoint covers " +
                     several(checkpoint_->size, "record", "records") + ": the signer of that size is " +
                     format_verifier_key(change->after) + " or one after it",
                 "签署所用的密钥已在记录 " + record + " 中停用，而检查点涵盖 " + number(checkpoint_->size) +
                     " 条记录：该规模应由 " + format_verifier_key(change->after) + " 或其后的密钥签署");
    expected = ends && change->before == *key_ ? change->before : change->after;
    gone.push_back(change->before);
  }
  if (expected && manifest_->end == checkpoint_->size && *expected != *key_) {
    const std::string last = format_verifier_key(*expected);
    // A report that is made again of an earlier checkpoint is signed by the key of that day. Whoever named that one himself relies on it
    // already; a note that leads to it leads no further than what the package covers.
    const auto& named = options_.keys;
    if (!named.empty() && std::find(named.begin(), named.end(), *key_) == named.end())
      return bad(c, "the last change of the log's key leads to " + last + ", not to the key that signed",
                 "日志密钥的最后一次更换引至 " + last + "，而非签署所用的密钥");
    return open(c,
                "the last change of the log's key leads to " + last +
                    ", and another one signed: a report that is made again of an earlier checkpoint is signed by the "
                    "log's key of that day, and no record in this package ties that one to the log",
                "日志密钥的最后一次更换引至 " + last +
                    "，而签署者是另一把：按较早检查点重新生成的报告由当日的密钥签署，本证据包中没有记录将其与日志相连");
  }
  if (c.shown == Shown::yes && (manifest_->first > 0 || manifest_->end < checkpoint_->size)) {
    c.why_en = "as far as the period tells: of changes of the log's key outside it nothing is in this package";
    c.why_zh = "以本期间所载为限：期间之外日志密钥的更换不在本证据包中";
  }
}

// What an opened record says of the change of signer that its kind announces.
std::optional<SignerChange> Verification::change_of(std::size_t place, bool rotated) const {
  const std::string_view* section = opened_section(place, Section::event);
  const Result<Event> event =
      section == nullptr ? tl::unexpected(Problem{}) : decode_event(headers_[place].kind(), *section);
  if (!event) return std::nullopt;
  const Optional& note = rotated ? std::get<KeyMade>(*event).note : std::get<Epoch>(*event).note;
  std::optional<SignerChange> change = read_signer_note(note.value_or(""), &verify_signature);
  if (!change) return std::nullopt;
  const std::string base = change->before.name.substr(0, change->before.name.find("/epoch-"));
  const bool named = rotated ? std::get<KeyMade>(*event).verifier_key == format_verifier_key(change->after) &&
                                   std::get<KeyMade>(*event).before == format_verifier_key(change->before) &&
                                   change->before.name == change->after.name
                             : std::get<Epoch>(*event).verifier_key == format_verifier_key(change->after) &&
                                   change->before.name != change->after.name && of_log(change->after.name, base);
  return named ? change : std::nullopt;
}

}  // namespace caveat::audit
