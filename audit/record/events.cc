#include "audit/record/events.h"

#include <algorithm>
#include <type_traits>

#include "audit/codes.h"
#include "audit/phrases.h"
#include "audit/record/sections.h"
#include "engine/base/cbor.h"

namespace caveat::audit {
namespace {

using Item = cbor::Value::Kind;

struct Label {
  std::string_view en, zh;
};

// Bytes and text are both std::string: a field says which it is.
struct Bytes {};
constexpr Bytes kBytes{};
struct Urgency {};  // a number that is told by its word
constexpr Urgency kUrgency{};

// ---- one description a kind: key, label, member. Every key stands in docs/formats.md.

template <class V>
void describe(V& v, DeliveryConfirmed& e) {
  v(1, {"decision", "决定"}, e.decision);
  v(2, {"digest of the text", "文本摘要"}, e.text);
  v(3, {"after a take-over", "人工接手之后"}, e.late);
}
template <class V>
void describe(V& v, DeliveryMissed& e) {
  v(1, {"decision", "决定"}, e.decision);
}
template <class V>
void describe(V& v, HandOffMoved& e) {
  v(1, {"hand-off", "转人工单"}, e.handoff);
  v(2, {"decision", "决定"}, e.decision);
  v(3, {"queue", "队列"}, e.queue);
  v(4, {"priority", "优先级"}, e.priority, kUrgency);
  v(5, {"due", "时限"}, e.due);
  v(6, {"by", "操作人"}, e.by);
  v(7, {"outcome", "处理结果"}, e.outcome);
  v(8, {"customer agreed", "客户同意"}, e.customer_agreed);
  v(9, {"note", "备注"}, e.note);
}
template <class V>
void describe(V& v, Feedback& e) {
  v(1, {"decision", "决定"}, e.decision);
  v(2, {"kind", "类别"}, e.kind);
  v(3, {"by", "提交人"}, e.by);
  v(4, {"words", "内容"}, e.words);
}
template <class V>
void describe(V& v, DeclaredEvent& e) {
  v(1, {"event", "事件"}, e.name);
  v(2, {"fields", "字段"}, e.fields);
}
template <class V>
void describe(V& v, RulesMoved& e) {
  v(1, {"name", "名称"}, e.name);
  v(2, {"version", "版本"}, e.version);
  v(3, {"digest", "摘要"}, e.digest);
  v(4, {"by", "操作人"}, e.by);
  v(5, {"words", "说明"}, e.words);
  v(6, {"in force from", "生效时间"}, e.in_force_from);
  v(7, {"digest of the examples", "示例摘要"}, e.examples);
  v(8, {"signature", "签名"}, e.signature, kBytes);
}
template <class V>
void describe(V& v, ConfigurationChanged& e) {
  v(1, {"setting", "设置"}, e.setting);
  v(2, {"before", "变更前"}, e.before);
  v(3, {"after", "变更后"}, e.after);
  v(4, {"by", "操作人"}, e.by);
}
template <class V>
void describe(V& v, KeyMade& e) {
  v(1, {"public key", "公钥"}, e.verifier_key);
  v(2, {"the one before", "此前的公钥"}, e.before);
  v(3, {"note signed by both", "由两把密钥共同签署的说明"}, e.note);
  v(4, {"by", "操作人"}, e.by);
}
template <class V>
void describe(V& v, Erasure& e) {
  v(1, {"subject keys", "主体密钥"}, e.subjects);
  v(2, {"asked by", "申请人"}, e.by);
  v(3, {"ground", "依据"}, e.ground);
  v(4, {"bucket", "密钥桶"}, e.bucket);
  v(5, {"epoch of the bucket", "密钥桶世代"}, e.epoch);
}
template <class V>
void describe(V& v, LegalHold& e) {
  v(1, {"subject keys", "主体密钥"}, e.subjects);
  v(2, {"by", "操作人"}, e.by);
  v(3, {"ground", "依据"}, e.ground);
  v(4, {"until", "截止"}, e.until);
  v(5, {"lifted", "已解除"}, e.lifted);
}
template <class V>
void describe(V& v, Viewed& e) {
  v(1, {"by", "查看人"}, e.by);
  v(2, {"role", "角色"}, e.role);
  v(3, {"records opened", "所打开的记录"}, e.records);
  v(4, {"reason", "事由"}, e.reason);
  v(5, {"search", "查询"}, e.query);
}
template <class V>
void describe(V& v, Exported& e) {
  v(1, {"by", "导出人"}, e.by);
  v(2, {"role", "角色"}, e.role);
  v(3, {"query", "查询条件"}, e.query);
  v(4, {"checkpoint", "检查点"}, e.checkpoint);
  v(5, {"digest of what was exported", "导出内容的摘要"}, e.content);
  v(6, {"seed of the sample", "抽样种子"}, e.seed);
  v(7, {"recipient", "接收方"}, e.recipient);
  v(8, {"form", "格式"}, e.form);
  v(9, {"purpose", "用途"}, e.purpose);
}
template <class V>
void describe(V& v, SignedIn& e) {
  v(1, {"by", "登录人"}, e.by);
  v(2, {"method", "方式"}, e.method);
  v(3, {"from", "来源"}, e.from);
}
template <class V>
void describe(V& v, SwitchThrown& e) {
  v(1, {"topic", "专题"}, e.topic);
  v(2, {"on", "开启"}, e.on);
  v(3, {"by", "操作人"}, e.by);
  v(4, {"reason", "事由"}, e.reason);
}
template <class V>
void describe(V& v, Gap& e) {
  v(1, {"since", "起"}, Microseconds{}, e.since);
  v(2, {"until", "止"}, Microseconds{}, e.until);
  v(3, {"decisions that could not be recorded", "未能记录的决定数"}, e.lost);
  v(4, {"code", "代码"}, e.code);
  v(5, {"words", "说明"}, e.words);
}
template <class V>
void describe(V& v, ClockStepped& e) {
  v(1, {"time of the newest record", "最新记录的时间"}, Microseconds{}, e.newest);
  v(2, {"the clock", "时钟"}, Microseconds{}, e.clock);
}
template <class V>
void describe(V& v, Closing& e) {
  v(1, {"day (UTC)", "日期（UTC）"}, e.day);
  v(2, {"by kind", "按类别"}, e.kinds);
  v(3, {"by verdict", "按结论"}, e.verdicts);
  v(4, {"by rule", "按规则"}, e.rules);
  v(5, {"records", "记录"}, e.records);
  v(6, {"decisions not read", "未能读取的决定"}, e.unread);
}
template <class V>
void describe(V& v, TimeStamp& e) {
  v(1, {"token", "时间戳"}, e.token, kBytes);
  v(2, {"checkpoint", "检查点"}, e.checkpoint);
}
template <class V>
void describe(V& v, Epoch& e) {
  v(1, {"last checkpoint before", "此前最后的检查点"}, e.checkpoint);
  v(2, {"reason", "事由"}, e.reason);
  v(3, {"records lost", "丢失的记录数"}, e.lost);
  v(4, {"root of what was lost", "丢失部分的根哈希"}, e.root);
  v(5, {"by", "操作人"}, e.by);
  v(6, {"public key of the new epoch", "新世代的公钥"}, e.verifier_key);
  v(7, {"note signed by both", "由两把密钥共同签署的说明"}, e.note);
}

// ---- writing

void put(cbor::Encoder& out, const std::string& text) { out.text(text); }
void put(cbor::Encoder& out, bool value) { out.boolean(value); }
void put(cbor::Encoder& out, std::uint64_t value) { out.unsigned_integer(value); }
void put(cbor::Encoder& out, std::int64_t value) { out.integer(value); }
void put(cbor::Encoder& out, const Digest& digest) { out.bytes(view(digest)); }
void put(cbor::Encoder& out, const KeyId& id) { out.bytes(view(id)); }
void put(cbor::Encoder& out, const IndexRange& range) {
  out.array(2);
  out.unsigned_integer(range.first);
  out.unsigned_integer(range.end);
}
void put(cbor::Encoder& out, const std::pair<std::string, std::string>& pair) {
  out.array(2);
  out.text(pair.first);
  out.text(pair.second);
}
template <class T>
void put(cbor::Encoder& out, const std::vector<T>& list) {
  out.array(list.size());
  for (const T& item : list) put(out, item);
}
// As a list of pairs, ascending by name: text keys of a CBOR map would be ordered by their length first.
void put(cbor::Encoder& out, const Counts& counts) {
  out.array(counts.size());
  for (const auto& [name, count] : counts) {
    out.array(2);
    out.text(name);
    out.unsigned_integer(count);
  }
}

class Writer {
 public:
  template <class T>
  void operator()(int key, Label, const T& value) {
    ++pairs_;
    out_.integer(key);
    put(out_, value);
  }
  template <class T>
  void operator()(int key, Label label, const std::optional<T>& value) {
    if (value) (*this)(key, label, *value);
  }
  void operator()(int key, Label, const std::string& value, Bytes) {
    ++pairs_;
    out_.integer(key);
    out_.bytes(value);
  }
  void operator()(int key, Label label, const std::optional<std::string>& value, Bytes) {
    if (value) (*this)(key, label, *value, kBytes);
  }
  void operator()(int key, Label label, Microseconds, const Microseconds& value) { (*this)(key, label, value); }
  void operator()(int key, Label label, const std::optional<std::uint64_t>& value, Urgency) {
    (*this)(key, label, value);
  }
  std::string take() {
    cbor::Encoder out;
    out.map(pairs_);
    out.raw(out_.view());
    return out.take();
  }

