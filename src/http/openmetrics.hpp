// Metrics in the OpenMetrics text format 1.0.0.
#pragma once

#include <string>
#include <vector>

#include <prometheus/metric_family.h>

namespace securestack {

// A counter family is called as its samples are, "…_total". Counters, gauges and histograms; a family of any
// other kind is left out.
std::string to_openmetrics(std::vector<prometheus::MetricFamily> const& families);

}  // namespace securestack
