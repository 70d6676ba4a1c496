#pragma once
// Plain values through a pipe, between a process and one that it forked.

#include <unistd.h>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace stentor::bench {

template <class T>
    requires std::is_trivially_copyable_v<T>
bool put(int descriptor, const T& value) {
    return std::cmp_equal(write(descriptor, &value, sizeof value), sizeof value);
}

// False: the other side is gone.
template <class T>
    requires std::is_trivially_copyable_v<T>
bool take(int descriptor, T& value) {
    char* at = reinterpret_cast<char*>(&value);
    for (std::size_t done = 0; done < sizeof value;) {
        const auto got = read(descriptor, at + done, sizeof value - done);
        if (got <= 0) return false;
        done += static_cast<std::size_t>(got);
    }
    return true;
}

}  // namespace stentor::bench
