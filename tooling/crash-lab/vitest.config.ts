import { defineConfig } from "vitest/config";
import { fileURLToPath } from "node:url";
const root = fileURLToPath(new URL("../..", import.meta.url));
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@agentlog\/([^/]+)$/, replacement: `${root}packages/$1/src/index.ts` },
      { find: /^@agentlog\/([^/]+)\/([^/]+)$/, replacement: `${root}packages/$1/src/$2/index.ts` },
    ],
  },
  test: { testTimeout: 120_000 },
});
