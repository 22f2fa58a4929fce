#include "audit/report/manifest.h"

#include <boost/json.hpp>
#include <charconv>

#include "audit/phrases.h"
#include "audit/record/base64.h"
#include "audit/record/layout.h"
#include "audit/report/codes.h"
#include "engine/base/version.h"

namespace caveat::audit {
namespace {

namespace json = boost::json;

// One member a line: a person reads it, and a difference shows where it is.
std::string pretty(const json::object& object) {
  std::string out = "{\n";
  bool first = true;
  for (const auto& [name, value] : object) {
    if (!first) out += ",\n";
    first = false;
    out += "  " + json::serialize(json::string(name)) + ": ";
    if (value.is_array() && !value.get_array().empty() && value.get_array().front().is_object()) {
      out += "[";
      bool first_item = true;
      for (const json::value& item : value.get_array()) {
        out += first_item ? "\n    " : ",\n    ";
        first_item = false;
        out += json::serialize(item);
      }
      out += "\n  ]";
    } else {
      out += json::serialize(value);
    }
  }
  return out + "\n}\n";
}

json::array texts(const std::vector<std::string>& all) {
  json::array out;
  for (const std::string& text : all) out.emplace_back(text);
  return out;
}

json::array subjects(const std::vector<KeyId>& ids) {
  json::array out;
  for (const KeyId& id : ids) out.emplace_back(hex(view(id)));
  return out;
}

std::optional<KeyId> key_id(std::string_view digits) {
  KeyId id{};
  if (digits.size() != 2 * id.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.size(); ++i) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data() + 2 * i, digits.data() + 2 * i + 2, value, 16);
    if (error != std::errc() || end != digits.data() + 2 * i + 2) return std::nullopt;
    id[i] = static_cast<std::uint8_t>(value);
  }
  return id;
}

json::value instant(const std::optional<Microseconds>& at) { return at ? json::value(*at) : json::value(nullptr); }

tl::unexpected<Problem> bad(std::string path, Words expected) {
  return tl::unexpected(Problem{&codes::kBadPackage, {{std::move(path), expected, {}, {}, {}}}});
}

// Reads members by name and remembers the first that is missing or of another kind.
class Reader {
 public:
  Reader(const json::object& object, std::string path) : object_(object), path_(std::move(path)) {}

  std::string text(const char* name) {
    const json::value* value = find(name);
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    return fail(name, "text"), std::string();
  }
  std::uint64_t number(const char* name) {
    const json::value* value = find(name);
    if (value != nullptr && value->is_int64() && value->get_int64() >= 0)
      return static_cast<std::uint64_t>(value->get_int64());
    if (value != nullptr && value->is_uint64()) return value->get_uint64();
    return fail(name, "a number from 0"), 0;
  }
  std::int64_t integer(const char* name) {
    const json::value* value = find(name);
    if (value != nullptr && value->is_int64()) return value->get_int64();
    return fail(name, "a whole number"), 0;
  }
  bool boolean(const char* name) {
    const json::value* value = find(name);
    if (value != nullptr && value->is_bool()) return value->get_bool();
    return fail(name, "true or false"), false;
  }
  std::optional<std::int64_t> optional_integer(const char* name) {
    const json::value* value = find(name);
    if (value != nullptr && value->is_null()) return std::nullopt;
    return integer(name);
  }
  std::vector<std::string> list(const char* name) {
    const json::value* value = find(name);
    std::vector<std::string> out;
    if (value == nullptr || !value->is_array()) return fail(name, "a list of texts"), out;
    for (const json::value& item : value->get_array()) {
      if (!item.is_string()) return fail(name, "a list of texts"), out;
      out.emplace_back(item.get_string());
    }
    return out;
  }
  const json::object& object(const char* name) {
    static const json::object kNothing;
    const json::value* value = find(name);
    if (value != nullptr && value->is_object()) return value->get_object();
    return fail(name, "an object"), kNothing;
  }
  const json::value* find(const char* name) const { return object_.if_contains(name); }
  void fail(const char* name, Words expected) {
    if (!wrong) wrong = ProblemItem{path_ + "/" + name, expected, {}, {}, {}};
  }
  std::optional<ProblemItem> wrong;

 private:
  const json::object& object_;
  std::string path_;
};

std::optional<json::value> parse(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 8;
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return std::nullopt;
  return value;
}

}  // namespace

std::string write_manifest(const ReportModel& model, std::uint64_t first, std::uint64_t end,
                           std::vector<Manifest::Member> members) {
  Manifest manifest{.format = kFormat,
                    .version = std::string(version()),
                    .first = first,
                    .end = end,
                    .query = model.query,
                    .log = model.log,
                    .seed = model.seed,
                    .records = model.records,
                    .population = model.population,
                    .verdicts = model.verdicts,
                    .packs = model.held,
                    .members = std::move(members)};
  return write_manifest(manifest);
}

