// Reaches the Boost.Asio context behind an EventLoop. Only for the .cpp files that see Asio.
#pragma once

#include <boost/asio/io_context.hpp>

#include "net/server/event_loop.h"

namespace logpond::net {

boost::asio::io_context& context_of(EventLoop& loop);

}  // namespace logpond::net
