// Prints which files loading one entry brings in. Run in an empty project where the tarballs are installed.
import { createRequire, register } from "node:module";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";

const [format, entry] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const { port1, port2 } = new MessageChannel();
register("./record-hooks.mjs", { parentURL: import.meta.url, data: port2, transferList: [port2] });

const loaded = format === "cjs" ? require(entry) : await import(entry);

const urls = [];
for (let message = receiveMessageOnPort(port1); message !== undefined; message = receiveMessageOnPort(port1))
  urls.push(message.message);
port1.close();

const files = urls.filter((url) => url.startsWith("file:")).map((url) => new URL(url).pathname);
const builtins = urls.filter((url) => url.startsWith("node:"));
// CommonJS modules that others require do not pass the hooks; they are in the cache.
const all = [...new Set([...files, ...Object.keys(require.cache)])];
console.log(JSON.stringify({ names: Object.keys(loaded), files: all, builtins: [...new Set(builtins)] }));
