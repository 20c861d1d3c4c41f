export { findSnippets, readSnippets, type Snippet } from "./read-snippets.ts";
export { runSnippets, type SnippetRun } from "./run-snippets.ts";
