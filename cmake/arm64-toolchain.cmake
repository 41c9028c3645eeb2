# SPDX-License-Identifier: Apache-2.0
# Cross toolchain: 64-bit ARM Linux with Debian's compiler, programs run under qemu-user.
# The libraries come from a sysroot that `./dev build arm64` unpacks from Debian's arm64 packages.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

get_filename_component(tree "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
set(FELTBOG_ARM64_SYSROOT "${tree}/build/arm64-sysroot" CACHE PATH "Unpacked arm64 libraries")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES FELTBOG_ARM64_SYSROOT)

# Libraries and headers come from the sysroot alone: this host's headers are for another machine.
set(CMAKE_FIND_ROOT_PATH "${FELTBOG_ARM64_SYSROOT}" "${FELTBOG_ARM64_SYSROOT}/usr")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(libraries "${FELTBOG_ARM64_SYSROOT}/usr/lib/aarch64-linux-gnu")
set(ENV{PKG_CONFIG_LIBDIR}
  "${libraries}/pkgconfig:${FELTBOG_ARM64_SYSROOT}/usr/share/pkgconfig")
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${FELTBOG_ARM64_SYSROOT}")

# Debian keeps headers that differ by machine in a folder that the compiler seeks on its own host.
add_compile_options("SHELL:-isystem ${FELTBOG_ARM64_SYSROOT}/usr/include/aarch64-linux-gnu")
add_link_options("-Wl,-rpath-link,${libraries}")
set(CMAKE_CROSSCOMPILING_EMULATOR
  qemu-aarch64;-L;/usr/aarch64-linux-gnu;-E;LD_LIBRARY_PATH=${libraries})
