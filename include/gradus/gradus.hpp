// All public headers at once; each can be included alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/config/config_file.hpp"        // IWYU pragma: export
#include "gradus/core/error.hpp"                // IWYU pragma: export
#include "gradus/core/fact_table.hpp"           // IWYU pragma: export
#include "gradus/core/matrix.hpp"               // IWYU pragma: export
#include "gradus/core/numpy_random.hpp"         // IWYU pragma: export
#include "gradus/core/random.hpp"               // IWYU pragma: export
#include "gradus/core/scaling.hpp"              // IWYU pragma: export
#include "gradus/core/sha256.hpp"               // IWYU pragma: export
#include "gradus/core/threads.hpp"              // IWYU pragma: export
#include "gradus/data/batches.hpp"              // IWYU pragma: export
#include "gradus/data/dataset.hpp"              // IWYU pragma: export
#include "gradus/data/memory.hpp"               // IWYU pragma: export
#include "gradus/data/preprocessing.hpp"        // IWYU pragma: export
#include "gradus/data/schema.hpp"               // IWYU pragma: export
#include "gradus/data/source.hpp"               // IWYU pragma: export
#include "gradus/engine/engine.hpp"             // IWYU pragma: export
#include "gradus/engine/network_predictor.hpp"  // IWYU pragma: export
#include "gradus/engine/optimizer.hpp"          // IWYU pragma: export
#include "gradus/model/model_file.hpp"          // IWYU pragma: export
#include "gradus/network/activation.hpp"        // IWYU pragma: export
#include "gradus/network/initializer.hpp"       // IWYU pragma: export
#include "gradus/network/loss.hpp"              // IWYU pragma: export
#include "gradus/network/network.hpp"           // IWYU pragma: export
#include "gradus/network/targets.hpp"           // IWYU pragma: export
#include "gradus/report/report.hpp"             // IWYU pragma: export
#include "gradus/search/constraint.hpp"         // IWYU pragma: export
#include "gradus/search/importance.hpp"         // IWYU pragma: export
#include "gradus/search/space.hpp"              // IWYU pragma: export
#include "gradus/search/study.hpp"              // IWYU pragma: export
#include "gradus/search/study_config.hpp"       // IWYU pragma: export
#include "gradus/search/trial.hpp"              // IWYU pragma: export
#include "gradus/training/measure.hpp"          // IWYU pragma: export
#include "gradus/training/metrics.hpp"          // IWYU pragma: export
#include "gradus/training/monitor.hpp"          // IWYU pragma: export
#include "gradus/training/observer.hpp"         // IWYU pragma: export
#include "gradus/training/predictor.hpp"        // IWYU pragma: export
#include "gradus/training/run_config.hpp"       // IWYU pragma: export
#include "gradus/training/run_folder.hpp"       // IWYU pragma: export
#include "gradus/training/run_record.hpp"       // IWYU pragma: export
#include "gradus/training/schedule.hpp"         // IWYU pragma: export
#include "gradus/training/session.hpp"          // IWYU pragma: export
#include "gradus/training/trainer.hpp"          // IWYU pragma: export
#include "gradus/verification/certificate.hpp"  // IWYU pragma: export
#include "gradus/verification/verify.hpp"       // IWYU pragma: export
