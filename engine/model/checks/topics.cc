// Topics: named conditions that no rule reads: the emergency switch may be thrown for one (contracts.md 18).
#include "engine/model/checks/conditions.h"

namespace caveat::model {

void check_topics(Work& work) {
  for (const Item& item : work.all<syntax::TopicDecl>()) {
    const auto& decl = item.as<syntax::TopicDecl>();
    Topic topic;
    topic.names = names_of(decl.names);
    topic.pack = item.pack;
    if (decl.condition) topic.condition = Conditions(work, item).condition(*decl.condition);
    work.model.topics.push_back(std::move(topic));
  }
}

}  // namespace caveat::model
