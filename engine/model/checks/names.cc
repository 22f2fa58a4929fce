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

// A second one beside that of a used pack would be seen by its own pack alone: who wrote it to tighten or to replace the shared
// one would have changed nothing there, in silence.
template <class T>
void must_not_hide(Work& work, Kind kind) {
  for (const Item& item : work.all<T>()) {
    const syntax::Names& names = item.as<T>().names;
    for (const std::string& name : names_of(names).all) {
      const auto behind = [&](Kind of) { return work.scope.behind(of, item.pack, name); };
      Kind other = kind;
      const Entry* hidden = behind(kind);
      if (hidden == nullptr && (kind == Kind::define || kind == Kind::parameter)) {
        other = kind == Kind::define ? Kind::parameter : Kind::define;
        hidden = behind(other);
      }
      if (hidden == nullptr) continue;
      const std::string& pack = work.model.packs[hidden->pack].names.first;
      Diagnostic& diagnostic = work.report(
          codes::kNameHidden, item, span_of(names, {name}),
          {std::string(word_of(other, item.language())), name, pack, work.model.packs[item.pack].names.first},
          Work::say(item, "The rules of ", "") + pack +
              Work::say(item,
                        " would go on with theirs and only those of this pack would see this one. Change it there, or "
                        "give this one another name.",
                        " 的规则仍会用它自己的，只有本包的规则会用这一个。请在原处修改，或者为这一个另起名称。"));
      diagnostic.related.push_back({hidden->span, Work::say(item, "declared here", "已在此处声明")});
      break;
    }
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

  // Not rules and topics, which nothing names from another pack; a data set is declared once over all.
  must_not_hide<syntax::SourceDecl>(work, Kind::source);
  must_not_hide<syntax::ScaleDecl>(work, Kind::scale);
  must_not_hide<syntax::LexiconDecl>(work, Kind::lexicon);
  must_not_hide<syntax::WordingDecl>(work, Kind::wording);
  must_not_hide<syntax::CalendarDecl>(work, Kind::calendar);
  must_not_hide<syntax::QueueDecl>(work, Kind::queue);
  must_not_hide<syntax::RequirementDecl>(work, Kind::requirement);
  must_not_hide<syntax::ParameterDecl>(work, Kind::parameter);
  must_not_hide<syntax::DefineDecl>(work, Kind::define);
}

}  // namespace caveat::model
