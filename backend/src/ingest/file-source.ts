/** Where capture files come from: a folder that the TFTP server writes into, or that server itself. */
export interface FileSource extends AsyncDisposable {
  /** Files that are known and not taken in yet. */
  readonly waiting: number;
  /**
   * A CMTS reports that it has sent a file of this name. A mounted folder shows its files by itself, and
   * sooner looks for this one; over TFTP, where nothing can be listed, this is the only way to know of it.
   * `wasThere` where the CMTS was asked for the first time: the file may be of any age.
   */
  report(fileName: string, wasThere?: boolean): void;
  close(): Promise<void>;
}
