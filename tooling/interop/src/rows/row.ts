/** Who speaks and who has to understand. */
export type Direction =
  | "ours -> theirs"
  | "theirs -> ours"
  /** Both do the same thing, and the results are compared. */
  | "ours = theirs"
  /** Both take part in one thing. */
  | "ours <-> theirs"
  /** Several processes of ours share something of somebody else's. */
  | "ours <-> ours";

/** What a row counted, by name: `{ published: 10, received: 10 }`. */
export type Counts = Readonly<Record<string, number>>;

/** One line of the table, as far as it is known before it runs. */
export interface Row {
  readonly ours: string;
  readonly theirs: string;
  /** The server, or what stands for one. */
  readonly on: string;
  readonly direction: Direction;
  readonly title: string;
  /** The name by which Jest reports it. */
  readonly test: string;
}

/** What is written down of a row while it is registered, and while it runs. */
export type RowNote =
  | { readonly kind: "registered"; readonly row: Row }
  /** The machine lacks something; in CI that is a failure. */
  | { readonly kind: "not-run"; readonly row: Row; readonly why: string }
  /** It needs an original that is not published, and no copy was given. */
  | { readonly kind: "not-published"; readonly row: Row }
  | { readonly kind: "counted"; readonly test: string; readonly counts: Counts };
