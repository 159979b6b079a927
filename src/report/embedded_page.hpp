// web/dist/index.html as it was when the program was built.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace gradus {

/// Empty where the page was not there.
std::string_view embedded_page();

}  // namespace gradus
