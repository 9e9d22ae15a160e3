// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/io/descriptor.hpp>

#if defined(HALO_POSIX)  // elsewhere there is nothing in it

#  include <dirent.h>
#  include <fcntl.h>
#  include <sys/file.h>
#  include <sys/stat.h>
#  include <time.h>
#  include <unistd.h>

namespace halo::io::detail {

/// A name in a folder that no other file there has: ".halo-<16 hexadecimal digits>.tmp".
class temporary_name {
 public:
  static constexpr std::string_view front = ".halo-";
  static constexpr std::string_view back = ".tmp";
  static constexpr std::size_t digits = 16;

  /// Another one at every call, in every process and thread: clock, process and the place of this
  /// object on its thread's stack, mixed [Steele, Lea & Flood 2014, SplitMix].
  void draw() noexcept {
    struct timespec now {};
    static_cast<void>(::clock_gettime(CLOCK_REALTIME, &now));
    state_ += static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'007U;
    state_ += static_cast<std::uint64_t>(now.tv_nsec) + 0x9E3779B97F4A7C15U;
    state_ += static_cast<std::uint64_t>(::getpid()) << 40U;
    state_ += reinterpret_cast<std::uintptr_t>(this) << 8U;
    std::uint64_t mixed = (state_ ^ (state_ >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    std::snprintf(text_.data(), text_.size(), ".halo-%016llx.tmp",
                  static_cast<unsigned long long>(mixed ^ (mixed >> 31U)));
  }
  [[nodiscard]] char const* text() const noexcept { return text_.data(); }

  /// Whether a name is of this kind.
  [[nodiscard]] static bool is_one(std::string_view name) noexcept {
    return name.size() == front.size() + digits + back.size() && name.starts_with(front) &&
           name.ends_with(back) &&
           name.substr(front.size(), digits).find_first_not_of("0123456789abcdef") ==
               std::string_view::npos;
  }

 private:
  std::array<char, front.size() + digits + back.size() + 1> text_{};
  std::uint64_t state_ = 0;
};

/// Removes temporary files of processes that were killed while they saved: those that nobody holds
/// locked, as every saver does with its own. What cannot be opened or removed stays.
inline void remove_leftovers(int folder) noexcept {
  descriptor again = open_at(folder, ".", O_RDONLY | O_DIRECTORY);
  DIR* const listing = again.is_open() ? ::fdopendir(again.number()) : nullptr;
  if (listing == nullptr) return;
  static_cast<void>(again.release());  // closedir closes it
  while (dirent const* const entry = ::readdir(listing)) {
    if (!temporary_name::is_one(entry->d_name)) continue;
    descriptor const file = open_at(folder, entry->d_name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    struct stat status {};
    bool const ours = file.is_open() && ::fstat(file.number(), &status) == 0 &&
                      S_ISREG(status.st_mode) && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0;
    if (ours) static_cast<void>(::unlinkat(folder, entry->d_name, 0));
  }
  static_cast<void>(::closedir(listing));
}

/// Creates a file that did not exist and locks it; -1 and errno where that fails.
[[nodiscard]] inline descriptor create_locked(int folder, temporary_name& name, mode_t mode) {
  constexpr int attempts = 100;  // of 2^64 names; what fails so often is not chance
  for (int n = 0; n < attempts; ++n) {
    name.draw();
    descriptor file = open_at(folder, name.text(), O_WRONLY | O_CREAT | O_EXCL, mode);
    if (!file.is_open() && errno == EEXIST) continue;
    if (!file.is_open()) return file;
    // Somebody who removes leftovers may have been faster; a file system may know no locks, and
    // then nobody gets one.
    bool const taken = ::flock(file.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    struct stat status {};
    if (!taken && ::fstat(file.number(), &status) == 0 && status.st_nlink == 1) return file;
    static_cast<void>(::unlinkat(folder, name.text(), 0));
  }
  errno = EEXIST;
  return descriptor(-1);
}

/// Gives a new file the owner, group and mode of the one it replaces, as far as the system allows.
inline void take_over(int file, struct stat const& old) noexcept {
  bool const owner = ::fchown(file, old.st_uid, old.st_gid) == 0;
  bool const group = owner || ::fchown(file, static_cast<uid_t>(-1), old.st_gid) == 0;
  mode_t mode = old.st_mode & 0777;
  // what one group might do, another one might not
  if (!group) mode &= ~mode_t{070} | ((mode & 07) << 3);
  static_cast<void>(::fchmod(file, mode));
}

/// Where a file lies: its folder, open, and its name in there.
struct place {
  descriptor folder{-1};
  bool readable = true;  ///< whether the folder may be listed and synchronized
  std::string name;
};

[[nodiscard]] inline place find_place(std::string const& path) {
  std::string target = path;
  if (char* const real = ::realpath(path.c_str(), nullptr)) {
    target = real;
    std::free(real);
  }
  std::size_t const slash = target.rfind('/');
  std::string const folder = slash == std::string::npos ? "." : target.substr(0, slash + 1);
  place result;
  result.name = slash == std::string::npos ? target : target.substr(slash + 1);
  result.folder = open_at(AT_FDCWD, folder.c_str(), O_RDONLY | O_DIRECTORY);
#  if defined(O_PATH)
  if (!result.folder.is_open() && errno == EACCES) {  // its files may be reached nevertheless
    result.readable = false;
    result.folder = open_at(AT_FDCWD, folder.c_str(), O_PATH | O_DIRECTORY);
  }
#  endif
  if (!result.folder.is_open()) fail("save", path, "a writable folder", reason(errno));
  return result;
}

/// Waits until the device knows that the file has its name; the error number.
[[nodiscard]] inline int synchronize_folder(place const& where, int file) noexcept {
  if (where.readable) return synchronize(where.folder.number());
#  if defined(__linux__)
  return ::syncfs(file) == 0 ? 0 : errno;
#  else
  static_cast<void>(file);
  ::sync();
  return 0;
#  endif
}

/// Replaces a file by the calls of POSIX, as save_atomically says.
inline void save_by_posix(std::string const& path, std::span<std::byte const> bytes) {
  expect_whole("save", path);
  place const where = find_place(path);
  int const folder = where.folder.number();
  if (where.name.empty()) fail("save", path, "the name of a file", "none");
  struct stat old {};
  bool const replaces = ::fstatat(folder, where.name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
  if (!replaces && errno != ENOENT) {
    fail("save", path, "a name that a file can have", reason(errno));
  }
  if (replaces && !S_ISREG(old.st_mode)) {
    fail("save", path, "a regular file or nothing",
         S_ISDIR(old.st_mode) ? "a folder" : "a device, a pipe or a broken link");
  }
  if (where.readable) remove_leftovers(folder);
  temporary_name temporary;
  // Nobody else may open a file that is to have narrow rights before it has them.
  descriptor file = create_locked(folder, temporary, replaces ? 0600 : 0666);
  if (!file.is_open()) fail("save", path, "a writable folder", reason(errno));
  char const* step = nullptr;
  int code = 0;
  auto const failed = [&](char const* what, int number) {
    step = what;
    return (code = number) != 0;
  };
  if (replaces) take_over(file.number(), old);
  bool const replaced =
      !failed("writing", write_all(file.number(), bytes)) &&
      !failed("fsync", synchronize(file.number())) &&
      !failed("renaming",
              ::renameat(folder, temporary.text(), folder, where.name.c_str()) == 0 ? 0 : errno);
  if (!replaced) {
    static_cast<void>(::unlinkat(folder, temporary.text(), 0));
  } else if (!failed("fsync of the folder, after the file was replaced,",
                     synchronize_folder(where, file.number()))) {
    static_cast<void>(failed("closing, after the file was replaced,", file.close()));
  }
  if (code != 0) fail("save", path, std::string(step) + " to succeed", reason(code));
}

}  // namespace halo::io::detail

#endif
