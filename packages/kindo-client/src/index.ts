export type { Credentials, CredentialsProvider } from "./signing/credentials.ts";
export {
  type SignableRequest,
  type SignedRequest,
  type SignOptions,
  signRequest,
} from "./signing/sign-request.ts";
export type { RequestHeaders } from "./wire/request-headers.ts";
