// The headers of the range: one unbroken run over the period, and exactly those of the signed tree.
#include "audit/log/range.h"
#include "audit/log/tree.h"
#include "audit/record/decode.h"
#include "audit/record/layout.h"
#include "audit/report/verification.h"
#include "audit/report/words.h"
#include "audit/two_lanes.h"

namespace caveat::audit {

namespace {

// Of a decision its verdict and no event; of every other record its event, and nothing of a decision.
bool has_its_sections(const HeaderView& header) {
  if (header.kind() == Kind::decision) return header.commits_to(Section::verdict) && !header.commits_to(Section::event);
  for (int section = static_cast<int>(Section::verdict); section <= static_cast<int>(Section::story); ++section)
    if (header.commits_to(static_cast<Section>(section))) return false;
  return header.commits_to(Section::event);
}

// A member of headers/: lengths and headers, up to the first header that is none.
struct HeaderBundle {
  enum class Ends : std::uint8_t { whole, in_length, in_header };
  Ends ends = Ends::whole;
  std::size_t count = 0;            // by their lengths alone
  std::vector<HeaderView> headers;  // fewer than the count: the one behind them is none
  std::vector<Digest> hashes;
  std::string_view refused;
  std::size_t with_its_sections = 0;  // so many from the first on

  void read(std::string_view bytes) {
    headers.reserve(kBundle);
    hashes.reserve(kBundle);
    bool good = true;
    while (!bytes.empty()) {
      if (bytes.size() < 2) return void(ends = Ends::in_length);
      const std::size_t length =
          static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8 | static_cast<unsigned char>(bytes[1]);
      if (bytes.size() - 2 < length) return void(ends = Ends::in_header);
      if (++count <= kBundle && good) take(bytes.substr(2, length), good);
      bytes.remove_prefix(2 + length);
    }
  }

