// SPDX-License-Identifier: BSD-3-Clause
// Not once: ends what macros_aside.hpp began.

#pragma pop_macro("I")
#pragma pop_macro("abs")
#pragma pop_macro("check")
#pragma pop_macro("emit")
#pragma pop_macro("far")
#pragma pop_macro("isfinite")
#pragma pop_macro("isinf")
#pragma pop_macro("isnan")
#pragma pop_macro("max")
#pragma pop_macro("min")
#pragma pop_macro("near")
#pragma pop_macro("round")
#pragma pop_macro("signals")
#pragma pop_macro("signbit")
#pragma pop_macro("small")
#pragma pop_macro("word")
