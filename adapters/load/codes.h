// Codes of load: what can be wrong with the files of packs before a word in them is read.
// The first group stops the run (the environment failed, exit 4); the second are diagnostics of the author.
#pragma once

#include "engine/base/code.h"

namespace caveat::load::codes {

inline constexpr Code kFileMissing{"file_missing", "There is no file or folder of this name; check the spelling.",
                                   "没有这个名称的文件或目录，请检查拼写。", 422, 4};
inline constexpr Code kFileUnreadable{"file_unreadable",
                                      "A file or folder cannot be read; give this user the right to read it.",
                                      "文件或目录无法读取，请授予当前用户读取权限。", 422, 4};
inline constexpr Code kNoPacks{
    "no_packs",
    "No rule pack is there: a pack is a folder that holds `pack.cav`. Name a folder with packs, or let `caveat new "
    "DIR` write a "
    "first one.",
    "此处没有规则包：规则包是含有 `pack.cav` 的目录。请指定规则包所在目录，或用 `caveat new DIR` 生成第一个。", 422, 4};

inline constexpr Code kNoPackFile{
    "no_pack_file",
    "This file belongs to no pack: neither its folder nor one above it, down from the folder that was named, holds a "
    "`pack.cav`.",
    "该文件不属于任何规则包：它所在的目录及其上级目录（直到指定的目录）都没有 `pack.cav`。"};
inline constexpr Code kLexiconPath{
    "lexicon_path", "The path “{0}” leaves the pack: it has to be relative to the pack's folder and without `..`.",
    "路径“{0}”超出了规则包：必须是相对于规则包目录的路径，且不含 `..`。"};
inline constexpr Code kLexiconFile{"lexicon_file", "The file “{0}” cannot be read from the pack's folder {1}.",
                                   "无法从规则包目录 {1} 读取文件“{0}”。"};
}  // namespace caveat::load::codes
