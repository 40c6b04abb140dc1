#include "logql/stages/decolorize.h"

namespace logpond::logql {
namespace {

constexpr char kEscape = '\x1B';

/// Bytes of the escape sequence that `text` (which begins with ESC) starts with; 1 when it is none.
std::size_t sequence_bytes(std::string_view text) {
  if (text.size() < 2) return 1;
  if (text[1] == ']') {  // operating system command: up to BEL or ESC backslash
    for (std::size_t i = 2; i < text.size(); ++i) {
      if (text[i] == '\x07') return i + 1;
      if (text[i] == kEscape) return i + 1 < text.size() && text[i + 1] == '\\' ? i + 2 : i;
    }
    return 1;
  }
  if (text[1] != '[') return text[1] >= '@' && text[1] <= '_' ? 2 : 1;
  std::size_t i = 2;
  while (i < text.size() && text[i] >= '0' && text[i] <= '?') ++i;  // parameters
  while (i < text.size() && text[i] >= ' ' && text[i] <= '/') ++i;  // intermediates
  return i < text.size() && text[i] >= '@' && text[i] <= '~' ? i + 1 : 1;
}

class Decolorize final : public Stage {
 public:
  bool process(LineContext& context) override {
    std::string_view rest = context.line;
    std::size_t escape = rest.find(kEscape);
    if (escape == std::string_view::npos) return true;
    clean_.clear();
    while (escape != std::string_view::npos) {
      clean_.append(rest.substr(0, escape));
      rest.remove_prefix(escape);
      const std::size_t size = sequence_bytes(rest);
      if (size == 1) clean_.push_back(kEscape);  // not a sequence: left as it is
      rest.remove_prefix(size);
      escape = rest.find(kEscape);
    }
    clean_.append(rest);
    context.line = clean_;
    return true;
  }

 private:
  std::string clean_;
};

}  // namespace

Result<std::unique_ptr<Stage>> make_decolorize(const ast::Stage&, const ParserHints&) {
  return std::make_unique<Decolorize>();
}

}  // namespace logpond::logql
