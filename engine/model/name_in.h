// name_in: the reader's name of every reference, for the printers.
//
//   syntax::format(file, bytes, Language::zh, model::name_in(*checked.references));
//
// Lifetime   the function looks into `references`, which must outlive it; it knows the very nodes that were checked
#pragma once

#include "engine/model/references.h"
#include "engine/syntax/format.h"

namespace caveat::model {

syntax::NameIn name_in(const References& references);

}  // namespace caveat::model
