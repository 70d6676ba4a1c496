#pragma once
// A row of places that never move, in pages: std::deque's blocks of half a kilobyte lose a tenth or
// more to what does not fit.

#include <boost/container/deque.hpp>
#include <cstddef>

namespace stentor {

// Bytes.
inline constexpr std::size_t kPlacesPage = 16 * 1024;

template <class Place>
using PagedArray = boost::container::deque<
    Place, void, boost::container::deque_options<boost::container::block_bytes<kPlacesPage>>::type>;

}  // namespace stentor
