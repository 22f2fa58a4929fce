// Names: every declaration gets its place; none is declared twice in one pack (semantics.md 7).
#include "engine/model/built_in.h"
#include "engine/model/checks/work.h"

namespace caveat::model {
namespace {

bool built_in_name(const std::string& name) {
  for (const BuiltInGroup& group : built_in_groups()) {
    if (name == group.en || name == group.zh) return true;
  }
  return name == "channel" || name == "渠道" || name == "language" || name == "语种";
}

Span span_of(const syntax::Names& names, const std::vector<std::string>& taken) {
  for (const std::string& name : taken) {
    if (names.first.text == name) return names.first.span;
    for (const syntax::Word& also : names.also) {
      if (also.text == name) return also.span;
    }
  }
  return names.first.span;
}

std::string shared_name(const syntax::Names& names, const std::vector<std::string>& taken) {
  const auto has = [&](const std::string& name) {
    for (const std::string& each : taken) {
      if (each == name) return true;
    }
    return false;
  };
  if (has(names.first.text)) return names.first.text;
  for (const syntax::Word& also : names.also) {
    if (has(also.text)) return also.text;
  }
  return names.first.text;
}

template <class T>
void declare(Work& work, Kind kind) {
  Index index = 0;
  for (const Item& item : work.all<T>()) {
    const syntax::Names& names = item.as<T>().names;
    Entry entry;
    entry.names = names_of(names);
    entry.pack = item.pack;
    entry.index = index++;
    entry.span = names.first.span;
    const bool in_conditions = kind == Kind::define || kind == Kind::parameter;
    if (in_conditions) {
      bool reported = false;
      for (const std::string& name : entry.names.all) {
        if (!built_in_name(name)) continue;
        work.report(codes::kBuiltIn, item, span_of(names, {name}), {name});
        reported = true;
      }
      if (reported) continue;
    }
    const Entry* earlier = in_conditions ? work.scope.declare(Kind::value, entry) : nullptr;
    if (earlier == nullptr) earlier = work.scope.declare(kind, entry);
    if (earlier == nullptr) continue;
    const std::string name = shared_name(names, earlier->names.all);
    Diagnostic& diagnostic = work.report(codes::kNameTwice, item, span_of(names, earlier->names.all),
                                         {std::string(word_of(kind, item.language())), name});
    diagnostic.related.push_back({earlier->span, Work::say(item, "declared here", "已在此处声明")});
  }
}

}  // namespace

void declare_names(Work& work) {
  declare<syntax::SourceDecl>(work, Kind::source);
  declare<syntax::ScaleDecl>(work, Kind::scale);
  declare<syntax::LexiconDecl>(work, Kind::lexicon);
  declare<syntax::WordingDecl>(work, Kind::wording);
  declare<syntax::CalendarDecl>(work, Kind::calendar);
  declare<syntax::QueueDecl>(work, Kind::queue);
  declare<syntax::RequirementDecl>(work, Kind::requirement);
  declare<syntax::ParameterDecl>(work, Kind::parameter);
  declare<syntax::DefineDecl>(work, Kind::define);
  declare<syntax::TopicDecl>(work, Kind::topic);
  declare<syntax::DataDecl>(work, Kind::data);
  declare<syntax::RuleDecl>(work, Kind::rule);
}

}  // namespace caveat::model
