#include "net/connection_table.h"

#include <random>
#include <utility>

namespace stentor::net {

ConnectionTable::ConnectionTable(std::uint32_t shard)
    : shard_(shard), first_generation_(std::random_device{}() & kGenerationMask) {
    if (first_generation_ == 0) first_generation_ = 1;
}

std::uint32_t ConnectionTable::add(int descriptor) {
    std::uint32_t index = 0;
    if (free_.empty()) {
        index = places_++;
        if (index / kChunk == chunks_.size()) {
            chunks_.push_back(std::make_unique<Connection[]>(kChunk));
        }
        at(index).generation = first_generation_;
    } else {
        index = free_.back();
        free_.pop_back();
    }
    at(index).descriptor = descriptor;
    return index;
}

void ConnectionTable::remove(std::uint32_t index) {
    std::uint32_t generation = (at(index).generation + 1) & kGenerationMask;
    if (generation == 0) generation = 1;  // A token of all zeroes names nobody.
    at(index) = Connection{};
    at(index).generation = generation;
    free_.push_back(index);
}

Connection* ConnectionTable::find(ConnectionToken token) {
    if (token.shard != shard_ || token.index >= places_) return nullptr;
    Connection& connection = at(token.index);
    const bool same = connection.generation == token.generation && connection.phase != Phase::free;
    return same ? &connection : nullptr;
}

ConnectionToken ConnectionTable::token(std::uint32_t index) const {
    return {.shard = shard_, .index = index, .generation = at(index).generation};
}

}  // namespace stentor::net
