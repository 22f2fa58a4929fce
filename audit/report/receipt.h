// Receipt: FILE.zip.receipt, the tlog-proof of the record that says that this package was exported, with what opens it as its `extra`.
//
//   std::string text = export_receipt(reader, keys, index_of_the_record);
//   Result<ExportReceipt> said = read_export_receipt(text, key_that_signed_the_package);
//
// Errors     read: `bad_package` and those of checkpoint, record and CBOR, with what was expected
// Source     docs/formats.md "Evidence package"; C2SP tlog-proof@v1
#pragma once

#include <string>
#include <string_view>

#include "audit/log/reader.h"
#include "audit/record/events.h"

namespace caveat::audit {

std::string export_receipt(const LogReader& reader, const KeyStore& keys, std::uint64_t index);

struct ExportReceipt {
  Exported event;
  std::uint64_t index = 0;
  Microseconds time_us = 0;
  Digest before{};  // root of the tree of the records before this one
};
// The record that a receipt proves under this key, or why not.
Result<ExportReceipt> read_export_receipt(std::string_view receipt, const VerifierKey& key);

}  // namespace caveat::audit
