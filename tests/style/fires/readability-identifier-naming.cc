// One of each kind of name, and each is wrong.
namespace BadNamespace {
class bad_class {
 public:
  int BadMember = 0;
  void BadMethod(int BadParameter);

 private:
  int unmarked = 0;
};
enum class bad_enum { BadEnumerator };
constexpr int bad_constant = 1;
using bad_alias = int;
inline int BadFunction() {
  int BadVariable = 0;
  return BadVariable;
}
}  // namespace BadNamespace
