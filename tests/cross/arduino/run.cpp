// SPDX-License-Identifier: BSD-3-Clause
// A board for the sketch: buttons that somebody holds, inputs that show a situation in noise. It
// has learned when it names nearly all situations that nobody holds a button in.
#include "Arduino.h"

#include "support/console.hpp"

#undef min
#undef max
#undef abs
#undef word
#undef bit

namespace {

constexpr int situations = 3, rows = 8, steps = 45, questions = 60;
int situation = 0;
bool held = false;
int said = 0;  // the last number that the sketch printed

std::uint32_t noise() {  // xorshift, -64 to 63
  static std::uint32_t state = 2463534242U;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % 128;
}

}  // namespace

serial_port Serial;
void serial_port::begin(unsigned long) {}
void serial_port::print(char const* text) { support::write(text); }
void serial_port::println(int number) {
  said = number;
  support::write_decimal(static_cast<std::uint32_t>(number));
  support::write("\n");
}
void serial_port::println(double number, int) {
  auto const thousandths = static_cast<std::uint32_t>(number * 1000 + 0.5);
  support::write_decimal(thousandths / 1000);
  support::write(".");
  for (std::uint32_t unit = 100; unit != 0; unit /= 10)
    support::write_decimal(thousandths / unit % 10);
  support::write("\n");
}

void pinMode(int, int) {}
void delay(unsigned long) {}
int digitalRead(int pin) { return held && pin == situation + 2 ? LOW : HIGH; }
int analogRead(int pin) {
  int const input = pin - A0;
  return 300 + 400 * (input % situations == situation) + static_cast<int>(noise()) - 64;
}

int main() {
  setup();
  held = true;
  for (int i = 0; i < steps * rows; ++i) {
    situation = i % situations;
    loop();
  }
  held = false;
  int right = 0;
  for (int i = 0; i < questions; ++i) {
    situation = i % situations;
    said = 0;
    loop();
    right += said == situation + 1;
  }
  support::write_decimal(static_cast<std::uint32_t>(right));
  support::write(" of 60 right\n");
  return right >= 57 ? 0 : 1;
}
