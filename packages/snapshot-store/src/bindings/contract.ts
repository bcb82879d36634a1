/** Which native session a conversation belongs to. Room and agent are any strings, the empty one too. */
export interface Binding {
  readonly room: string;
  readonly agent: string;
  /** The agent's own id of the session. */
  readonly session: string;
  /** When it was bound and last used: RFC 3339 in UTC with milliseconds. */
  readonly bound: string;
  readonly used: string;
}

/** What `bind` found or made. */
export interface BindResult extends Binding {
  /** True when this call made it; false when the pair was bound before, whoever did it. */
  readonly created: boolean;
}

export interface BindOptions {
  /** Bind the pair to this session although it has another one. Default false: the first one wins. */
  readonly replace?: boolean | undefined;
}

export interface StaleOptions {
  /** Milliseconds since the last use, from 0. */
  readonly olderThan: number;
  /** Say what would be removed, and remove nothing. Default false. */
  readonly dryRun?: boolean | undefined;
}

/**
 * `(room, agent) → native session`, so that the same conversation always resumes the same session. Any number of processes may
 * use one file. All methods throw `CORRUPT_SNAPSHOT` when the file cannot be read, and leave it as it is; `IO_ERROR` and
 * `UNSAFE_PATH` for what the disk refuses; those that write throw `LOCK_TIMEOUT`, and have then written nothing.
 */
export interface Bindings {
  /** Where they are. */
  readonly path: string;
  get(room: string, agent: string): Promise<Binding | undefined>;
  /**
   * Binds the pair and returns the binding that counts: of several callers at once one wins, and all get his. It counts as
   * a use. Without a session it is `derivedSession(room, agent)`, the same after the file was lost.
   */
  bind(room: string, agent: string, session?: string, options?: BindOptions): Promise<BindResult>;
  /** Notes a use; undefined when the pair is not bound. The time of the last use never goes back. */
  touch(room: string, agent: string): Promise<Binding | undefined>;
  /** False when it was not bound. */
  unbind(room: string, agent: string): Promise<boolean>;
  /** All, or one room's, the last used first. */
  list(options?: { readonly room?: string | undefined }): Promise<readonly Binding[]>;
  /** Removes what was not used for so long, and returns it. Throws `USAGE` for an age that is none. */
  removeStale(options: StaleOptions): Promise<readonly Binding[]>;
  /** Moves a file that cannot be read to quarantine, so that binding can begin again; undefined when it can be read. */
  setAside(): Promise<string | undefined>;
}
