// What the terminal can show: colours and width.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logpond::cli {

enum class Colour { kNone, kDim, kBold, kGreen, kYellow, kRed, kBlue, kMagenta };

/// Writes text with colours, or without them.
class Painter {
 public:
  explicit Painter(bool has_colours) : has_colours_(has_colours) {}
  /// Appends `text`, coloured when colours are on.
  void append(std::string& out, std::string_view text, Colour colour) const;
  bool has_colours() const { return has_colours_; }

 private:
  bool has_colours_;
};

/// `auto` means: stdout is a terminal and NO_COLOR is not set. `mode` is auto, always or never.
Painter stdout_painter(std::string_view mode);
bool is_valid_colour_mode(std::string_view mode);
bool stderr_is_terminal();
/// Columns of stdout's terminal; 100 when it is none.
std::size_t terminal_width();

/// Colour of a level word (`error`, `WARN`); none for words that name no level.
Colour level_colour(std::string_view level);

}  // namespace logpond::cli
