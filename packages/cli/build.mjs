/**
 * Bundles the command into CommonJS files, which Node starts faster than modules that it has to find: `agentlog.cjs`, which
 * only chooses, `hook.cjs` for hooks with `open-store.cjs` for the first of them, `main.cjs` for all else.
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

const { version } = JSON.parse(fs.readFileSync("package.json", "utf8"));
const require = createRequire(import.meta.url);

/** Bundlers do not see through `createRequire`: here a plain `require` takes its place. */
const properLockfile = {
  name: "proper-lockfile",
  setup: ({ onLoad }) =>
    onLoad({ filter: /load-proper-lockfile\.js$/ }, () => ({
      contents: `export function loadProperLockfile() { return require("proper-lockfile"); }`,
      resolveDir: new URL("../durable-fs", import.meta.url).pathname,
    })),
};

/**
 * Node's own modules in the hook's bundle. Without this each `import fs` would copy some hundred properties (1 ms in all),
 * and modules that most hooks never use would be loaded all the same (3 ms for crypto): those wait for the first call.
 */
const nodeModules = {
  name: "node-modules",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      namespace === "node" ? { path, external: true } : { path, namespace: "node" },
    );
    onLoad({ filter: /.*/, namespace: "node" }, ({ path }) => {
      const isLazy = !["node:fs", "node:path", "node:buffer"].includes(path);
      const functions = Object.entries(require(path)).filter(([, value]) => typeof value === "function");
      const names = functions.map(([name]) => name);
      const load = `require(${JSON.stringify(path)})`;
      const late = names.map((name) => `export const ${name} = (...args) => ${load}.${name}(...args);`);
      const early = names.map((name) => `export const ${name} = /* @__PURE__ */ get("${name}");`);
      const whole = isLazy ? `/* @__PURE__ */ Object.freeze({ ${names.join(", ")} })` : "loaded";
      const head = isLazy ? [] : [`const loaded = ${load};`, "const get = (name) => loaded[name];"];
      return { contents: [...head, ...(isLazy ? late : early), `export default ${whole};`].join("\n") };
    });
  },
};

const common = {
  bundle: true,
  minify: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  define: { AGENTLOG_VERSION: JSON.stringify(version) },
  // Whoever asks it has another way for CommonJS; what takes a lock asks it too, and nothing of that is left in the hook's.
  logOverride: { "empty-import-meta": "silent" },
  logLevel: "warning",
};
await Promise.all([
  build({
    ...common,
    entryPoints: ["dist/launcher.js"],
    outfile: "dist/agentlog.cjs",
    external: ["./hook.cjs", "./main.cjs"],
    banner: { js: "#!/usr/bin/env node" },
  }),
  ...["hook", "open-store"].map((name) =>
    build({
      ...common,
      entryPoints: [`dist/hook/${name}.js`],
      outfile: `dist/${name}.cjs`,
      external: ["./open-store.cjs"],
      plugins: [nodeModules],
    }),
  ),
  build({ ...common, entryPoints: ["dist/bin.js"], outfile: "dist/main.cjs", plugins: [properLockfile] }),
]);
fs.chmodSync("dist/agentlog.cjs", 0o755);
