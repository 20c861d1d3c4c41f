export {
  readSharedVectors,
  readVectors,
  readVectorText,
  type SharedVectorFile,
  type VectorFile,
  type VectorTextFile,
} from "./read-vectors.ts";
