#include "platform/sim/sim_file_system.h"

#include <cerrno>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "platform/os_error.h"
#include "platform/sim/sim_disk.h"

namespace logpond::platform {
namespace {

/// The disk and its misfortunes, shared with the open files, which may outlive the file system.
struct Machine {
  explicit Machine(std::uint64_t seed) : disk(seed) {}

  std::mutex mutex;  // guards everything below
  SimDisk disk;
  std::uint64_t operations = 0;
  std::uint64_t reads = 0;
  std::uint64_t restarts = 0;
  std::uint64_t power_goes_at = 0;
  bool power_is_off = false;
  std::map<std::uint64_t, ErrorCode> failing_operations;
  std::map<std::uint64_t, ErrorCode> failing_reads;

  tl::unexpected<Error> no_power(const std::string& action, const std::filesystem::path& path) {
    return fail(ErrorCode::kIo,
                "cannot " + action + " \"" + path.native() + "\": the simulated power is off");
  }

  static tl::unexpected<Error> injected(const std::string& action,
                                        const std::filesystem::path& path, ErrorCode code) {
    return fail(code, "cannot " + action + " \"" + path.native() + "\": simulated " +
                          std::string(error_code_name(code)) + " failure");
  }

  /// True when the power goes during the next operation.
  bool power_goes_next() const { return power_goes_at != 0 && operations + 1 >= power_goes_at; }

  /// Runs a changing call: counts it and lets it fail when its time has come. `change` gives an
  /// errno value. When the power goes right now, the change still happens, as the last one nobody
  /// confirmed: no program can see it any more, and cut_power() decides how much of it was real.
  template <typename Change>
  Status operate(const std::string& action, const std::filesystem::path& path, Change change) {
    const bool power_goes_now = power_goes_next();
    const std::uint64_t number = ++operations;
    if (power_is_off) return no_power(action, path);
    if (power_goes_now) {
      static_cast<void>(change());
      power_is_off = true;
      return no_power(action, path);
    }
    if (const auto failing = failing_operations.find(number); failing != failing_operations.end()) {
      return injected(action, path, failing->second);
    }
    const int error = change();
    if (error != 0) return os_error(action, path, error);
    return {};
  }
};

class SimFile : public File {
 public:
  SimFile(std::shared_ptr<Machine> machine, SimNodePtr node, std::filesystem::path path,
          bool may_write)
      : machine_(std::move(machine)),
        node_(std::move(node)),
        path_(std::move(path)),
        may_write_(may_write),
        opened_in_(machine_->restarts) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const override {
    std::lock_guard lock(machine_->mutex);
    const std::uint64_t number = ++machine_->reads;
    LOGPOND_CHECK_OK(check_usable("read"));
    const auto failing = machine_->failing_reads.find(number);
    if (failing != machine_->failing_reads.end()) {
      return Machine::injected("read", path_, failing->second);
    }
    return node_->cached.read(offset, into);
  }

  Status write_at(std::uint64_t offset, std::span<const char> bytes) override {
    return change("write", [&] { return machine_->disk.write(*node_, offset, bytes); });
  }

  Status sync() override {
    std::lock_guard lock(machine_->mutex);
    const bool is_confirmed = !machine_->power_goes_next();
    const bool kernel_fails = machine_->failing_operations.contains(machine_->operations + 1);
    Status synced = machine_->operate("sync", path_, [&] {
      if (is_stale()) return EIO;
      if (is_confirmed) SimDisk::sync_data(*node_);
      return 0;
    });
    // The kernel marks the pages clean when it could not write them: see sim_file_system.h.
    if (kernel_fails && !machine_->power_is_off && !is_stale()) node_->unsynced.clear();
    return synced;
  }

  Status truncate(std::uint64_t size) override {
    return change("truncate", [&] { return machine_->disk.truncate(*node_, size); });
  }

  Status allocate(std::uint64_t size) override {
    return change("allocate", [&] { return machine_->disk.extend(*node_, size); });
  }

  Result<std::uint64_t> size() const override {
    std::lock_guard lock(machine_->mutex);
    LOGPOND_CHECK_OK(check_usable("read the size of"));
    return node_->cached.size();
  }

