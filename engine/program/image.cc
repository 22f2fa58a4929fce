#include "engine/program/image.h"

#include <cstring>

#include "engine/base/digest.h"

namespace caveat::program {

static_assert(kIsRow<Str> && kIsRow<Range> && kIsRow<Number> && kIsRow<Span32> && kIsRow<SlotRow> && kIsRow<StepRow> &&
              kIsRow<SymbolRow> && kIsRow<Node> && kIsRow<ConstantRow> && kIsRow<GroupRow> && kIsRow<EffectRow> &&
              kIsRow<PieceRow> && kIsRow<SayRow> && kIsRow<RuleRow> && kIsRow<PackRow> && kIsRow<ZoneRow> &&
              kIsRow<TransitionRow> && kIsRow<SourceRow> && kIsRow<WordingRow> && kIsRow<HoursRow> &&
              kIsRow<QueueRow> && kIsRow<RequirementRow> && kIsRow<ShapeRow> && kIsRow<BucketRow> && kIsRow<EntryRow> &&
              kIsRow<TestRow> && kIsRow<QuickRow> && kIsRow<BlockRow> && kIsRow<ColumnRow> && kIsRow<CalendarRow> &&
              kIsRow<TopicRow> && kIsRow<DataRow>);

Str Image::str(std::string_view value) {
  if (value.empty()) return {};
  if (auto found = known_.find(value); found != known_.end()) return found->second;
  const Str row{static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(value.size())};
  text.append(value);
  known_.emplace(value, row);
  return row;
}

Range Image::strs(const std::vector<std::string>& values) {
  const Range range{static_cast<std::uint32_t>(strings.size()), static_cast<std::uint32_t>(values.size())};
  for (const std::string& value : values) strings.push_back(str(value));
  return range;
}

Range Image::list(const std::vector<std::uint32_t>& values) {
  const Range range{static_cast<std::uint32_t>(indices.size()), static_cast<std::uint32_t>(values.size())};
  indices.insert(indices.end(), values.begin(), values.end());
  return range;
}

Number Image::number(const Decimal& value) {
  const auto bits = static_cast<unsigned __int128>(value.coefficient());
  return {static_cast<std::uint64_t>(bits), static_cast<std::int64_t>(static_cast<std::uint64_t>(bits >> 64)),
          static_cast<std::uint32_t>(value.scale()), 0};
}

Decimal decimal(const Number& number) {
  const unsigned __int128 bits =
      (static_cast<unsigned __int128>(static_cast<std::uint64_t>(number.hi)) << 64) | number.lo;
  return Decimal::make(static_cast<__int128>(bits), static_cast<int>(number.scale)).value_or(Decimal{});
}

Span32 Image::span(const Duration& duration) { return {duration.seconds, duration.months, duration.working_days}; }

Duration duration(const Span32& span) {
  Duration duration;
  duration.seconds = span.seconds;
  duration.months = span.months;
  duration.working_days = span.working_days;
  return duration;
}

std::string Image::seal() const {
  constexpr auto kSections = static_cast<std::size_t>(Section::kCount);
  std::string head, body;
  const auto put64 = [&head](std::uint64_t value) { head.append(reinterpret_cast<const char*>(&value), 8); };
  std::size_t at = kImageHeader + kSections * 16;
  each_section(*this, [&](const auto& rows) {
    put64(at);
    put64(rows.size());
    const std::size_t bytes = rows.size() * sizeof(rows[0]);
    body.append(reinterpret_cast<const char*>(rows.data()), bytes);
    const std::size_t padded = (bytes + 7) / 8 * 8;
    body.append(padded - bytes, '\0');
    at += padded;
  });
  const std::uint64_t size = at;
  std::string covered(reinterpret_cast<const char*>(&size), 8);
  covered += head;
  covered += body;
  std::string image = "CAVEATPI";
  image.append(reinterpret_cast<const char*>(&kImageFormat), 4);
  image.append(reinterpret_cast<const char*>(&kSemanticsVersion), 4);
  image += view(sha256(covered));
  image += covered;
  return image;
}

}  // namespace caveat::program
