/** What the demo claims, held against what happened. */
export interface Expectations {
  /** `claim` is a sentence that is true when all is well. */
  expect(claim: string, isTrue: boolean): void;
  readonly held: number;
  readonly broken: readonly string[];
}

export function createExpectations(): Expectations {
  let held = 0;
  const broken: string[] = [];
  return {
    expect(claim, isTrue) {
      if (isTrue) held += 1;
      else broken.push(claim);
    },
    get held() {
      return held;
    },
    broken,
  };
}
