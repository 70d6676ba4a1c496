#pragma once
// What became of bytes that were to be written to a connection. The same on the whole way down: a
// pass asks it of every seat, and nothing in between translates it.

#include <cstdint>

namespace stentor {

enum class Written : std::uint8_t {
    whole,    // The kernel has it.
    kept,     // All or the rest of it waits with the connection; on_drained follows once it is out.
    refused,  // Nothing was taken: the connection is closing or gone, or there is no room for what
              // waits. In the latter case on_drained follows.
};

}  // namespace stentor
