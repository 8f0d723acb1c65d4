/** Who may import whom. Type-only imports count. */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: from, pathNot: "\\.test\\.ts$|/_test/|/test-support/|/testing/" },
  to: { path: "^(packages/[^/]+|backend|agent|frontend)/", pathNot: [from, ...allowed] },
});
const pkg = (...names) => names.map((name) => `^packages/${name}/`);

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    only("kit-stands-alone", "^packages/kit/", []),
    only("codec-stands-alone", "^packages/pnm-codec/", []),
    only("mib-stands-alone", "^packages/docsis-mib/", []),
    only("analysis-imports", "^packages/pnm-analysis/", pkg("pnm-codec")),
    only("pnm-cli-imports", "^packages/pnm-cli/", pkg("pnm-analysis", "pnm-codec")),
    only("protocol-imports", "^packages/protocol/", pkg("kit")),
    only("recording-imports", "^packages/recording/", pkg("kit", "pnm-analysis", "protocol")),
    only("config-imports", "^packages/config/", pkg("kit")),
    only("link-imports", "^packages/link/", pkg("kit", "protocol")),
    only("tftp-server-imports", "^packages/tftp-server/", pkg("kit", "config", "tftp-client")),
    only("tftp-client-imports", "^packages/tftp-client/", pkg("kit")),
    only(
      "simulator-imports",
      "^packages/simulator/",
      pkg("config", "docsis-mib", "kit", "pnm-analysis", "pnm-codec", "tftp-client"),
    ),
    only("agent-imports", "^agent/", pkg("config", "docsis-mib", "kit", "link", "protocol")),
    only(
      "backend-imports",
      "^backend/",
      pkg(
        "config",
        "docsis-mib",
        "kit",
        "link",
        "pnm-analysis",
        "pnm-codec",
        "protocol",
        "recording",
        "tftp-client",
      ),
    ),
    only("frontend-imports", "^frontend/", pkg("docsis-mib", "kit", "pnm-analysis", "pnm-codec", "protocol")),
    {
      name: "isomorphic-packages-use-no-node",
      severity: "error",
      from: {
        path: "^packages/(kit|protocol|pnm-codec|pnm-analysis|docsis-mib|recording)/src|^frontend/src",
        pathNot: "\\.test\\.ts$|/_test/|/test-support/|/testing/",
      },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "snmp-only-in-agent-and-simulator",
      comment: "The backend never speaks SNMP: everything goes through the agent.",
      severity: "error",
      from: { pathNot: ["^agent/src/snmp/", "^agent/test/", "^packages/simulator/", "\\.test\\.ts$"] },
      to: { path: "net-snmp" },
    },
    {
      name: "page-model-knows-no-vue",
      severity: "error",
      from: { path: "^frontend/src/(model|render)/", pathNot: "\\.test\\.ts$" },
      to: { path: "node_modules/(vue|vue-router|@vue)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    tsConfig: { fileName: "tsconfig.test.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ["@pnmlab/source", "import", "require", "node", "default"],
      exportsFields: ["exports"],
    },
  },
};
