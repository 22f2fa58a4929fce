// Claim 9: search tags.
#include <map>
#include <set>

#include "audit/log/verification.h"
#include "audit/record/decode.h"

namespace caveat::audit {

Result<std::vector<TagValue>> LogVerification::tags_of(const OpenedRecord& opened) const {
  std::vector<TagValue> tags;
  const SectionBytes* search = opened.find(Section::search);
  if (search == nullptr) return tags;
  const Result<std::vector<Tag>> decoded = decode_tags(search->encoded);
  if (!decoded) return tl::unexpected(decoded.error());
  for (const auto& tag : *decoded) tags.push_back(tag_value(*options_.keys, tag));
  return tags;
}

std::uint64_t LogVerification::tag_sum(std::string_view tag) const {
  const Digest digest = secret_digest(tag);
  std::uint64_t sum = 0;
  for (int i = 0; i < 8; ++i) sum = sum << 8 | digest[static_cast<std::size_t>(i)];
  return sum;
}

// Of each record a sum of the tags that it makes, from which those that are there are taken again: only where something is left are
// they looked at one by one. All tags of a large log at once would be most of what a verification takes of memory.
void LogVerification::tags() {
  if (options_.keys == nullptr) return;
  const auto in_the_log = [&](std::int64_t index) {
    return index >= 0 && static_cast<std::uint64_t>(index) < tag_sums_.size();
  };
  const auto is_closed = [&](std::int64_t index) {
    return index >= 0 && closed_.contains(static_cast<std::uint64_t>(index));
  };
  std::set<std::int64_t> differ;  // what is merged of them: named only where it is not what was merged that was changed
  store_.each_misplaced_tag([&](std::string_view table, std::int64_t index) {
    if (table == "recent_tags")
      differ.insert(index);
    else
      find(kTags, std::string(table), std::to_string(index),
           {"a tag of this record is not where it is looked for", "该记录的标签不在应查之处"});
  });
  const auto differing = [&] {
    for (const std::int64_t index : differ)
      find(kTags, "recent_tags", std::to_string(index),
           {"of its tags those that block_tags has already are not the same there",
            "已并入 block_tags 的标签与此处不符"});
  };
  bool stray = !tags_beyond_.empty();
  store_.each_tag([&](std::string_view, std::string_view tag, std::int64_t index) {
    if (is_closed(index)) return;
    if (in_the_log(index))
      tag_sums_[static_cast<std::size_t>(index)] -= tag_sum(tag);
    else
      stray = true;
  });
  TagRows made = std::move(tags_beyond_);
  for (std::uint64_t index = 0; index < tag_sums_.size(); ++index) {
    if (tag_sums_[index] == 0) continue;
    stray = true;
    const Result<OpenedRecord> opened = reader_.open_body(*options_.keys, index);
    const Result<std::vector<TagValue>> tags = opened ? tags_of(*opened) : tl::unexpected(opened.error());
    if (!tags) continue;
    for (const TagValue& tag : *tags) ++made[{std::string(view(tag)), static_cast<std::int64_t>(opened->header.index)}];
  }
  if (!stray) return differing();
  std::map<std::int64_t, std::string> strange;
  store_.each_tag([&](std::string_view table, std::string_view tag, std::int64_t index) {
    if (is_closed(index) || (in_the_log(index) && tag_sums_[static_cast<std::size_t>(index)] == 0)) return;
    const auto row = made.find({std::string(tag), index});
    if (row == made.end() || row->second == 0) {
      find(kTags, std::string(table), std::to_string(index),
           {"a tag is there that its record does not make", "存在并非由该记录产生的标签"});
      strange.emplace(index, table);
      if (table == "block_tags") differ.erase(index);
    } else {
      --row->second;
    }
  });
  for (const auto& [key, count] : made) {
    if (count <= 0) continue;
    // Where another one stands in its place it was changed there.
    const auto instead = strange.find(key.second);
    const std::string table =
        instead != strange.end() ? instead->second : std::string(store_.table_of_tag(key.first, key.second));
    find(kTags, table, std::to_string(key.second), {"a tag of this record is not there", "该记录的标签缺失"});
    if (table == "block_tags") differ.erase(key.second);
  }
  differing();
}

}  // namespace caveat::audit
