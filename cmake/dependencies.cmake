# SPDX-License-Identifier: Apache-2.0
# Third-party libraries. docs/dependencies.md gives each one's version, licence and reason.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium>=1.0.18)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.40)
# Debian's 2.8 calls itself 2.6 here.
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc>=2.6)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd>=1.5)
find_package(nlohmann_json 3.11 REQUIRED)

# Boost.Asio and Boost.Beast.
find_path(BOOST_INCLUDE_DIR boost/beast/version.hpp REQUIRED)
add_library(feltbog_boost INTERFACE)
target_include_directories(feltbog_boost SYSTEM INTERFACE "${BOOST_INCLUDE_DIR}")
target_compile_definitions(feltbog_boost INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_ARRAY BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION BOOST_ERROR_CODE_HEADER_ONLY)
target_link_libraries(feltbog_boost INTERFACE OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

# Their bodies, compiled once for every room that speaks TLS.
add_library(feltbog_boost_impl STATIC "${CMAKE_SOURCE_DIR}/cmake/boost_impl.cc")
target_link_libraries(feltbog_boost_impl PUBLIC feltbog_boost)
