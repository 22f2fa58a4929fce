#include "engine/text/days.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "engine/base/numerals.h"
#include "engine/text/normalise.h"

using namespace caveat;
using namespace caveat::text;

namespace {

// "1971-03-09 of 3/9/1971, …"
std::string found(std::string_view text) {
  const NormalText normal = normalise(text);
  std::string plain(normal.text()), out;
  plain_numerals(plain);
  each_day(plain, [&](Range place, Days day) {
    const Range there = normal.original(place);
    if (!out.empty()) out += "; ";
    out.append(format_date(day)).append(" of ").append(text.substr(there.begin, there.end - there.begin));
  });
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(days_of_a_text)

BOOST_AUTO_TEST_CASE(a_day_is_found_however_it_is_written) {
  const std::vector<std::string> written = {"1971-03-09",
                                            "1971/3/9",
                                            "1971.3.9",
                                            "1971 3 9",
                                            "1971_03_09",
                                            "1971年3月9日",
                                            "1971年03月09号",
                                            "1971 年 3 月 9 日",
                                            "１９７１年３月９日",
                                            "一九七一年三月九日",
                                            "壹玖柒壹年叁月玖日",
                                            "9 March 1971",
                                            "9th of March, 1971",
                                            "March 9, 1971",
                                            "MARCH 09 1971",
                                            "1971—3—9",
                                            "1971·3·9",
                                            "1971。3。9",
                                            "Mar. 9th, 1971",
                                            "March the 9th 1971",
                                            "9-Mar-1971",
                                            "9mar1971",
                                            "1971 March 9",
                                            "9 day of March, 1971",
                                            "9th day of March 1971",
                                            "1971年的3月9日"};
  for (const std::string& one : written) BOOST_TEST(found("on " + one + ".") == "1971-03-09 of " + one);
  BOOST_TEST(found("二〇二六年十二月廿三日") == "2026-12-23 of 二〇二六年十二月廿三日");
  BOOST_TEST(found("二零二六年十月三十一日") == "2026-10-31 of 二零二六年十月三十一日");
  BOOST_TEST(found("bornMarch 9, 1971") == "1971-03-09 of March 9, 1971");
  BOOST_TEST(found("sept 30, 2026") == "2026-09-30 of sept 30, 2026");
}

BOOST_AUTO_TEST_CASE(a_day_that_may_be_several_is_each_of_them) {
  BOOST_TEST(found("3/9/1971") == "1971-09-03 of 3/9/1971; 1971-03-09 of 3/9/1971");
  BOOST_TEST(found("3/9/'71") ==
             "1971-09-03 of 3/9/'71; 2071-09-03 of 3/9/'71; 1971-03-09 of 3/9/'71; 2071-03-09 of 3/9/'71");
  BOOST_TEST(found("23-9-’71") == "1971-09-23 of 23-9-’71; 2071-09-23 of 23-9-’71");
  BOOST_TEST(found("'71-9-23") == "1971-09-23 of 71-9-23; 2071-09-23 of 71-9-23");
  BOOST_TEST(found("3月9号 1971年") == "1971-09-03 of 3月9号 1971年; 1971-03-09 of 3月9号 1971年");
  BOOST_TEST(found("23.9.1971") == "1971-09-23 of 23.9.1971");
  BOOST_TEST(found("9/23/1971") == "1971-09-23 of 9/23/1971");
  BOOST_TEST(found("71年3月9日") == "1971-03-09 of 71年3月9日; 2071-03-09 of 71年3月9日");
  BOOST_TEST(found("1.2.3.1971") == "1971-03-02 of 2.3.1971; 1971-02-03 of 2.3.1971");
}

BOOST_AUTO_TEST_CASE(what_names_no_day_with_its_year_is_none) {
  for (const std::string one :
       {"3月9日", "1971年3月90日", "1971年2月30日", "13/13/1971", "3/9/19711", "1971", "March 1971",
        "1971, in March: 9", "3月9日，1971年", "9 marches 1971", "3/9/1", "1971\n3\n9", "一九七一三月九", "3, 9", ""})
    BOOST_TEST(found(one) == "", one);
}

BOOST_AUTO_TEST_SUITE_END()
