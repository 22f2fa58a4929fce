#include "audit/log/verify.h"

#include <algorithm>
#include <map>
#include <set>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/about.h"
#include "audit/log/high_water.h"
#include "audit/record/decode.h"

namespace caveat::audit {

std::string_view name(Anchor anchor) {
  switch (anchor) {
    case Anchor::unanchored:
      return "unanchored";
    case Anchor::anchored:
      return "anchored";
    case Anchor::diverged:
      return "diverged";
    case Anchor::invalid:
      return "invalid";
  }
  return "unknown";
}

namespace {

std::string words(const Problem& problem) {
  if (problem.items.empty()) return std::string(problem.code->name);
  const ProblemItem& item = problem.items.front();
  std::string text = "expected " + item.expected;
  if (!item.path.empty()) text = "at " + item.path + ": " + text;
  if (!item.found.empty()) text += ", found " + item.found;
  return text;
}

class Verification {
 public:
  Verification(const LogReader& reader, const VerifyOptions& options)
      : reader_(reader), store_(reader.store()), options_(options) {}

  VerifyReport run() {
    report_.size = reader_.size();
    report_.origin = reader_.origin();
    schema();
    about();
    checkpoints_by_size();
    headers();
    tiles();
    bodies();
    tags_and_state();
    keys();
    high_water();
    kept();
    if (!report_.findings.empty() && report_.anchor != Anchor::diverged) report_.anchor = Anchor::invalid;
    return std::move(report_);
  }

 private:
  void find(std::string table, std::string row, std::string what) {
    if (report_.findings.size() < options_.max_findings)
      report_.findings.push_back({std::move(table), std::move(row), std::move(what)});
    else
      ++report_.more_findings;
  }
  // A size may be a lie: what is missing is told by name where it is little, else as a range.
  void missing(const std::string& table, std::uint64_t begin, std::uint64_t end) {
    const std::string what = table == "bodies" ? "the body is not there" : "the record is not there";
    if (end - begin > 100)
      find(table, std::to_string(begin) + ".." + std::to_string(end - 1), what);
    else
      for (; begin < end; ++begin) find(table, std::to_string(begin), what);
  }
  void checked(std::string what) { report_.checked.push_back(std::move(what)); }
  void not_checked(std::string what) { report_.not_checked.push_back(std::move(what)); }

  void schema() {
    for (auto& fault : store_.schema_faults()) find("schema", "", std::move(fault));
    checked("the tables are those that Caveat makes, and SQLite finds the file whole");
  }

  void about() {
    const auto rows = store_.about_rows();
    if (rows.size() != 1) find("about", "", "it has " + std::to_string(rows.size()) + " rows, expected 1");
    if (rows.size() == 1 && reader_.about() != rows.front()) find("about", "", "its row has not the number 1");
    for (const auto& note : rows) {
      const Result<About> about = parse_about(note);
      if (!about) {
        find("about", "1", words(about.error()));
        continue;
      }
      if (const Result<SignedNote> parsed = parse_note(note);
          parsed && (parsed->signatures.size() != 1 || format_note(*parsed) != note))
        find("about", "1", "it has other signatures than the one that Caveat writes");
      if (!options_.verifier) continue;
      const VerifierKey known[] = {*options_.verifier};
      if (const auto opened = open_note(note, known, &verify_signature); !opened)
        find("about", "1", words(opened.error()));
      if (about->origin != options_.verifier->name)
        find("about", "1", "its origin is " + about->origin + ", the key is for " + options_.verifier->name);
      if (about->suite != "intl") find("about", "1", "its suite is " + about->suite);
    }
  }