 private:
  cbor::Encoder out_;
  std::size_t pairs_ = 0;
};

// ---- reading

bool get(const cbor::Value& in, std::string& out) {
  if (in.kind != Item::text) return false;
  out = in.string;
  return true;
}
bool get(const cbor::Value& in, bool& out) {
  if (in.kind != Item::boolean) return false;
  out = in.number != 0;
  return true;
}
bool get(const cbor::Value& in, std::uint64_t& out) {
  if (in.kind != Item::unsigned_integer) return false;
  out = in.number;
  return true;
}
bool get(const cbor::Value& in, std::int64_t& out) {
  const auto number = in.as_integer();
  if (!number) return false;
  out = *number;
  return true;
}
template <std::size_t N>
bool get(const cbor::Value& in, std::array<std::uint8_t, N>& out) {
  if (in.kind != Item::bytes || in.string.size() != N) return false;
  std::copy(in.string.begin(), in.string.end(), out.begin());
  return true;
}
bool get(const cbor::Value& in, IndexRange& out) {
  return in.kind == Item::array && in.items.size() == 2 && get(in.items[0], out.first) && get(in.items[1], out.end) &&
         out.first <= out.end;
}
bool get(const cbor::Value& in, std::pair<std::string, std::string>& out) {
  return in.kind == Item::array && in.items.size() == 2 && get(in.items[0], out.first) && get(in.items[1], out.second);
}
template <class T>
bool get(const cbor::Value& in, std::vector<T>& out) {
  return in.kind == Item::array &&
         std::all_of(in.items.begin(), in.items.end(), [&](const auto& item) { return get(item, out.emplace_back()); });
}
bool get(const cbor::Value& in, Counts& out) {
  return in.kind == Item::array && std::all_of(in.items.begin(), in.items.end(), [&](const auto& item) {
           std::string name;
           std::uint64_t count = 0;
           return item.kind == Item::array && item.items.size() == 2 && get(item.items[0], name) &&
                  get(item.items[1], count) && out.emplace(std::move(name), count).second;
         });
}

class Reader {
 public:
  explicit Reader(const cbor::Value& map) : map_(map) {}

