// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a sketch sees of a board: names and macros as Arduino's cores define them, behind which lies
// the emulated board of run.cpp. The standard library comes first, so that nothing takes the macros
// away before halo.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define abs(x) ((x) > 0 ? (x) : -(x))
#define round(x) ((x) >= 0 ? (long)((x) + 0.5) : (long)((x)-0.5))
#define constrain(amt, low, high) ((amt) < (low) ? (low) : ((amt) > (high) ? (high) : (amt)))
#define radians(deg) ((deg)*DEG_TO_RAD)
#define degrees(rad) ((rad)*RAD_TO_DEG)
#define sq(x) ((x) * (x))
#define bit(b) (1UL << (b))
#define bitRead(value, b) (((value) >> (b)) & 0x01)
#define lowByte(w) ((uint8_t)((w)&0xff))
#define word(...) makeWord(__VA_ARGS__)
#define F(string_literal) (string_literal)
#define PI 3.1415926535897932384626433832795
#define DEG_TO_RAD 0.017453292519943295769236907684886
#define RAD_TO_DEG 57.295779513082320876798154814105
#define EULER 2.718281828459045235360287471352
#define HIGH 0x1
#define LOW 0x0
#define INPUT 0x0
#define OUTPUT 0x1
#define INPUT_PULLUP 0x2
#define SERIAL 0x0
#define DISPLAY 0x1
#define CHANGE 1
#define FALLING 2
#define RISING 3
#define DEFAULT 1
#define EXTERNAL 0
#define INTERNAL 3
#define B0 0
#define B1 1
#define A0 14

void pinMode(int pin, int mode);
int digitalRead(int pin);
int analogRead(int pin);
void delay(unsigned long milliseconds);

struct serial_port {
  void begin(unsigned long baud);
  void print(char const* text);
  void println(int number);
  void println(double number, int digits);
};
extern serial_port Serial;

void setup();
void loop();
