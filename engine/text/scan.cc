#include "engine/text/scan.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "engine/base/utf8.h"
#include "engine/text/characters.h"
#include "engine/text/clause.h"
#include "engine/text/normalise.h"

namespace caveat::text {
namespace {

constexpr std::size_t kRootBlock = 64;

std::uint64_t key_of(std::uint32_t state, char32_t c) { return (std::uint64_t{state} << 21) | c; }
std::uint64_t hash(std::uint64_t key) { return (key * 0x9E3779B97F4A7C15ULL) >> 20; }
std::uint64_t child_bit(char32_t c) { return std::uint64_t{1} << ((c ^ (c >> 6)) & 63); }

// The normal text is ours, so it is UTF-8: no checks.
struct Step {
  char32_t value;
  std::uint32_t length;
};
inline Step step(const char* at) {
  const auto byte = [at](int i) { return static_cast<char32_t>(static_cast<unsigned char>(at[i])); };
  const char32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {((first & 0x1F) << 6) | (byte(1) & 0x3F), 2};
  if (first < 0xF0) return {((first & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F), 3};
  return {((first & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F), 4};
}

std::size_t start_before(std::string_view text, std::size_t at) {
  do --at;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return at;
}

// Whether a word (or a figure) may begin at `at`; only asked where a word character stands.
bool word_begins(std::string_view text, std::size_t at) {
  const char32_t first = step(text.data() + at).value;
  if (!is_word(first) || at == 0) return true;
  const std::size_t before = start_before(text, at);
  if (is_word(step(text.data() + before).value)) return false;
  return !(is_digit(first) && is_in_figure(text, before));
}

bool word_ends(std::string_view text, std::size_t at) {
  const char32_t last = step(text.data() + start_before(text, at)).value;
  if (!is_word(last) || at == text.size()) return true;
  if (is_word(step(text.data() + at).value)) return false;
  return !(is_digit(last) && is_in_figure(text, at));
}

bool by_place(const Hit& a, const Hit& b) {
  if (a.begin != b.begin) return a.begin < b.begin;
  if (a.end != b.end) return a.end < b.end;
  return a.needle < b.needle;
}

bool by_needle(const Hit& a, const Hit& b) { return a.needle != b.needle ? a.needle < b.needle : by_place(a, b); }

}  // namespace

NeedleFault make_needle(std::uint32_t id, std::string_view written, bool word_boundary, Needle& out) {
  constexpr std::string_view kGap = "…";
  out = {id, {}, {}, word_boundary};
  const std::size_t gap = written.find(kGap);
  if (gap == std::string_view::npos) {
    out.head = normal_form(written);
    return out.head.empty() ? NeedleFault::empty : NeedleFault::none;
  }
  std::size_t after = gap;
  while (written.substr(after, kGap.size()) == kGap) after += kGap.size();
  if (written.find(kGap, after) != std::string_view::npos) return NeedleFault::several_gaps;
  out.head = normal_form(written.substr(0, gap));
  out.tail = normal_form(written.substr(after));
  if (out.head.empty() && out.tail.empty()) return NeedleFault::empty;
  return out.head.empty() || out.tail.empty() ? NeedleFault::open_gap : NeedleFault::none;
}

std::size_t find_phrase(std::string_view text, std::string_view phrase, std::size_t from, std::size_t& left) {
  if (phrase.empty()) return std::string_view::npos;
  for (; from < text.size() && left > 0; --left) {
    // linear, whatever stands in the two; the standard library's own search is not
    const void* found = memmem(text.data() + from, text.size() - from, phrase.data(), phrase.size());
    if (found == nullptr) return std::string_view::npos;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    if (word_begins(text, at) && word_ends(text, at + phrase.size())) return at;
    from = at + 1;
  }
  return std::string_view::npos;
}

ScanScratch::ScanScratch(std::size_t max_hits) : max_hits_(max_hits) {
  hits_.reserve(max_hits);
  heads_.reserve(max_hits);
  tails_.reserve(max_hits);
}

bool ScanScratch::add(std::vector<Hit>& to, Hit hit) {
  if (to.size() == max_hits_) {
    over_limit_ = true;
    return false;
  }
  to.push_back(hit);
  return true;
}

Scanner::Scanner(std::span<const Needle> needles) {
  // The trie, then failure links in order of depth.
  struct Node {
    std::uint32_t parent;
    char32_t c;
    std::uint32_t depth;
  };
  std::vector<Node> nodes(1, Node{0, 0, 0});
  pattern_of_.push_back(0);
  std::size_t slots = 16;
  const auto grow = [&](std::size_t wanted) {
    while (slots < wanted * 2) slots *= 2;
    std::vector<Slot> old = std::move(slots_);
    slots_.assign(slots, Slot{});
    slot_mask_ = slots - 1;
    for (const Slot& slot : old) {
      if (slot.key == 0) continue;
      std::uint64_t at = hash(slot.key) & slot_mask_;
      while (slots_[at].key != 0) at = (at + 1) & slot_mask_;
      slots_[at] = slot;
    }
  };
  grow(64);
  root_block_.assign(0x10000 / kRootBlock, 0);
  root_next_.assign(kRootBlock, 0);
  std::size_t used = 0;
  const auto put = [&](std::uint32_t state, char32_t c, std::uint32_t next) {
    if (state == 0 && c < 0x10000) {
      std::uint16_t& block = root_block_[c / kRootBlock];
      if (block == 0) {
        block = static_cast<std::uint16_t>(root_next_.size() / kRootBlock);
        root_next_.resize(root_next_.size() + kRootBlock, 0);
      }
      root_next_[block * kRootBlock + c % kRootBlock] = next;
      return;
    }
    if ((++used) * 2 > slots_.size()) grow(used * 2);
    const std::uint64_t key = key_of(state, c) + 1;
    std::uint64_t at = hash(key) & slot_mask_;
    while (slots_[at].key != 0) at = (at + 1) & slot_mask_;
    slots_[at] = {key, next};
  };
  states_.emplace_back();
  std::vector<std::vector<Use>> uses;
  const auto insert = [&](std::string_view pattern, Use use) {
    std::uint32_t state = 0;
    for (std::size_t at = 0; at < pattern.size();) {
      const Step s = step(pattern.data() + at);
      std::uint32_t next = state == 0 ? root_child(s.value) : child(state, s.value);
      if (next == 0) {
        next = static_cast<std::uint32_t>(states_.size());
        states_[state].children |= child_bit(s.value);
        states_.emplace_back();
        pattern_of_.push_back(0);
        nodes.push_back({state, s.value, nodes[state].depth + 1});
        put(state, s.value, next);
      }
      state = next;
      at += s.length;
    }
    if (state == 0) return;
    if (pattern_of_[state] == 0) {
      patterns_.push_back({static_cast<std::uint32_t>(pattern.size()), 0, 0});
      uses.emplace_back();
      pattern_of_[state] = static_cast<std::uint32_t>(patterns_.size());
    }
    uses[pattern_of_[state] - 1].push_back(use);
  };
  for (const Needle& needle : needles) {
    if (needle.tail.empty()) {
      insert(needle.head, {needle.id, Role::whole, needle.word_boundary});
    } else {
      const auto gap = static_cast<std::uint32_t>(gaps_.size());
      gaps_.push_back(needle.id);
      insert(needle.head, {gap, Role::head, needle.word_boundary});
      insert(needle.tail, {gap, Role::tail, needle.word_boundary});
    }
  }
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    patterns_[i].uses_begin = static_cast<std::uint32_t>(uses_.size());
    uses_.insert(uses_.end(), uses[i].begin(), uses[i].end());
    patterns_[i].uses_end = static_cast<std::uint32_t>(uses_.size());
  }
  // States are numbered by depth: the shallow ones, where a scan spends its time, lie together.
  std::vector<std::uint32_t> order(nodes.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return nodes[a].depth < nodes[b].depth; });
  std::vector<std::uint32_t> rank(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  const std::vector<State> old_states = std::move(states_);
  const std::vector<std::uint32_t> old_patterns = std::move(pattern_of_);
  states_.assign(order.size(), State{});
  pattern_of_.assign(order.size(), 0);
  std::fill(slots_.begin(), slots_.end(), Slot{});
  used = 0;
  for (std::uint32_t i = 1; i < order.size(); ++i) put(rank[nodes[order[i]].parent], nodes[order[i]].c, i);
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    states_[i].children = old_states[order[i]].children;
    pattern_of_[i] = old_patterns[order[i]];
    if (i == 0) continue;
    const Node& node = nodes[order[i]];
    std::uint32_t fail = 0;
    if (node.parent != 0) {
      std::uint32_t from = states_[rank[node.parent]].fail;
      while (from != 0 && (fail = child(from, node.c)) == 0) from = states_[from].fail;
      if (from == 0) fail = root_child(node.c);
    }
    states_[i].fail = fail;
    states_[i].report = pattern_of_[i] != 0 ? i : states_[fail].report;
  }
}

std::uint32_t Scanner::root_child(char32_t c) const {
  if (c < 0x10000) return root_next_[root_block_[c / kRootBlock] * kRootBlock + c % kRootBlock];
  return (states_[0].children & child_bit(c)) != 0 ? child(0, c) : 0;
}

std::uint32_t Scanner::child(std::uint32_t state, char32_t c) const {
  if ((states_[state].children & child_bit(c)) == 0) return 0;
  const std::uint64_t key = key_of(state, c) + 1;
  for (std::uint64_t at = hash(key) & slot_mask_;; at = (at + 1) & slot_mask_) {
    if (slots_[at].key == key) return slots_[at].next;
    if (slots_[at].key == 0) return 0;
  }
}

void Scanner::scan(std::string_view text, ScanScratch& scratch) const noexcept {
  scratch.hits_.clear();
  scratch.heads_.clear();
  scratch.tails_.clear();
  scratch.over_limit_ = false;
  if (states_.size() <= 1) return;
  std::uint32_t state = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = begin; at < end;) {
    const Step s = step(at);
    at += s.length;
    std::uint32_t next = 0;
    while (state != 0 && (next = child(state, s.value)) == 0) state = states_[state].fail;
    state = state != 0 ? next : root_child(s.value);
    for (std::uint32_t found = states_[state].report; found != 0; found = states_[states_[found].fail].report) {
      const Pattern& pattern = patterns_[pattern_of_[found] - 1];
      const auto hit_end = static_cast<std::uint32_t>(at - begin);
      const std::uint32_t hit_begin = hit_end - pattern.size;
      const bool bounded = word_begins(text, hit_begin) && word_ends(text, hit_end);
      for (std::uint32_t i = pattern.uses_begin; i < pattern.uses_end; ++i) {
        const Use& use = uses_[i];
        if (use.word_boundary && !bounded) continue;
        std::vector<Hit>& to = use.role == Role::whole  ? scratch.hits_
                               : use.role == Role::head ? scratch.heads_
                                                        : scratch.tails_;
        if (!scratch.add(to, {use.needle, hit_begin, hit_end})) return;
      }
    }
  }
  if (!scratch.heads_.empty() && !scratch.tails_.empty()) join_gaps(text, scratch);
  std::sort(scratch.hits_.begin(), scratch.hits_.end(), by_place);
  // Two needles of one id and one text are one.
  scratch.hits_.erase(std::unique(scratch.hits_.begin(), scratch.hits_.end()), scratch.hits_.end());
}