  template <class T>
  void operator()(int key, Label, T& value) {
    const cbor::Value* found = map_.find(key);
    if (found == nullptr || !get(*found, value)) fail(key);
  }
  template <class T>
  void operator()(int key, Label label, std::optional<T>& value) {
    if (map_.find(key) != nullptr) (*this)(key, label, value.emplace());
  }
  void operator()(int key, Label, std::string& value, Bytes) {
    const cbor::Value* found = map_.find(key);
    if (found == nullptr || found->kind != Item::bytes)
      fail(key);
    else
      value = found->string;
  }
  void operator()(int key, Label label, std::optional<std::string>& value, Bytes) {
    if (map_.find(key) != nullptr) (*this)(key, label, value.emplace(), kBytes);
  }
  void operator()(int key, Label label, Microseconds, Microseconds& value) { (*this)(key, label, value); }
  void operator()(int key, Label label, std::optional<std::uint64_t>& value, Urgency) { (*this)(key, label, value); }

  std::string wrong;

 private:
  void fail(int key) {
    if (wrong.empty()) wrong = said("field {0} as docs/formats.md gives it", key);
  }
  const cbor::Value& map_;
};

// ---- telling

class Teller {
 public:
  explicit Teller(Language language) : zh_(language == Language::zh) {}

  void operator()(int, Label label, const std::string& value) { line(label, value); }
  void operator()(int, Label label, bool value) { line(label, value ? (zh_ ? "是" : "yes") : (zh_ ? "否" : "no")); }
  void operator()(int, Label label, std::uint64_t value) { line(label, std::to_string(value)); }
  void operator()(int, Label label, const Digest& value) { line(label, hex(value)); }
  void operator()(int, Label label, const std::vector<KeyId>& ids) {
    std::string text;
    for (const KeyId& id : ids) text += (text.empty() ? "" : " ") + hex(view(id));
    line(label, text);
  }
  void operator()(int, Label label, const IndexRange& range) { line(label, words(range)); }
  void operator()(int, Label label, const std::vector<IndexRange>& ranges) {
    std::string text;
    for (const IndexRange& range : ranges) text += (text.empty() ? "" : zh_ ? "、" : ", ") + words(range);
    line(label, text.empty() ? (zh_ ? "无" : "none") : text);
  }
  void operator()(int, Label label, const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string text;
    for (const auto& [path, value] : fields) text += (text.empty() ? "" : zh_ ? "；" : "; ") + path + " = " + value;
    line(label, text);
  }
  void operator()(int, Label label, const Counts& counts) {
    std::string text;
    for (const auto& [name, count] : counts)
      text += (text.empty() ? "" : zh_ ? "；" : "; ") + name + " " + std::to_string(count);
    line(label, text.empty() ? (zh_ ? "无" : "none") : text);
  }
  void operator()(int, Label label, const std::optional<Microseconds>& at) {
    if (at) line(label, format_instant(*at, 0));
  }
  template <class T>
  void operator()(int key, Label label, const std::optional<T>& value) {
    if (value) (*this)(key, label, *value);
  }
  void operator()(int, Label label, const std::string& value, Bytes) { line(label, hex(value)); }
  void operator()(int, Label label, const std::optional<std::string>& value, Bytes) {
    if (value) line(label, hex(*value));
  }
  void operator()(int, Label label, Microseconds, Microseconds at) { line(label, format_instant(at, 0)); }
  void operator()(int, Label label, const std::optional<std::uint64_t>& value, Urgency) {
    if (!value) return;
    const auto language = zh_ ? Language::zh : Language::en;
    line(label,
         *value < 4 ? std::string(priority_word(static_cast<std::uint8_t>(*value), language)) : std::to_string(*value));
  }

