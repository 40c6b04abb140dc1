// What every FileSystem must do: one suite, run on the real one and on the simulated one.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "platform/file_system.h"
#include "platform/posix/posix_file_system.h"
#include "platform/sim/sim_file_system.h"
#include "platform/tests/scratch_directory.h"

namespace logpond::platform {
namespace {

using std::filesystem::path;

enum class Kind { kPosix, kSim };

class FileSystemContract : public testing::TestWithParam<Kind> {
 protected:
  FileSystemContract() {
    if (GetParam() == Kind::kPosix) {
      fs_ = make_posix_file_system();
      root_ = scratch_.path();
    } else {
      fs_ = SimFileSystem::create(1);
      root_ = "/scratch";
      EXPECT_TRUE(fs_->create_directories(root_));
    }
  }

  std::unique_ptr<File> create(const path& name) {
    auto file = fs_->open(root_ / name, OpenMode::kCreate);
    EXPECT_TRUE(file) << file.error().message;
    return *std::move(file);
  }
  void write_file(const path& name, std::string_view bytes) {
    EXPECT_TRUE(create(name)->write_at(0, bytes));
  }
  std::string contents(const path& name) {
    auto bytes = read_file(*fs_, root_ / name, 1 << 20);
    return bytes ? *bytes : "error: " + bytes.error().message;
  }
  static std::string contents(const File& file) {
    std::string bytes(4096, '?');
    const auto size = file.read_at(0, bytes);
    EXPECT_TRUE(size);
    bytes.resize(size.value_or(0));
    return bytes;
  }
  std::vector<std::string> names(const path& name) {
    return fs_->list(root_ / name).value_or(std::vector<std::string>{"error"});
  }
  template <typename T>
  static ErrorCode code_of(const Result<T>& result) {
    EXPECT_FALSE(result);
    return result ? ErrorCode::kInternal : result.error().code;
  }
  ErrorCode rename_error(const path& from, const path& to) {
    return code_of(fs_->rename(root_ / from, root_ / to));
  }

