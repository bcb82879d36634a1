/**
 * Bundles the command into CommonJS files, which Node starts faster than modules that it has to find: `agentlog.cjs`, which
 * chooses and carries the hook, `hook.cjs` for hooks alone with `open-store.cjs` for the first of them, and `main.cjs` for all else, with what only
 * some commands need in `chunks`.
 */
import fs from "node:fs";
import { builtinModules, createRequire } from "node:module";
import { build, transform } from "esbuild";

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

/** The same for the library that only texts need which are not plain. */
const stringWidth = {
  name: "string-width",
  setup: ({ onLoad }) =>
    onLoad({ filter: /load-string-width\.js$/ }, () => ({
      contents: `export const loadStringWidth = () => require("string-width").default;`,
      resolveDir: new URL(".", import.meta.url).pathname,
    })),
};

/** The launcher carries the hook: finding and opening one more file would cost it a twentieth of a start. */
const hookInside = {
  name: "hook-inside",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/hook\.cjs$/ }, () => ({ path: new URL("dist/hook/hook.js", import.meta.url).pathname })),
};

/** Loaded anyway before a program's first line, or needed by nearly all of it. */
const EAGER = ["fs", "path", "buffer", "events", "util", "stream", "url", "module", "process", "tty", "string_decoder"];

/**
 * Node's own modules. Without this each `import fs` would copy some hundred properties (1 ms in all) and touch its getters,
 * one of which loads 20 modules more; and modules that few runs use would be loaded all the same (`crypto` 3 ms, `child_process`
 * 5 ms): their functions wait for the first call.
 */
const nodeModules = {
  name: "node-modules",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^[a-z_:/]+$/ }, ({ path, namespace, kind }) => {
      const name = path.replace(/^node:/, "");
      if (!builtinModules.includes(name) || kind === "entry-point") return undefined;
      const external = namespace.startsWith("node") || (kind === "require-call" && EAGER.includes(name));
      if (external) return { path: `node:${name}`, external };
      // A CommonJS library takes a module whole, so nothing in it may be looked up before it is used.
      return { path: name, namespace: kind === "require-call" ? "node-functions" : "node" };
    });
    onLoad({ filter: /.*/, namespace: "node" }, ({ path }) => ({
      contents: EAGER.includes(path) ? eagerModule(path) : lazyModule(path, true),
    }));
    onLoad({ filter: /.*/, namespace: "node-functions" }, ({ path }) => ({ contents: lazyModule(path, false) }));
  },
};

/**
 * What is left of an import of types alone, `import {} from "./work.js"`: it brings nothing in, but for the bundler whoever has
 * it needs all of that module, and everything would be in the file that is loaded first.
 */
const typeImports = {
  name: "type-imports",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => ({
      contents: fs.readFileSync(path, "utf8").replace(/^(?:import|export) \{\} from "[^"]+";$/gm, ""),
    })),
};

function eagerModule(name) {
  const names = Object.keys(require(`node:${name}`)).filter((one) => isName(one));
  return [
    `const loaded = require("node:${name}");`,
    "const get = (name) => loaded[name];",
    ...names.map((one) => `export const ${one} = /* @__PURE__ */ get("${one}");`),
    "export default loaded;",
  ].join("\n");
}

function lazyModule(name, withRest) {
  const load = `require("node:${name}")`;
  const entries = Object.entries(require(`node:${name}`)).filter(([one]) => isName(one));
  const isFunction = ([one, value]) => typeof value === "function" && !/^[A-Z]/.test(one);
  const functions = entries.filter(isFunction).map(([one]) => one);
  // Classes and constants cannot wait; what imports one by name loads the module.
  const rest = withRest ? entries.filter((entry) => !isFunction(entry)).map(([one]) => one) : [];
  return [
    ...functions.map((one) => `export const ${one} = (...args) => ${load}.${one}(...args);`),
    ...rest.map((one) => `export const ${one} = /* @__PURE__ */ (() => ${load}.${one})();`),
    `export default /* @__PURE__ */ Object.freeze({ ${functions.join(", ")} });`,
  ].join("\n");
}

function isName(text) {
  return /^[A-Za-z_$][\w$]*$/.test(text) && text !== "default";
}

const common = {
  bundle: true,
  minify: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  define: { AGENTLOG_VERSION: JSON.stringify(version), "import.meta.dirname": "__dirname" },
  // Its other entry hides its own modules from a bundler.
  alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
  // Whoever asks it has another way for CommonJS; what takes a lock asks it too, and nothing of that is left in the hook's.
  logOverride: { "empty-import-meta": "silent" },
  logLevel: "warning",
};

/** esbuild splits ES modules only, so the commands are split as such and each file is turned into CommonJS afterwards. */
async function buildCommands() {
  fs.rmSync("dist/chunks", { recursive: true, force: true });
  const { metafile } = await build({
    ...common,
    format: "esm",
    splitting: true,
    entryPoints: { main: "dist/bin.js" },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    chunkNames: "chunks/[name]-[hash]",
    plugins: [properLockfile, stringWidth, nodeModules, typeImports],
    metafile: true,
  });
  for (const file of Object.keys(metafile.outputs)) {
    const { code } = await transform(fs.readFileSync(file, "utf8"), {
      format: "cjs",
      platform: "node",
      target: "node20",
      minify: true,
      // Node's own would load the whole of its loader for ES modules.
      supported: { "dynamic-import": false },
      logOverride: common.logOverride,
    });
    fs.writeFileSync(file, code);
  }
}

await Promise.all([
  build({
    ...common,
    entryPoints: ["dist/launcher.js"],
    outfile: "dist/agentlog.cjs",
    external: ["./main.cjs", "./open-store.cjs"],
    plugins: [hookInside, nodeModules],
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
  buildCommands(),
]);
fs.chmodSync("dist/agentlog.cjs", 0o755);
