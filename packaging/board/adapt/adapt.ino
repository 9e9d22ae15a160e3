// SPDX-License-Identifier: BSD-3-Clause
// Learns on the board what six analog inputs look like in three situations. Hold one of three
// buttons (pins 2, 3 and 4, to ground) while the board is in its situation: so many rows are a
// mini-batch, and a step. Let go: the board says in which situation it takes itself to be.
//
// Compile with -std=gnu++20.
#include <halo.h>

constexpr int inputs = 6, situations = 3, rows = 8;
constexpr int buttons[situations] = {2, 3, 4};

using network = halo::nn::sequential<halo::nn::linear<inputs, 16>, halo::nn::tanh,
                                     halo::nn::linear<16, situations>>;
using learner = halo::adapt::adapter<network, halo::nn::cross_entropy, halo::learned::halo_rule, rows>;

static learner device({}, halo::seed{1});  // all the memory it needs
static float batch[rows * inputs];
static std::int32_t labels[rows];
static int filled = 0;

static void measure(float* row) {
  for (int i = 0; i < inputs; ++i) row[i] = (float)analogRead(A0 + i) / 512.0F - 1.0F;
}

static int pressed() {
  for (int k = 0; k < situations; ++k)
    if (digitalRead(buttons[k]) == LOW) return k;
  return -1;
}

static void learn() {
  auto const report = device.try_step(batch, labels);
  Serial.print(report.status == halo::optim::status::done ? "loss " : "refused, loss ");
  Serial.println(report.loss, 3);
}

static void say_situation(float const (&row)[inputs]) {
  float scores[situations];
  if (device.try_predict(row, scores)) return;
  int best = 0;
  for (int k = 1; k < situations; ++k)
    if (scores[k] > scores[best]) best = k;
  Serial.print("situation ");
  Serial.println(best + 1);
}

void setup() {
  Serial.begin(115200);
  for (int const pin : buttons) pinMode(pin, INPUT_PULLUP);
}

void loop() {
  int const label = pressed();
  if (label < 0) {
    float row[inputs];
    measure(row);
    say_situation(row);
  } else {
    measure(batch + filled * inputs);
    labels[filled] = label;
    filled = (filled + 1) % rows;
    if (filled == 0) learn();
  }
  delay(20);
}