  ScratchDirectory scratch_;
  std::unique_ptr<FileSystem> fs_;
  path root_;
};

INSTANTIATE_TEST_SUITE_P(Both, FileSystemContract, testing::Values(Kind::kPosix, Kind::kSim),
                         [](const auto& kind) {
                           return kind.param == Kind::kPosix ? "Posix" : "Sim";
                         });

// ---- data -------------------------------------------------------------------------------------

TEST_P(FileSystemContract, ReadsBackWhatWasWritten) {
  const auto file = create("a");
  ASSERT_TRUE(file->write_at(0, std::string_view("hello world")));
  ASSERT_TRUE(file->write_at(6, std::string_view("there")));
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(contents(*file), "hello there");
  EXPECT_EQ(contents("a"), "hello there");
  EXPECT_EQ(file->size().value(), 11U);
}

TEST_P(FileSystemContract, ReadsLessOnlyAtTheEnd) {
  const auto file = create("a");
  ASSERT_TRUE(file->write_at(0, std::string_view("12345")));
  std::string into(4, '?');
  EXPECT_EQ(file->read_at(0, into).value(), 4U);
  EXPECT_EQ(into, "1234");
  EXPECT_EQ(file->read_at(3, into).value(), 2U);
  EXPECT_EQ(into.substr(0, 2), "45");
  EXPECT_EQ(file->read_at(5, into).value(), 0U);
  EXPECT_EQ(file->read_at(1'000'000, into).value(), 0U);
  EXPECT_EQ(file->read_at(~std::uint64_t{0}, into).value(), 0U);
}

TEST_P(FileSystemContract, FillsTheGapBeforeAWriteWithZeros) {
  const auto file = create("a");
  ASSERT_TRUE(file->write_at(5000, std::string_view("x")));
  EXPECT_EQ(file->size().value(), 5001U);
  EXPECT_EQ(contents(*file), std::string(4096, '\0'));
}

TEST_P(FileSystemContract, WritesNothingWhenThereIsNothingToWrite) {
  const auto file = create("a");
  ASSERT_TRUE(file->write_at(100, std::string_view()));
  EXPECT_EQ(file->size().value(), 0U);
}

TEST_P(FileSystemContract, KeepsABigWriteWhole) {
  std::string big;
  for (int i = 0; i < 300'000; ++i) big.push_back(static_cast<char>('a' + i % 23));
  const auto file = create("a");
  ASSERT_TRUE(file->write_at(777, big));
  std::string back(big.size(), '?');
  ASSERT_EQ(file->read_at(777, back).value(), big.size());
  EXPECT_TRUE(back == big);
}

TEST_P(FileSystemContract, RefusesOffsetsNoFileCanHave) {
  const auto file = create("a");
  constexpr std::uint64_t kMax = ~std::uint64_t{0};
  EXPECT_EQ(code_of(file->write_at(kMax, std::string_view("x"))), ErrorCode::kIo);
  EXPECT_EQ(code_of(file->write_at(kMax / 2, std::string_view("xy"))), ErrorCode::kIo);
  EXPECT_EQ(code_of(file->truncate(kMax)), ErrorCode::kIo);
  EXPECT_EQ(code_of(file->allocate(kMax)), ErrorCode::kIo);
  EXPECT_EQ(file->size().value(), 0U);
}

TEST_P(FileSystemContract, CutsAndExtendsWithZeros) {
  const auto file = create("a");
  ASSERT_TRUE(file->write_at(0, std::string_view("abcdef")));
  ASSERT_TRUE(file->truncate(3));
  EXPECT_EQ(contents(*file), "abc");
  ASSERT_TRUE(file->truncate(5));
  EXPECT_EQ(contents(*file), std::string("abc\0\0", 5));
}

TEST_P(FileSystemContract, AllocatesZerosBehindTheDataAndNeverCuts) {
  const auto file = create("a");
  ASSERT_TRUE(file->write_at(0, std::string_view("abc")));
  ASSERT_TRUE(file->allocate(8192));
  EXPECT_EQ(file->size().value(), 8192U);
  EXPECT_EQ(contents(*file), "abc" + std::string(4093, '\0'));
  ASSERT_TRUE(file->allocate(2));
  ASSERT_TRUE(file->allocate(0));
  EXPECT_EQ(file->size().value(), 8192U);
}

TEST_P(FileSystemContract, RefusesWritesToAFileOpenedForReading) {
  write_file("a", "abc");
  const auto file = fs_->open(root_ / "a", OpenMode::kRead).value();
  EXPECT_EQ(code_of(file->write_at(0, std::string_view("x"))), ErrorCode::kIo);
  EXPECT_EQ(code_of(file->truncate(0)), ErrorCode::kIo);
  EXPECT_EQ(code_of(file->allocate(100)), ErrorCode::kIo);
  EXPECT_EQ(contents(*file), "abc");
}

TEST_P(FileSystemContract, LetsManyThreadsReadWhileOneWrites) {
  const auto file = create("a");
  ASSERT_TRUE(file->write_at(0, std::string(1000, 'a')));
  std::atomic<int> bad{0};
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        std::string into(1000, '?');
        if (file->read_at(0, into).value_or(0) != 1000 || into != std::string(1000, 'a')) ++bad;
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    if (!file->write_at(1000 + static_cast<std::uint64_t>(i), std::string_view("b"))) ++bad;
  }
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(bad, 0);
}

// ---- opening ----------------------------------------------------------------------------------

TEST_P(FileSystemContract, SaysWhichFileIsMissing) {
  for (const OpenMode mode : {OpenMode::kRead, OpenMode::kReadWrite}) {
    const auto file = fs_->open(root_ / "none", mode);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(file.error().message,
              "cannot open \"" + (root_ / "none").native() + "\": no such file or directory");
  }
}

TEST_P(FileSystemContract, NeverMakesDirectoriesOnOpening) {
  EXPECT_EQ(code_of(fs_->open(root_ / "no/file", OpenMode::kCreate)), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(fs_->open("", OpenMode::kRead)), ErrorCode::kNotFound);
  write_file("a", "");
  EXPECT_EQ(code_of(fs_->open(root_ / "a/b", OpenMode::kCreate)), ErrorCode::kIo);
}

TEST_P(FileSystemContract, CreatesOnlyWhatDoesNotExist) {
  write_file("a", "abc");
  EXPECT_EQ(code_of(fs_->open(root_ / "a", OpenMode::kCreate)), ErrorCode::kConflict);
  EXPECT_EQ(contents("a"), "abc");
  EXPECT_TRUE(fs_->open(root_ / "a", OpenMode::kCreateOrTruncate));
  EXPECT_EQ(contents("a"), "");
  EXPECT_TRUE(fs_->open(root_ / "b", OpenMode::kCreateOrTruncate));
  EXPECT_EQ(contents("b"), "");
}

TEST_P(FileSystemContract, OpensNoDirectories) {
  ASSERT_TRUE(fs_->create_directories(root_ / "d"));
  for (const OpenMode mode : {OpenMode::kRead, OpenMode::kReadWrite, OpenMode::kCreateOrTruncate}) {
    EXPECT_EQ(code_of(fs_->open(root_ / "d", mode)), ErrorCode::kIo);
  }
  EXPECT_EQ(code_of(fs_->open(root_ / "d", OpenMode::kCreate)), ErrorCode::kConflict);
}

// ---- names ------------------------------------------------------------------------------------

TEST_P(FileSystemContract, ListsNamesSorted) {
  for (const char* name : {"b", "a", "C", ".hidden"}) write_file(name, "");
  ASSERT_TRUE(fs_->create_directories(root_ / "ab"));
  EXPECT_EQ(names(""), (std::vector<std::string>{".hidden", "C", "a", "ab", "b"}));
  EXPECT_EQ(names("ab"), std::vector<std::string>{});
  EXPECT_EQ(code_of(fs_->list(root_ / "none")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(fs_->list(root_ / "a")), ErrorCode::kIo);
}

TEST_P(FileSystemContract, RenamesOverAnotherFile) {
  write_file("a", "new");
  write_file("b", "old");
  ASSERT_TRUE(fs_->rename(root_ / "a", root_ / "b"));
  ASSERT_TRUE(fs_->sync_directory(root_));
  EXPECT_EQ(contents("b"), "new");
  EXPECT_FALSE(fs_->exists(root_ / "a"));
}

TEST_P(FileSystemContract, RenamesDirectoriesWithWhatIsInThem) {
  ASSERT_TRUE(fs_->create_directories(root_ / "d/e"));
  ASSERT_TRUE(fs_->create_directories(root_ / "empty"));
  write_file("d/e/f", "data");
  ASSERT_TRUE(fs_->rename(root_ / "d", root_ / "empty"));
  EXPECT_EQ(contents("empty/e/f"), "data");
  EXPECT_FALSE(fs_->exists(root_ / "d"));
}

TEST_P(FileSystemContract, LeavesAFileAloneWhenItIsRenamedToItself) {
  write_file("a", "data");
  ASSERT_TRUE(fs_->rename(root_ / "a", root_ / "a"));
  EXPECT_EQ(contents("a"), "data");
}

TEST_P(FileSystemContract, RefusesImpossibleRenames) {
  write_file("file", "");
  ASSERT_TRUE(fs_->create_directories(root_ / "full/inside"));
  ASSERT_TRUE(fs_->create_directories(root_ / "other"));
  EXPECT_EQ(rename_error("none", "x"), ErrorCode::kNotFound);
  EXPECT_EQ(rename_error("file", "none/x"), ErrorCode::kNotFound);
  EXPECT_EQ(rename_error("file", "other"), ErrorCode::kIo);
  EXPECT_EQ(rename_error("other", "file"), ErrorCode::kIo);
  EXPECT_EQ(rename_error("other", "full"), ErrorCode::kConflict);
  EXPECT_EQ(rename_error("full", "full/inside/x"), ErrorCode::kIo);
  EXPECT_EQ(rename_error("full/inside", "full"), ErrorCode::kConflict);
  EXPECT_EQ(names(""), (std::vector<std::string>{"file", "full", "other"}));
}

TEST_P(FileSystemContract, KeepsARemovedFileForThoseWhoHaveItOpen) {
  write_file("a", "data");
  const auto file = fs_->open(root_ / "a", OpenMode::kReadWrite).value();
  ASSERT_TRUE(fs_->remove(root_ / "a"));
  EXPECT_FALSE(fs_->exists(root_ / "a"));
  ASSERT_TRUE(file->write_at(4, std::string_view("!")));
  EXPECT_EQ(contents(*file), "data!");
}

TEST_P(FileSystemContract, RemovesFilesAndEmptyDirectoriesEachInItsWay) {
  ASSERT_TRUE(fs_->create_directories(root_ / "d"));
  write_file("d/f", "");
  EXPECT_EQ(code_of(fs_->remove(root_ / "none")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(fs_->remove(root_ / "d")), ErrorCode::kIo);
  EXPECT_EQ(code_of(fs_->remove_directory(root_ / "none")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(fs_->remove_directory(root_ / "d")), ErrorCode::kConflict);
  EXPECT_EQ(code_of(fs_->remove_directory(root_ / "d/f")), ErrorCode::kIo);
  ASSERT_TRUE(fs_->remove(root_ / "d/f"));
  ASSERT_TRUE(fs_->remove_directory(root_ / "d"));
  EXPECT_EQ(names(""), std::vector<std::string>{});
}

TEST_P(FileSystemContract, MakesDirectoriesWithTheirParents) {
  ASSERT_TRUE(fs_->create_directories(root_ / "a/b/c"));
  ASSERT_TRUE(fs_->create_directories(root_ / "a/b"));
  ASSERT_TRUE(fs_->create_directories(root_ / "a/b/c/"));
  EXPECT_EQ(names("a/b"), std::vector<std::string>{"c"});
  write_file("file", "");
  EXPECT_EQ(code_of(fs_->create_directories(root_ / "file")), ErrorCode::kIo);
  EXPECT_EQ(code_of(fs_->create_directories(root_ / "file/x")), ErrorCode::kIo);
  EXPECT_EQ(code_of(fs_->create_directories("")), ErrorCode::kNotFound);
  ASSERT_TRUE(create_directories_durably(*fs_, root_ / "a/x/y"));
  ASSERT_TRUE(create_directories_durably(*fs_, root_ / "a/x/y/"));
  EXPECT_TRUE(fs_->exists(root_ / "a/x/y"));
}

TEST_P(FileSystemContract, SyncsOnlyDirectoriesThatExist) {
  write_file("a", "");
  EXPECT_TRUE(fs_->sync_directory(root_));
  EXPECT_EQ(code_of(fs_->sync_directory(root_ / "none")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(fs_->sync_directory(root_ / "a")), ErrorCode::kIo);
}

TEST_P(FileSystemContract, TellsTheFreeSpace) {
  EXPECT_GT(fs_->free_bytes(root_).value(), 0U);
  EXPECT_EQ(code_of(fs_->free_bytes(root_ / "none")), ErrorCode::kNotFound);
}

// ---- locks ------------------------------------------------------------------------------------

TEST_P(FileSystemContract, GivesALockToOneHolderAtATime) {
  auto lock = fs_->lock(root_ / "LOCK");
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_EQ(names(""), std::vector<std::string>{"LOCK"});
  const auto second = fs_->lock(root_ / "LOCK");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_EQ(second.error().message, "cannot lock \"" + (root_ / "LOCK").native() +
                                        "\": another process holds it; stop that one first");
  lock->reset();
  EXPECT_TRUE(fs_->lock(root_ / "LOCK"));
  EXPECT_EQ(names(""), std::vector<std::string>{"LOCK"});
}

TEST_P(FileSystemContract, LocksOnlyFiles) {
  EXPECT_EQ(code_of(fs_->lock(root_)), ErrorCode::kIo);
  EXPECT_EQ(code_of(fs_->lock(root_ / "none/LOCK")), ErrorCode::kNotFound);
}

// ---- whole files ------------------------------------------------------------------------------

TEST_P(FileSystemContract, ReadsWholeFilesUpToALimit) {
  write_file("a", "12345");
  write_file("empty", "");
  EXPECT_EQ(read_file(*fs_, root_ / "a", 5).value(), "12345");
  EXPECT_EQ(read_file(*fs_, root_ / "a", ~std::uint64_t{0}).value(), "12345");
  EXPECT_EQ(read_file(*fs_, root_ / "empty", 0).value(), "");
  EXPECT_EQ(code_of(read_file(*fs_, root_ / "none", 5)), ErrorCode::kNotFound);
  const auto too_long = read_file(*fs_, root_ / "a", 4);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(too_long.error().message, "cannot read \"" + (root_ / "a").native() +
                                          "\": it is longer than the allowed 4 bytes");
}

TEST_P(FileSystemContract, ReplacesWholeFilesAndLeavesNothingBehind) {
  ASSERT_TRUE(write_file_atomically(*fs_, root_ / "MANIFEST", "a long first version"));
  ASSERT_TRUE(write_file_atomically(*fs_, root_ / "MANIFEST", "second"));
  EXPECT_EQ(contents("MANIFEST"), "second");
  EXPECT_EQ(names(""), std::vector<std::string>{"MANIFEST"});
}

TEST_P(FileSystemContract, CleansUpWhenAWholeFileCannotBeReplaced) {
  ASSERT_TRUE(fs_->create_directories(root_ / "taken"));
  EXPECT_EQ(code_of(write_file_atomically(*fs_, root_ / "taken", "x")), ErrorCode::kIo);
  EXPECT_EQ(names(""), std::vector<std::string>{"taken"});
}

}  // namespace
}  // namespace logpond::platform
