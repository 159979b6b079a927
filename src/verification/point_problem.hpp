// The problem that a point poses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/verification/verify.hpp"
#include "verification/problem.hpp"

namespace gradus::verification {

/// All rows of the point, with the loss that is differentiated and one draw of dropout. Throws InputError where batch
/// normalisation has one row.
Problem make_problem(const VerificationPoint& point, const VerifyOptions& options);

}  // namespace gradus::verification
