import { runDemo } from "./demo.ts";

await runDemo((text) => console.log(text));
