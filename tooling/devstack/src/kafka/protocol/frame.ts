import { type Reader, Writer } from "@platformatic/kafka";
import { MalformedFrameError } from "../errors.ts";
import { nullableString } from "./fields.ts";
import { type ApiName, layouts, type RequestOf, type ResponseOf } from "./layouts.ts";

/** What stands in front of every request. */
export interface RequestHeader {
  readonly apiKey: number;
  readonly version: number;
  readonly correlationId: number;
  /** Empty where the client names none. */
  readonly clientId: string;
}

const namesByKey = new Map<number, ApiName>(
  Object.entries(layouts).map(([name, { key }]) => [key, name as ApiName]),
);

/** The API with that key, when this broker speaks it. */
export function apiNameOf(apiKey: number): ApiName | undefined {
  return namesByKey.get(apiKey);
}

/** Reads the first eight bytes, which are the same in every version of the header. */
export function readFixedHeader(reader: Reader): Omit<RequestHeader, "clientId"> {
  return orMalformed(() => ({
    apiKey: reader.readInt16(),
    version: reader.readInt16(),
    correlationId: reader.readInt32(),
  }));
}

/** Reads the client id, which follows the fixed part in the header versions 1 and 2. */
export function readClientId(reader: Reader): string {
  return orMalformed(() => nullableString.read(reader, 1)) ?? "";
}

export function readRequest<Name extends ApiName>(
  reader: Reader,
  name: Name,
  version: number,
): RequestOf<Name> {
  return orMalformed(() => layouts[name].request.read(reader, version)) as RequestOf<Name>;
}

/** A complete response frame, its size in front. */
export function writeResponse<Name extends ApiName>(
  name: Name,
  version: number,
  correlationId: number,
  body: ResponseOf<Name>,
): Buffer {
  const writer = Writer.create().appendInt32(correlationId);
  layouts[name].response.write(writer, body as never, version);
  return writer.prependLength().buffer;
}

/** A frame that is nothing but `bytes`. */
export function writeBareFrame(bytes: Buffer): Buffer {
  return Writer.create().append(bytes).prependLength().buffer;
}

/** The reader throws errors of several kinds where bytes are missing; they all mean the same. */
function orMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof MalformedFrameError) throw cause;
    throw new MalformedFrameError("the frame ends too early", { cause });
  }
}
