/** What the server did since it started. `active` and `dallying` are present numbers, the others only grow. */
export interface TftpCounters {
  /** Uploads that became visible whole. */
  received: number;
  receivedBytes: number;
  /** Files deleted by an empty upload. */
  removed: number;
  /** Files sent. */
  sent: number;
  sentBytes: number;
  /** Requests that were answered with an error. */
  refused: number;
  /** Transfers that began and did not finish. */
  aborted: number;
  /** Packets that were sent again after a silence. */
  retransmits: number;
  /** Packets to a transfer's port from somebody else. */
  strangers: number;
  /** Datagrams that are no TFTP packet. */
  malformed: number;
  /** Transfers under way. */
  active: number;
  /** Finished uploads that still answer a repeated last block. */
  dallying: number;
}

export function zeroCounters(): TftpCounters {
  return {
    received: 0,
    receivedBytes: 0,
    removed: 0,
    sent: 0,
    sentBytes: 0,
    refused: 0,
    aborted: 0,
    retransmits: 0,
    strangers: 0,
    malformed: 0,
    active: 0,
    dallying: 0,
  };
}
