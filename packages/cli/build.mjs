/** Bundles the command into one CommonJS file: Node starts such a file faster than modules that it has to find. */
import fs from "node:fs";
import { build } from "esbuild";

const { version } = JSON.parse(fs.readFileSync("package.json", "utf8"));

/** Bundlers do not see through `createRequire`: here a plain `require` takes its place. */
const properLockfile = {
  name: "proper-lockfile",
  setup: ({ onLoad }) =>
    onLoad({ filter: /load-proper-lockfile\.js$/ }, () => ({
      contents: `export function loadProperLockfile() { return require("proper-lockfile"); }`,
      resolveDir: new URL("../durable-fs", import.meta.url).pathname,
    })),
};

await build({
  entryPoints: ["dist/bin.js"],
  outfile: "dist/agentlog.cjs",
  bundle: true,
  minify: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  banner: { js: "#!/usr/bin/env node" },
  define: { AGENTLOG_VERSION: JSON.stringify(version) },
  plugins: [properLockfile],
  logLevel: "warning",
});
fs.chmodSync("dist/agentlog.cjs", 0o755);