 private:
  bool is_stale() const { return opened_in_ != machine_->restarts; }

  Status check_usable(const std::string& action) const {
    if (machine_->power_is_off) return machine_->no_power(action, path_);
    if (is_stale()) return os_error(action, path_, EIO);
    return {};
  }

  template <typename Change>
  Status change(const std::string& action, Change what) {
    std::lock_guard lock(machine_->mutex);
    return machine_->operate(action, path_, [&] {
      if (is_stale()) return EIO;
      if (!may_write_) return EBADF;
      return what();
    });
  }

  std::shared_ptr<Machine> machine_;
  SimNodePtr node_;
  std::filesystem::path path_;
  bool may_write_;
  std::uint64_t opened_in_;
};

class SimFileLock : public FileLock {
 public:
  SimFileLock(std::shared_ptr<Machine> machine, SimNodePtr node)
      : machine_(std::move(machine)), node_(std::move(node)), taken_in_(machine_->restarts) {}
  ~SimFileLock() override {
    std::lock_guard lock(machine_->mutex);
    if (taken_in_ == machine_->restarts) node_->is_locked = false;
  }
  SimFileLock(const SimFileLock&) = delete;
  SimFileLock& operator=(const SimFileLock&) = delete;

 private:
  std::shared_ptr<Machine> machine_;
  SimNodePtr node_;
  std::uint64_t taken_in_;
};

class SimFileSystemImpl : public SimFileSystem {
 public:
  explicit SimFileSystemImpl(std::uint64_t seed) : machine_(std::make_shared<Machine>(seed)) {}

  Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override {
    std::lock_guard lock(machine_->mutex);
    SimDisk::Found found;
    if (mode == OpenMode::kRead || mode == OpenMode::kReadWrite) {
      if (machine_->power_is_off) return machine_->no_power("open", path);
      found = machine_->disk.find(path);
    } else {
      LOGPOND_CHECK_OK(machine_->operate("open", path, [&] {
        found = create(path, mode == OpenMode::kCreate);
        return found.error;
      }));
    }
    if (found.error != 0) return os_error("open", path, found.error);
    if (found.node->is_directory) return os_error("open", path, EISDIR);
    return std::make_unique<SimFile>(machine_, found.node, path, mode != OpenMode::kRead);
  }

  Status rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return operate("rename \"" + from.native() + "\" to", to,
                   [&] { return machine_->disk.rename(from, to); });
  }

  /// The model gives no node two names: like a file system without links.
  Status link(const std::filesystem::path& from, const std::filesystem::path& to) override {
    LOGPOND_TRY(const SimNodePtr node, find("link", from));
    if (node->is_directory) return os_error("link", from, EISDIR);
    return fail(ErrorCode::kUnavailable, "cannot link \"" + from.native() + "\" to \"" +
                                             to.native() + "\": the simulated disk has no links");
  }

  Status remove(const std::filesystem::path& path) override {
    return operate("remove", path, [&] { return machine_->disk.remove(path, false); });
  }

  Status remove_directory(const std::filesystem::path& path) override {
    return operate("remove directory", path, [&] { return machine_->disk.remove(path, true); });
  }

  Status create_directories(const std::filesystem::path& path) override {
    return operate("create directory", path,
                   [&] { return machine_->disk.create_directories(path); });
  }

  Status sync_directory(const std::filesystem::path& path) override {
    std::lock_guard lock(machine_->mutex);
    const bool is_confirmed = !machine_->power_goes_next();
    return machine_->operate("sync directory", path, [&] {
      const SimDisk::Found found = machine_->disk.find(path);
      if (found.error != 0) return found.error;
      if (!found.node->is_directory) return ENOTDIR;
      if (is_confirmed) machine_->disk.sync_names(found.node);
      return 0;
    });
  }

  Result<std::vector<std::string>> list(const std::filesystem::path& path) override {
    LOGPOND_TRY(const SimNodePtr node, find("list", path));
    if (!node->is_directory) return os_error("list", path, ENOTDIR);
    std::lock_guard lock(machine_->mutex);
    std::vector<std::string> names;
    for (const auto& [name, child] : node->cached_names) names.push_back(name);
    return names;
  }

  bool exists(const std::filesystem::path& path) override { return find("find", path).has_value(); }

