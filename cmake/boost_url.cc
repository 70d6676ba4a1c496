// Boost.URL as Debian ships it is headers alone: its code is compiled here, once for everybody.
#include <boost/url/src.hpp>