  std::vector<std::pair<std::string, std::string>> lines;

 private:
  void line(Label label, std::string value) { lines.emplace_back(zh_ ? label.zh : label.en, std::move(value)); }
  std::string words(const IndexRange& range) const {
    if (range.first == range.end) return zh_ ? "无" : "none";
    if (range.end - range.first == 1) return std::to_string(range.first);
    return std::to_string(range.first) + (zh_ ? " 至 " : " to ") + std::to_string(range.end - 1);
  }
  bool zh_;
};

template <class T>
Result<Event> read(const cbor::Value& map, std::string_view encoded, const std::string& kind) {
  const auto bad = [&](Words expected) {
    return tl::unexpected(
        Problem{&codes::kBadRecord, {{.path = kind, .expected = expected, .found = {}, .nearest = {}, .hint = {}}}});
  };
  T event;
  Reader reader(map);
  describe(reader, event);
  if (!reader.wrong.empty()) return bad(reader.wrong);
  Event out = std::move(event);
  if (encode_event(out) != encoded) return bad("the one encoding of this event");
  return out;
}

// ---- every kind: the alternative of Event that is its body, and its title

template <class T, std::size_t At = 0>
constexpr std::size_t place_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<At, Event>, T>)
    return At;
  else
    return place_of<T, At + 1>();
}
template <class T>
constexpr std::size_t kBody = place_of<T>();
constexpr std::size_t kNoEvent = std::variant_npos;

