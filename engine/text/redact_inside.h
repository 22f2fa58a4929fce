// What redact.cc and redact_marked.cc share. Part of text; nothing outside the room needs it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "engine/text/redact.h"

namespace caveat::text::inside {

// Edits that overlap as one over all they cover, by place, in scratch.united.
void unite(std::string_view original, std::span<const Edit> edits, RedactScratch& scratch);
// What stands for `there`.
void append_result(const Edit& edit, std::string_view there, RedactScratch& scratch, std::string& out);
// From `text`, in which something was removed at each of `gone`, takes what stands there for nothing.
void without_leavings(std::string_view text, std::span<const std::size_t> gone, std::string& out);
// Says of each whether it is to be added to a text whose normal form is `own`; `is_sure`: of a place where it stands there already.
void find_added(std::span<Disclosed> all, RedactScratch& scratch, std::string_view own,
                const std::function<bool(std::size_t begin, std::size_t end)>& is_sure);

}  // namespace caveat::text::inside
