// The option table as a page: docs/reference/config.md.
#pragma once

#include <string>

namespace logpond::config {

/// Markdown of every option with its file key, flag, variable, default and meaning. The committed
/// page is this text; tests/lint compares them.
std::string render_reference();
/// A configuration file with every option at its default, each commented out, for packages.
std::string render_example();

}  // namespace logpond::config
