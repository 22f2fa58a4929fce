// Encode: headers, seal contexts and bodies as deterministic CBOR.
//
// Promises   one value has one encoding; decode.h refuses every other spelling
// Errors     asserts that lists are ascending and within kMaxSubjects: the caller made them
#pragma once

#include <string>
#include <vector>

#include "audit/record/record.h"

namespace caveat::audit {

std::string encode_header(const Header& header);
// The same in two steps: all but index and time by whoever seals, these two by the log.
struct HeaderParts {
  std::string encoded;                // with both numbers 0
  std::size_t before = 0, after = 0;  // what stands between is theirs
};
HeaderParts encode_around(const SealContext& context, const Digest& tags, const Digest& body);
std::string encode_header(const HeaderParts& parts, std::uint64_t index, std::int64_t time_us);
std::string encode_seal_context(const SealContext& context);
std::string encode_body(const std::vector<SectionBytes>& sections);  // ascending by section; not yet padded

}  // namespace caveat::audit
