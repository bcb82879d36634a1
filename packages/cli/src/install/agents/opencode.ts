import path from "node:path";
import { type Place, configFolder, homeFolder, projectFolder } from "../place.js";
import { type FileTarget, type InstallScope } from "../target.js";
import { isOpencodePlugin, isUntouchedPlugin, opencodePlugin, PLUGIN_EVENTS } from "./opencode-plugin.js";

/** OpenCode 1.18 and 2: a plugin of our own in the folder from which it loads every `.js` file. */
export function opencodeTarget(scope: InstallScope, place: Place): FileTarget {
  const user = scope === "user";
  const folder = user
    ? path.join(configFolder(place, "XDG_CONFIG_HOME", ".config"), "opencode")
    : path.join(projectFolder(place), ".opencode");
  return {
    kind: "file",
    agent: "opencode",
    scope,
    file: path.join(folder, "plugins", "agentlog.js"),
    boundaries: user ? [homeFolder(place), folder] : [projectFolder(place)],
    events: PLUGIN_EVENTS,
    notes: user ? [] : ["it holds paths of this machine: keep it out of the repository"],
    content: opencodePlugin,
    isOurs: isOpencodePlugin,
    isUntouched: isUntouchedPlugin,
  };
}