  // Reads and judges the notes; roots and times are compared as the headers go by.
  void checkpoints_by_size() {
    report_.signatures_checked = options_.verifier.has_value();
    std::uint64_t previous = 0;
    store_.each_checkpoint([&](const StoredCheckpoint& row) {
      const std::string where = "size " + std::to_string(row.size);
      if (row.tree != kTreeSha256) {
        find("checkpoints", where, "it is of tree " + std::to_string(row.tree) + ", which this log has not");
        return;
      }
      if (row.previous != previous)
        find("checkpoints", where,
             "the one before it is of size " + std::to_string(row.previous) + ", but the table has " +
                 std::to_string(previous) + ": one was dropped, added or changed");
      previous = row.size;
      std::optional<Checkpoint> said;
      if (options_.verifier) {
        const VerifierKey known[] = {*options_.verifier};
        const Result<Checkpoint> opened = open_checkpoint(row.note, known, &verify_signature);
        if (!opened)
          find("checkpoints", where, "its signature or form is bad: " + words(opened.error()));
        else
          said = *opened;
      } else {
        const Result<SignedNote> note = parse_note(row.note);
        const Result<Checkpoint> parsed =
            note ? parse_checkpoint(note->text) : Result<Checkpoint>(tl::unexpected(note.error()));
        if (!parsed)
          find("checkpoints", where, words(parsed.error()));
        else
          said = *parsed;
      }
      if (said && said->size != row.size)
        find("checkpoints", where, "its note is of size " + std::to_string(said->size));
      if (said && said->origin != report_.origin) find("checkpoints", where, "its note is of the log " + said->origin);
      // A note has one spelling: base64 and lines that the parser would take in another form are changes too.
      if (const Result<SignedNote> note = parse_note(row.note); note && format_note(*note) != row.note)
        find("checkpoints", where, "its note is spelt in another way than Caveat writes");
      if (const Result<SignedNote> note = parse_note(row.note); note && note->signatures.size() != 1)
        find("checkpoints", where,
             "its note has " + std::to_string(note->signatures.size()) + " signatures, expected 1");
      if (said && said->size == row.size) expected_.emplace(row.size, Expected{said->root, row.time_us});
    });
    if (options_.verifier)
      checked("every checkpoint is signed by " + options_.verifier->name);
    else
      not_checked("signatures, because no verifier key was given (`--key`, or the key set beside the log)");
  }

