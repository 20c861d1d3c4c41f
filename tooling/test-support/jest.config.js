export { default } from "@wirekit/jest-config";
