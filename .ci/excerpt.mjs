import { stripVTControlCharacters } from "node:util";

const linesAtTheBeginning = 25;
/** Where a program that was run has failed, it says why in its last lines. */
const linesAtTheEnd = 15;
const longestLine = 400;

/** Frames of a stack that say nothing of this workspace. */
const foreignFrame = /^ {4}at .*(?:node_modules|node:|<anonymous>)/;

/**
 * What is worth reading of the message of a failure where there is no room for all of it, in lines.
 *
 * @param {string} message
 * @returns {string[]}
 */
export function excerptOf(message) {
  const lines = readableLines(message);
  const left = lines.length - linesAtTheBeginning - linesAtTheEnd;
  if (left <= 0) return lines;
  return [...lines.slice(0, linesAtTheBeginning), `[${left} lines left out]`, ...lines.slice(-linesAtTheEnd)];
}

/**
 * The last lines of what a program has printed.
 *
 * @param {string} output
 * @returns {string[]}
 */
export function endOf(output) {
  return readableLines(output).slice(-linesAtTheBeginning);
}

function readableLines(text) {
  return stripVTControlCharacters(text)
    .split("\n")
    .map((line) => line.trimEnd().slice(0, longestLine))
    .filter((line) => line !== "" && !foreignFrame.test(line));
}
