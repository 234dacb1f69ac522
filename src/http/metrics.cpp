#include "http/metrics.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <sstream>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "http/media_type.hpp"
#include "http/openmetrics.hpp"

namespace securestack {

namespace {

constexpr std::array<char const*, 5> status_classes{"1xx", "2xx", "3xx", "4xx", "5xx"};

prometheus::Histogram::BucketBoundaries request_buckets() {
    return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

using Labels = std::map<std::string, std::string>;

// The series of one route, each made when it has its first request: most routes of most installations never
// have one, and a scrape carries what is made. A family makes the same series only once, so that two threads
// may ask for it at a time.
class RouteSeries {
  public:
    RouteSeries(std::string route, std::string method)
        : labels_{{"route", std::move(route)}, {"method", std::move(method)}} {}

    prometheus::Counter& requests(prometheus::Family<prometheus::Counter>& family, std::size_t status_class) {
        return made(requests_[status_class], [&]() -> prometheus::Counter& {
            Labels labels = labels_;
            labels.emplace("status", status_classes[status_class]);
            return family.Add(labels);
        });
    }
    prometheus::Histogram& latency(prometheus::Family<prometheus::Histogram>& family) {
        return made(latency_,
                    [&]() -> prometheus::Histogram& { return family.Add(labels_, request_buckets()); });
    }

  private:
    template <class M, class F>
    static M& made(std::atomic<M*>& place, F make) {
        M* found = place.load(std::memory_order_acquire);
        if (found == nullptr) place.store(found = &make(), std::memory_order_release);
        return *found;
    }

    Labels labels_;
    std::array<std::atomic<prometheus::Counter*>, status_classes.size()> requests_{};
    std::atomic<prometheus::Histogram*> latency_ = nullptr;
};

struct DatabaseSeries {
    prometheus::Histogram& waited;
    prometheus::Histogram& ran;
};

// A family whose one value is read at each scrape.
class Sampled final : public prometheus::Collectable {
  public:
    Sampled(prometheus::MetricType type, std::string name, std::string help, std::function<double()> read)
        : type_(type), name_(std::move(name)), help_(std::move(help)), read_(std::move(read)) {}

    std::vector<prometheus::MetricFamily> Collect() const override {
        prometheus::ClientMetric metric;
        if (type_ == prometheus::MetricType::Gauge) {
            metric.gauge.value = read_();
        } else {
            metric.counter.value = read_();
        }
        prometheus::MetricFamily family;
        family.name = name_;
        family.help = help_;
        family.type = type_;
        family.metric.push_back(std::move(metric));
        return {std::move(family)};
    }

  private:
    prometheus::MetricType type_;
    std::string name_;
    std::string help_;
    std::function<double()> read_;
};

}  // namespace

struct Metrics::State {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests =
        prometheus::BuildCounter()
            .Name("securestack_http_requests_total")
            .Help("Requests answered, by route, method and class of status.")
            .Register(registry);
    prometheus::Family<prometheus::Histogram>& latency =
        prometheus::BuildHistogram()
            .Name("securestack_http_request_duration_seconds")
            .Help("From the request's last byte to the last of its answer, by route and method.")
            .Register(registry);
    prometheus::Family<prometheus::Histogram>& database_wait =
        prometheus::BuildHistogram()
            .Name("securestack_database_wait_seconds")
            .Help("Time that units of work waited in their queue.")
            .Register(registry);
    prometheus::Family<prometheus::Histogram>& database_run =
        prometheus::BuildHistogram()
            .Name("securestack_database_run_seconds")
            .Help("Time that units of work took, with their commit.")
            .Register(registry);

    RouteSeries unmatched{"unmatched", "any"};
    DatabaseSeries reads = database_series("read");
    DatabaseSeries writes = database_series("write");
    std::deque<RouteSeries> routes;  // by Route::index

    std::mutex mutex;  // guards `sampled`
    std::deque<Sampled> sampled;

    DatabaseSeries database_series(std::string const& kind) {
        return {database_wait.Add({{"kind", kind}}, request_buckets()),
                database_run.Add({{"kind", kind}}, request_buckets())};
    }
};

Metrics::Metrics(std::string const& version) : state_(std::make_unique<State>()) {
    prometheus::BuildGauge()
        .Name("securestack_build_info")
        .Help("Always 1; the labels tell the build.")
        .Register(state_->registry)
        .Add({{"version", version}, {"compiler", __VERSION__}})
        .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::know(Router const& router) {
    state_->routes.clear();
    for (auto const& route : router.routes()) {
        state_->routes.emplace_back(route->pattern, std::string{to_string(route->method)});
    }
}

void Metrics::finished(Exchange const& exchange) {
    auto const* route = exchange.route;
    bool const known = route != nullptr && route->index < state_->routes.size();
    RouteSeries& series = known ? state_->routes[route->index] : state_->unmatched;
    auto const status_class = static_cast<std::size_t>(exchange.status / 100 - 1);
    if (status_class >= status_classes.size()) return;  // no answer
    series.requests(state_->requests, status_class).Increment();
    series.latency(state_->latency).Observe(seconds(exchange.took));
}

DatabaseObserver Metrics::database_observer() {
    return [state = state_.get()](bool write, std::chrono::nanoseconds waited, std::chrono::nanoseconds ran) {
        DatabaseSeries const& series = write ? state->writes : state->reads;
        series.waited.Observe(seconds(waited));
        series.ran.Observe(seconds(ran));
    };
}

void Metrics::add_gauge(std::string const& name, std::string const& help, std::function<double()> read) {
    std::lock_guard const lock{state_->mutex};
    state_->sampled.emplace_back(prometheus::MetricType::Gauge, name, help, std::move(read));
}

void Metrics::add_counter(std::string const& name, std::string const& help, std::function<double()> read) {
    std::lock_guard const lock{state_->mutex};
    state_->sampled.emplace_back(prometheus::MetricType::Counter, name, help, std::move(read));
}

Response Metrics::answer(Headers const& headers) const {
    // Who likes neither gets what every scraper reads.
    static constexpr std::string_view offers[] = {"text/plain", "application/openmetrics-text"};
    auto families = state_->registry.Collect();
    {
        std::lock_guard const lock{state_->mutex};
        for (Sampled const& one : state_->sampled) {
            for (auto& family : one.Collect()) families.push_back(std::move(family));
        }
    }
    auto answer = choose_media_type(headers, offers) == 1
                      ? text_response(200, "application/openmetrics-text; version=1.0.0; charset=utf-8",
                                      to_openmetrics(families))
                      : text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                                      prometheus::TextSerializer{}.Serialize(families));
    answer.headers.add("Vary", "Accept");
    return answer;
}

}  // namespace securestack