std::string write_manifest(const Manifest& manifest) {
  const ReportQuery& query = manifest.query;
  const LogFacts& log = manifest.log;
  json::object out;
  out["format"] = manifest.format;
  out["version"] = manifest.version;
  out["origin"] = log.origin;
  out["size"] = log.size;
  out["root"] = base64(view(log.root));
  out["checkpoint_time"] = log.checkpoint_time;
  out["range"] = {{"first", manifest.first}, {"end", manifest.end}};
  out["query"] = {{"from", instant(query.from)},
                  {"to", instant(query.to)},
                  {"rule", query.rule},
                  {"alias", query.alias},
                  {"customer", query.customer},
                  {"subjects", subjects(query.subjects)},
                  {"verdict", query.verdict ? json::value(*query.verdict) : json::value(nullptr)},
                  {"language", query.language == Language::zh ? "zh" : "en"},
                  {"offset_minutes", query.offset_minutes},
                  {"seed", query.seed},
                  {"stories", query.stories},
                  {"requested_by", query.requested_by},
                  {"purpose", query.purpose}};
  out["seed"] = manifest.seed;
  json::array verdicts;
  for (const std::uint64_t count : manifest.verdicts) verdicts.emplace_back(count);
  out["counts"] = {
      {"records", manifest.records}, {"population", manifest.population}, {"verdicts", std::move(verdicts)}};
  out["log"] = {{"path", log.path},
                {"key", log.key_name},
                {"recorded", log.recorded},
                {"checked", log.checked},
                {"findings_en", texts(log.findings_en)},
                {"findings_zh", texts(log.findings_zh)},
                {"not_checked_en", texts(log.not_checked_en)},
                {"not_checked_zh", texts(log.not_checked_zh)}};
  if (manifest.packs) {
    json::array packs;
    for (const HeldPack& held : *manifest.packs)
      packs.push_back({{"name", held.pack.name},
                       {"version", held.pack.version},
                       {"sha256", hex(held.pack.digest)},
                       {"text", word_of(held.text)}});
    out["packs"] = std::move(packs);
  }
  json::array list;
  for (const Manifest::Member& member : manifest.members)
    list.push_back({{"name", member.name}, {"size", member.size}, {"sha256", member.sha256}});
  out["members"] = std::move(list);
  return pretty(out);
}