  Result<std::uint64_t> free_bytes(const std::filesystem::path& path) override {
    LOGPOND_TRY(const SimNodePtr node, find("read the free space of", path));
    std::lock_guard lock(machine_->mutex);
    return machine_->disk.free_bytes();
  }

  Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& path) override {
    std::lock_guard guard(machine_->mutex);
    if (machine_->power_is_off) return machine_->no_power("lock", path);
    SimDisk::Found found = machine_->disk.find(path);
    if (found.error == ENOENT) {
      LOGPOND_CHECK_OK(machine_->operate("lock", path, [&] {
        found = machine_->disk.create_file(path);
        return found.error;
      }));
    }
    if (found.error != 0) return os_error("lock", path, found.error);
    if (found.node->is_directory) return os_error("lock", path, EISDIR);
    if (found.node->is_locked) {
      return fail(ErrorCode::kConflict, "cannot lock \"" + path.native() +
                                            "\": another process holds it; stop that one first");
    }
    found.node->is_locked = true;
    return std::make_unique<SimFileLock>(machine_, found.node);
  }

  std::uint64_t operations() const override {
    std::lock_guard lock(machine_->mutex);
    return machine_->operations;
  }

  void fail_from_operation(std::uint64_t n) override {
    std::lock_guard lock(machine_->mutex);
    machine_->power_goes_at = n;
  }

  void fail_operation_once(std::uint64_t n, ErrorCode error) override {
    std::lock_guard lock(machine_->mutex);
    machine_->failing_operations[n] = error;
  }

  std::uint64_t reads() const override {
    std::lock_guard lock(machine_->mutex);
    return machine_->reads;
  }

  void fail_read_once(std::uint64_t n, ErrorCode error) override {
    std::lock_guard lock(machine_->mutex);
    machine_->failing_reads[n] = error;
  }

  void cut_power(Unsynced unsynced) override {
    std::lock_guard lock(machine_->mutex);
    machine_->disk.cut_power(unsynced);
    ++machine_->restarts;
    machine_->power_goes_at = 0;
    machine_->power_is_off = false;
    machine_->failing_operations.clear();
    machine_->failing_reads.clear();
  }

  void set_capacity(std::uint64_t bytes) override {
    std::lock_guard lock(machine_->mutex);
    machine_->disk.set_capacity(bytes);
  }

  Status corrupt(const std::filesystem::path& path, std::uint64_t offset) override {
    std::lock_guard lock(machine_->mutex);
    const SimDisk::Found found = machine_->disk.find(path);
    if (found.error != 0) return os_error("corrupt", path, found.error);
    if (offset >= found.node->cached.size()) {
      return fail(
          ErrorCode::kInvalidArgument,
          "cannot corrupt \"" + path.native() + "\": it has no byte at " + std::to_string(offset));
    }
    machine_->disk.corrupt(*found.node, offset);
    return {};
  }

 private:
  SimDisk::Found create(const std::filesystem::path& path, bool must_be_new) {
    SimDisk::Found found = machine_->disk.find(path);
    if (found.error == ENOENT) return machine_->disk.create_file(path);
    if (found.error != 0) return found;
    if (must_be_new) return {nullptr, EEXIST};
    if (found.node->is_directory) return {nullptr, EISDIR};
    found.error = machine_->disk.truncate(*found.node, 0);
    return found;
  }

  template <typename Change>
  Status operate(const std::string& action, const std::filesystem::path& path, Change change) {
    std::lock_guard lock(machine_->mutex);
    return machine_->operate(action, path, change);
  }

  Result<SimNodePtr> find(const std::string& action, const std::filesystem::path& path) {
    std::lock_guard lock(machine_->mutex);
    if (machine_->power_is_off) return machine_->no_power(action, path);
    const SimDisk::Found found = machine_->disk.find(path);
    if (found.error != 0) return os_error(action, path, found.error);
    return found.node;
  }

  std::shared_ptr<Machine> machine_;
};

}  // namespace

std::unique_ptr<SimFileSystem> SimFileSystem::create(std::uint64_t seed) {
  return std::make_unique<SimFileSystemImpl>(seed);
}

}  // namespace logpond::platform
