#include "cli/output/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "core/severity.h"

namespace logpond::cli {
namespace {

constexpr std::size_t kWidthWithoutTerminal = 100;

std::string_view code(Colour colour) {
  switch (colour) {
    case Colour::kDim:
      return "\x1b[2m";
    case Colour::kBold:
      return "\x1b[1m";
    case Colour::kGreen:
      return "\x1b[32m";
    case Colour::kYellow:
      return "\x1b[33m";
    case Colour::kRed:
      return "\x1b[31m";
    case Colour::kBlue:
      return "\x1b[34m";
    case Colour::kMagenta:
      return "\x1b[35m";
    case Colour::kNone:
      break;
  }
  return {};
}

}  // namespace

void Painter::append(std::string& out, std::string_view text, Colour colour) const {
  if (!has_colours_ || colour == Colour::kNone || text.empty()) {
    out += text;
    return;
  }
  out += code(colour);
  out += text;
  out += "\x1b[0m";
}

bool is_valid_colour_mode(std::string_view mode) {
  return mode == "auto" || mode == "always" || mode == "never";
}

Painter stdout_painter(std::string_view mode) {
  if (mode == "always") return Painter(true);
  const char* no_color = std::getenv("NO_COLOR");
  const bool is_wanted = no_color == nullptr || *no_color == '\0';
  return Painter(mode == "auto" && is_wanted && isatty(STDOUT_FILENO) == 1);
}

bool stderr_is_terminal() {
  return isatty(STDERR_FILENO) == 1;
}

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return kWidthWithoutTerminal;
  return size.ws_col;
}

Colour level_colour(std::string_view level) {
  switch (severity_from_word(level)) {
    case Severity::kFatal:
    case Severity::kCritical:
      return Colour::kMagenta;
    case Severity::kError:
      return Colour::kRed;
    case Severity::kWarn:
      return Colour::kYellow;
    case Severity::kInfo:
      return Colour::kGreen;
    case Severity::kDebug:
      return Colour::kBlue;
    case Severity::kTrace:
      return Colour::kDim;
    default:
      return Colour::kNone;
  }
}

}  // namespace logpond::cli
