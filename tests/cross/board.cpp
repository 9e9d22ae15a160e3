// SPDX-License-Identifier: BSD-3-Clause
// What a bare Cortex-M needs before main and after it; text goes out by Arm's semihosting.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "support/console.hpp"

extern "C" {
int the_program() asm("main");  // C++ lets nobody call main by its name
extern std::uint32_t stack_top, data_in_flash, data_begin, data_end, bss_begin, bss_end;
using constructor = void (*)();
extern constructor const first_constructor[], last_constructor[];

[[noreturn]] void reset();
[[noreturn]] void fault();

// What C++ asks of a system that can end a program; this one never does.
void* __dso_handle = nullptr;
int __aeabi_atexit(void*, void (*)(void*), void*) { return 0; }
[[noreturn]] void __cxa_pure_virtual() { fault(); }
[[noreturn]] void abort() { fault(); }
}

namespace {

int host(int operation, void const* argument) {
  register int r0 asm("r0") = operation;
  register void const* r1 asm("r1") = argument;
  asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

[[noreturn]] void leave(std::uint32_t status) {
  std::uint32_t const why[2] = {0x20026, status};  // the program ended by itself
  host(0x20, why);
  for (;;) {
  }
}

}  // namespace

void support::write(char const* text) { host(0x04, text); }
double support::seconds() { return 0.01 * host(0x10, nullptr); }

extern "C" {

[[noreturn]] void fault() {
  support::write("fault\n");
  leave(2);
}

[[noreturn]] void reset() {
  *reinterpret_cast<std::uint32_t volatile*>(0xE000ED88) |= 0xFU << 20;  // the floating-point unit
  asm volatile("dsb\nisb");
  auto const size = [](std::uint32_t const* a, std::uint32_t const* b) {
    return static_cast<std::size_t>(b - a) * sizeof(std::uint32_t);
  };
  std::memcpy(&data_begin, &data_in_flash, size(&data_begin, &data_end));
  std::memset(&bss_begin, 0, size(&bss_begin, &bss_end));
  for (constructor const* f = first_constructor; f != last_constructor; ++f) (*f)();
  leave(static_cast<std::uint32_t>(the_program()));
}

[[gnu::section(".vectors"), gnu::used]] void const* const vectors[] = {
    &stack_top,
    reinterpret_cast<void const*>(&reset),
    reinterpret_cast<void const*>(&fault),  // non-maskable interrupt
    reinterpret_cast<void const*>(&fault),  // hard fault
    reinterpret_cast<void const*>(&fault),  // memory
    reinterpret_cast<void const*>(&fault),  // bus
    reinterpret_cast<void const*>(&fault),  // usage
};
}
