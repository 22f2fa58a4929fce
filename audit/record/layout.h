// Layout: the numbers of the record format in one place; docs/formats.md says the same in words.
// Never re-used: a key that is given up stays given up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace caveat::audit {

// 0 was written before the formats were settled, and is refused in words.
inline constexpr std::uint64_t kFormat = 1;

namespace header_key {
inline constexpr int kFormat = 1, kSemantics = 2, kKind = 3, kIndex = 4, kTime = 5, kSuite = 6, kAlgorithm = 7,
                     kSubjectKeys = 8, kCommitments = 9, kTags = 10, kBody = 11;
inline constexpr int kCount = 11;
}  // namespace header_key

// The seal context uses the header's numbers for what it shares with it: 1, 2, 3, 6, 7, 8, 9.
inline constexpr int kSealContextCount = 7;

inline constexpr std::size_t kMaxHeaderBytes = 65'535;   // a tlog bundle gives a leaf two bytes of length
inline constexpr std::size_t kMaxSubjects = 1'024;       // recipients of one outreach, and one more
inline constexpr std::size_t kMaxBodyBytes = 16u << 20;  // a request is at most 1 MiB; rendered stories are the rest
inline constexpr std::size_t kSeedBytes = 32;            // random, first in the sealed body

// µs since 1970: the year 10000, which no date can be written of.
inline constexpr std::int64_t kTimeEnd = 253'402'300'800'000'000;

// What is hashed or derived begins with one of these, so that no digest can stand for another.
inline constexpr std::string_view kSectionDomain = "caveat/1/section\n";
inline constexpr std::string_view kTagsDomain = "caveat/1/tags\n";
inline constexpr std::string_view kBodyKeyInfo = "caveat/1/body key";
inline constexpr std::string_view kBodyNonceInfo = "caveat/1/body nonce";
inline constexpr std::string_view kSaltInfo = "caveat/1/salt ";  // and one byte: the section, 0 for the tags
inline constexpr std::string_view kWrapKeyInfo = "caveat/1/wrap key";
inline constexpr std::string_view kWrapNonceInfo = "caveat/1/wrap nonce";
inline constexpr std::string_view kPassphraseDomain = "caveat/1/key file\n";
inline constexpr std::string_view kLookupTagInfo = "caveat/1/lookup tags";
inline constexpr std::string_view kLookupStateInfo = "caveat/1/lookup state";
inline constexpr std::string_view kLookupSubjectInfo = "caveat/1/lookup subject";
inline constexpr std::string_view kLookupDigestInfo = "caveat/1/lookup digest";

}  // namespace caveat::audit
