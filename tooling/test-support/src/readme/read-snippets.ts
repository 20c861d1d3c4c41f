import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** A block of TypeScript in a README. */
export interface Snippet {
  /** `README.md:12`: the file and the line where the code begins. */
  readonly name: string;
  readonly code: string;
  /** The lines that it says it prints, each in a comment: `console.log(1 + 1); // prints: 2`. */
  readonly prints: readonly string[];
}

/** Every block that is marked as `ts` in a Markdown file, in order. */
export function readSnippets(file: string): readonly Snippet[] {
  return findSnippets(readFileSync(file, "utf8"), basename(file));
}

/** Every block that is marked as `ts` in a Markdown text. */
export function findSnippets(markdown: string, fileName: string): readonly Snippet[] {
  const snippets: Snippet[] = [];
  let fence:
    | { readonly marks: string; readonly isTypeScript: boolean; readonly firstLine: number }
    | undefined;
  let code: string[] = [];
  for (const [index, line] of markdown.split(/\r?\n/).entries()) {
    if (fence === undefined) {
      const [, marks, language] = /^(`{3,}|~{3,})\s*(\w*)/.exec(line) ?? [];
      if (marks === undefined) continue;
      fence = { marks, isTypeScript: language === "ts" || language === "typescript", firstLine: index + 2 };
      code = [];
    } else if (line.trimEnd() === fence.marks) {
      if (fence.isTypeScript) {
        snippets.push({
          name: `${fileName}:${fence.firstLine}`,
          code: code.join("\n"),
          prints: printsOf(code),
        });
      }
      fence = undefined;
    } else {
      code.push(line);
    }
  }
  return snippets;
}

function printsOf(code: readonly string[]): readonly string[] {
  return code.flatMap((line) => /\/\/ prints: (.*)$/.exec(line)?.[1] ?? []);
}
