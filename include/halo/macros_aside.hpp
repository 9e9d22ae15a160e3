// SPDX-License-Identifier: BSD-3-Clause
// Not once: each header that uses such a name begins with this one and ends with macros_back.hpp.

// Windows, Arduino and GUI toolkits define names of halo and of the standard library as macros.
// They are put aside while headers of halo are read, and are back behind them.

#pragma push_macro("I")
#pragma push_macro("abs")
#pragma push_macro("check")
#pragma push_macro("emit")
#pragma push_macro("far")
#pragma push_macro("isfinite")
#pragma push_macro("isinf")
#pragma push_macro("isnan")
#pragma push_macro("max")
#pragma push_macro("min")
#pragma push_macro("near")
#pragma push_macro("round")
#pragma push_macro("signals")
#pragma push_macro("signbit")
#pragma push_macro("small")
#pragma push_macro("word")
#undef I
#undef abs
#undef check
#undef emit
#undef far
#undef isfinite
#undef isinf
#undef isnan
#undef max
#undef min
#undef near
#undef round
#undef signals
#undef signbit
#undef small
#undef word
