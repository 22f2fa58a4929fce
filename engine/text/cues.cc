#include "engine/text/cues.h"

#include <array>
#include <vector>

namespace caveat::text {
namespace {

struct Group {
  CueKind kind;
  std::string_view han, latin;  // parted by |
};

using K = CueKind;

constexpr std::array kGroups = {
    Group{K::denies,
          "不是|并不是|不属于|并不属于|不算|称不上|算不上|谈不上|并非|绝非|而非|非|没有|并没有|无|并无|绝无|毫无|尚无|"
          "从无|不等于|不等同于|"
          "不等同|无法保证|不能保证|无法实现|不能实现|无法做到|不意味着|不代表|不构成|不存在|不具有|不具备|不同于|"
          "有别于|区别于|不一定|未必|不见得|不完全|不可能|无法|难以|没法|没办法|做不到",
          "no|not|never|none|nothing|nobody|no "
          "one|neither|nor|without|isn't|aren't|wasn't|weren't|cannot|can't|couldn't|don't|"
          "doesn't|didn't|won't|wouldn't|shouldn't|hardly|far from|free from|rather than|instead of|anything but"},
    Group{K::denies_verb,
          "不|不会|不能|不要|不想|不用|不必|不可以|不可|并不|不太|不怎么|不敢|绝不|决不|从不|不再|别|休想|勿|未|并未|"
          "从未|尚未|没|从来没有|无需|无须",
          ""},
    Group{K::denied,
          "不成立|不存在|并不存在|不可能|是不可能的|不可信|不可靠|不属实|不实|是假的|都是假的|是谎言|是骗局|都是骗局|"
          "是骗人的|都是骗人的|是诈骗|"
          "都是诈骗|是误导|属于误导|属误导|无法实现|做不到|无法做到|无法保证|不能实现|不能保证|不被允许|已被禁止|"
          "已被打破|被打破|已打破|已取消|"
          "早已取消|是违规的|属于违规|属违规|均属违规|是违法的|属于违法|说法有误|是错误的|不正确|不对|骗局|陷阱|谎言|"
          "不适用|没有的事|绝无可能",
          "is a myth|are a myth|is an illusion|is a lie|are lies|is a scam|are scams|is impossible|are impossible|is "
          "misleading|are "
          "misleading|is false|is wrong|is prohibited|are prohibited|is forbidden|are forbidden|is illegal|are "
          "illegal|is banned|are "
          "banned|does not exist|do not exist|doesn't exist|don't exist|is over"},
    Group{K::neutral,
          "不仅|不但|不光|不只|不单|不单单|不仅仅|并不仅|并不仅仅|不过|不管|不论|不断|不少|不如|不妨|不愧|不错|不同|"
          "不久|不止|不得不|不由|不禁|"
          "不用担心|不必担心|无需担心|无须担心|别担心|不要担心|不用再担心|不必再担心|无需再担心|不用怕|不怕|不用愁|"
          "不用着急|不要错过|不容错过|"
          "别错过|莫错过|非常|非但|除非|无非|无论|无疑|毫无疑问|无疑问|没错|没问题|没有问题|没有任何问题|没得说|"
          "没有风险|没有任何风险|无任何风险|"
          "毫无风险|无风险|没有亏损过|从未亏损|从来没有亏损|没有亏过|从没亏过|没亏过|未曾亏损|零亏损|别的|特别|分别|"
          "区别|级别|个别|类别|性别|"
          "识别|未来|不收费|无手续费|没有手续费|没有门槛|无门槛|不限|不低于|不少于|不超过|不高于|不满|非凡|无忧|不变|"
          "不动产|不亏|不亏损|不会亏|"
          "不会亏损|不赔|原则|规则|否则|准则|细则|即使|即将|立即|若干|方便|以便",
          "not only|not just|not merely|no doubt|no question|without doubt|without a doubt|without question|no "
          "problem|no worries|don't "
          "worry|do not worry|not to worry|no fees|no fee|no charge|no minimum|no lock-in|cannot lose|can't lose|can't "
          "go wrong|cannot go "
          "wrong|no less than|no more than|not less than|nothing but|no longer than|if anything|as if|don't miss|do "
          "not miss|not to be "
          "missed|should not miss"},
    Group{K::warns,
          "不得|严禁|禁止|谨防|警惕|当心|小心|切勿|请勿|勿信|勿轻信|不要相信|不要轻信|不可轻信|切莫|提防|不应|不准|"
          "不许|不允许|不宜|违规|违法|"
          "涉嫌|举报|虚假|误导|骗子|诈骗|打着",
          "must not|may not|shall not|should not|should never|must never|never say|never promise|beware of|beware|be "
          "wary of|be careful "
          "of|watch out for|do not trust|don't trust|do not believe|don't believe|not allowed to|not permitted "
          "to|forbidden to|prohibited "
          "from|prohibits|fraudsters|scammers|scam|scams|fake|false|misleading|illegally"},
    Group{K::reports,
          "所谓|所谓的|号称|声称|宣称|自称|谎称|标榜|鼓吹|冒充|据称|据说|听说|有人说|他们说|网传|传言|您问|您说|您提到|"
          "您提及|字样|一词",
          "so-called|claims to be|claim to be|claiming|claims of|allegedly|reportedly|they say|some say|people "
          "say|people who promise|anyone "
          "who promises|anyone promising|anybody who promises|those who promise|you asked|you ask|the word|the "
          "words|the phrase|the term"},
    Group{K::self, "我们|我行|本行|本公司|我司|本产品", "we|our bank|i"},
    Group{K::condition, "如果|若|若是|假如|假使|倘若|要是|万一|一旦|只要|除非",
          "if|unless|in case|provided that|as long as"},
    Group{K::condition_of_others,
          "如有人|若有人|如果有人|要是有人|遇到|碰到|如遇|若遇|接到|如果对方|若对方|如果您想要|如果您追求|如果您需要|"
          "如果想要",
          "if anyone|if someone|if somebody|if anybody|if they|if a caller|if a seller|anyone who|anybody "
          "who|whoever|when someone|when "
          "anyone|if you want|if you prefer|if you need|if you are looking for|if you're looking for"},
    Group{K::condition_after, "的话|与否", ""},
    Group{K::then, "就|则|便|那么|即|都|也|仍|仍然|照样", "then"},
    Group{K::contrast, "但是|但|然而|不过|而是|却|可是|只是|所以|因此|因而|其实|实际上|事实上|反而",
          "but|however|yet|although|though|therefore|whereas|instead"},
    Group{K::resumes, "而且|并且|且|同时|还能|还可以|还会|又能|即可|就能|便可|就可|便能|就可以",
          "and also|and it is|and it's|and is|plus|as well as|while also"},
    Group{K::promises,
          "承诺|保证|担保|宣传|宣称|声称|提供|作出|做出|销售|发行|推荐|构成|意味着|代表|等于|接受|存在|确保|允诺", ""},
    Group{K::hedges,
          "可能|可能会|大概率|大概|也许|或许|基本|基本上|几乎|一般|一般来说|通常|通常来说|应该|应当|差不多|近乎|接近|"
          "类似|相当于|有望|多半|"
          "理论上|大致|大体上",
          "may|might|could|probably|usually|generally|typically|almost|nearly|virtually|practically|basically|"
          "essentially|should|likely|"
          "normally|in theory|mostly"},
    Group{K::asks, "是否|能否|可否|会否|是不是|能不能|会不会|可不可以|有没有|要不要", "whether"},
    Group{K::asks_at_end, "吗|么|嘛|呢", ""},
    Group{K::agrees_at_end, "吧", "right"},
    Group{K::rhetorical, "难道|岂|怎么可能|怎么会|谁说|哪里会|何尝", "who says|who said"},
};

std::vector<Cue> made() {
  std::vector<Cue> all;
  const auto add = [&](std::string_view list, CueKind kind, bool latin) {
    while (!list.empty()) {
      const std::size_t end = list.find('|');
      all.push_back({list.substr(0, end), kind, latin});
      list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
    }
  };
  for (const Group& group : kGroups) {
    add(group.han, group.kind, false);
    add(group.latin, group.kind, true);
  }
  return all;
}

}  // namespace

std::span<const Cue> cues() {
  static const std::vector<Cue> kAll = made();
  return kAll;
}

}  // namespace caveat::text