  void headers() {
    for (const std::int64_t index : store_.outside(reader_.size()))
      find("headers", std::to_string(index),
           "no checkpoint covers it: it was added, or the newest checkpoint was dropped");
    std::int64_t time = 0;
    std::uint64_t next = 0;
    bool whole = true;
    reader_.each_header(0, reader_.size(), [&](std::uint64_t index, std::string_view leaf) {
      if (index > next) {
        missing("headers", next, index);
        whole = false;
      }
      next = index + 1;
      const std::string row = std::to_string(index);
      const Result<Header> header = decode_header(leaf);
      if (!header) {
        find("headers", row, words(header.error()));
      } else {
        if (header->index != index) find("headers", row, "it says that it is record " + std::to_string(header->index));
        if (header->time_us < time) find("headers", row, "its time is before that of the record above");
        time = std::max(time, header->time_us);
        report_.time_us = time;
      }
      tree_.append(leaf_hash(leaf));
      if (const auto said = expected_.find(index + 1); said != expected_.end() && whole) {
        if (said->second.root != tree_.root()) root_differs(index + 1, false);
        if (header && said->second.time_us != header->time_us)
          find("checkpoints", "size " + std::to_string(index + 1), "its time is not that of its newest record");
      }
      if (options_.progress && index % 1'024 == 0) options_.progress(index, 2 * reader_.size());
    });
    if (next < reader_.size()) {
      missing("headers", next, reader_.size());
      whole = false;
    }
    there_ = tree_.size();
    if (!whole)
      for (const auto& [size, said] : expected_)
        if (size > tree_.size()) root_differs(size, true);
    report_.root = tree_.root();
    checked("every record's header is in its place, in the one form that Caveat writes, with times that never fall");
    checked("the tree over all headers has the root of every checkpoint");
  }

  // Names the first checkpoint only: all later ones differ for the same reason.
  void root_differs(std::uint64_t size, bool dropped) {
    if (root_reported_) return;
    root_reported_ = true;
    std::uint64_t before = 0;
    for (const auto& [other, said] : expected_)
      if (other < size) before = std::max(before, other);
    find("headers", std::to_string(before) + ".." + std::to_string(size - 1),
         dropped
             ? "records are missing, so the tree cannot be rebuilt up to the checkpoint of size " + std::to_string(size)
             : "the tree does not have the root of the checkpoint of size " + std::to_string(size) +
                   ": a header among these was changed, swapped or added, or the checkpoint was");
  }

  void tiles() {
    std::set<std::pair<unsigned, std::uint64_t>> seen;
    store_.each_tile([&](const StoredTile& tile, std::string_view hash) {
      const std::string row = "level " + std::to_string(tile.level) + " position " + std::to_string(tile.position);
      if (tile.tree != kTreeSha256) {
        find("tiles", row, "it is of tree " + std::to_string(tile.tree) + ", which this log has not");
        return;
      }
      seen.insert({tile.level, tile.position});
      if (tile.level < 1 || tile.level > 7 || tile.position >= (there_ >> (8 * tile.level))) {
        find("tiles", row, "the tree has no such complete subtree");
        return;
      }
      try {
        // From headers alone, or a changed tile would prove itself.
        std::vector<Digest> leaves;
        Frontier subtree;
        const std::uint64_t width = std::uint64_t{1} << (8 * tile.level);
        reader_.each_header(tile.position * width, (tile.position + 1) * width,
                            [&](std::uint64_t, std::string_view leaf) { subtree.append(leaf_hash(leaf)); });
        if (hash != view(subtree.root())) find("tiles", row, "it is not the root of its headers");
      } catch (const caveat::Error& error) {
        find("tiles", row, error.what());
      }
    });
    for (unsigned level = 1; level <= 7 && (there_ >> (8 * level)) > 0; ++level)
      for (std::uint64_t position = 0; position < there_ >> (8 * level); ++position)
        if (!seen.contains({level, position}))
          find("tiles", "level " + std::to_string(level) + " position " + std::to_string(position), "it is not there");
    checked("every stored subtree has the root of its headers");
  }

  void bodies() {
    std::uint64_t next = 0;
    store_.each_body([&](std::int64_t number, std::string_view sealed) {
      const std::string row = std::to_string(number);
      if (number < 0 || static_cast<std::uint64_t>(number) >= reader_.size()) {
        find("bodies", row, "there is no such record");
        return;
      }
      const auto index = static_cast<std::uint64_t>(number);
      if (index > next) missing("bodies", next, index);
      next = index + 1;
      const auto leaf = reader_.header(index);
      const Result<Header> header = decode_header(leaf.value_or(""));
      if (!header) return;  // named above
      if (sha256(sealed) != header->body) {
        find("bodies", row, "it is not the body that the header names");
        return;
      }
      if (options_.keys != nullptr) open(*header, sealed, row);
      if (options_.progress && index % 256 == 0) options_.progress(reader_.size() + index, 2 * reader_.size());
    });
    if (next < reader_.size()) missing("bodies", next, reader_.size());
    checked("every sealed body is the one that its header names");
  }

  void open(const Header& header, std::string_view sealed, const std::string& row) {
    const Result<OpenedRecord> opened = open_record(*options_.keys, header, sealed);
    if (!opened) {
      ++report_.bodies_closed;
      find("bodies", row, opened.error().items.empty() ? "it does not open" : opened.error().items.front().expected);
      return;
    }
    report_.bodies_opened = true;
    std::vector<TagValue> tags;
    if (const SectionBytes* search = opened->find(Section::search)) {
      const Result<std::vector<Tag>> decoded = decode_tags(search->encoded);
      if (!decoded) find("bodies", row, "its search section: " + words(decoded.error()));
      if (decoded)
        for (const auto& tag : *decoded) tags.push_back(tag_value(*options_.keys, tag));
    }
    if (commit_tags(opened->tags_salt, tags) != header.tags)
      find("headers", row, "its tags are not those that it commits to");
    for (const auto& tag : tags) ++tags_[{std::string(view(tag)), static_cast<std::int64_t>(header.index)}];
    if (const SectionBytes* changes = opened->find(Section::state)) {
      const Result<std::vector<StateChange>> decoded = decode_changes(changes->encoded);
      if (!decoded) find("bodies", row, "its state section: " + words(decoded.error()));
      if (decoded)
        for (const auto& change : *decoded) apply(change, header.index);
    }
  }

  void apply(const StateChange& change, std::uint64_t index) {
    const StateRow key{change.key.kind, keyed_subject(*options_.keys, change.key),
                       keyed_discriminator(*options_.keys, change.key)};
    if (!change.value) {
      state_.erase(key);
      return;
    }
    StateEntry& entry = state_[key];
    ++entry.version;
    entry.index = index;
    entry.value = *change.value;
  }

  void tags_and_state() {
    if (options_.keys == nullptr) {
      not_checked("what the bodies say, because no keys were given");
      not_checked("search tags, because they are keyed and no keys were given");
      not_checked("the state (windows, holds, idempotency), because it is sealed and no keys were given");
      return;
    }
    checked("every body opens and has the sections that its header commits to");
    store_.each_tag([&](std::string_view tag, std::int64_t index) {
      const auto row = tags_.find({std::string(tag), index});
      if (row == tags_.end() || row->second == 0)
        find("tags", std::to_string(index), "a tag is there that its record does not make");
      else
        --row->second;
    });
    for (const auto& [key, count] : tags_)
      if (count > 0) find("tags", std::to_string(key.second), "a tag of this record is not there");
    checked("every search tag is one that its record makes, and all of them are there");

    store_.each_state([&](const StoredStateRow& row) {
      const std::string where = "kind " + std::to_string(row.kind) + " subject " + hex(row.subject);
      TagValue subject{};
      TagValue discriminator{};
      const auto kind = state_kind_of(row.kind);
      if (!kind || row.subject.size() != subject.size() || row.discriminator.size() != discriminator.size()) {
        find("state", where, "no record makes such a row");
        return;
      }
      std::copy(row.subject.begin(), row.subject.end(), reinterpret_cast<char*>(subject.data()));
      std::copy(row.discriminator.begin(), row.discriminator.end(), reinterpret_cast<char*>(discriminator.data()));
      const auto expected = state_.find(StateRow{*kind, subject, discriminator});
      if (expected == state_.end()) {
        find("state", where, "no record makes such a row");
        return;
      }
      const auto value = open_value(*options_.keys, *kind, subject, discriminator, row.value);
      if (!value)
        find("state", where, "its value does not open");
      else if (*value != expected->second.value)
        find("state", where, "its value is not what the records make it");
      if (row.version != expected->second.version)
        find("state", where,
             "its version is " + std::to_string(row.version) + ", the records make " +
                 std::to_string(expected->second.version));
      if (row.index != expected->second.index)
        find("state", where,
             "it names record " + std::to_string(row.index) + ", it was made by " +
                 std::to_string(expected->second.index));
      state_.erase(expected);
    });
    for (const auto& [key, entry] : state_)
      find("state", "kind " + std::to_string(static_cast<int>(key.kind)) + " subject " + hex(view(key.subject)),
           "the row that record " + std::to_string(entry.index) + " made is not there");
    checked("the state is what the records make it");
  }

  void keys() {
    if (options_.keys == nullptr) return;
    for (const auto& fault : options_.keys->check()) find("keys", fault.table + " " + fault.row, fault.what);
    if (options_.keys->bound_log() != sha256(reader_.about())) find("keys", "key_set 1", "it is bound to another log");
    checked("every key of the key set opens");
  }

  void high_water() {
    if (options_.high_water.empty()) {
      not_checked("the high-water mark, because no key set was given");
      return;
    }
    try {
      const Mark mark = read_high_water(options_.high_water, report_.origin);
      if (mark.one_line_damaged) find("high-water", "", "one of its two lines is damaged");
      if (mark.size > reader_.size() && grew_to(mark)) {
        checked("the log reaches its high-water mark; it grew while it was being verified");
      } else if (mark.size > reader_.size()) {
        find("high-water", std::to_string(mark.size),
             "the log had " + std::to_string(mark.size) + " records and has " + std::to_string(reader_.size()) +
                 ": its end was dropped, or an old copy was put back");
        report_.anchor = Anchor::diverged;
      } else if (tree_.size() == reader_.size() && reader_.root(mark.size) != mark.root) {
        find("high-water", std::to_string(mark.size), "the log's root at this size is another one");
        report_.anchor = Anchor::diverged;
      } else {
        checked("the log reaches its high-water mark");
      }
    } catch (const caveat::Error& error) {
      find("high-water", "", error.what());
    }
  }

  // A writer may have gone on since the snapshot was taken: then the log of now reaches the mark and begins with ours.
  bool grew_to(const Mark& mark) const {
    const auto now = LogReader::open(reader_.path());
    return now->size() >= mark.size && now->root(mark.size) == mark.root && tree_.size() == reader_.size() &&
           now->root(reader_.size()) == tree_.root();
  }

  void kept() {
    if (!options_.kept) {
      not_checked("an anchor from outside, because no kept checkpoint was given");
      return;
    }
    if (!options_.verifier) {
      not_checked("the kept checkpoint, because no verifier key was given");
      return;
    }
    const VerifierKey known[] = {*options_.verifier};
    const Result<Checkpoint> opened = open_checkpoint(*options_.kept, known, &verify_signature);
    if (!opened) {
      find("kept checkpoint", "", words(opened.error()));
      return;
    }
    const std::string row = "size " + std::to_string(opened->size);
    if (opened->size > reader_.size()) {
      find("kept checkpoint", row, "the log has only " + std::to_string(reader_.size()) + " records");
      report_.anchor = Anchor::diverged;
    } else if (tree_.size() != reader_.size() || reader_.root(opened->size) != opened->root) {
      find("kept checkpoint", row, "the log does not begin with this tree");
      report_.anchor = Anchor::diverged;
    } else {
      report_.anchor = Anchor::anchored;
      checked("the log begins with the tree of the kept checkpoint of size " + std::to_string(opened->size));
    }
  }

  struct Expected {
    Digest root{};
    std::int64_t time_us = 0;
  };
  struct StateRow {
    StateKind kind{};
    TagValue subject{}, discriminator{};
    friend auto operator<=>(const StateRow&, const StateRow&) = default;
  };

  const LogReader& reader_;
  StoreReader& store_;
  const VerifyOptions& options_;
  VerifyReport report_;
  Frontier tree_;
  bool root_reported_ = false;
  std::uint64_t there_ = 0;  // headers that were read: loops go by what is there, not by what a row says
  std::map<std::uint64_t, Expected> expected_;
  std::map<std::pair<std::string, std::int64_t>, int> tags_;
  std::map<StateRow, StateEntry> state_;
};

}  // namespace

VerifyReport verify_log(const LogReader& reader, const VerifyOptions& options) {
  return Verification(reader, options).run();
}

}  // namespace caveat::audit
