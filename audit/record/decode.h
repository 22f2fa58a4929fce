// Decode: the strict counterpart of encode: whatever the encoder would not write is refused with its place.
//
// Errors     `bad_record` with what was expected; `log_format` for a format number that this build does not know
// Cost       linear; a header is at most 65,535 bytes, a body kMaxBodyBytes
#pragma once

#include <string_view>
#include <vector>

#include "audit/record/record.h"
#include "engine/base/result.h"

namespace caveat::audit {

Result<Header> decode_header(std::string_view leaf);
// The same by way of a tree, which has the words for what is refused: decode_header asks it then, tests hold the two together.
Result<Header> decode_header_by_tree(std::string_view leaf);
Result<std::vector<SectionBytes>> decode_body(std::string_view unpadded);

}  // namespace caveat::audit
