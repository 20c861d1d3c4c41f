export { findSnippets, readSnippets, type Snippet } from "./read-snippets.ts";
