/** A part of a text, from `start` to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const root = 0;
const unknown = -1;

/**
 * Finds every one of many words in a text, in one pass over it: an automaton of Aho and Corasick, of which
 * only the states are built that a text leads to. Its time is linear in the length of the text and of the
 * words, whatever stands in them.
 */
export class SecretSearch {
  /** How many steps of work were done so far: what grows with the time, and can be counted in a test. */
  steps = 0;

  /** For each state: how many characters of a word have been seen. */
  readonly #depths = new Numbers();
  readonly #parents = new Numbers();
  /** The character that leads to it from its parent. */
  readonly #units = new Numbers();
  /** The state for the longest end of what was seen that a word begins with. */
  readonly #fallbacks = new Numbers();
  /** The length of the longest word that ends here. */
  readonly #found = new Numbers();
  /** Most states have one child; further ones are in a table. */
  readonly #firstChildren = new Numbers();
  readonly #furtherChildren = new Map<number, number>();
  /** Words whose next characters are not looked at yet. */
  readonly #waiting = new Map<number, string[]>();

  constructor(words: readonly string[]) {
    this.#add(
      unknown,
      0,
      words.filter((word) => word !== ""),
    );
    this.#fallbacks.set(root, root);
    this.#expand(root);
  }

  /**
   * Where the words stand in `units`, in order; those that touch are one. If the text was cut, what it ends
   * in counts as well, where a word begins so.
   */
  spansIn(units: Uint16Array, end: "whole" | "cut"): Span[] {
    const spans: { start: number; end: number }[] = [];
    let state = root;
    for (let index = 0; index < units.length; index += 1) {
      state = this.#next(state, units[index] as number);
      const length = this.#found.get(state);
      if (length > 0) addSpan(spans, index + 1 - length, index + 1);
    }
    const open = end === "cut" ? this.#depths.get(state) : 0;
    if (open > 0) addSpan(spans, units.length - open, units.length);
    this.steps += units.length;
    return spans;
  }

  #next(from: number, unit: number): number {
    let state = from;
    let child = this.#child(state, unit);
    while (child === unknown && state !== root) {
      state = this.#fallbacks.get(state);
      child = this.#child(state, unit);
    }
    if (child === unknown) return root;
    if (this.#fallbacks.get(child) === unknown) this.#enter(child);
    return child;
  }

  /** Finds out where to fall back to from a state that is reached for the first time. */
  #enter(entered: number): void {
    const open: number[] = [];
    let state = entered;
    while (this.#fallbacks.get(state) === unknown) {
      open.push(state);
      const fallback = this.#fallbackOf(state);
      this.#fallbacks.set(state, fallback);
      this.#expand(state);
      state = fallback;
    }
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      const own = this.#found.get(each);
      this.#found.set(each, own > 0 ? own : this.#found.get(this.#fallbacks.get(each)));
    }
  }

  #fallbackOf(state: number): number {
    const parent = this.#parents.get(state);
    if (parent === root) return root;
    const unit = this.#units.get(state);
    for (let shorter = this.#fallbacks.get(parent); ; shorter = this.#fallbacks.get(shorter)) {
      const child = this.#child(shorter, unit);
      if (child !== unknown) return child;
      if (shorter === root) return root;
    }
  }

  #child(state: number, unit: number): number {
    this.steps += 1;
    const first = this.#firstChildren.get(state);
    if (first === unknown || this.#units.get(first) === unit) return first;
    return this.#furtherChildren.get(keyOf(state, unit)) ?? unknown;
  }

  /** Looks at the next character of the words that lead to `state`. */
  #expand(state: number): void {
    const words = this.#waiting.get(state);
    if (words === undefined) return;
    this.#waiting.delete(state);
    const depth = this.#depths.get(state);
    const byUnit = new Map<number, string[]>();
    for (const word of words) {
      this.steps += 1;
      if (word.length === depth) this.#found.set(state, depth);
      else {
        const unit = word.charCodeAt(depth);
        const group = byUnit.get(unit);
        if (group === undefined) byUnit.set(unit, [word]);
        else group.push(word);
      }
    }
    for (const [unit, group] of byUnit) this.#add(state, unit, group);
  }

  #add(parent: number, unit: number, words: string[]): void {
    const state = this.#depths.length;
    this.#depths.push(parent === unknown ? 0 : this.#depths.get(parent) + 1);
    this.#parents.push(parent);
    this.#units.push(unit);
    this.#fallbacks.push(unknown);
    this.#found.push(0);
    this.#firstChildren.push(unknown);
    this.#waiting.set(state, words);
    if (parent === unknown) return;
    if (this.#firstChildren.get(parent) === unknown) this.#firstChildren.set(parent, state);
    else this.#furtherChildren.set(keyOf(parent, unit), state);
  }
}

function keyOf(state: number, unit: number): number {
  return state * 0x10000 + unit;
}

/** Adds a span that ends behind all before, and makes one of those that touch or overlap. */
export function addSpan(spans: { start: number; end: number }[], start: number, end: number): void {
  let last = spans.at(-1);
  while (last !== undefined && last.start >= start) {
    spans.pop();
    last = spans.at(-1);
  }
  if (last === undefined || last.end < start) spans.push({ start, end });
  else last.end = end;
}

/** A list of whole numbers in four bytes each. */
class Numbers {
  length = 0;
  #values = new Int32Array(64);

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length] = value;
    this.length += 1;
  }

  get(index: number): number {
    return this.#values[index] as number;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }
}
