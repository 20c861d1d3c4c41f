import unit from "@wirekit/jest-config";

// Many of these tests wait, for visibility time-outs and rebalances: files wait side by side on each core.
export default { ...unit, maxWorkers: "100%" };
