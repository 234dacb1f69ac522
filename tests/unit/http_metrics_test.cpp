// What a scraper reads, in both formats.
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/metrics.hpp"

namespace securestack {
namespace {

class MetricsAnswer : public testing::Test {
  protected:
    Response scraped(std::string const& accept = {}) {
        Headers headers;
        if (!accept.empty()) headers.add("Accept", accept);
        return metrics.answer(headers);
    }
    static bool has_line(Response const& answer, std::string const& line) {
        return ("\n" + answer.body).contains("\n" + line + "\n");
    }

    Metrics metrics{"1.2.3"};
};

constexpr auto prometheus_asks =
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

TEST_F(MetricsAnswer, WhoDoesNotAskForAnotherGetsTheTextFormat) {
    metrics.add_counter("securestack_things_total", "Things.", [] { return 3.0; });
    for (std::string const accept : {"", "*/*", "text/plain", "text/html", "application/json"}) {
        auto const answer = scraped(accept);

        EXPECT_EQ(answer.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8") << accept;
        EXPECT_TRUE(has_line(answer, "# TYPE securestack_things_total counter")) << answer.body;
        EXPECT_FALSE(answer.body.contains("# EOF"));
    }
}

TEST_F(MetricsAnswer, PrometheusGetsOpenMetrics) {
    auto const answer = scraped(prometheus_asks);

    EXPECT_EQ(answer.headers.get("Content-Type"),
              "application/openmetrics-text; version=1.0.0; charset=utf-8");
    EXPECT_EQ(answer.headers.get("Vary"), "Accept");
    EXPECT_TRUE(answer.body.ends_with("\n# EOF\n"));
    EXPECT_FALSE(answer.body.contains('\r'));
}

TEST_F(MetricsAnswer, ACountersFamilyHasNoTotalAndItsSamplesDo) {
    metrics.add_counter("securestack_things_total", "Things \"counted\".", [] { return 3.0; });
    auto const answer = scraped(prometheus_asks);

    EXPECT_TRUE(has_line(answer, "# TYPE securestack_things counter")) << answer.body;
    EXPECT_TRUE(has_line(answer, R"(# HELP securestack_things Things \"counted\".)")) << answer.body;
    EXPECT_TRUE(has_line(answer, "securestack_things_total 3.0")) << answer.body;
}

TEST_F(MetricsAnswer, AUnitIsTheEndOfItsName) {
    metrics.add_gauge("securestack_age_seconds", "How old.", [] { return 0.25; });
    auto const answer = scraped(prometheus_asks);

    EXPECT_TRUE(has_line(answer, "# UNIT securestack_age_seconds seconds")) << answer.body;
    EXPECT_TRUE(has_line(answer, "securestack_age_seconds 0.25")) << answer.body;
}

TEST_F(MetricsAnswer, AHistogramsBoundariesHaveAPointAndTheLastIsInfinite) {
    Router router;
    router.plain(Method::get, "/x", anyone(), [](Context const&) { return Response{}; });
    metrics.know(router);
    Exchange exchange{.route = router.routes().front().get(), .status = 200};
    exchange.took = std::chrono::milliseconds{300};
    metrics.finished(exchange);

    auto const answer = scraped(prometheus_asks);

    std::string const name = "securestack_http_request_duration_seconds";
    std::string const labels = R"({method="GET",route="/x")";
    EXPECT_TRUE(has_line(answer, "# TYPE " + name + " histogram")) << answer.body;
    EXPECT_TRUE(has_line(answer, name + "_bucket" + labels + R"(,le="0.25"} 0)")) << answer.body;
    EXPECT_TRUE(has_line(answer, name + "_bucket" + labels + R"(,le="1.0"} 1)")) << answer.body;
    EXPECT_TRUE(has_line(answer, name + "_bucket" + labels + R"(,le="+Inf"} 1)")) << answer.body;
    EXPECT_TRUE(has_line(answer, name + "_count" + labels + "} 1")) << answer.body;
    EXPECT_TRUE(has_line(answer, name + "_sum" + labels + "} 0.3")) << answer.body;
}

TEST_F(MetricsAnswer, ARouteHasItsSeriesFromItsFirstRequestOn) {
    Router router;
    for (auto const* path : {"/asked", "/silent"})
        router.plain(Method::get, path, anyone(), [](Context const&) { return Response{}; });
    metrics.know(router);
    Exchange const exchange{.route = router.routes().front().get(), .status = 200};
    metrics.finished(exchange);
    metrics.finished(exchange);

    auto const body = scraped().body;

    EXPECT_TRUE(body.contains(R"(requests_total{method="GET",route="/asked",status="2xx"} 2)")) << body;
    EXPECT_FALSE(body.contains(R"(route="/asked",status="5xx")")) << body;
    EXPECT_FALSE(body.contains("/silent")) << body;
}

TEST_F(MetricsAnswer, RequestsOfSeveralThreadsAreCountedInOneSeries) {
    Router router;
    router.plain(Method::get, "/x", anyone(), [](Context const&) { return Response{}; });
    metrics.know(router);
    Exchange const exchange{.route = router.routes().front().get(), .status = 404};

    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&] {
                for (int i = 0; i < 1000; ++i) metrics.finished(exchange);
            });
        }
    }

    EXPECT_TRUE(scraped().body.contains(R"(requests_total{method="GET",route="/x",status="4xx"} 4000)"));
}

TEST_F(MetricsAnswer, NoFamilyComesTwice) {
    metrics.finished({.status = 404});
    auto const answer = scraped(prometheus_asks);

    std::set<std::string> seen;
    std::istringstream lines{answer.body};
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("# TYPE ")) continue;
        EXPECT_TRUE(seen.insert(line).second) << line;
    }
    EXPECT_GT(seen.size(), 4U);
}

}  // namespace
}  // namespace securestack