void Scanner::join_gaps(std::string_view text, ScanScratch& scratch) const {
  std::sort(scratch.heads_.begin(), scratch.heads_.end(), by_needle);
  std::sort(scratch.tails_.begin(), scratch.tails_.end(), by_needle);
  std::size_t first = 0;
  for (const Hit& head : scratch.heads_) {
    const auto is_before = [&](const Hit& tail) {
      return tail.needle != head.needle ? tail.needle < head.needle : tail.begin < head.end;
    };
    // Heads of one needle come by begin, all of one length, so their ends rise and tails behind are done with.
    while (first < scratch.tails_.size() && is_before(scratch.tails_[first])) ++first;
    if (first == scratch.tails_.size() || scratch.tails_[first].needle != head.needle) continue;
    const Hit& tail = scratch.tails_[first];
    std::size_t at = head.end;
    std::uint32_t characters = 0;
    while (at < tail.begin && characters <= kGapCharacters && clause_bound_at(text, at) == 0) {
      at += step(text.data() + at).length;
      ++characters;
    }
    if (at == tail.begin && characters <= kGapCharacters &&
        !scratch.add(scratch.hits_, {gaps_[head.needle], head.begin, tail.end}))
      return;
  }
}

std::size_t Scanner::bytes() const {
  return states_.size() * sizeof(State) + pattern_of_.size() * 4 + patterns_.size() * sizeof(Pattern) +
         uses_.size() * sizeof(Use) + gaps_.size() * 4 + slots_.size() * sizeof(Slot) + root_block_.size() * 2 +
         root_next_.size() * 4;
}

}  // namespace caveat::text
