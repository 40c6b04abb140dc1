// What only the real file system can show.
#include "platform/posix/posix_file_system.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

#include "platform/os_error.h"
#include "platform/tests/scratch_directory.h"

namespace logpond::platform {
namespace {

TEST(PosixFileSystem, CallsAFullDiskNoSpace) {
  const auto fs = make_posix_file_system();
  const auto full = fs->open("/dev/full", OpenMode::kReadWrite);
  ASSERT_TRUE(full) << full.error().message;
  const Status written = (*full)->write_at(0, std::string_view("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kNoSpace);
  EXPECT_EQ(written.error().message, "cannot write \"/dev/full\": no space left on device");
}

TEST(PosixFileSystem, ReadsFilesThatDoNotSayTheirSize) {
  const auto fs = make_posix_file_system();
  const auto status = read_file(*fs, "/proc/self/status", 1 << 20);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_NE(status->find("Pid:\t" + std::to_string(::getpid())), std::string::npos);
}

TEST(PosixFileSystem, MakesFilesThatOthersCannotRead) {
  const ScratchDirectory scratch;
  const auto fs = make_posix_file_system();
  ASSERT_TRUE(fs->create_directories(scratch.path() / "d"));
  ASSERT_TRUE(fs->open(scratch.path() / "d/f", OpenMode::kCreate));
  struct stat info{};
  ASSERT_EQ(::stat((scratch.path() / "d/f").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0007, 0U);
  ASSERT_EQ(::stat((scratch.path() / "d").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0007, 0U);
}

TEST(PosixFileSystem, TakesALockBackFromAProcessThatWasKilled) {
  const ScratchDirectory scratch;
  const auto fs = make_posix_file_system();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto lock = fs->lock(scratch.path() / "LOCK");
    const char answer = lock ? 'y' : 'n';
    if (::write(ready[1], &answer, 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  char answer = '?';
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  const auto held = fs->lock(scratch.path() / "LOCK");
  EXPECT_FALSE(held);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(fs->lock(scratch.path() / "LOCK"));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(PosixFileSystem, GivesAFileASecondNameThatOutlivesTheFirst) {
  const ScratchDirectory scratch;
  const auto fs = make_posix_file_system();
  ASSERT_TRUE(write_file_atomically(*fs, scratch.path() / "a", "bytes"));
  ASSERT_TRUE(fs->link(scratch.path() / "a", scratch.path() / "b"));
  EXPECT_EQ(fs->link(scratch.path() / "a", scratch.path() / "b").error().code,
            ErrorCode::kConflict);
  ASSERT_TRUE(fs->remove(scratch.path() / "a"));
  EXPECT_EQ(read_file(*fs, scratch.path() / "b", 10).value(), "bytes");
  EXPECT_EQ(fs->link(scratch.path() / "a", scratch.path() / "c").error().code,
            ErrorCode::kNotFound);
  if (!fs->exists("/dev/shm")) return;  // another file system, nearly everywhere
  const std::filesystem::path elsewhere = "/dev/shm/logpond-" + std::to_string(::getpid());
  EXPECT_EQ(fs->link(scratch.path() / "b", elsewhere).error().code, ErrorCode::kUnavailable);
}

TEST(PosixFileSystem, ReportsAWriteTheKernelCutsShort) {
  const ScratchDirectory scratch;
  const auto fs = make_posix_file_system();
  const auto file = fs->open(scratch.path() / "f", OpenMode::kCreate);
  ASSERT_TRUE(file);
  rlimit old_limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{10'000, old_limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  // The first pwrite takes 10,000 bytes, the second says why not more.
  const Status written = (*file)->write_at(0, std::string(30'000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
  EXPECT_EQ((*file)->size().value(), 10'000U);
}

TEST(PosixFileSystem, MapsErrnoToCodesThatTellWhatToDo) {
  EXPECT_EQ(error_code_of_errno(ENOSPC), ErrorCode::kNoSpace);
  EXPECT_EQ(error_code_of_errno(EDQUOT), ErrorCode::kNoSpace);
  EXPECT_EQ(error_code_of_errno(ENOENT), ErrorCode::kNotFound);
  EXPECT_EQ(error_code_of_errno(EEXIST), ErrorCode::kConflict);
  EXPECT_EQ(error_code_of_errno(EACCES), ErrorCode::kPermissionDenied);
  EXPECT_EQ(error_code_of_errno(EPERM), ErrorCode::kPermissionDenied);
  EXPECT_EQ(error_code_of_errno(EIO), ErrorCode::kIo);
}

}  // namespace
}  // namespace logpond::platform
