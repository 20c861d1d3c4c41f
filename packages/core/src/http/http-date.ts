const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const day = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const time = "(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)";

/** The three forms of RFC 9110, section 5.6.7: the one to write, and the two that must still be read. */
const forms = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^${day}, (?<date>\\d\\d) (?<month>[A-Z][a-z]{2}) (?<year>\\d{4}) ${time} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^${day}[a-z]*day, (?<date>\\d\\d)-(?<month>[A-Z][a-z]{2})-(?<year>\\d\\d) ${time} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(`^${day} (?<month>[A-Z][a-z]{2}) (?<date>[ \\d]\\d) ${time} (?<year>\\d{4})$`),
];

/**
 * The time that an HTTP date means, in milliseconds since 1970; `undefined` when the text is none.
 *
 * @param now the present, which decides the century of a year of two digits.
 */
export function parseHttpDate(text: string, now: number = Date.now()): number | undefined {
  for (const form of forms) {
    const parts = form.exec(text.trim())?.groups;
    if (parts !== undefined) return timeOf(parts, now);
  }
  return undefined;
}

function timeOf(parts: Readonly<Record<string, string>>, now: number): number | undefined {
  const year = fullYear(parts.year ?? "", now);
  const month = months.indexOf(parts.month ?? "");
  const [date = 0, hour = 0, minute = 0, second = 0] = [
    parts.date,
    parts.hour,
    parts.minute,
    parts.second,
  ].map(Number);
  // `Date.UTC` carries over: the 31st of February would be a day in March. A second of 60 is a leap second.
  const isReal =
    month !== -1 &&
    new Date(Date.UTC(year, month, date)).getUTCDate() === date &&
    hour < 24 &&
    minute < 60 &&
    second <= 60;
  return isReal ? Date.UTC(year, month, date, hour, minute, second) : undefined;
}

/**
 * A year of two digits that would be more than 50 years ahead is the most recent past one with these digits.
 */
function fullYear(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}
