import type { Requirement } from "../requirements/requirement.ts";

/** Something that is installed once for all checkouts, and how. */
export interface Program {
  /** `kafka`. */
  readonly name: string;
  /**
   * Everything that decides what gets installed. Another value is another installation, beside the first: a
   * folder that a server runs from is never changed under it.
   */
  readonly wanted: Readonly<Record<string, string>>;
  /** What the machine needs to install it. */
  readonly toInstall: readonly Requirement[];
  /** What the machine needs to run it. */
  readonly toRun: readonly Requirement[];
  /** Fills the empty folder, and resolves to the versions of what it put there. */
  install(place: InstallPlace): Promise<Readonly<Record<string, string>>>;
}

/** Where an installation is made. */
export interface InstallPlace {
  /** Empty, and renamed when the installation is done: nothing in it may name it by its absolute path. */
  readonly directory: string;
  /** The file that installers write to. */
  readonly logPath: string;
  readonly signal?: AbortSignal | undefined;
}

/** A program that is there. */
export interface Installation {
  readonly directory: string;
  readonly versions: Readonly<Record<string, string>>;
  /** How long this call took to install it, in milliseconds; 0 where it was there already. */
  readonly installedInMs: number;
}
