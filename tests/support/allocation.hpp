// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Counts the calls of the global operator new in the executable that includes this file. The
// replacements are weak, so that several test files of one executable may include it.

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace support {

inline std::atomic<std::size_t> allocation_counter{0};

/// How often the global operator new has run so far.
[[nodiscard]] inline std::size_t allocations() noexcept { return allocation_counter.load(); }

/// False where something stronger replaces operator new (clang's address sanitizer does); the
/// counts are 0 then.
[[nodiscard]] inline bool allocations_are_counted() {
  std::size_t const before = allocations();
  ::operator delete(::operator new(1));
  return allocations() > before;
}

/// Calls f and returns how often the global operator new ran in it.
template <class F>
[[nodiscard]] std::size_t allocations_of(F&& f) {
  std::size_t const before = allocations();
  f();
  return allocations() - before;
}

inline std::atomic<std::size_t> allocation_to_fail{0};
inline std::atomic<bool> later_allocations_fail{false};

/// While it lives, the global operator new fails at its n-th call from now on, counted from 1:
/// once, or from there on.
class failing_allocation {
 public:
  explicit failing_allocation(std::size_t n, bool later = false) noexcept {
    later_allocations_fail = later;
    allocation_to_fail = allocations() + n;
  }
  failing_allocation(failing_allocation const&) = delete;
  failing_allocation& operator=(failing_allocation const&) = delete;
  ~failing_allocation() { allocation_to_fail = 0; }
};

/// Calls f with its k-th allocation, from 1 on, failing; false where it had fewer.
template <class F>
[[nodiscard]] bool fails_at(std::size_t k, F&& f) {
  std::size_t const at = allocations() + k;
  failing_allocation const one(k);
  try {
    f();
  } catch (...) {
    return true;
  }
  return allocations() >= at;
}

[[nodiscard]] inline void* counted_allocation(std::size_t size, std::size_t alignment) {
  std::size_t const number = ++allocation_counter, from = allocation_to_fail.load();
  bool const fails = number == from || (from > 0 && number > from && later_allocations_fail);
  std::size_t const whole = (size + alignment - 1) / alignment * alignment;
  void* const p = fails ? nullptr : std::aligned_alloc(alignment, whole == 0 ? alignment : whole);
  if (p == nullptr) {
#if defined(__cpp_exceptions)
    throw std::bad_alloc{};
#else
    std::abort();
#endif
  }
  return p;
}

}  // namespace support

[[gnu::weak]] void* operator new(std::size_t size) {
  return support::counted_allocation(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
[[gnu::weak]] void* operator new[](std::size_t size) {
  return support::counted_allocation(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
[[gnu::weak]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return support::counted_allocation(size, static_cast<std::size_t>(alignment));
}
[[gnu::weak]] void* operator new[](std::size_t size, std::align_val_t alignment) {
  return support::counted_allocation(size, static_cast<std::size_t>(alignment));
}
[[gnu::weak]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::weak]] void operator delete[](void* p) noexcept { std::free(p); }
[[gnu::weak]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
[[gnu::weak]] void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
[[gnu::weak]] void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
[[gnu::weak]] void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
[[gnu::weak]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}
[[gnu::weak]] void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}
