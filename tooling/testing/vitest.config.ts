import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The files of a run under another Node. */
const { AGENTLOG_ONLY: only } = process.env;

/**
 * One run over all packages, so that there is one summary and two cores are shared by one pool. Packages see each other
 * as source; child processes use the build, which `pnpm test` makes first.
 */
export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^@agentlog\/([^/]+)$/, replacement: `${root}packages/$1/src/index.ts` },
      { find: /^@agentlog\/([^/]+)\/([^/]+)$/, replacement: `${root}packages/$1/src/$2/index.ts` },
    ],
  },
  test: {
    include: only === undefined ? ["{packages,tooling}/*/src/**/*.test.ts", "tooling/*/*.test.ts"] : [only],
    reporters: ["default", `${root}tooling/testing/total-reporter.ts`],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests start processes of their own: more workers than cores only make them wait for each other.
    maxWorkers: 2,
    typecheck: {
      enabled: only === undefined,
      include: ["packages/*/src/**/*.test-d.ts"],
      tsconfig: `${root}tooling/tsconfig/tests.json`,
    },
  },
});
