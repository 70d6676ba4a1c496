#pragma once
// A shard's connections: dense places that are used again, told apart by a generation.
//
// Owner: a shard's loop; no lock. Its places never move, so a reference survives additions. Cost:
// O(1).

#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "net/connection.h"

namespace stentor::net {

class ConnectionTable {
public:
    explicit ConnectionTable(std::uint32_t shard);

    [[nodiscard]] std::uint32_t add(int descriptor);
    // The place's next user has another generation.
    void remove(std::uint32_t index);

    [[nodiscard]] Connection& at(std::uint32_t index) {
        return chunks_[index / kChunk][index % kChunk];
    }
    [[nodiscard]] const Connection& at(std::uint32_t index) const {
        return chunks_[index / kChunk][index % kChunk];
    }
    // Null when the token's connection has gone, or was another shard's.
    [[nodiscard]] Connection* find(ConnectionToken token);
    [[nodiscard]] ConnectionToken token(std::uint32_t index) const;

    [[nodiscard]] std::uint32_t places() const { return places_; }  // Used or free.

private:
    static constexpr std::uint32_t kChunk = 256;
    static constexpr std::uint32_t kGenerationMask = 0xfffffff;  // 28 bits, see ConnectionToken.

    std::uint32_t shard_;
    // Another one in each process: an answer meant for a connection of the one before reaches
    // nobody.
    std::uint32_t first_generation_;
    std::uint32_t places_{0};
    std::vector<std::unique_ptr<Connection[]>> chunks_;
    std::vector<std::uint32_t> free_;
};

}  // namespace stentor::net
