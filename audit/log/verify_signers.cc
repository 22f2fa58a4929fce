// Claims 2 and 3: who signed what.
#include <algorithm>

#include "audit/log/about.h"
#include "audit/log/signers.h"
#include "audit/log/verification.h"

namespace caveat::audit {

void LogVerification::about() {
  const auto rows = store_.about_rows();
  if (rows.size() != 1)
    find(kAbout, "about", "",
         {"it has " + several(rows.size(), "row", "rows") + ", expected 1",
          "应有 1 行，实有 " + std::to_string(rows.size()) + " 行"});
  if (rows.size() == 1 && reader_.about() != rows.front())
    find(kAbout, "about", "", {"its row has not the number 1", "该行编号不是 1"});
  if (!options_.verifier)
    not_checked(kAbout, "no verifier key was given (`--key`, or the key set beside the log)",
                "未提供验证公钥（`--key`，或日志旁的密钥目录）");
  for (const auto& note : rows) {
    const Result<About> about = parse_about(note);
    if (!about) {
      find(kAbout, "about", "1", text(about.error()));
      continue;
    }
    if (const Result<SignedNote> parsed = parse_note(note);
        parsed && (parsed->signatures.size() != 1 || format_note(*parsed) != note))
      find(kAbout, "about", "1", {"it has other signatures than the one that Caveat writes", "签名与 Caveat 所写不同"});
    if (about->suite != "intl")
      find(kAbout, "about", "1", {"its suite is " + about->suite, "算法套件为 " + about->suite});
    if (signers_.empty()) continue;
    about_signer_ = signer_of(note);
    if (const auto opened = open_note(note, signers_, options_.check); !opened) {
      if (about_signer_ && !about_signer_->place)
        about_refused_ = text(opened.error());  // unless the log has had another key: `signers` knows
      else
        find(kAbout, "about", "1", text(opened.error()));
    }
    const std::string& name = about_signer_ && about_signer_->place ? about_signer_->name : signers_.front().name;
    if (about_signer_ && about_signer_->place ? about->origin != name : !of_log(name, about->origin))
      find(kAbout, "about", "1",
           {"its origin is " + about->origin + ", the key is for " + name,
            "日志名称为 " + about->origin + "，公钥属于 " + name});
  }
}

// Nothing: it is no note, or has not one signature.
std::optional<LogVerification::Signer> LogVerification::signer_of(std::string_view note) const {
  const Result<SignedNote> parsed = parse_note(note);
  if (!parsed || parsed->signatures.size() != 1) return std::nullopt;
  Signer signer{parsed->signatures.front().name, parsed->signatures.front().id, std::nullopt};
  for (std::size_t i = 0; i < signers_.size(); ++i)
    if (signers_[i].name == signer.name && signers_[i].id == signer.id) signer.place = i;
  return signer;
}

// Reads and judges the notes; roots, times and signers are compared as the headers go by.
void LogVerification::checkpoints_by_size() {
  report_.signatures_checked = options_.verifier.has_value();
  std::uint64_t previous = 0;
  store_.each_checkpoint([&](const StoredCheckpoint& row) {
    const std::string where = "size " + std::to_string(row.size);
    if (row.tree != kTreeSha256) {
      find(kSignatures, "checkpoints", where,
           {"it is of tree " + std::to_string(row.tree) + ", which this log has not",
            "属于树 " + std::to_string(row.tree) + "，本日志没有该树"});
      return;
    }
    if (row.previous != previous)
      find(kSignatures, "checkpoints", where,
           {"the one before it is of size " + std::to_string(row.previous) + ", but the table has " +
                std::to_string(previous) + ": one was dropped, added or changed",
            "所记的前一个大小为 " + std::to_string(row.previous) + "，表中为 " + std::to_string(previous) +
                "：有检查点被删除、添加或改动"});
    previous = row.size;
    sizes_.insert(row.size);
    const Result<SignedNote> note = parse_note(row.note);
    // A note has one spelling: base64 and lines that the parser would take in another form are changes too.
    if (note && format_note(*note) != row.note)
      find(kSignatures, "checkpoints", where,
           {"its note is spelt in another way than Caveat writes", "说明的写法与 Caveat 不同"});
    if (note && note->signatures.size() != 1)
      find(kSignatures, "checkpoints", where,
           {"its note has " + several(note->signatures.size(), "signature", "signatures") + ", expected 1",
            "应有 1 个签名，实有 " + std::to_string(note->signatures.size()) + " 个"});
    std::optional<Checkpoint> said;
    const Signer signer = signer_of(row.note).value_or(Signer{});
    if (options_.verifier && note && note->signatures.size() == 1 && !signer.place) {
      const Result<Checkpoint> parsed = parse_checkpoint(note->text);
      if (!parsed)
        find(kSignatures, "checkpoints", where, text(parsed.error()));
      else
        said = *parsed;
      if (said && said->origin != signer.name)
        find(kSignatures, "checkpoints", where,
             {"its note is of the log " + said->origin, "说明属于日志 " + said->origin});
      strangers_.push_back(row.size);
    } else if (options_.verifier) {
      Result<Checkpoint> opened = open_checkpoint(row.note, signers_, options_.check);
      if (!opened) {
        find(kSignatures, "checkpoints", where,
             {"its signature or form is bad: " + words(opened.error(), Language::en),
              "签名或形式有误（" + words(opened.error(), Language::zh) + "）"});
      } else {
        said = *opened;
        if (said->origin != signer.name)
          find(kSignatures, "checkpoints", where,
               {"its note is of the log " + said->origin, "说明属于日志 " + said->origin});
      }
    } else {
      const Result<Checkpoint> parsed =
          note ? parse_checkpoint(note->text) : Result<Checkpoint>(tl::unexpected(note.error()));
      if (!parsed)
        find(kSignatures, "checkpoints", where, text(parsed.error()));
      else
        said = *parsed;
      if (said && !of_log(said->origin, report_.origin))
        find(kSignatures, "checkpoints", where,
             {"its note is of the log " + said->origin, "说明属于日志 " + said->origin});
    }
    if (said && said->size != row.size)
      find(kSignatures, "checkpoints", where,
           {"its note is of size " + std::to_string(said->size), "说明中的大小为 " + std::to_string(said->size)});
    if (said && said->size == row.size) expected_.emplace(row.size, Expected{said->root, row.time_us, signer});
  });
  if (!options_.verifier)
    not_checked(kSignatures, "no verifier key was given (`--key`, or the key set beside the log)",
                "未提供验证公钥（`--key`，或日志旁的密钥目录）");
}

// Signatures by keys that nobody named. Where a named key signed that the log's key changed, the others may be as good: what they
// signed is not checked. Before the last checkpoint by a named key that takes any record of a change; behind it, the record that this
// very checkpoint ends with. An epoch is signed by the next key alone: whoever can write the file can begin one. Else the signature
// is none.
void LogVerification::signers() {
  // What the table says of the row before is signed by nobody. But who signs next is told by these records, and the checkpoint that
  // ends with one is the last or the first of a signer.
  for (const std::uint64_t index : changes_)
    if (!sizes_.contains(index + 1))
      find(kSignatures, "checkpoints", "size " + std::to_string(index + 1),
           {"it is not there: record " + std::to_string(index) +
                " names another signer, and the checkpoint that ends with it was dropped",
            "缺失：记录 " + std::to_string(index) + " 指明新的签署者，以它结尾的检查点被删除"});
  if (about_differs_ && !about_refused_)
    find(kAbout, "about", "1",
         {"it is signed by another key than the first checkpoint", "签署的密钥与首个检查点的不同"});
  if (strangers_.empty() && !about_refused_) return;
  std::uint64_t signed_to = 0;  // by a key that was named: its checkpoint covers all before it
  for (const auto& [size, said] : expected_)
    if (said.signer.place) signed_to = size;
  const auto changed =
      std::find_if(changes_.begin(), changes_.end(), [&](std::uint64_t index) { return index < signed_to; });
  const bool may_go_on = signed_to > 0 && rotations_.contains(signed_to - 1);
  const Text none{"its signature or form is bad: expected a signature by a known key",
                  "签名或形式有误（expected a signature by a known key）"};
  for (const std::uint64_t size : strangers_) {
    if (size < signed_to ? changed != changes_.end() : may_go_on) continue;
    const auto epoch = std::find_if(changes_.begin(), changes_.end(), [&](std::uint64_t index) {
      return index >= signed_to && index < size && !rotations_.contains(index);
    });
    const std::string where = "size " + std::to_string(size);
    if (signed_to == 0 || epoch == changes_.end())
      find(kSignatures, "checkpoints", where, none);
    else
      find(kSignatures, "checkpoints", where,
           {"it is by a key that nobody named. Record " + std::to_string(*epoch) +
                " says that a new epoch began there, but no key that was named signed that: if the bank says so too, "
                "have the key of that epoch from it, not from whoever brought the log, and name it by a further "
                "`--key`",
            "由未指定的公钥签署。记录 " + std::to_string(*epoch) +
                " 称新纪元由此开始，但没有任何指定的公钥签署该记录：若银行也如此确认，请向银行（而非提供日志者）"
                "取得该纪元的公钥，并再以 `--key` 指定"});
  }
  if (about_refused_ && (about_differs_ || changed == changes_.end())) find(kAbout, "about", "1", *about_refused_);
  if (changed == changes_.end()) return;
  const std::string change = std::to_string(*changed);
  if (about_refused_ && !about_differs_)
    not_checked(
        kAbout,
        ("it is signed by " + about_signer_->words() + ", which nobody named. The log's key changed with record " +
         change + ": name that one too by a further `--key`")
            .c_str(),
        ("说明由 " + about_signer_->words() + " 签署，而该公钥未被指定。日志的密钥自记录 " + change +
         " 起更换：请再以 `--key` 指定该公钥")
            .c_str());
  if (strangers_.empty()) return;
  report_.signatures_checked = false;
  const std::string count = std::to_string(strangers_.size()), first = std::to_string(strangers_.front());
  const auto by = expected_.find(strangers_.front());
  const std::string key = by == expected_.end() ? std::string("?") : by->second.signer.words();
  not_checked(
      kSignatures,
      (several(strangers_.size(), "checkpoint", "checkpoints") + " from size " + first +
       (strangers_.size() == 1 ? " on is signed by " : " on are signed by ") + key +
       " or others that nobody named. The log's key changed with record " + change +
       ": name each of its keys by a further `--key`, as you had it from the bank and not from whoever brought the "
       "log, or have the key set at hand, whose notes lead from one key to the next")
          .c_str(),
      ("自大小 " + first + " 起有 " + count + " 个检查点由 " + key + " 等未指定的公钥签署。日志的密钥自记录 " + change +
       " 起更换：请再以 `--key` "
       "逐一指定其公钥（须由银行而非提供日志者给出），或提供密钥目录，其中的说明由一把公钥引至下一把")
          .c_str());
  if (strangers_.back() > signed_to) unsigned_behind_ = signed_to;
}

// The record that names another signer, where it can be opened.
std::optional<SignerChange> LogVerification::change_at(const LogReader& reader, std::uint64_t index) const {
  if (options_.keys == nullptr) return std::nullopt;
  const Result<OpenedRecord> opened = reader.open_body(*options_.keys, index);
  const SectionBytes* section = opened ? opened->find(Section::event) : nullptr;
  if (section == nullptr) return std::nullopt;
  const Kind kind = opened->header.context.kind;
  const Result<Event> event = decode_event(kind, section->encoded);
  if (!event || (kind != Kind::key_rotated && kind != Kind::epoch)) return std::nullopt;
  return read_signer_note(
      (kind == Kind::epoch ? std::get<Epoch>(*event).note : std::get<KeyMade>(*event).note).value_or(""),
      options_.check);
}

LogVerification::End LogVerification::end_of(const LogReader& reader) const {
  const std::optional<std::string> note = reader.checkpoint();
  const std::optional<Signer> by = note ? signer_of(*note) : std::nullopt;
  if (!by || !by->place || *by->place + 1 == signers_.size()) return End::by_the_last;  // or is none: `signers` judges
  const Result<Header> header = decode_header(reader.header(reader.size() - 1).value_or(""));
  if (!header || header->context.kind != Kind::key_rotated) return End::before_it;
  const std::optional<SignerChange> change = change_at(reader, reader.size() - 1);
  if (!change) return End::unread;
  const VerifierKey& before = signers_[*by->place];
  return change->before == before && change->after == signers_.back() ? End::in_its_name : End::before_it;
}

// A writer may have changed the key since the snapshot was taken, and the key set was read after it.
bool LogVerification::went_on() const {
  const auto now = LogReader::open(reader_.path());
  const std::optional<std::string> note = now->checkpoint();
  return now->size() > reader_.size() && note && open_checkpoint(*note, signers_, options_.check) &&
         end_of(*now) != End::before_it && tree_.size() == reader_.size() && now->root(reader_.size()) == tree_.root();
}

// A key is changed also because it leaked. Whoever has the one before can sign any log, and end it with the record of the change,
// whose note is in every package: only what the newer one signed, or one that somebody vouches for, is what the bank says.
void LogVerification::last_signer() {
  if (!options_.verifier || reader_.size() == 0) return;
  const End end = end_of(reader_);
  const std::optional<Signer> newest = signer_of(reader_.checkpoint().value_or(""));
  const std::string last = key_words(signers_.back());
  const auto not_shown = [&](const std::string& en, const std::string& zh) {
    report_.signatures_checked = false;
    if (report_.claims[kSignatures].shown == Shown::yes) not_checked(kSignatures, en.c_str(), zh.c_str());
  };
  if (end != End::by_the_last) {
    const VerifierKey& by = signers_[*newest->place];
    const auto is_led_back = [&](const VerifierKey& key) {
      return std::find(options_.led_back.begin(), options_.led_back.end(), key) != options_.led_back.end();
    };
    if (end == End::unread || (end == End::in_its_name && is_led_back(by))) {
      std::uint64_t signed_to = 0;  // by somebody whose key is later than any that a note only leads back to
      for (const auto& [size, said] : expected_)
        if (said.signer.place && !is_led_back(signers_[*said.signer.place])) signed_to = size;
      if (signed_to < reader_.size()) unsigned_behind_ = std::min(unsigned_behind_.value_or(signed_to), signed_to);
      not_shown("the log ends where its key was changed, and by " + key_words(by) + ": " + last +
                    ", which came after, has signed nothing in it. Name the one before it too by a further `--key`, as "
                    "you had it from the bank, or verify again once the log has gone on",
                "日志止于密钥更换之处，由 " + key_words(by) + " 签署：其后的 " + last +
                    " 尚未签署任何内容。请再以 `--key` 指定由银行提供的前一公钥，或待日志续写后再核验");
    } else if (end == End::before_it && !went_on())
      find(
          kSignatures, "checkpoints", "size " + std::to_string(reader_.size()),
          {"it is the newest and by " + key_words(by) + ", whose place " + last +
               " took: the log was put back from before that, or went on under a key that was retired" +
               (options_.copy ? ". A copy taken before the key was changed is checked with the keys of then "
                                "(`--keys`), or taken anew together with those of now"
                              : ""),
           "这是最新的检查点，由 " + key_words(by) + " 签署，而该密钥已由 " + last +
               " 取代：日志被换回更换之前的副本，或以已停用的密钥续写" +
               (options_.copy ? "。更换密钥之前取出的副本，应以当时的密钥目录核验（`--keys`），或与现用密钥一并重新取出"
                              : "")});
  }
  for (const VerifierKey& key : options_.unplaced) {
    const auto is = [&](const std::optional<Signer>& one) { return one && one->place && signers_[*one->place] == key; };
    if (is(about_signer_) || (end == End::in_its_name && key == signers_.back()) ||
        std::any_of(expected_.begin(), expected_.end(), [&](const auto& one) { return is(one.second.signer); }))
      continue;
    not_shown(key_words(key) + ", which was named, signed no checkpoint: the log ends before it, or never had it",
              "指定的 " + key_words(key) + " 未签署任何检查点：日志止于启用该公钥之前，或从未使用过它");
  }
}

// Who signs next is told by the note in the record, signed by both, and must be whoever did. Whom an epoch took over from may have
// signed only what was lost.
void LogVerification::names_signer(const Event& event, std::uint64_t index, const std::string& row) {
  const Epoch* epoch = std::get_if<Epoch>(&event);
  if (epoch != nullptr && !epoch->verifier_key && !epoch->note) return;  // of before epochs had keys of their own
  const KeyMade* made = std::get_if<KeyMade>(&event);
  const std::string line = made != nullptr ? made->verifier_key : epoch->verifier_key.value_or("");
  const auto change = read_signer_note((made != nullptr ? made->note : epoch->note).value_or(""), options_.check);
  const auto by = [&](auto checkpoint, const VerifierKey& key) {
    return checkpoint == expected_.end() ||
           (checkpoint->second.signer.name == key.name && checkpoint->second.signer.id == key.id);
  };
  // An epoch may have come between, with a key of its own: its record is judged as this one is.
  const auto ends_with_epoch = [&](auto checkpoint) {
    if (checkpoint == expected_.end() || checkpoint->first == 0) return false;
    const Result<Header> last = decode_header(reader_.header(checkpoint->first - 1).value_or(""));
    return last && last->context.kind == Kind::epoch;
  };
  const auto here = expected_.find(index + 1), next = expected_.upper_bound(index + 1);
  const bool fits = change && format_verifier_key(change->after) == line &&
                    (made == nullptr ? by(here, change->after)
                                     : by(here, change->before) && (by(next, change->after) || ends_with_epoch(next)));
  if (!fits)
    find(kSignatures, "bodies", row,
         {"it names another signer, but by no note that both signed, or not the one that signed the next checkpoint",
          "它指明新的签署者，但所附说明并非由双方签署，或其后的检查点并非由其签署"});
}

}  // namespace caveat::audit
