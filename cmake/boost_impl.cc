// SPDX-License-Identifier: Apache-2.0
// The one unit that holds the bodies of Boost.Asio, its TLS streams and Boost.Beast. Everything
// else includes declarations only (BOOST_ASIO_SEPARATE_COMPILATION), which keeps compiles short.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
