// format: prints a file wholly in one language; the canonical look of a file (`caveat fmt`).
//
// Promises   format twice is format once; comments stay; a declaration keeps its first name first, its other names after
//            `also` / 又名 and the texts of other languages, so nothing is lost and the digest stays (contracts.md 28);
//            English → Chinese → English prints the same bytes
// Errors     none: hand it only a file whose parse had no diagnostics; a declaration that did not parse is not in the
//            tree and would be missing from the print
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "engine/syntax/ast.h"

namespace caveat::syntax {

// The reader's name of a path where it is referred to, as the loaded packs know it: {"customer","age"} →
// {"客户","年龄"}. Handed in, because one file alone does not know the names that another declares. Identity where
// nothing is known.
using NameIn = std::function<std::vector<std::string>(const Path& path, Language language)>;

// How a Chinese print writes CNY: 元, which only packs of jurisdiction CN may (keywords.md, money), or by its code.
enum class Renminbi : std::uint8_t { yuan, code };

// A value as it is written in one language: 24 hours, 24小时.
std::string format(const Literal& literal, Language language);

std::string format(const File& file, std::string_view source, Language language, const NameIn& name_in,
                   Renminbi renminbi = Renminbi::yuan);

}  // namespace caveat::syntax
