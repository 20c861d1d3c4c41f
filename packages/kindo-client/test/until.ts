export { until } from "@wirekit/core/testing";
