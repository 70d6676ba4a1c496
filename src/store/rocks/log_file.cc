#include "store/rocks/log_file.h"

#include <algorithm>
#include <array>

#include "store/rocks/little_endian.h"

namespace stentor::store {
namespace {

constexpr std::size_t kBlock = 32'768;
constexpr std::size_t kHeader = 7;
enum class Type : std::uint8_t { none, full, first, middle, last };

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82f63b78U : 0U);
        }
        table[i] = value;
    }
    return table;
}
constexpr std::array<std::uint32_t, 256> kTable = make_table();

// RocksDB stores checksums masked, so that a checksum over checksums is none of them.
std::uint32_t unmasked(std::uint32_t stored) {
    const std::uint32_t turned = stored - 0xa282ead8U;
    return (turned >> 17U) | (turned << 15U);
}

struct Piece {
    Type type{};
    std::string_view bytes;
};

// The piece at the start of what is left of a block; none when there is no good one.
std::optional<Piece> piece_at(std::string_view block) {
    if (block.size() < kHeader) return std::nullopt;
    const auto type = static_cast<std::uint8_t>(block[6]);
    if (type == 0 || type > static_cast<std::uint8_t>(Type::last)) return std::nullopt;
    const std::size_t size = little_endian(block.substr(4, 2));
    if (size > block.size() - kHeader) return std::nullopt;
    const auto stored = static_cast<std::uint32_t>(little_endian(block.substr(0, 4)));
    if (crc32c(block.substr(6, 1 + size)) != unmasked(stored)) return std::nullopt;
    return Piece{.type = static_cast<Type>(type), .bytes = block.substr(kHeader, size)};
}

class Walk {
public:
    Walk(std::string_view bytes, const VisitRecord& visit) : bytes_(bytes), visit_(visit) {}

    std::optional<std::uint64_t> run() {
        for (at_ = 0; at_ < bytes_.size();) {
            const std::string_view block = bytes_.substr(at_, kBlock - at_ % kBlock);
            // Too short for a header: the end of a block, or a header that was cut.
            if (block.size() < kHeader && at_ % kBlock + block.size() == kBlock) {
                at_ += block.size();
            } else if (const auto piece = piece_at(block)) {
                take(*piece);
                at_ += kHeader + piece->bytes.size();
            } else {
                damaged(inside_ ? start_ : at_);
                leap();
            }
        }
        if (inside_) damaged(start_);
        return damage_;
    }

private:
    void damaged(std::uint64_t at) {
        if (!damage_) damage_ = at;
        inside_ = false;
    }

    void take(const Piece& piece) {
        const bool begins = piece.type == Type::full || piece.type == Type::first;
        if (begins == inside_) {
            damaged(inside_ ? start_ : at_);
            if (!begins) return;  // The rest of a record whose beginning is gone.
        }
        if (begins) {
            record_.clear();
            start_ = at_;
        }
        record_ += piece.bytes;
        inside_ = piece.type == Type::first || piece.type == Type::middle;
        if (!inside_) visit_(record_, damage_.has_value());
    }

    // To the next good piece of this block, or to the next block.
    void leap() {
        const std::size_t end = std::min(bytes_.size(), at_ - at_ % kBlock + kBlock);
        for (++at_; at_ < end; ++at_) {
            if (piece_at(bytes_.substr(at_, end - at_))) return;
        }
    }

    std::string_view bytes_;
    const VisitRecord& visit_;
    std::size_t at_{};
    std::string record_;
    std::size_t start_{};  // Of the record that is being put together.
    bool inside_{};
    std::optional<std::uint64_t> damage_;
};

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
    std::uint32_t value = ~before;
    for (const char byte : bytes) {
        value = (value >> 8U) ^ kTable[(value ^ static_cast<unsigned char>(byte)) & 0xffU];
    }
    return ~value;
}

std::optional<std::uint64_t> read_log_file(std::string_view bytes, const VisitRecord& visit) {
    return Walk{bytes, visit}.run();
}

}  // namespace stentor::store
