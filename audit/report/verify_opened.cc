// What is opened: that the headers were committed to it, that it is what a package opens, and its counts.
#include <algorithm>

#include "audit/record/sections.h"
#include "audit/report/package_report.h"
#include "audit/report/verification.h"
#include "audit/report/words.h"
#include "audit/two_lanes.h"

namespace caveat::audit {

namespace {

struct ByIndex {
  bool operator()(const ToldDecision& told, std::uint64_t index) const { return told.index < index; }
  bool operator()(std::uint64_t index, const ToldDecision& told) const { return index < told.index; }
};

}  // namespace

// 8
void Verification::opened() {
  Claim& c = claim("Every section that is opened is the one that its header was committed to.",
                   "每个公开的部分都与其记录头的承诺一致。");
  if (!tree_good_ && !leaves_.empty()) return stands_on(c, headers_good_ ? 7 : 6);
  if (!headers_good_) return stands_on(c, 6);
  const std::vector<MemberView> all = members_of("opened/");
  opened_.resize(headers_.size());
  sections_.resize(all.size());
  std::vector<std::optional<Refusal>> refused(all.size());
  two_lanes(all.size(), [&](std::size_t lane, std::size_t i) {
    if (lane == 0) at(Stage::opened, i, all.size());
    refused[i] = open_member(all[i], i);
  });
  for (std::optional<Refusal>& one : refused)
    if (one) return bad(c, std::move(one->en), std::move(one->zh));
  opened_good_ = true;
  good(c);
}

// Nothing: all that it opens is what the headers were committed to, and stands in opened_. A record has its place in one member
// only, so two of them may be looked at side by side.
std::optional<Refusal> Verification::open_member(const MemberView& member, std::size_t which) {
  const std::string name(member.name);
  std::optional<Refusal> refused;
  OpenedView parts;
  std::optional<std::uint64_t> last, bundle;
  std::string_view rest = member.bytes;
  constexpr std::size_t kUsual = 3 * kBundle;  // of each decision its verdict, rules and digests
  sections_[which].reserve(kUsual);
  const auto good_form = [&] {
    if (!take_opened(rest, parts) || (last && parts.index <= *last)) return false;
    last = parts.index;
    return true;
  };
  while (!refused && (!last || !rest.empty())) {
    if (!good_form()) {
      const Result<std::vector<OpenedParts>> why = decode_bundle(member.bytes);
      const Problem wrong = why ? expected("the one encoding of its records") : why.error();
      return Refusal{name + ": " + in_words(wrong), name + "：" + in_words(wrong, Language::zh)};
    }
    refused = open_record(name, which, parts, bundle);
  }
  // Where it is not even well-formed, that comes first.
  if (refused)
    if (const Result<std::vector<OpenedParts>> why = decode_bundle(member.bytes); !why)
      return Refusal{name + ": " + in_words(why.error()), name + "：" + in_words(why.error(), Language::zh)};
  return refused;
}

// Bundle: the one that a member of this name holds, once it is known.
std::optional<Refusal> Verification::open_record(const std::string& name, std::size_t which, const OpenedView& parts,
                                                 std::optional<std::uint64_t>& bundle) {
  if (parts.index < manifest_->first || parts.index >= manifest_->end)
    return Refusal{name + " holds record " + number(parts.index) + ", which is not of this range",
                   name + " 载有记录 " + number(parts.index) + "，不属于本范围"};
  const std::size_t place = parts.index - manifest_->first;
  if (!bundle && name == opened_member(place / kBundle)) bundle = place / kBundle;
  if (bundle != place / kBundle)
    return Refusal{name + " holds record " + number(parts.index) + ", which belongs to another member",
                   name + " 载有记录 " + number(parts.index) + "，该记录应在另一成员中"};
  std::vector<SectionView>& sections = sections_[which];
  opened_[place] = {.member = static_cast<std::uint32_t>(which),
                    .begin = static_cast<std::uint32_t>(sections.size()),
                    .count = static_cast<std::uint32_t>(parts.sections.size())};
  for (const OpenedSectionView& section : parts.sections) {
    if (!headers_[place].commits_to(section.section, section.commitment()))
      return Refusal{name + ": section " + std::string(audit::name(section.section)) + " of record " +
                         number(parts.index) + " is not the one that was committed to",
                     name + "：记录 " + number(parts.index) + " 的部分 " + std::string(audit::name(section.section)) +
                         " 与承诺不符"};
    sections.push_back({section.section, section.encoded});
  }
  return std::nullopt;
}

std::optional<std::span<const SectionView>> Verification::opened_sections(std::size_t place) const {
  const Opened& at = opened_[place];
  if (at.member == Opened::kSealed) return std::nullopt;
  return std::span(sections_[at.member]).subspan(at.begin, at.count);
}

const std::string_view* Verification::opened_section(std::size_t place, Section wanted) const {
  const auto sections = opened_sections(place);
  if (!sections) return nullptr;
  for (const SectionView& section : *sections)
    if (section.section == wanted) return &section.encoded;
  return nullptr;
}

// Whoever signs may keep back which rules decided, or show what others were told, and have page and counts fit.
std::optional<Refusal> Verification::opened_otherwise(std::size_t place) const {
  const auto sections = opened_sections(place);
  if (!sections) return std::nullopt;
  const HeaderView& header = headers_[place];
  const auto expected = sections_to_open(manifest_->query, header, place + 1 == headers_.size());
  if (std::equal(sections->begin(), sections->end(), expected.begin(), expected.end(),
                 [](const SectionView& one, Section section) { return one.section == section; }))
    return std::nullopt;
  const std::string record = number(header.index());
  if (opened_section(place, Section::story) != nullptr && manifest_->query.tells_of_others(header))
    return Refusal{"the story of decision " + record + " is opened, and tells of others than the customer asked for",
                   "决定 " + record + " 的详述已公开，其中涉及所查客户以外的人"};
  for (const Section section : expected)
    if (opened_section(place, section) == nullptr && header.commits_to(section))
      return Refusal{"decision " + record + " is opened without its " + std::string(name(section)),
                     "决定 " + record + " 已公开，但其部分 " + std::string(name(section)) + " 未公开"};
  for (const SectionView& one : *sections)  // stories are those of the sample
    if (one.section != Section::story && std::find(expected.begin(), expected.end(), one.section) == expected.end())
      return Refusal{
          "section " + std::string(name(one.section)) + " of record " + record +
              " is opened, and a package of this query opens none of it",
          "记录 " + record + " 的部分 " + std::string(name(one.section)) + " 已公开，而此查询的证据包不应公开"};
  return std::nullopt;
}

// 9
void Verification::recount() {
  Claim& c = claim(
      "Opened is what a package opens, no less and no more, and the counts of the manifest are those of the opened "
      "decisions, recounted.",
      "公开的恰为证据包应公开的部分，不少不多；清单中的数量与重新清点所公开的决定一致。");
  if (!opened_good_) return stands_on(c, headers_good_ ? 8 : 6);
  LogFacts facts = manifest_->log;
  facts.checkpoint_note = *member("checkpoint");
  Gathering gathering(manifest_->query, std::move(facts));
  constexpr std::size_t kRanks = 16'384;  // reckoned at a time
  std::vector<Digest> ranks(std::min(kRanks, headers_.size()));
  for (std::size_t begin = 0; begin < headers_.size(); begin += kRanks) {
    at(Stage::counts, begin, headers_.size());
    const std::size_t count = std::min(kRanks, headers_.size() - begin);
    two_lanes((count + kBundle - 1) / kBundle, [&](std::size_t, std::size_t bundle) {
      for (std::size_t i = bundle * kBundle; i < std::min(count, (bundle + 1) * kBundle); ++i)
        ranks[i] = gathering.rank(headers_[begin + i].index());
    });
    for (std::size_t i = 0; i < count; ++i) {
      const HeaderView& header = headers_[begin + i];
      gathering.add(header, header.leaf(), opened_sections(begin + i), &ranks[i]);
    }
  }
  model_ = gathering.finish();
  model_->held = manifest_->packs;
  std::vector<std::size_t> told_of;
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    if (const std::optional<Refusal> wrong = opened_otherwise(i)) return bad(c, wrong->en, wrong->zh);
    if (opened_section(i, Section::story) != nullptr) told_of.push_back(i);
  }
  // Whoever signs could open the stories that he likes: told are those that the seed draws, no other and none of them kept back.
  for (const ToldDecision& told : model_->stories) {
    const std::size_t place = told.index - manifest_->first;
    if (!told.of_others && opened_sections(place) && opened_section(place, Section::story) == nullptr &&
        headers_[place].commits_to(Section::story))
      return bad(c, "the seed draws decision " + number(told.index) + " into the sample, and its story is kept back",
                 "按种子应抽取决定 " + number(told.index) + "，但其详述未公开");
  }
  for (const std::size_t i : told_of)
    if (!std::binary_search(model_->stories.begin(), model_->stories.end(), headers_[i].index(), ByIndex()))
      return bad(c, "decision " + number(headers_[i].index()) + " is told, and the seed does not draw it",
                 "决定 " + number(headers_[i].index()) + " 载有详述，但按种子不应抽取");
  const auto differs = [&](const char* en, const char* zh, std::uint64_t counted, std::uint64_t said) {
    if (counted != said)
      bad(c, std::string(en) + ": recounted " + number(counted) + ", the manifest says " + number(said),
          std::string(zh) + "：重新清点为 " + number(counted) + "，清单为 " + number(said));
    return counted != said;
  };
  if (differs("records of the period", "期间内的记录", model_->records, manifest_->records) ||
      differs("decisions", "决定", model_->population, manifest_->population))
    return;
  for (std::uint8_t verdict = 0; verdict < 5; ++verdict)
    if (differs(("decisions with verdict " + std::string(verdict_name(verdict))).c_str(),
                ("结论为" + std::string(verdict_word(verdict, Language::zh)) + "的决定").c_str(),
                model_->verdicts[verdict], manifest_->verdicts[verdict]))
      return;
  if (model_->seed != manifest_->seed)
    return bad(c, "the seed of the sample is " + model_->seed + ", the manifest says " + manifest_->seed,
               "抽样种子为 " + model_->seed + "，清单为 " + manifest_->seed);
  report_.sealed = model_->sealed;
  if (!manifest_->query.customer.empty()) {
    report_.customer_ids = manifest_->query.subjects.size();
    report_.others = model_->others;
  }
  std::string en, zh;
  const auto untold = [&](const std::string& more_en, const std::string& more_zh) {
    en += (en.empty() ? "" : "; ") + more_en;
    zh += (zh.empty() ? "" : "；") + more_zh;
  };
  if (model_->sealed > 0)
    untold(several(model_->sealed, "decision is sealed: it is", "decisions are sealed: they are") +
               " in the tree, but what was decided is not opened",
           number(model_->sealed) + " 个决定未公开：它们在树中，但内容未打开");
  else if (model_->unreadable > 0)
    untold(several(model_->unreadable, "decision is", "decisions are") + " opened without a verdict that can be read",
           number(model_->unreadable) + " 个决定已公开，但其中没有可读的结论");
  if (report_.customer_ids)
    untold(by_the_banks_word(*report_.customer_ids, report_.others, Language::en),
           by_the_banks_word(*report_.customer_ids, report_.others, Language::zh));
  if (const ReportQuery& query = manifest_->query; !query.alias.empty())
    untold("that " + query.alias + " is " + query.rule + " by another name is the bank's word",
           query.alias + " 与 " + query.rule + " 为同一规则，仅以银行所述为准");
  if (model_->sealed > 0 || model_->unreadable > 0 || report_.others > 0) return open(c, std::move(en), std::move(zh));
  good(c);
  c.why_en = std::move(en);
  c.why_zh = std::move(zh);
}

}  // namespace caveat::audit
