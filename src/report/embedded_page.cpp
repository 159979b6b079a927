// SPDX-License-Identifier: Apache-2.0
#include "report/embedded_page.hpp"

// The assembler reads the file: hundreds of kilobytes as an array would take the compiler seconds.
#ifdef GRADUS_PAGE_FILE
__asm__(
    ".section .rodata\n"
    ".global gradus_page_begin\n"
    ".global gradus_page_end\n"
    "gradus_page_begin:\n"
    ".incbin \"" GRADUS_PAGE_FILE
    "\"\n"
    "gradus_page_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char gradus_page_begin;
extern const char gradus_page_end;
}
#endif

namespace gradus {

std::string_view embedded_page() {
#ifdef GRADUS_PAGE_FILE
  return {&gradus_page_begin, static_cast<std::size_t>(&gradus_page_end - &gradus_page_begin)};
#else
  return {};
#endif
}

}  // namespace gradus
