/** The text of a Java properties file. */
export function propertiesFile(properties: Readonly<Record<string, string | number>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${String(value).replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n`)
    .join("");
}
