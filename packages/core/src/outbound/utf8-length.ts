const encoder = new TextEncoder();

/**
 * How many bytes `text` has as UTF-8. A surrogate that stands alone counts as the three bytes it is sent as.
 */
export function utf8Length(text: string): number {
  // Five times as fast as encoding, where it exists; and no `node:` import, so that this runs anywhere.
  return typeof Buffer === "function" ? Buffer.byteLength(text, "utf8") : encoder.encode(text).length;
}
