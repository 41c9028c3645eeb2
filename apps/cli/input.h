// SPDX-License-Identifier: Apache-2.0
// Text from files and standard input. Pipes and devices do too, unlike with core/base/disk.h.
#pragma once

#include <cstdio>
#include <string>

#include "core/base/result.h"

namespace feltbog::cli {

// To the end. Errors: io_error, limit_exceeded.
Result<std::string> read_stream(std::FILE* stream, std::size_t size_max);
// Errors: not_found, io_error, limit_exceeded.
Result<std::string> read_path(const std::string& path, std::size_t size_max);

}  // namespace feltbog::cli
