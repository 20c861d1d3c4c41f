// The direction of the arrows: apps -> packages -> core. Nothing published depends on `tooling/`.
/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycle",
      severity: "error",
      comment: "Modules that import each other in a circle have no first one to read.",
      from: {},
      to: { circular: true },
    },
    {
      name: "package-imports-core-only",
      severity: "error",
      comment: "A package stands alone: of its siblings it knows core, and nothing else of the workspace.",
      from: { path: "^packages/([^/]+)/src/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "^(packages|apps|tooling)/",
        pathNot: ["^packages/$1/", "^packages/core/", "/node_modules/"],
      },
    },
    {
      name: "no-sibling-in-tests",
      severity: "error",
      comment: "A package's tests may use tooling, but they know its siblings as little as its source does.",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^(packages|apps)/", pathNot: ["^packages/$1/", "^packages/core/", "/node_modules/"] },
    },
    {
      name: "no-deep-import",
      severity: "error",
      comment:
        "Another package is imported by its name, and so through its `exports`: a path that leaves the folder goes past them.",
      from: { path: "^(packages|apps|tooling)/([^/]+)/" },
      to: { path: "^(packages|apps|tooling)/", pathNot: "^$1/$2/", dependencyTypes: ["local"] },
    },
    {
      name: "no-development-dependency",
      severity: "error",
      comment: "What is published runs without our devDependencies: its users do not have them.",
      from: { path: "^packages/[^/]+/src/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm", "npm-peer", "npm-optional"] },
    },
    {
      name: "core-imports-no-sibling",
      severity: "error",
      from: { path: "^packages/core/src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(packages/(?!core/)|apps/|tooling/)", pathNot: "/node_modules/" },
    },
    {
      name: "core-root-is-bare",
      severity: "error",
      comment: "The root entry of core and its kit have no dependency and run anywhere: no node: module.",
      from: { path: "^packages/core/src/((errors|kit)/)?[^/]+\\.ts$", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["npm", "npm-dev", "npm-peer", "npm-optional", "core"] },
    },
    {
      name: "testing-stands-on-core",
      severity: "error",
      comment:
        "core/testing runs under any test runner: it imports core, and of Node what asserts, waits and watches the process. No runner, no other package.",
      from: { path: "^packages/core/src/testing/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: ["^packages/core/src/", "^(node:)?(assert(/strict)?|process|timers/promises)$"] },
    },
    {
      name: "no-testing-in-sources",
      severity: "error",
      comment: "What is published does its work without helpers for tests.",
      from: { path: "^packages/[^/]+/src/", pathNot: ["\\.test\\.ts$", "^packages/core/src/testing/"] },
      to: { path: "^packages/core/src/testing/" },
    },
    {
      name: "kafkajs-insides-in-one-folder",
      severity: "error",
      comment:
        "What a release of kafkajs may change without saying so is used in one folder, which names the releases that it holds for.",
      from: {
        path: "^packages/[^/]+/src/",
        pathNot: ["\\.test\\.ts$", "^packages/message-bus/src/kafka/driver/kafkajs-hooks/"],
      },
      to: { path: "(^|/)node_modules/kafkajs/(?!index\\.js$|types/)" },
    },
    {
      name: "wire-is-pure",
      severity: "error",
      comment: "wire/ is pure: no I/O. What it may import is its own folder, types, errors and core.",
      from: { path: "^packages/[^/]+/src/wire/", pathNot: "\\.test\\.ts$" },
      to: { path: "^(node:)?(fs|net|http|https|tls|child_process|timers)(/|$)" },
    },
    {
      name: "nothing-runs-on-an-app",
      severity: "error",
      from: { path: "^(packages|tooling)/" },
      to: { path: "^apps/" },
    },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // The consumer test's programs import what is installed where they are run.
    exclude: { path: "(^|/)(dist|test-results|coverage)/|^tooling/package-check/programs/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@wirekit/source", "import", "require", "node", "default", "types"],
      extensions: [".ts", ".js", ".cjs", ".mjs", ".json"],
    },
  },
};
