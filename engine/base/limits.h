// Limits: every cap of Caveat in one struct, with unit, default and reason (semantics.md 30).
// At compile a cap is a diagnostic; at run time it makes the condition unknown, cause `limit`. Each is tested at the
// edge and one beyond, in tests/conformance/limits/.
#pragma once

#include <cstddef>

namespace caveat {

struct Limits {
  // rule text
  std::size_t source_bytes = 4u << 20;     // bytes a file; a pack of 10,000 rules has 5.3 MB over many files
  std::size_t nesting = 40;                // open brackets at once; the parser is superlinear in it
  std::size_t chain_terms = 2000;          // members of one and / or / list chain
  std::size_t names = 100'000;             // declared names of a program
  std::size_t name_bytes = 256;            // bytes of one name
  std::size_t text_bytes = 16u << 10;      // bytes of one quoted text
  std::size_t define_nodes = 100'000;      // nodes of one rule's condition once its defines are expanded
  std::size_t rules = 100'000;             // rules of a program
  std::size_t condition_nodes = 255;       // nodes of one condition program (evaluation.md 5)
  std::size_t lexicon_terms = 100'000;     // terms of a program's lexicons
  std::size_t program_bytes = 256u << 20;  // bytes of one program image
  std::size_t data_bytes = 64u << 20;      // bytes of one reference set's file
  std::size_t data_rows = 200'000;         // rows of one reference set
  std::size_t diagnostics = 1'000;         // shown in one run; the rest is counted
  // requests
  std::size_t request_bytes = 1u << 20;     // bytes of one turn
  std::size_t request_depth = 64;           // nesting of a turn's JSON
  std::size_t list_elements = 1'000;        // elements of one list of a turn
  std::size_t id_characters = 128;          // code points of a caller's id
  std::size_t fact_text_bytes = 64u << 10;  // bytes of one text fact; answer and message may fill the request
  std::size_t markup_bytes = 256u << 10;    // bytes of an answer with mark-up; beyond: a hand-off, cause limit
  std::size_t markup_tags = 1'000;          // of HTML: its parser is quadratic in them
  // one decision
  std::size_t pairs = 65'536;   // products × actions × recipients that one decision looks at; beyond: a hand-off
  std::size_t hits = 4'096;     // lexicon hits of one text; beyond: unknown, cause limit
  std::size_t reasons = 4'096;  // reasons of one decision
  std::size_t scratch_bytes = 16u << 20;  // that the reasons of one decision stand on; beyond: a hand-off, cause limit
};

}  // namespace caveat
