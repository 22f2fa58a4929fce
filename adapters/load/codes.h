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
inline constexpr Code kNoFile{"no_file", "A folder is there where a file is meant; name the file that lies in it.",
                              "此处应为文件，却是目录；请指明其中的文件。", 422, 4};
inline constexpr Code kFileName{"file_name",
                                "A rule file ends in `.cav`, in small letters; rename it, or its rules do not hold.",
                                "规则文件须以小写的 `.cav` 结尾；请改名，否则其中的规则不会生效。", 422, 4};
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
inline constexpr Code kLexiconText{"lexicon_text", "The word list “{0}” is not read: {1}.",
                                   "词表文件“{0}”未读取：{1}。"};
inline constexpr Code kBadData{"bad_data", "This data set is not read: {0}", "数据未读取：{0}"};
inline constexpr Code kDataTwice{"data_twice", "The data set {0} has two files; the other is {1}.",
                                 "数据 {0} 有两个文件，另一个是 {1}。"};
inline constexpr Code kDataNotLoaded{
    "data_not_loaded", "There is no {0}.data.csv: callers who have {0} among their sources state what comes from it.",
    "没有 {0}.data.csv：来自 {0} 的事实由来源含 {0} 的调用方陈述。"};
inline constexpr Code kDataNotDeclared{"data_not_declared", "No pack declares `data {0}`, so this file is not read.",
                                       "没有规则包声明“数据 {0}”，未读取此文件。"};
inline constexpr Code kDataWithout{"data_without", "The set has no column for {0}, which rules read: it is unknown.",
                                   "该数据没有规则所读取的 {0} 一列：其值均为不明。"};
inline constexpr Code kDataUndated{
    "data_undated", "{0} holds for a time only, and the file does not say `# as of` when its rows held: it is unknown.",
    "{0} 有时效，而文件未以 `# as of` 写明数据时点：其值均为不明。"};
inline constexpr Code kDataNameless{
    "data_nameless", "Rows without a name to look for: {0}. An answer that speaks of their products is not seen to.",
    "没有可查找名称的行数：{0}。回答提及这些产品时无法发现。"};
inline constexpr Code kDataNameShort{
    "data_name_short", "Rows with a name of one character: {0}. It is not looked for: most answers would hold it.",
    "名称仅一个字的行数：{0}。这样的名称不予查找：几乎任何回答都会含有它。"};
inline constexpr Code kDataNamesMissing{
    "data_names_missing", "The set has no column for {0}: answers that name a product by it are not found.",
    "该数据没有 {0} 一列：回答以它提及产品时无法发现。"};
}  // namespace caveat::load::codes