Result<Manifest> read_manifest(std::string_view text) {
  const std::optional<json::value> value = parse(text);
  if (!value || !value->is_object()) return bad("manifest.json", "a JSON object");
  Reader top(value->get_object(), "manifest.json");
  Manifest manifest;
  manifest.format = top.number("format");
  if (!top.wrong && manifest.format != kFormat) return bad("manifest.json/format", said("format {0}", kFormat));
  manifest.version = top.text("version");
  manifest.log.origin = top.text("origin");
  manifest.log.size = top.number("size");
  const std::optional<std::string> root = base64_decode(top.text("root"));
  if (!root || root->size() != manifest.log.root.size()) {
    top.fail("root", "32 bytes in base64");
  } else {
    std::copy(root->begin(), root->end(), manifest.log.root.begin());
  }
  manifest.log.checkpoint_time = top.integer("checkpoint_time");
  Reader range(top.object("range"), "manifest.json/range");
  manifest.first = range.number("first");
  manifest.end = range.number("end");
  Reader query(top.object("query"), "manifest.json/query");
  manifest.query.from = query.optional_integer("from");
  manifest.query.to = query.optional_integer("to");
  manifest.query.rule = query.text("rule");
  manifest.query.alias = query.text("alias");
  manifest.query.customer = query.text("customer");
  for (const std::string& digits : query.list("subjects")) {
    const std::optional<KeyId> id = key_id(digits);
    if (!id) query.fail("subjects", "subject-key ids of 32 hex digits");
    manifest.query.subjects.push_back(id.value_or(KeyId{}));
  }
  if (const std::optional<std::int64_t> verdict = query.optional_integer("verdict")) {
    if (*verdict < 0 || *verdict > 4) query.fail("verdict", "0 to 4");
    manifest.query.verdict = static_cast<std::uint8_t>(*verdict);
  }
  manifest.query.language = query.text("language") == "zh" ? Language::zh : Language::en;
  const std::int64_t offset = query.integer("offset_minutes");
  if (offset < -18 * 60 || offset > 18 * 60) query.fail("offset_minutes", "minutes, -1080 to 1080");
  manifest.query.offset_minutes = static_cast<std::int32_t>(offset);
  manifest.query.seed = query.text("seed");
  manifest.query.stories = static_cast<std::size_t>(query.number("stories"));
  manifest.query.requested_by = query.text("requested_by");
  manifest.query.purpose = query.text("purpose");
  manifest.seed = top.text("seed");
  Reader counts(top.object("counts"), "manifest.json/counts");
  manifest.records = counts.number("records");
  manifest.population = counts.number("population");
  const json::value* verdicts = counts.find("verdicts");
  if (verdicts == nullptr || !verdicts->is_array() || verdicts->get_array().size() != 5) {
    counts.fail("verdicts", "five numbers");
  } else {
    for (std::size_t i = 0; i < 5; ++i) {
      const json::value& count = verdicts->get_array()[i];
      if (!count.is_int64() || count.get_int64() < 0)
        counts.fail("verdicts", "five numbers");
      else
        manifest.verdicts[i] = static_cast<std::uint64_t>(count.get_int64());
    }
  }
  Reader log(top.object("log"), "manifest.json/log");
  manifest.log.path = log.text("path");
  manifest.log.key_name = log.text("key");
  manifest.log.recorded = log.boolean("recorded");
  manifest.log.checked = log.boolean("checked");
  manifest.log.findings_en = log.list("findings_en");
  manifest.log.findings_zh = log.list("findings_zh");
  manifest.log.not_checked_en = log.list("not_checked_en");
  manifest.log.not_checked_zh = log.list("not_checked_zh");
  if (const json::value* packs = top.find("packs")) {
    if (!packs->is_array()) top.fail("packs", "a list of members");
    manifest.packs.emplace();
    for (const json::value& item : packs->is_array() ? packs->get_array() : json::array()) {
      if (!item.is_object()) {
        top.fail("packs", "a list of members");
        break;
      }
      Reader reader(item.get_object(), "manifest.json/packs");
      HeldPack& held = manifest.packs->emplace_back();
      held.pack.name = reader.text("name");
      held.pack.version = reader.text("version");
      const std::optional<std::string> digest = from_hex(reader.text("sha256"));
      if (!digest || digest->size() != held.pack.digest.size())
        reader.fail("sha256", "32 bytes");
      else
        std::copy(digest->begin(), digest->end(), held.pack.digest.begin());
      const std::optional<PackHeld> word = pack_held(reader.text("text"));
      if (!word) reader.fail("text", "text");
      held.text = word.value_or(PackHeld::missing);
      if (reader.wrong && !top.wrong) top.wrong = reader.wrong;
    }
  }
  const json::value* members = top.find("members");
  if (members == nullptr || !members->is_array()) {
    top.fail("members", "a list of members");
  } else {
    for (const json::value& item : members->get_array()) {
      if (!item.is_object()) {
        top.fail("members", "name, size and sha256");
        break;
      }
      Reader reader(item.get_object(), "manifest.json/members");
      manifest.members.push_back({reader.text("name"), reader.number("size"), reader.text("sha256")});
      if (reader.wrong && !top.wrong) top.wrong = reader.wrong;
    }
  }
  for (const Reader* reader : {&top, &range, &query, &counts, &log}) {
    if (reader->wrong) return tl::unexpected(Problem{&codes::kBadPackage, {*reader->wrong}});
  }
  return manifest;
}

std::string manifest_text(std::string_view manifest_json) {
  return "caveat.manifest/v" + std::to_string(kFormat) + "\n" + base64(view(sha256(manifest_json))) + "\n";
}

std::string write_proof(const std::vector<Digest>& proof) {
  json::array hashes;
  for (const Digest& digest : proof) hashes.emplace_back(base64(view(digest)));
  return json::serialize(json::object{{"range_proof", std::move(hashes)}}) + "\n";
}

Result<std::vector<Digest>> read_proof(std::string_view text) {
  const std::optional<json::value> value = parse(text);
  const json::value* hashes = value && value->is_object() ? value->get_object().if_contains("range_proof") : nullptr;
  if (hashes == nullptr || !hashes->is_array()) return bad("proofs.json/range_proof", "a list of hashes");
  std::vector<Digest> proof;
  for (const json::value& item : hashes->get_array()) {
    const std::optional<std::string> bytes =
        item.is_string() ? base64_decode(std::string_view(item.get_string())) : std::nullopt;
    if (!bytes || bytes->size() != sizeof(Digest)) return bad("proofs.json/range_proof", "32 bytes in base64");
    std::copy(bytes->begin(), bytes->end(), proof.emplace_back().begin());
  }
  return proof;
}

}  // namespace caveat::audit
