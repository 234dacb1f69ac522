// What /metrics tells: requests and their latency by route, the database's units, the depth of the pools, the
// build. Thread-safe once the routes are known.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/exchange.hpp"
#include "http/router.hpp"
#include "storage/database.hpp"

namespace securestack {

class Metrics {
  public:
    explicit Metrics(std::string const& version);
    ~Metrics();
    Metrics(Metrics const&) = delete;
    Metrics& operator=(Metrics const&) = delete;

    // A route has a series once it has answered a request. Call once, after the last route and before the
    // first request.
    void know(Router const& router);

    void finished(Exchange const& exchange);

    // For DatabaseOptions::observer; holds a reference to this.
    DatabaseObserver database_observer();

    // A value that is read at each scrape: `read` must be quick and thread-safe, and valid as long as this
    // is.
    void add_gauge(std::string const& name, std::string const& help, std::function<double()> read);
    void add_counter(std::string const& name, std::string const& help, std::function<double()> read);

    // The answer to a scrape: OpenMetrics 1.0.0 for whoever asks for it, else the Prometheus text format
    // 0.0.4.
    Response answer(Headers const& headers) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace securestack
