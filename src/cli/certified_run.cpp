// SPDX-License-Identifier: Apache-2.0
#include "cli/certified_run.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/check_progress.hpp"
#include "cli/note.hpp"
#include "core/atomic_file.hpp"
#include "core/json_text.hpp"
#include "verification/run_point.hpp"

namespace gradus::cli {

CertifiedRun::CertifiedRun(const TrainingRun& run, const Dataset& dataset, bool quiet)
    : run_(run), dataset_(dataset), quiet_(quiet), before_(certify("before the first step", nullptr)) {}

Certificate CertifiedRun::certify(const char* when, const Model* model) const {
  VerifyOptions options;
  options.threads = run_.threads;
  Certificate certificate;
  {
    CheckProgress progress(quiet_);
    certificate = verify(make_point(run_, dataset_, {}, model), options, progress.callback());
  }
  const auto holding = std::ranges::count_if(certificate.claims, [](const Claim& claim) { return claim.holds; });
  if (!quiet_ || !certificate.holds()) {
    note("gradient {}: {} of {} claims hold ({:.1f} s)\n", when, holding, certificate.claims.size(),
         certificate.seconds);
  }
  for (const Claim& claim : certificate.claims) {
    if (claim.holds) continue;
    note("  fails: {}, {}: {:.3g}, allowed {:.3g} to {:.3g} {}{}{}\n", claim.claim, claim.subject, claim.value,
         claim.lower, claim.bound, claim.unit, claim.note.empty() ? "" : "; ", claim.note);
  }
  return certificate;
}

bool CertifiedRun::finish(const RunRecord& record, const std::string& folder) const {
  Certificate after = certify("after the last step", &record.model);
  const bool holds = before_.holds() && after.holds();
  if (folder.empty()) return holds;
  after.provenance.source = folder;
  auto object = *parse_json(certificate_json(after));
  object["before_training"] = *parse_json(certificate_json(before_));
  write_file(folder + "/certificate.json", object.dump(1) + "\n");
  return holds;
}

}  // namespace gradus::cli
