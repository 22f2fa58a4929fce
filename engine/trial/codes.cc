#include "engine/trial/codes.h"

namespace caveat::trial::codes {

const Code kExampleFails{"example_fails", "Expected {0}, but it comes out as {1}.", "期望 {0}，结果是 {1}。"};
const Code kExampleText{"example_text", "Expected the final text “{0}”, but it is “{1}”.",
                        "期望终稿为“{0}”，结果是“{1}”。"};
const Code kExampleLeft{"example_left", "Expected {0} to be left, but it is {1}.", "期望剩余 {0}，结果是 {1}。"};
const Code kExampleRefused{"example_refused", "This turn would be refused: {0}.", "此轮次会被拒收：{0}。"};
const Code kNeverFires{"never_fires", "No example makes rule {0} fire.", "没有示例使规则 {0} 生效。"};
const Code kNeverNear{"never_near", "No example comes near rule {0} and does not make it fire.",
                      "没有示例接近规则 {0} 而不使它生效。"};

const Code kTextRefused{"text_refused", "Rule {0} would refuse this text of the packs in an answer: it says {1}.",
                        "规则包自己的这段文字若出现在回答中，会被规则 {0} 拒绝：其中有{1}。"};

std::span<const Code* const> all() {
  static const Code* const kAll[] = {&kExampleFails, &kExampleText, &kExampleLeft, &kExampleRefused,
                                     &kNeverFires,   &kNeverNear,   &kTextRefused};
  return kAll;
}

}  // namespace caveat::trial::codes
