#include "net/backlog.h"

#include <algorithm>
#include <utility>

namespace stentor::net {

std::size_t Backlog::count(Kind kind) const {
    return static_cast<std::size_t>(std::ranges::count(pieces_, kind, &Piece::kind));
}

bool Backlog::has_room(Kind kind) const {
    if (count(Kind::close) > 0) return false;
    switch (kind) {
        case Kind::reply: return count(kind) < limits::kRepliesWaiting;
        case Kind::shared: return count(kind) < 1;
        case Kind::pong:
        case Kind::close: return true;
        case Kind::http: return count(kind) < 3;  // A "100 Continue" may still stand before them.
    }
    return false;
}

bool Backlog::replace_pong(const SharedBytes& bytes) {
    for (Piece& piece : pieces_) {
        if (piece.kind != Kind::pong) continue;
        if (piece.offset > 0 || piece.began)
            return true;  // Half of it is out: that one will have to do.
        bytes_ += bytes->size();
        bytes_ -= piece.bytes->size();
        piece.bytes = bytes;
        return true;
    }
    return false;
}

void Backlog::add(Kind kind, SharedBytes bytes, std::size_t offset, bool began) {
    if (kind == Kind::pong && replace_pong(bytes)) return;
    bytes_ += bytes->size() - offset;
    pieces_.push_back({.bytes = std::move(bytes), .offset = offset, .kind = kind, .began = began});
}

void Backlog::forget_rest() {
    // The answer to the handshake is never left out: nothing is understood before it.
    std::erase_if(pieces_, [](const Piece& piece) {
        return piece.offset == 0 && !piece.began && piece.kind != Kind::http;
    });
    bytes_ = 0;
    for (const Piece& piece : pieces_) bytes_ += piece.bytes->size() - piece.offset;
}

void Backlog::took(std::size_t bytes, std::size_t least, Time now, Millis within) {
    watch_.taken += bytes;
    if (watch_.taken >= least) watch(now, within);
}

void Backlog::front(std::vector<std::string_view>& views, std::size_t views_max) const {
    for (const Piece& piece : pieces_) {
        if (views.size() == views_max) return;
        views.push_back(std::string_view{*piece.bytes}.substr(piece.offset));
    }
}

void Backlog::written(std::size_t bytes) {
    bytes_ -= bytes;
    std::size_t gone = 0;
    while (gone < pieces_.size()) {
        Piece& piece = pieces_[gone];
        const std::size_t rest = piece.bytes->size() - piece.offset;
        if (bytes < rest) {
            piece.offset += bytes;
            break;
        }
        bytes -= rest;
        ++gone;
    }
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(gone));
}

}  // namespace stentor::net
