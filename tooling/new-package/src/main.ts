import { join } from "node:path";
import { layOut } from "./lay-out.ts";

// `pnpm new-package NAME ["What it is for."]`
const [name, description = "Says what it is for."] = process.argv.slice(2);
if (name === undefined) {
  console.error('usage: pnpm new-package acme-events "Sends events to Acme."');
  process.exitCode = 1;
} else {
  try {
    const files = await layOut(join(import.meta.dirname, "../../.."), { name, description });
    for (const file of files) console.log(file);
    console.log(`\nNext: pnpm install, then pnpm --filter "@wirekit/${name}*" test.`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
