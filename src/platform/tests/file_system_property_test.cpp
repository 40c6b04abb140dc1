// Any mix of calls does the same on the simulated file system as on the real one: same answers,
// same error codes, same tree at the end. So what the crash tests show on the one holds for the
// other.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file_system.h"
#include "platform/posix/posix_file_system.h"
#include "platform/sim/sim_file_system.h"
#include "platform/tests/scratch_directory.h"

namespace logpond::platform {
namespace {

// Few names, so that calls meet each other: files, directories, and either inside the other.
constexpr std::array<const char*, 10> kNames{"a",   "b",     "d", "d/a", "d/b",
                                             "d/e", "d/e/a", "f", "f/a", "f/d"};
constexpr std::size_t kHandles = 3;

struct Call {
  int what = 0;
  std::size_t name = 0;
  std::size_t other_name = 0;
  std::size_t handle = 0;
  std::uint64_t offset = 0;
  std::size_t size = 0;
  char byte = 'x';
};

constexpr int kCalls = 16;

rc::Gen<Call> any_call() {
  return rc::gen::build<Call>(
      rc::gen::set(&Call::what, rc::gen::inRange(0, kCalls)),
      rc::gen::set(&Call::name, rc::gen::inRange<std::size_t>(0, kNames.size())),
      rc::gen::set(&Call::other_name, rc::gen::inRange<std::size_t>(0, kNames.size())),
      rc::gen::set(&Call::handle, rc::gen::inRange<std::size_t>(0, kHandles)),
      rc::gen::set(&Call::offset, rc::gen::inRange<std::uint64_t>(0, 10'000)),
      rc::gen::set(&Call::size, rc::gen::inRange<std::size_t>(0, 6'000)),
      rc::gen::set(&Call::byte, rc::gen::inRange('a', 'z')));
}

template <typename T>
std::string outcome(const Result<T>& result) {
  if (!result) return std::string(error_code_name(result.error().code));
  return "ok";
}

/// One of the two sides: a file system, a root, and some open files.
class Side {
 public:
  Side(FileSystem& fs, std::filesystem::path root) : fs_(fs), root_(std::move(root)) {}

  /// Makes the call and says all that a program could see of it.
  std::string run(const Call& call) {
    const auto path = root_ / kNames[call.name];
    if (call.what <= 3) return open(path, static_cast<OpenMode>(call.what), call.handle);
    switch (call.what) {
      case 4:
        return outcome(fs_.rename(path, root_ / kNames[call.other_name]));
      case 5:
        return outcome(fs_.remove(path));
      case 6:
        return outcome(fs_.remove_directory(path));
      case 7:
        return outcome(fs_.create_directories(path));
      case 8:
        return outcome(fs_.sync_directory(path));
      case 9:
        return listing(path);
      case 10:
        return outcome(write_file_atomically(fs_, path, std::string(call.size, call.byte)));
      default:
        return handles_[call.handle] == nullptr ? "closed" : use(*handles_[call.handle], call);
    }
  }

  /// Everything below `path`, with contents.
  std::string tree(const std::filesystem::path& path) {
    std::string all;
    for (const auto& name : fs_.list(path).value_or(std::vector<std::string>{})) {
      const auto bytes = read_file(fs_, path / name, 1 << 20);
      all += (path / name).lexically_relative(root_).native();
      all += bytes ? "=" + *bytes + "\n" : "/\n" + tree(path / name);
    }
    return all;
  }
  std::string tree() { return tree(root_); }

 private:
  std::string open(const std::filesystem::path& path, OpenMode mode, std::size_t handle) {
    auto file = fs_.open(path, mode);
    std::string said = outcome(file);
    if (file) handles_[handle] = *std::move(file);
    return said;
  }

  std::string listing(const std::filesystem::path& path) {
    const auto names = fs_.list(path);
    std::string said = outcome(names) + (fs_.exists(path) ? " exists" : "");
    if (names) {
      for (const auto& name : *names) said += " " + name;
    }
    return said;
  }

  std::string use(File& file, const Call& call) {
    switch (call.what) {
      case 11:
        return outcome(file.write_at(call.offset, std::string(call.size, call.byte)));
      case 12:
        return outcome(file.truncate(call.offset));
      case 13:
        return outcome(file.allocate(call.offset));
      case 14:
        return outcome(file.sync()) + " " + std::to_string(file.size().value_or(0));
      default: {
        std::string bytes(call.size, '?');
        const auto size = file.read_at(call.offset, bytes);
        return outcome(size) + " " + bytes.substr(0, size.value_or(0));
      }
    }
  }

  FileSystem& fs_;
  std::filesystem::path root_;
  std::array<std::unique_ptr<File>, kHandles> handles_;
};

RC_GTEST_PROP(FileSystemProperty, SimulatedAndRealAnswerTheSame, ()) {
  const auto calls = *rc::gen::container<std::vector<Call>>(any_call());
  const ScratchDirectory scratch;
  const auto posix = make_posix_file_system();
  const auto sim = SimFileSystem::create(1);
  RC_ASSERT(sim->create_directories("/root").has_value());
  Side real(*posix, scratch.path());
  Side simulated(*sim, "/root");
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string expected = real.run(calls[i]);
    const std::string answer = simulated.run(calls[i]);
    if (expected != answer) {
      RC_LOG() << "call " << i << ": what " << calls[i].what << " on " << kNames[calls[i].name]
               << " and " << kNames[calls[i].other_name];
    }
    RC_ASSERT(answer == expected);
  }
  RC_ASSERT(simulated.tree() == real.tree());
  // With everything kept, a power cut changes nothing that can be seen.
  const std::string before = simulated.tree();
  sim->cut_power(SimFileSystem::Unsynced::kKept);
  RC_ASSERT(simulated.tree() == before);
}

}  // namespace
}  // namespace logpond::platform
