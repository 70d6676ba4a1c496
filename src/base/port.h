#pragma once
// What all ports have in common: they are known by reference, and nobody copies what is behind
// them.

namespace stentor {

class Port {
public:
    Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    virtual ~Port() = default;
};

}  // namespace stentor
