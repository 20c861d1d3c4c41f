export { default } from "@wirekit/tsup-config";
