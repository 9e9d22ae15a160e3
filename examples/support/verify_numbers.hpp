// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Made by tests/golden/make_verify.py.

// clang-format off
namespace support::verify_numbers {

inline constexpr double perceptron[] = {
    -0.3341494352, 0.1934939514, 0.3053608371, 0.1563802428, -0.3554486515,
    0.2222093234, 0.2972115178, 0.1083007109};
inline constexpr double convolutional[] = {
    0.08584976196, 0.3380012512, -0.3586101532, 0.4878902435, -0.1467733383,
    -0.3812227249};
inline constexpr double recurrent[] = {
    -0.3652230048, 0.1326284881, 0.2893530224, -0.3567226047, -0.1918230405,
    0.429070399};
inline constexpr double adam[] = {
    -0.6360500324, -0.0004390100486, 0.5422243124, -0.4811814446, 0.1463476175,
    0.6811867675, -0.2823657226, 0.2917429319, -0.7373952967};

}  // namespace support::verify_numbers
