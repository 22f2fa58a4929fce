// Verification of a package: what verify_package does, a claim a step. Each says in its claim what it found, and leaves to those behind it what
// they stand on.
//
//   verify_members.cc    1, 3–5, 10   whole, the manifest, the digests of the members, the checkpoint, the page
//   verify_signer.cc     2, of 5      who signed, and whether he was the log's signer then
//   verify_headers.cc    6, 7         the headers, and that they are the signed tree's
//   verify_opened.cc     8, 9         what is opened, and its counts
//   verify_closings.cc   11           the days that ended
//   verify_packs.cc      16           the packs that it brings along
//   verify_package.cc    12, 13 …     the export's receipt, what no package can show; and their order
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/log/checkpoint.h"
#include "audit/log/signers.h"
#include "audit/phrases.h"
#include "audit/record/events.h"
#include "audit/record/header_view.h"
#include "audit/record/tally.h"
#include "audit/report/manifest.h"
#include "audit/report/model.h"
#include "audit/report/number.h"
#include "audit/report/package.h"
#include "audit/report/packs.h"
#include "audit/report/verify_package.h"

namespace caveat::audit {

std::string in_words(const Problem& problem, Language language = Language::en);
Problem expected(Words what);

struct Refusal {
  std::string en, zh;
};

// The headers of the range, where the members were read to: all bundles but the last are full.
class Headers {
 public:
  void add(std::vector<HeaderView> bundle) {
    size_ += bundle.size();
    bundles_.push_back(std::move(bundle));
  }
  const HeaderView& operator[](std::size_t place) const { return bundles_[place / kBundle][place % kBundle]; }
  const HeaderView& front() const { return bundles_.front().front(); }
  const HeaderView& back() const { return bundles_.back().back(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::vector<std::vector<HeaderView>> bundles_;
  std::size_t size_ = 0;
};

// Each claim is a step; what stands on a refuted one is "not checked, because", never shown.
class Verification {
 public:
  Verification(MemberViews members, const PackageVerifyOptions& options)
      : members_(std::move(members)), options_(options) {}

  PackageReport run(std::optional<Problem> archive) {
    report_.key_given = !options_.keys.empty();
    whole(std::move(archive));
    signer();
    manifest();
    digests();
    checkpoint();
    headers();
    tree();
    opened();
    signer_of_that_size();
    recount();
    page();
    closings();
    receipt();
    beyond();
    packs();
    if (members_good_) at(Stage::done, 0, 1);
    return std::move(report_);
  }

 private:
  Claim& claim(const char* en, const char* zh) {
    Claim& made = report_.claims.emplace_back();
    made.number = static_cast<int>(report_.claims.size());
    made.en = en;
    made.zh = zh;
    return made;
  }
  // What takes time, in shares of about the same length.
  enum class Stage : std::uint8_t { members, headers, opened, counts, done };
  void at(Stage stage, std::uint64_t done, std::uint64_t of) const {
    constexpr std::uint64_t kShare = 1'000;
    if (options_.progress)
      options_.progress(static_cast<std::uint64_t>(stage) * kShare + done * kShare / std::max<std::uint64_t>(of, 1),
                        static_cast<std::uint64_t>(Stage::done) * kShare);
  }
  static void good(Claim& claim) { claim.shown = Shown::yes; }
  static void bad(Claim& claim, std::string en, std::string zh) {
    claim.shown = Shown::no;
    claim.why_en = std::move(en);
    claim.why_zh = std::move(zh);
  }
  static void open(Claim& claim, std::string en, std::string zh) {
    claim.shown = Shown::not_checked;
    claim.why_en = std::move(en);
    claim.why_zh = std::move(zh);
  }
  static void stands_on(Claim& claim, int other) {
    open(claim, "claim " + std::to_string(other) + " failed", "第 " + std::to_string(other) + " 项未通过");
  }
  const std::string_view* member(std::string_view name) const {
    const auto found =
        std::lower_bound(members_.begin(), members_.end(), name,
                         [](const MemberView& one, std::string_view wanted) { return one.name < wanted; });
    return found == members_.end() || found->name != name ? nullptr : &found->bytes;
  }
  std::vector<MemberView> members_of(std::string_view folder) const {  // by name
    std::vector<MemberView> found;
    std::copy_if(members_.begin(), members_.end(), std::back_inserter(found),
                 [&](const MemberView& one) { return one.name.starts_with(folder); });
    return found;
  }

  // verify_members.cc
  void whole(std::optional<Problem> archive);

  // verify_signer.cc
  void signer();
  std::vector<std::string> signer_notes() const;
  void signer_of_that_size();
  std::optional<SignerChange> change_of(std::size_t place, bool rotated) const;

  // verify_members.cc
  void manifest();
  static const char* never_written(const Manifest& said);
  void digests();
  void checkpoint();

  // verify_headers.cc
  void headers();
  void tree();

  // verify_opened.cc
  void opened();
  std::optional<Refusal> open_member(const MemberView& member, std::size_t which);
  std::optional<Refusal> open_record(const std::string& name, std::size_t which, const OpenedView& parts,
                                     std::optional<std::uint64_t>& bundle);
  std::optional<std::span<const SectionView>> opened_sections(std::size_t place) const;
  const std::string_view* opened_section(std::size_t place, Section wanted) const;
  std::optional<Refusal> opened_otherwise(std::size_t place) const;
  void recount();

  // verify_members.cc
  void page();

  // verify_closings.cc
  void closings();
  static std::string quarter_of(Microseconds time);
  std::set<std::string> quarters_without_keys() const;
  Tally tally_of(const IndexRange& records) const;

  // verify_packs.cc
  void packs();
  std::optional<Refusal> compile(const std::map<Digest, PackToCompile>& here, Refusal& unchecked) const;

  // verify_package.cc
  void receipt();
  void beyond();

  // verify_members.cc
  static std::string_view first_line(std::string_view text);

  const MemberViews members_;
  const PackageVerifyOptions& options_;
  PackageReport report_;
  bool whole_ = true, signed_ = false, members_good_ = false, headers_good_ = false, tree_good_ = false,
       opened_good_ = false;
  std::optional<VerifierKey> key_;
  std::optional<Manifest> manifest_;
  std::optional<Checkpoint> checkpoint_;
  Headers headers_;
  std::vector<Digest> leaves_;  // their hashes
  struct Opened {
    static constexpr std::uint32_t kSealed = ~std::uint32_t{0};
    std::uint32_t member = kSealed, begin = 0, count = 0;  // ArchiveLimits hold all of them
  };
  std::vector<Opened> opened_;                      // by place in the range: where its sections are
  std::vector<std::vector<SectionView>> sections_;  // by member
  std::optional<ReportModel> model_;
};

}  // namespace caveat::audit