 private:
  void take(std::string_view leaf, bool& good) {
    if (const std::optional<HeaderView> header = view_header(leaf)) {
      if (with_its_sections == headers.size() && has_its_sections(*header)) ++with_its_sections;
      headers.push_back(*header);
      hashes.push_back(leaf_hash(leaf));
    } else {
      refused = leaf;
      good = false;
    }
  }
};

}  // namespace

// 6
void Verification::headers() {
  Claim& c = claim(
      "The headers are one unbroken run of the log and reach over the whole period: every index once, times never "
      "falling.",
      "记录头连续不断，且覆盖整个期间：每个序号恰有一条，时间从不倒退。");
  if (!checkpoint_) return stands_on(c, members_good_ ? 5 : 4);
  const std::vector<MemberView> all = members_of("headers/");  // sorted, and bundle numbers have six digits
  std::vector<HeaderBundle> bundles(all.size());
  two_lanes(all.size(), [&](std::size_t lane, std::size_t i) {
    if (lane == 0) at(Stage::headers, i, all.size());
    bundles[i].read(all[i].bytes);
  });
  std::size_t count = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string name(all[i].name);
    const HeaderBundle& bundle = bundles[i];
    const std::string expected = headers_member(count / kBundle);
    if (name != expected || count % kBundle != 0)
      return bad(c, name + " stands where " + expected + " was expected", name + " 处应为 " + expected);
    if (bundle.ends == HeaderBundle::Ends::in_length)
      return bad(c, name + " ends within a length", name + " 在长度处中断");
    if (bundle.ends == HeaderBundle::Ends::in_header)
      return bad(c, name + " ends within a header", name + " 在记录头处中断");
    if (bundle.count == 0 || bundle.count > kBundle)
      return bad(c, name + " has " + several(bundle.count, "header", "headers") + ", expected 1 to " + number(kBundle),
                 name + " 有 " + number(bundle.count) + " 条记录头，应为 1 至 " + number(kBundle) + " 条");
    count += bundle.count;
  }
  if (count != manifest_->end - manifest_->first || manifest_->end < manifest_->first)
    return bad(c,
               several(manifest_->end - manifest_->first, "header was", "headers were") + " expected, " +
                   several(count, "is", "are") + " there",
               "应有 " + number(manifest_->end - manifest_->first) + " 条记录头，实有 " + number(count) + " 条");
  leaves_.reserve(count);
  std::uint64_t index = manifest_->first;
  Microseconds before = 0;
  for (HeaderBundle& bundle : bundles) {
    for (std::size_t i = 0; i < bundle.count; ++i, ++index) {
      if (i == bundle.headers.size()) {
        const Result<Header> header = decode_header(bundle.refused);
        const Problem wrong = header ? expected("the one encoding of a header") : header.error();
        return bad(c, "header " + number(index) + ": " + in_words(wrong),
                   "记录头 " + number(index) + "：" + in_words(wrong, Language::zh));
      }
      const HeaderView& header = bundle.headers[i];
      if (header.index() != index)
        return bad(c, "header " + number(header.index()) + " stands in the place of " + number(index),
                   "序号 " + number(index) + " 处是记录头 " + number(header.index()));
      if (i >= bundle.with_its_sections)
        return bad(c, "header " + number(index) + " has other sections than a record of its kind",
                   "记录头 " + number(index) + " 的部分与其类别不符");
      if (header.time_us() < before)
        return bad(c, "time falls at header " + number(index), "时间在记录头 " + number(index) + " 处倒退");
      before = header.time_us();
    }
    leaves_.insert(leaves_.end(), bundle.hashes.begin(), bundle.hashes.end());
    headers_.add(std::move(bundle.headers));
  }
  // Whoever signs could leave out what stands at an end of the period: the record before it and the one behind it tell.
  const ReportQuery& query = manifest_->query;
  if (query.from && query.to && *query.from >= *query.to)
    return bad(c, "the period ends before it begins", "期间的结束不晚于开始");
  if (manifest_->first > 0 && (!query.from || headers_.empty() || headers_.front().time_us() >= *query.from))
    return bad(c, "the run begins at record " + number(manifest_->first) + ", and none from before the period is there",
               "记录头自序号 " + number(manifest_->first) + " 起，其中没有期间之前的记录");
  if (manifest_->end < checkpoint_->size && (!query.to || headers_.empty() || headers_.back().time_us() < *query.to))
    return bad(c, "the run ends before record " + number(manifest_->end) + ", and none from behind the period is there",
               "记录头止于序号 " + number(manifest_->end) + " 之前，其中没有期间之后的记录");
  // And no more than these two: whoever signs would show times and kinds of what nobody asked for.
  if (query.from && count > 1 && headers_[1].time_us() < *query.from)
    return bad(c, "more than one record from before the period is there", "期间之前的记录多于一条");
  if (query.to && count > 1 && headers_[count - 2].time_us() >= *query.to)
    return bad(c, "more than one record from behind the period is there", "期间之后的记录多于一条");
  // The time of the checkpoint is that of its newest record, and dates the whole report.
  const bool to_the_end = manifest_->end == checkpoint_->size;
  const Microseconds newest = headers_.empty() ? 0 : headers_.back().time_us(), said = manifest_->log.checkpoint_time;
  if (to_the_end ? said != newest : said < newest || said >= kTimeEnd)
    return bad(c,
               "the last record here is of " + format_instant(newest, 0) + ", checkpoint_time of the manifest says " +
                   format_instant(said, 0),
               "此处最后一条记录的时间为 " + format_instant(newest, 0) + "，清单的 checkpoint_time 为 " +
                   format_instant(said, 0));
  headers_good_ = true;
  good(c);
  if (to_the_end) return;
  c.why_en = "the time of the checkpoint (" + format_instant(said, 0) +
             ") is the signer's word, but for that it is not before the last record here: its newest one is not in "
             "this package";
  c.why_zh = "检查点时间（" + format_instant(said, 0) +
             "）仅以签署者所述为准，只能核查其不早于此处最后一条记录：检查点的最新记录不在本证据包中";
}

// 7
void Verification::tree() {
  Claim& c =
      claim("Exactly these headers stand at these places of the signed tree: none was left out, added or changed.",
            "签名树中这些位置上恰好是这些记录头：无遗漏、无添加、无改动。");
  if (!headers_good_) return stands_on(c, checkpoint_ ? 6 : 5);
  const Result<std::vector<Digest>> proof = read_proof(*member("proofs.json"));
  if (!proof) return bad(c, in_words(proof.error()), in_words(proof.error(), Language::zh));
  if (write_proof(*proof) != *member("proofs.json"))
    return bad(c, "proofs.json is spelt in another way than Caveat writes", "proofs.json 的写法与 Caveat 不同");
  if (leaves_.empty()) {
    if (!proof->empty()) return bad(c, "proofs.json has hashes for no header", "没有记录头，proofs.json 却载有哈希");
    if (checkpoint_->root != empty_root())
      return bad(c, "the root that was signed is not that of a tree without a leaf", "签署的根哈希不是空树的根哈希");
    return open(c, "the log has no record yet", "日志中尚无记录");
  }
  const std::optional<Digest> root = root_from_range(manifest_->first, leaves_, checkpoint_->size, *proof);
  if (!root || *root != checkpoint_->root)
    return bad(
        c,
        "the root that follows from the headers is " + (root ? hex(*root) : std::string("none")) + ", signed was " +
            hex(checkpoint_->root),
        "由记录头算得的根哈希为 " + (root ? hex(*root) : std::string("无")) + "，签署的是 " + hex(checkpoint_->root));
  tree_good_ = true;
  good(c);
}

}  // namespace caveat::audit
