#include "http/openmetrics.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace securestack {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::string_view counter_suffix = "_total";

void append_escaped(std::string& out, std::string_view text) {
    for (char const c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
}

// As short as it can be, and with a point or an exponent, as the format wants boundaries to be written.
void append_number(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value > 0 ? "+Inf" : "-Inf";
    } else {
        std::array<char, 32> text;
        auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
        std::string_view const digits{text.data(), end};
        out += digits;
        if (digits.find_first_of(".e") == digits.npos) out += ".0";
    }
}

// The labels of a sample, and one more.
void append_labels(std::string& out, ClientMetric const& metric, std::string_view name = {},
                   double bound = 0) {
    char separator = '{';
    for (auto const& label : metric.label) {
        out += std::exchange(separator, ',');
        out += label.name;
        out += "=\"";
        append_escaped(out, label.value);
        out += '"';
    }
    if (!name.empty()) {
        out += std::exchange(separator, ',');
        out += name;
        out += "=\"";
        append_number(out, bound);
        out += '"';
    }
    if (separator == ',') out += '}';
}

void append_histogram(std::string& out, std::string_view name, ClientMetric const& metric) {
    auto const& histogram = metric.histogram;
    auto const sample = [&](std::string_view suffix, std::string const& value) {
        out.append(name).append(suffix);
        append_labels(out, metric);
        out.append(" ").append(value).append("\n");
    };
    bool has_last = false;
    auto const bucket = [&](double bound, std::uint64_t count) {
        out.append(name).append("_bucket");
        append_labels(out, metric, "le", bound);
        out.append(" ").append(std::to_string(count)).append("\n");
        has_last = std::isinf(bound);
    };
    for (auto const& each : histogram.bucket) bucket(each.upper_bound, each.cumulative_count);
    if (!has_last) bucket(HUGE_VAL, histogram.sample_count);
    sample("_count", std::to_string(histogram.sample_count));
    std::string sum;
    append_number(sum, histogram.sample_sum);
    sample("_sum", sum);
}

void append_sample(std::string& out, std::string_view name, ClientMetric const& metric, double value) {
    out += name;
    append_labels(out, metric);
    out += ' ';
    append_number(out, value);
    out += '\n';
}

std::string_view kind_of(MetricFamily const& family) {
    switch (family.type) {
        case MetricType::Counter:
            return "counter";
        case MetricType::Gauge:
            return "gauge";
        case MetricType::Histogram:
            return "histogram";
        default:
            return {};
    }
}

void append_head(std::string& out, std::string_view name, MetricFamily const& family) {
    out.append("# TYPE ").append(name).append(" ").append(kind_of(family)).append("\n");
    for (std::string_view const unit : {"seconds", "bytes"}) {
        if (name.ends_with(unit)) out.append("# UNIT ").append(name).append(" ").append(unit).append("\n");
    }
    out.append("# HELP ").append(name).append(" ");
    append_escaped(out, family.help);
    out += '\n';
}

}  // namespace

std::string to_openmetrics(std::vector<MetricFamily> const& families) {
    std::string out;
    for (auto const& family : families) {
        if (kind_of(family).empty()) continue;
        std::string_view name = family.name;
        if (family.type == MetricType::Counter && name.ends_with(counter_suffix))
            name.remove_suffix(counter_suffix.size());
        append_head(out, name, family);
        for (auto const& metric : family.metric) {
            if (family.type == MetricType::Histogram) {
                append_histogram(out, name, metric);
            } else if (family.type == MetricType::Counter) {
                append_sample(out, std::string{name}.append(counter_suffix), metric, metric.counter.value);
            } else {
                append_sample(out, name, metric, metric.gauge.value);
            }
        }
    }
    return out += "# EOF\n";
}

}  // namespace securestack