struct KindRow {
  Kind kind;
  std::size_t event;
  std::string_view en, zh;
};
constexpr KindRow kKinds[] = {
    {Kind::decision, kNoEvent, "decision", "决定"},
    {Kind::delivery_confirmed, kBody<DeliveryConfirmed>, "delivery confirmed", "确认送达"},
    {Kind::delivery_missed, kBody<DeliveryMissed>, "delivery missed", "未能送达"},
    {Kind::handoff_opened, kBody<HandOffMoved>, "hand-off opened", "转人工单开启"},
    {Kind::handoff_taken, kBody<HandOffMoved>, "hand-off taken", "转人工单受理"},
    {Kind::handoff_passed, kBody<HandOffMoved>, "hand-off passed on", "转人工单转交"},
    {Kind::handoff_returned, kBody<HandOffMoved>, "hand-off returned", "转人工单退回"},
    {Kind::handoff_escalated, kBody<HandOffMoved>, "hand-off escalated", "转人工单升级"},
    {Kind::handoff_closed, kBody<HandOffMoved>, "hand-off closed", "转人工单关闭"},
    {Kind::feedback, kBody<Feedback>, "feedback", "反馈"},
    {Kind::event, kBody<DeclaredEvent>, "declared event", "声明的事件"},
    {Kind::pack_drafted, kBody<RulesMoved>, "pack drafted", "规则包起草"},
    {Kind::pack_reviewed, kBody<RulesMoved>, "pack reviewed", "规则包复核"},
    {Kind::pack_approved, kBody<RulesMoved>, "pack approved", "规则包批准"},
    {Kind::pack_activated, kBody<RulesMoved>, "pack activated", "规则包启用"},
    {Kind::pack_withdrawn, kBody<RulesMoved>, "pack withdrawn", "规则包撤回"},
    {Kind::data_drafted, kBody<RulesMoved>, "data set drafted", "数据集起草"},
    {Kind::data_reviewed, kBody<RulesMoved>, "data set reviewed", "数据集复核"},
    {Kind::data_approved, kBody<RulesMoved>, "data set approved", "数据集批准"},
    {Kind::data_activated, kBody<RulesMoved>, "data set activated", "数据集启用"},
    {Kind::data_withdrawn, kBody<RulesMoved>, "data set withdrawn", "数据集撤回"},
    {Kind::configuration_changed, kBody<ConfigurationChanged>, "configuration changed", "配置变更"},
    {Kind::key_created, kBody<KeyMade>, "key created", "密钥生成"},
    {Kind::key_rotated, kBody<KeyMade>, "key rotated", "密钥轮换"},
    {Kind::erasure, kBody<Erasure>, "person erased", "个人数据删除"},
    {Kind::legal_hold, kBody<LegalHold>, "legal hold", "法定保全"},
    {Kind::viewed, kBody<Viewed>, "records viewed", "查看记录"},
    {Kind::exported, kBody<Exported>, "evidence exported", "导出"},
    {Kind::signed_in, kBody<SignedIn>, "sign-in", "登录"},
    {Kind::switch_thrown, kBody<SwitchThrown>, "switch thrown", "紧急开关"},
    {Kind::gap, kBody<Gap>, "gap", "记录缺口"},
    {Kind::clock_stepped, kBody<ClockStepped>, "clock stepped back", "时钟回拨"},
    {Kind::closing, kBody<Closing>, "day closed", "日终结账"},
    {Kind::time_stamp, kBody<TimeStamp>, "time stamp", "时间戳"},
    {Kind::epoch, kBody<Epoch>, "new epoch", "新世代"},
};

const KindRow* row_of(Kind kind) {
  const auto* found =
      std::find_if(std::begin(kKinds), std::end(kKinds), [&](const KindRow& row) { return row.kind == kind; });
  return found == std::end(kKinds) ? nullptr : found;
}

template <std::size_t... Index>
Result<Event> read_alternative(std::size_t which, const cbor::Value& map, std::string_view encoded,
                               const std::string& kind, std::index_sequence<Index...>) {
  Result<Event> out = tl::unexpected(Problem{&codes::kBadRecord, {}});
  (void)((which == Index && (out = read<std::variant_alternative_t<Index, Event>>(map, encoded, kind), true)) || ...);
  return out;
}

}  // namespace

std::string encode_event(const Event& event) {
  return std::visit(
      [](auto one) {  // a copy: a description serves reading too, and so takes what it may change
        Writer writer;
        describe(writer, one);
        return writer.take();
      },
      event);
}

Result<Event> decode_event(Kind kind, std::string_view encoded) {
  const std::string path(name(kind));
  const auto bad = [&](Words expected) {
    return tl::unexpected(
        Problem{&codes::kBadRecord, {{.path = path, .expected = expected, .found = {}, .nearest = {}, .hint = {}}}});
  };
  const KindRow* row = row_of(kind);
  if (row == nullptr || row->event == kNoEvent) return bad("a kind of record that has an event");
  const Result<cbor::Value> decoded = cbor::decode(encoded);
  if (!decoded) return tl::unexpected(decoded.error());
  if (decoded->kind != Item::map) return bad("a map");
  return read_alternative(row->event, *decoded, encoded, path, std::make_index_sequence<std::variant_size_v<Event>>());
}

bool fits(Kind kind, const Event& event) {
  const KindRow* row = row_of(kind);
  return row != nullptr && row->event != kNoEvent && row->event == event.index();
}

std::vector<std::pair<std::string, std::string>> told(const Event& event, Language language) {
  return std::visit(
      [&](auto one) {
        Teller teller(language);
        describe(teller, one);
        return std::move(teller.lines);
      },
      event);
}

std::string_view title(Kind kind, Language language) {
  const KindRow* row = row_of(kind);
  if (row == nullptr) return name(kind);
  return language == Language::zh ? row->zh : row->en;
}

}  // namespace caveat::audit
