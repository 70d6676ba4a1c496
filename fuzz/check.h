#pragma once
// A failed check ends the target, so that the fuzzer keeps the input.

#include <cstdio>
#include <cstdlib>

inline void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}
