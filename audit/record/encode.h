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
std::string encode_seal_context(const SealContext& context);
std::string encode_body(const std::vector<SectionBytes>& sections);  // ascending by section; not yet padded

}  // namespace caveat::audit
