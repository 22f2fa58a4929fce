// OpenAPI: the interface described, from the table that routes it: the document, and pages for people that fetch nothing.
//
//   std::string document = openapi_json(schema_json, Language::en);
//
// Source     OpenAPI 3.1, JSON Schema 2020-12
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/code.h"
#include "engine/base/language.h"

namespace caveat::server {

std::string openapi_json(std::string_view request_schema, Language language);  // empty schema: any object
std::string reference_page(Language language);
std::string problems_page(Language language, std::span<const Code* const> more = {});  // besides the interface's own

}  // namespace caveat::server
