#pragma once
// The fields of a struct as a tuple of references. A wrong number in fields.h does not compile.

#include <tuple>
#include <type_traits>

#include "bus/codec/fields.h"

namespace stentor::bus {

template <class Struct>
    requires HasFields<std::remove_const_t<Struct>>
constexpr auto tied(Struct& it) {
    constexpr std::size_t kCount = kFields<std::remove_const_t<Struct>>;
    if constexpr (kCount == 0) {
        static_assert(std::is_empty_v<Struct>);
        return std::tuple<>{};
    } else if constexpr (kCount == 1) {
        auto& [a] = it;
        return std::tie(a);
    } else if constexpr (kCount == 2) {
        auto& [a, b] = it;
        return std::tie(a, b);
    } else if constexpr (kCount == 3) {
        auto& [a, b, c] = it;
        return std::tie(a, b, c);
    } else if constexpr (kCount == 4) {
        auto& [a, b, c, d] = it;
        return std::tie(a, b, c, d);
    } else if constexpr (kCount == 5) {
        auto& [a, b, c, d, e] = it;
        return std::tie(a, b, c, d, e);
    } else if constexpr (kCount == 6) {
        auto& [a, b, c, d, e, f] = it;
        return std::tie(a, b, c, d, e, f);
    } else if constexpr (kCount == 7) {
        auto& [a, b, c, d, e, f, g] = it;
        return std::tie(a, b, c, d, e, f, g);
    } else if constexpr (kCount == 8) {
        auto& [a, b, c, d, e, f, g, h] = it;
        return std::tie(a, b, c, d, e, f, g, h);
    } else if constexpr (kCount == 9) {
        auto& [a, b, c, d, e, f, g, h, i] = it;
        return std::tie(a, b, c, d, e, f, g, h, i);
    } else if constexpr (kCount == 10) {
        auto& [a, b, c, d, e, f, g, h, i, j] = it;
        return std::tie(a, b, c, d, e, f, g, h, i, j);
    } else {
        static_assert(kCount == 13, "this number is to be written out as well");
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = it;
        return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m);
    }
}

}  // namespace stentor::bus
